"""The door: the only way to a record. No actor, no record."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from store import (
    changes,
    clock,
    database,
    guard,
    own_account,
    policies,
    portal_reach,
    ranks,
    reading,
    value_checks,
    writing,
)
from store.actor import BY_PERSON, Actor, Cause, Level
from store.catalogs import SCHEMA
from store.changes import Change, Entry
from store.columns import StageTotal
from store.decoding import plan_of
from store.fields import FIELD_TYPES
from store.operations import need, need_employee
from store.problems import BadValue, Conflict, Invalid, NotFound, Problem, Refused
from store.readable_records import ReadableRecords, Related
from store.schema import Catalog
from store.tables import table
from store.values import RecordView, Ref
from store.zones import acting_zone


class Records(ReadableRecords):
    """Records for one actor: narrowed by that actor's rights, journalled with the cause."""

    def __init__(self, actor: Actor, cause: Cause = BY_PERSON) -> None:
        super().__init__(actor, cause)
        self._writer = writing.Writer(actor, cause)

    async def create(
        self, catalog: str, values: Mapping[str, Any], *, stage: str | None = None
    ) -> RecordView:
        """A new record; without a stage it starts where its first pipeline starts.

        :raises Invalid: bad values, field by field
        :raises NotAllowed: no right to create"""
        given = {**values, 'stage': stage} if stage else values
        return (await self.create_many(catalog, [given]))[0]

    async def create_many(self, catalog: str, rows: Sequence[Mapping[str, Any]]) -> list[RecordView]:
        """New records, all or none, in one transaction.

        :raises Invalid: of the first bad row; facts carry `row`"""
        kind = self.catalog(catalog)
        plan = plan_of(kind)
        async with self.transaction():
            made = await self._add(kind, rows, plan.returning)
            return await reading.with_titles(self.actor, [plan.view(row) for row in made])

    async def add_many(self, catalog: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """As `create_many`, but gives only the ids, in order: for imports."""
        return [row['id'] for row in await self._add(self.catalog(catalog), rows, 'id')]

    async def _add(
        self, kind: Catalog, rows: Sequence[Mapping[str, Any]], returning: str
    ) -> list[dict[str, Any]]:
        """New records; gives these columns of each, wherever the actor may see it now."""
        catalog = kind.code
        if not policies.has_any(self.actor, 'create', catalog):
            raise policies.refuse('create', catalog)
        with guard.acting(self.actor):
            async with database.transaction():
                own = await portal_reach.claimed(self.actor, SCHEMA[catalog]) if self.actor.portal else {}
                parsed = [
                    _numbered_error(i, lambda row=row: self._new(kind, row, own))
                    for i, row in enumerate(rows)
                ]
                await self._check_owners(kind, parsed, own)
                # Whose a record is, is not read from what they may read.
                chosen = [{c: v for c, v in row.items() if c not in own} for row in parsed] if own else parsed
                for place, problem in (await value_checks.check_links(self.actor, chosen)).items():
                    problem.facts = {**problem.facts, 'row': place}
                    raise problem
                return await self._writer.create(SCHEMA[catalog], parsed, returning)

    def _new(self, kind: Catalog, raw: Mapping[str, Any], own: Mapping[str, Ref | None]) -> dict[str, Any]:
        whole = SCHEMA[kind.code]
        row = {
            s.code: FIELD_TYPES[s.type].parse(s.default, s) for s in whole.preset_fields if s.code not in raw
        }
        parsed = {**row, **writing.parse(kind, raw), **own}
        if kind.pipelines and not parsed.get('stage'):
            parsed['stage'] = kind.pipelines[0].start.code
        if parsed.get('owner') is None and 'owner' not in {*raw, *own} and self.actor.person_id is not None:
            parsed['owner'] = Ref(self.actor.person_id, self.actor.name, 'person')
        errors = {**value_checks.missing(whole, parsed), **value_checks.put_away(whole, parsed)}
        errors |= portal_reach.kept_from(whole, raw) if self.actor.portal else {}
        if parsed.get('stage'):
            line, stage = writing.pipeline_of(whole, parsed['stage'])
            errors |= value_checks.missing(whole, parsed, stage.required)
            if stage.is_final and line.closed_field:
                parsed[line.closed_field] = parsed.get(line.closed_field) or clock.today(acting_zone())
        if errors:
            raise _shown(kind, errors)
        return parsed

    async def _check_owners(
        self, kind: Catalog, rows: Sequence[Mapping[str, Any]], own: Mapping[str, Ref | None]
    ) -> None:
        """Records may be made for those whom the level of the stage reaches."""
        if self.actor.portal:
            levels = [policies.level_at(self.actor, 'create', kind, row.get('stage')) for row in rows]
            portal_reach.need_claimed(SCHEMA[kind.code], own, levels)
            return
        levels_of = {
            stage: policies.level_at(self.actor, 'create', kind, stage)
            for stage in {row.get('stage') for row in rows}
        }
        for place, row in enumerate(rows):
            level = levels_of[row.get('stage')]
            owner = row['owner'].id if row.get('owner') else None
            if level >= Level.ALL or (level >= Level.OWN and owner == self.actor.person_id):
                continue
            problem = {'stage': BadValue('stage_not_allowed')} if level == Level.NONE else None
            if problem is None and (level < Level.UNIT or owner not in self.actor.colleagues):
                problem = {'owner': BadValue('only_own')}
            if problem:
                refused = Invalid(problem)
                refused.facts = {**refused.facts, 'row': place}
                raise refused

    async def _read_back(self, kind: Catalog, id: int) -> RecordView:
        """The record just written, in the fields the actor sees, wherever it is now."""
        plan = plan_of(kind)
        sql = f'SELECT {plan.select} FROM {table(kind)} t WHERE t.id = ?'
        found = await database.rows(sql, [id])
        return (await reading.with_titles(self.actor, [plan.view(found[0])]))[0]

    async def change(
        self, catalog: str, id: int, values: Mapping[str, Any], *, version: int | None = None
    ) -> RecordView:
        """Change fields.

        With `version`, somebody else's later change of the same fields is a conflict; later changes of
        other fields are kept beside ours.

        :raises Conflict: with both values
        :raises Invalid: bad values, field by field"""
        kind = self.catalog(catalog)
        with guard.acting(self.actor):
            async with database.transaction():
                parsed = writing.parse(kind, values)
                old = await self._open(kind, id, *_rights_for(parsed))
                await self._check_version(kind, old, parsed, version)
                return await self._store(kind, old, parsed)

    async def change_many(
        self, catalog: str, ids: Sequence[int], values: Mapping[str, Any]
    ) -> list[RecordView]:
        """The same change of several records, all or none."""
        self._need_bulk(len(ids))
        async with self.transaction():
            return [await self.change(catalog, id, values) for id in sorted(ids)]

    async def change_each(
        self, catalog: str, rows: Sequence[tuple[int, Mapping[str, Any]]]
    ) -> list[RecordView]:
        """A change of its own for each of several records, all or none.

        :raises Invalid: of the first bad row; facts carry `row`"""
        self._need_bulk(len(rows))
        async with self.transaction():
            views = []
            for place, (id, values) in enumerate(rows):
                try:
                    views.append(await self.change(catalog, id, values))
                except Invalid as problem:
                    problem.facts = {**problem.facts, 'row': place}
                    raise
            return views

    async def move(
        self,
        catalog: str,
        id: int,
        *,
        stage: str,
        above: int | None = None,
        below: int | None = None,
        version: int | None = None,
    ) -> RecordView:
        """Put a card into a stage: right under the card `above`, or right over the card `below`, else on top.

        :raises Invalid: fields that the stage requires are empty
        :raises Conflict: with `version`, somebody has moved it since"""
        kind = self.catalog(catalog)
        with guard.acting(self.actor):
            async with database.transaction():
                old = await self._open(kind, id, 'move')
                writing.pipeline_of(kind, stage)
                await self._check_version(kind, old, {'stage': stage}, version)
                rank = await ranks.rank_between(kind, stage, above, below, id)
                return await self._store(kind, old, {'stage': stage}, extra={'rank': rank})

    async def _store(
        self,
        kind: Catalog,
        old: RecordView,
        parsed: Mapping[str, Any],
        *,
        extra: Mapping[str, Any] | None = None,
    ) -> RecordView:
        """Check and write a change; gives the record as it is then."""
        whole = SCHEMA[kind.code]
        after = {**old.values, **parsed}
        errors = {code: e for code, e in value_checks.missing(whole, after).items() if code in parsed}
        errors |= portal_reach.kept_from(whole, parsed) if self.actor.portal else {}
        if self.cause.kind != 'undo':
            errors |= value_checks.put_away(whole, parsed, old.values)
        if parsed.get('stage') and parsed['stage'] != old.stage:
            errors |= await self._check_arrival(whole, old, parsed['stage'])
            errors |= value_checks.missing(
                whole, after, writing.pipeline_of(whole, parsed['stage'])[1].required
            )
        elif 'stage' in parsed and parsed['stage'] is None and kind.pipelines:
            errors['stage'] = BadValue('required')
        if errors:
            raise _shown(kind, errors)
        fresh = {code: v for code, v in parsed.items() if isinstance(v, Ref) and v != old.values.get(code)}
        for problem in (await value_checks.check_links(self.actor, [fresh])).values():
            raise problem
        if not extra and parsed.get('stage') and parsed['stage'] != old.stage:
            extra = {'rank': await ranks.rank_between(kind, parsed['stage'], None, None, old.id)}
        plan = plan_of(kind)
        row = await self._writer.change(whole, old, parsed, extra=extra, returning=plan.returning)
        if row is None:
            return await self._read_back(kind, old.id)
        return (await reading.with_titles(self.actor, [plan.view(row)]))[0]

    async def _check_arrival(self, kind: Catalog, old: RecordView, stage: str) -> dict[str, Problem]:
        """Whether a card may be taken to a stage: its own level decides; where no stage has one, a share or
        a rule may allow what the level of the catalogue does not."""
        owner = old.owner.id if old.owner else None
        if policies.reaches(self.actor, 'move', kind, owner, stage):
            return {}
        placed = policies.stage_levels(self.actor, 'move', kind)
        is_narrowed = writing.pipeline_of(kind, stage)[1].id in placed
        has_level = policies.level_at(self.actor, 'move', kind, stage) > Level.NONE
        if not is_narrowed and (has_level or not placed):
            has = await self.granted(kind.code, [old], 'move')
            return {} if 'move' in has[old.id] else {'stage': BadValue('stage_not_allowed')}
        return {'stage': BadValue('stage_not_allowed')}

    async def _open(self, kind: Catalog, id: int, *rights: str, deleted: bool = False) -> RecordView:
        """The whole record, locked; a stranger does not learn that it exists."""
        return (await self._open_many(kind, [id], *rights, deleted=deleted))[0]

    async def _open_many(
        self, kind: Catalog, ids: Sequence[int], *rights: str, deleted: bool = False
    ) -> list[RecordView]:
        """As `_open` for each of several records, in the order of their ids."""
        old = await writing.locked_many(SCHEMA[kind.code], ids, deleted=deleted)
        has = await self.granted(kind.code, old, 'read', *rights)
        for id in sorted(ids):
            if 'read' not in has.get(id, ()):
                raise NotFound(catalog=kind.code, id=id)
            for right in rights:
                if right not in has[id]:
                    raise policies.refuse(right, kind.code)
        return old

    async def _check_version(
        self, kind: Catalog, old: RecordView, parsed: Mapping[str, Any], version: int | None
    ) -> None:
        if version is None or version == old.version:
            return
        later = await changes.since(kind, old.id, version)
        touched = {code for change in later for code in change.after}
        # Equal values conflict too: two who each add one to what they saw would otherwise count once.
        theirs = {code: old.values.get(code) for code in parsed if code in touched}
        if version > old.version or theirs:
            last = later[-1] if later else None
            raise Conflict(
                record_id=old.id,
                version=old.version,
                changed_by=last.actor.title if last and last.actor else '',
                changed_at=int(last.at.timestamp() * 1000) if last else 0,
                theirs=writing.journal(kind, theirs),
                mine=writing.journal(kind, {c: parsed[c] for c in theirs}),
            )

    async def remove(self, catalog: str, id: int, *, version: int | None = None) -> None:
        """Put a record into the recycle bin."""
        kind = self.catalog(catalog)
        with guard.acting(self.actor):
            async with database.transaction():
                old = await self._open(kind, id, 'delete')
                own_account.need_not_own(catalog, id)
                if version is not None and version != old.version:
                    raise Conflict(record_id=id, version=old.version)
                await self._writer.mark(SCHEMA[catalog], [old], removed=True)

    async def remove_many(self, catalog: str, ids: Sequence[int]) -> None:
        """Put several records into the recycle bin, all or none."""
        self._need_bulk(len(ids), 'bulk_delete')
        kind = self.catalog(catalog)
        with guard.acting(self.actor):
            async with database.transaction():
                old = await self._open_many(kind, ids, 'delete')
                for view in old:
                    own_account.need_not_own(catalog, view.id)
                await self._writer.mark(SCHEMA[catalog], old, removed=True)

    async def restore(self, catalog: str, id: int) -> RecordView:
        """Take a record out of the recycle bin."""
        kind = self.catalog(catalog)
        with guard.acting(self.actor):
            async with database.transaction():
                old = await self._open(kind, id, 'delete', deleted=True)
                if old['updated_by'] is None or old['updated_by'].id != self.actor.person_id:
                    need(self.actor, 'restore')
                try:
                    await self._writer.mark(SCHEMA[catalog], [old], removed=False)
                except Invalid as problem:
                    raise _shown(kind, problem.errors) from None
                return await self._read_back(kind, id)

    async def comment(self, catalog: str, id: int, text: str) -> Change:
        """Say something about a record: everybody who may read it may, but for people of the portal."""
        need_employee(self.actor)
        kind = self.catalog(catalog)
        said = FIELD_TYPES['long_text'].parse(text, kind.field('title'))  # type: ignore[arg-type]
        if not said:
            raise Invalid({'text': BadValue('required')})
        view = await self.get(catalog, id)
        with guard.acting(self.actor):
            async with database.transaction():
                entry = Entry(id, changes.COMMENTED, view.version, {}, {}, said)
                return (await changes.append(self.actor, self.cause, kind, [entry]))[0]

    def _need_bulk(self, count: int, operation: str = 'bulk_change') -> None:
        if count > 1 and self.cause.kind in ('person', 'api'):
            need(self.actor, operation)

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Several calls, all or none."""
        return _Transaction(self.actor)


class _Transaction:
    """A transaction in which the actor acts."""

    def __init__(self, actor: Actor) -> None:
        self._acting = guard.acting(actor)
        self._inner = database.transaction()

    async def __aenter__(self) -> None:
        self._acting.__enter__()
        try:
            await self._inner.__aenter__()
        except BaseException:
            self._acting.__exit__(None, None, None)
            raise

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> bool | None:
        try:
            return await self._inner.__aexit__(kind, error, trace)
        finally:
            self._acting.__exit__(None, None, None)


def _rights_for(parsed: Mapping[str, Any]) -> tuple[str, ...]:
    """What a change needs: another stage is a move, everything else a change."""
    rights = ['move'] if 'stage' in parsed else []
    return tuple(rights if set(parsed) == {'stage'} else ['change', *rights])


def _shown(kind: Catalog, errors: Mapping[str, Problem]) -> Problem:
    """A refusal that names no field the actor does not see."""
    seen = {code: problem for code, problem in errors.items() if kind.field(code)}
    if seen:
        return Invalid(seen)
    is_missing = all(problem.code == 'required' for problem in errors.values())
    return Refused('hidden_required' if is_missing else 'hidden_refused', catalog=kind.code)


def _numbered_error(place: int, work: Any) -> dict[str, Any]:
    try:
        made: dict[str, Any] = work()
    except Invalid as problem:
        problem.facts = {**problem.facts, 'row': place}
        raise
    return made


__all__ = ['Problem', 'Records', 'Related', 'StageTotal']
