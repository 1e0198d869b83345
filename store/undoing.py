"""Undoing an import through the door: what it made goes, what it changed gets its old values back.

Whatever somebody has changed since stays as it is, unless they want it taken back too."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store import changes, clock, database, guard, import_undos, own_account, writing
from store.actor import Actor, Cause
from store.catalogs import SCHEMA
from store.changes import Change
from store.decoding import plan_of
from store.import_undos import Kept, UndoStep
from store.imports import ImportJob
from store.portal_reach import CONTACTS, known_as
from store.records import Records
from store.schema import Catalog
from store.tables import columns, table
from store.values import RecordView

CHUNK = 500
"""Records that are looked at, or put away, at once."""
REMOVE, PUT_BACK = 'remove', 'put_back'
TOLD_AS = {
    changes.COMMENTED: 'commented',
    changes.RESTORED: 'restored',
    'shared': 'shared',
    'unshared': 'shared',
}
Place = tuple[str, int]
Judged = tuple[dict[str, Any], Kept | None]


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done with one record: 'remove' or 'put_back'."""

    kind: str
    catalog: str
    record_id: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What an undo would do, in that order, and the records that it would leave as they are, wholly or in
    part."""

    deeds: tuple[Deed, ...]
    kept: tuple[Kept, ...]

    def count(self, kind: str) -> int:
        """How many records would be removed, or put back."""
        return sum(deed.kind == kind for deed in self.deeds)


class Undoing:
    """The undoing of an import, and of what rules did to records because of it, with the rights of one actor.

    A record made by the import stays if somebody has changed it, spoken there or linked to it since, a field
    if it has another value from somebody else. With `anyway` these go too, but never a record made on the way
    (an account that the deals of the file named) that others use."""

    def __init__(self, actor: Actor, job: ImportJob, *, anyway: bool = False) -> None:
        self._job = job
        self._anyway = anyway
        self.act_as(actor)
        self._first = 0
        self._runs: frozenset[int] = frozenset()
        self._before: dict[Place, dict[str, Any]] = {}
        self._going: set[Place] = set()
        self._returning: set[tuple[str, int, str]] = set()

    def act_as(self, actor: Actor) -> None:
        """Go on with these rights."""
        self._actor = actor
        self._records = Records(actor, Cause('undo', self._job.id))

    async def survey(self) -> Survey:
        """Look at every record that the import made or changed; writes nothing."""
        kept: dict[Place, Kept] = {}
        self._runs = frozenset(await import_undos.caused_runs(self._job.id))
        made = await self._made()
        await self._read_changes({*made})
        put_back = await self._survey_changed(kept)
        removed = await self._survey_made(made, kept)
        main = [place for place in removed if place[0] == self._job.catalog]
        on_the_way = [place for place in removed if place[0] != self._job.catalog]
        deeds = [
            *(Deed(REMOVE, *place) for place in main),
            *(Deed(PUT_BACK, *place) for place in put_back),
            *(Deed(REMOVE, *place) for place in on_the_way),
        ]
        return Survey(tuple(deeds), tuple(kept.values()))

    async def do(self, deeds: Sequence[Deed], place: int) -> UndoStep:
        """Do deeds of the survey in the open transaction; what has changed since the survey stays."""
        kept: list[Kept] = []
        removed = put_back = 0
        for kind, code, ids in _grouped(deeds):
            if kind == REMOVE:
                removed += await self._remove(SCHEMA[code], ids, kept)
            else:
                put_back += await self._put_back(SCHEMA[code], ids, kept)
        return UndoStep(place=place, handled=len(deeds), removed=removed, put_back=put_back, kept=kept)

    # What the import did

    async def _made(self) -> list[Place]:
        """What it made, newest first."""
        places = [place for place, _ in await self._own(changes.CREATED)]
        return places[::-1]

    async def _read_changes(self, made: set[Place]) -> None:
        """What fields of older records held before it."""
        for place, before in await self._own(changes.CHANGED, changes.MOVED):
            if place not in made:
                self._before[place] = {**json.loads(before), **self._before.get(place, {})}

    async def _own(self, *kinds: str) -> list[tuple[Place, str]]:
        """What records held before changes of the import, and of rules because of it, oldest first."""
        asked = [('import', [self._job.id]), *(('rule', part) for part in _parts(sorted(self._runs)))]
        found: list[dict[str, Any]] = []
        for cause, ids in asked:
            with guard.acting(self._actor):
                found += await database.rows(
                    f'SELECT id, catalog_id, record_id, before FROM changes WHERE cause = ?'
                    f' AND cause_id IN ({", ".join("?" * len(ids))})'
                    f' AND kind IN ({", ".join("?" * len(kinds))})',
                    [cause, *ids, *kinds],
                    read=True,
                )
        found.sort(key=lambda row: int(row['id']))
        if found:
            self._first = min(self._first or found[0]['id'], found[0]['id'])
        places = [((SCHEMA.code_of(row['catalog_id']), row['record_id']), row['before']) for row in found]
        return [one for one in places if one[0][0]]

    # What has become of it

    async def _survey_changed(self, kept: dict[Place, Kept]) -> list[Place]:
        """The records that get values back, the last ones changed first."""
        found: list[Place] = []
        for code, ids in _by_catalog(reversed(self._before)):
            for part in _parts(ids):
                judged = await self._judge_changed(SCHEMA[code], part, lock=False)
                for record_id in part:
                    values, reason = judged.get(record_id, ({}, None))
                    if reason:
                        kept[code, record_id] = reason
                    if values:
                        found.append((code, record_id))
                        self._returning |= {(code, record_id, field) for field in values}
        return found

    async def _survey_made(self, made: Sequence[Place], kept: dict[Place, Kept]) -> list[Place]:
        """The records that go."""
        found: list[Place] = []
        for code, ids in _by_catalog(made):
            for part in _parts(ids):
                judged = await self._judge_made(SCHEMA[code], part, lock=False)
                kept |= {(code, one): reason for one, reason in judged.items() if reason}
                found += [(code, one) for one in part if one in judged and judged[one] is None]
        self._going = set(found)
        # Who is kept keeps what it links to, and so on.
        while used := await self._used_of_all(found):
            kept |= used
            self._going -= set(used)
            found = [place for place in found if place in self._going]
        return found

    async def _used_of_all(self, places: Sequence[Place]) -> dict[Place, Kept]:
        used: dict[Place, Kept] = {}
        for code, ids in _by_catalog(places):
            for part in _parts(ids):
                found = await self._used(SCHEMA[code], part)
                used |= {(code, one): reason for one, reason in found.items()}
        return used

    async def _judge_made(self, kind: Catalog, ids: Sequence[int], *, lock: bool) -> dict[int, Kept | None]:
        """Why records that were made stay, None for those that may go; who is in the bin is left out."""
        views = await self._views(kind, ids, lock=lock)
        has = await self._records.granted(kind.code, views, 'read', 'delete')
        later = await self._later(kind, [view.id for view in views])
        found: dict[int, Kept | None] = {}
        for view in views:
            others = _lasting(later.get(view.id, ()))
            if not {'read', 'delete'} <= has[view.id]:
                found[view.id] = Kept(catalog=kind.code, record_id=view.id, code='no_rights')
            elif own_account.is_own(kind.code, view.id):
                found[view.id] = Kept(catalog=kind.code, record_id=view.id, code='own_company')
            else:
                found[view.id] = _touched(others) if others and not self._anyway else None
        return found

    async def _used(self, kind: Catalog, ids: Sequence[int]) -> dict[int, Kept]:
        """Which of these records others link to that do not go themselves."""
        if self._anyway and kind.code == self._job.catalog:
            return {}
        users: defaultdict[int, list[Place]] = defaultdict(list)
        for other, spec in writing.target_catalogs(kind):
            main, of = columns(spec)
            for row in await self._linking(f'SELECT t.id, t.{main} AS target FROM {table(other)} t WHERE'
                                           f' t.{main} IN (%s) AND t.{of} = ? AND t.deleted_at IS NULL',
                                           [*ids], kind.code):  # fmt: skip
                user = (other.code, row['id'])
                if user not in self._going and (*user, spec.code) not in self._returning:
                    users[row['target']].append(user)
        if known_as(CONTACTS) == kind:
            sql = 'SELECT id, contact_id AS target FROM people WHERE contact_id IN (%s)'
            for row in await self._linking(sql, [*ids]):
                users[row['target']].append(('person', row['id']))
        return {
            one: Kept(catalog=kind.code, record_id=one, code='linked',
                      facts={'count': len(found), 'catalog': found[0][0], 'id': found[0][1]})
            for one, found in users.items() if found != [(kind.code, one)]
        }  # fmt: skip

    async def _linking(self, sql: str, ids: Sequence[int], *args: Any) -> list[dict[str, Any]]:
        with guard.acting(self._actor):
            blanks = ', '.join('?' * len(ids))
            return await database.rows(sql.replace('%s', blanks), [*ids, *args], read=True)

    async def _judge_changed(self, kind: Catalog, ids: Sequence[int], *, lock: bool) -> dict[int, Judged]:
        """The values that records get back, and why others stay; who is in the bin is left out."""
        codes = dict.fromkeys(code for one in ids for code in self._before[kind.code, one])
        views = await self._views(kind, ids, lock=lock, codes=sorted(codes))
        has = await self._records.granted(kind.code, views, 'read', 'change', 'move')
        later = await self._later(kind, ids)
        return {
            view.id: self._judge_fields(kind, view, has[view.id], later.get(view.id, ())) for view in views
        }

    def _judge_fields(
        self, kind: Catalog, view: RecordView, has: frozenset[str], later: Sequence[Change]
    ) -> Judged:
        before = self._before[kind.code, view.id]
        now = json.loads(json.dumps(writing.journal(kind, {code: view.values.get(code) for code in before})))
        done = {code for one in later if self._is_ours(one) for code in one.after}
        gone = {code for code in before if code not in done and code not in view.values}
        back = {c: old for c, old in before.items() if c not in done | gone and now.get(c) != old}
        others = [one for one in _lasting(later) if not self._is_ours(one) and {*back} & {*one.after}]
        if others and not self._anyway:
            theirs = {code for one in others for code in one.after}
            back = {code: old for code, old in back.items() if code not in _with_ends(kind, theirs)}
        if back and not (has >= _rights_for(back) and self._may_write(kind, back)):
            return {}, Kept(catalog=kind.code, record_id=view.id, code='no_rights')
        if others and not self._anyway:
            return back, _touched(others, {*before})
        if gone:
            return back, Kept(
                catalog=kind.code, record_id=view.id, code='field_gone', facts={'fields': sorted(gone)}
            )
        return back, None

    def _may_write(self, kind: Catalog, values: Mapping[str, Any]) -> bool:
        mine = self._records.catalog(kind.code)
        return all((spec := mine.field(code)) is not None and not spec.read_only for code in values)

    def _is_ours(self, change: Change) -> bool:
        return change.cause.kind == 'undo' and change.cause.id == self._job.id

    async def _later(self, kind: Catalog, ids: Sequence[int]) -> dict[int, list[Change]]:
        """What happened to records since the import, but for what it did itself or by rules."""
        with guard.acting(self._actor):
            found = await changes.later(kind, ids, self._first, but=Cause('import', self._job.id))
        return {
            one: [change for change in listed if not self._is_caused(change)] for one, listed in found.items()
        }

    def _is_caused(self, change: Change) -> bool:
        return change.cause.kind == 'rule' and change.cause.id in self._runs

    async def _views(
        self, kind: Catalog, ids: Sequence[int], *, lock: bool, codes: Sequence[str] = ()
    ) -> list[RecordView]:
        """Records that are there, locked, or with these fields alone."""
        with guard.acting(self._actor):
            if lock:
                return await writing.locked_many(kind, ids)
            plan = plan_of(kind, codes)
            blanks = ', '.join('?' * len(ids))
            sql = (
                f'SELECT {plan.select} FROM {table(kind)} t WHERE t.id IN ({blanks}) AND t.deleted_at IS NULL'
            )
            return [plan.view(row) for row in await database.rows(sql, [*ids], read=True)]

    # The deeds

    async def _remove(self, kind: Catalog, ids: Sequence[int], kept: list[Kept]) -> int:
        judged = await self._judge_made(kind, ids, lock=True)
        free = [one for one, reason in judged.items() if reason is None]
        stays = {one: reason for one, reason in judged.items() if reason} | await self._used(kind, free)
        kept += stays.values()
        self._going -= {(kind.code, one) for one in stays}
        going = [one for one in free if one not in stays]
        await self._records.remove_many(kind.code, going)
        return len(going)

    async def _put_back(self, kind: Catalog, ids: Sequence[int], kept: list[Kept]) -> int:
        judged = await self._judge_changed(kind, ids, lock=True)
        count = 0
        for one in ids:
            values, reason = judged.get(one, ({}, None))
            if reason:
                kept.append(reason)
            if values:
                await self._records.change(kind.code, one, values)
                count += 1
        return count


def _touched(others: Sequence[Change], fields: set[str] | None = None) -> Kept:
    """That a record stays because of what others did to it."""
    last = others[-1]
    touched = {code for one in others for code in one.after if fields is None or code in fields}
    facts: dict[str, Any] = {
        'who': last.actor.title if last.actor else '',
        'at': clock.to_ms(last.at),
        'cause': last.cause.kind,
        'cause_id': last.cause.id,
        'fields': sorted(touched) if last.kind in (changes.CHANGED, changes.MOVED) else [],
    }
    if last.cause.chain:
        facts['rule'] = last.cause.chain[-1].partition(':')[0]
    return Kept(
        catalog=last.catalog, record_id=last.record_id, code=TOLD_AS.get(last.kind, 'changed'), facts=facts
    )


def _lasting(later: Sequence[Change]) -> list[Change]:
    """What others did that is there still: not what was changed and then put back, or is in the bin."""
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for one in later:
        first = {**one.before, **first}
        last |= one.after
    lasting = {code for code, value in last.items() if first.get(code) != value}
    return [
        one
        for one in later
        if one.kind in TOLD_AS or (one.kind in (changes.CHANGED, changes.MOVED) and lasting & {*one.after})
    ]


def _with_ends(kind: Catalog, codes: set[str]) -> set[str]:
    """The fields, with the stage where its closing day is one, and the other way about."""
    together = {'stage', *(line.closed_field for line in kind.pipelines)}
    return codes | together if codes & together else codes


def _rights_for(values: Mapping[str, Any]) -> frozenset[str]:
    needed = {'read'} | ({'move'} if 'stage' in values else set())
    return frozenset(needed | ({'change'} if set(values) != {'stage'} else set()))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _by_catalog(places: Iterable[Place]) -> list[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for code, record_id in places:
        found.setdefault(code, []).append(record_id)
    return list(found.items())


def _grouped(deeds: Sequence[Deed]) -> Iterator[tuple[str, str, list[int]]]:
    """Deeds of one kind in one catalogue, in their order."""
    found: dict[tuple[str, str], list[int]] = {}
    for deed in deeds:
        found.setdefault((deed.kind, deed.catalog), []).append(deed.record_id)
    for (kind, code), ids in found.items():
        yield kind, code, ids
