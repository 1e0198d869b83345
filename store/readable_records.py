"""The reading half of the door: finding, counting, searching, looking back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store import changes, columns, guard, policies, reading, search, writing
from store.actor import BY_PERSON, Actor, Cause
from store.catalogs import SCHEMA
from store.changes import Change
from store.columns import StageTotal
from store.operations import need_employee
from store.problems import NotFound, Refused
from store.query import NO_FILTER, Condition, Filter, Page, Query
from store.schema import Catalog
from store.seen import hidden, seen
from store.values import RecordView, Ref


@dataclass(frozen=True, slots=True)
class Related:
    """Records of `catalog` whose link `field` points at the record asked about."""

    catalog: str
    field: str
    count: int


class ReadableRecords:
    """The reading half of `Records`: every query is narrowed by the actor's rights."""

    def __init__(self, actor: Actor, cause: Cause = BY_PERSON) -> None:
        self.actor = actor
        self.cause = cause

    # Catalogues

    def catalogs(self) -> tuple[Catalog, ...]:
        """Those the actor may read, in their order."""
        return tuple(seen(self.actor, c) for c in SCHEMA if policies.reads_any(self.actor, c.code))

    def catalog(self, code: str) -> Catalog:
        """One catalogue as the actor sees it: without hidden fields.

        :raises NotFound: none of this code, or not readable"""
        catalog = SCHEMA[code]
        if not policies.reads_any(self.actor, code):
            raise NotFound('no_such_catalog', catalog=code)
        return seen(self.actor, catalog)

    def may(self, right: str, catalog: str) -> bool:
        """Whether the actor may have one of `RIGHTS` to any record at all; `granted` knows to which."""
        only_looks = self.actor.read_only and right != 'read'
        return not only_looks and policies.has_any(self.actor, right, catalog)

    async def granted(
        self, catalog: str, views: Sequence[RecordView], *rights: str
    ) -> dict[int, frozenset[str]]:
        """Which of some rights the actor has to each of some records, by id."""
        kind = SCHEMA[catalog]
        known: dict[int, frozenset[str]] = {}
        unsure: list[int] = []
        wanted = [right for right in rights if right == 'read' or not self.actor.read_only]
        for view in views:
            owner = view.owner.id if view.owner else None
            said = {right: policies.certain(self.actor, right, kind, owner, view.stage) for right in wanted}
            known[view.id] = frozenset(right for right, yes in said.items() if yes)
            if None in said.values():
                unsure.append(view.id)
        if unsure:
            with guard.acting(self.actor):
                known |= await reading.granted(self.actor, kind, unsure, wanted)
        return known

    # Reading

    async def find(self, catalog: str, query: Query | None = None) -> Page:
        """A page of records.

        :raises Refused: 'bad_filter', 'bad_sort', 'bad_page', 'bad_cursor'"""
        with guard.acting(self.actor):
            views, cursor = await reading.page(self.actor, self.catalog(catalog), query or Query())
        return Page(tuple(views), cursor)

    async def get(self, catalog: str, id: int, *, deleted: bool = False) -> RecordView:
        """One record; `deleted` looks in the recycle bin instead.

        :raises NotFound: no such record, or not for this reader"""
        with guard.acting(self.actor):
            view = await reading.one(self.actor, self.catalog(catalog), id, deleted=deleted)
        if view is None:
            raise NotFound(catalog=catalog, id=id)
        return view

    async def count(self, catalog: str, filter: Filter = NO_FILTER, text: str = '') -> int:
        """How many records match."""
        with guard.acting(self.actor):
            return await reading.count(self.actor, self.catalog(catalog), filter, text)

    async def stage_totals(
        self, catalog: str, pipeline: str | None = None, filter: Filter = NO_FILTER, text: str = ''
    ) -> dict[str, StageTotal]:
        """Count and value per currency of each stage of a pipeline; stages without cards are there too."""
        kind = self.catalog(catalog)
        line = kind.pipeline(pipeline)
        if line is None:
            raise Refused('no_pipeline', catalog=catalog)
        with guard.acting(self.actor):
            return await columns.totals(self.actor, kind, line, filter, text)

    async def column(
        self,
        catalog: str,
        stage: str,
        *,
        filter: Filter = NO_FILTER,
        text: str = '',
        limit: int = 30,
        after: str | None = None,
    ) -> Page:
        """Cards of a stage in the order of the board; `after` is the cursor of the page before."""
        kind = self.catalog(catalog)
        asked = Query(filter=filter, text=text, limit=limit, after=after)
        with guard.acting(self.actor):
            views, cursor = await columns.cards(self.actor, kind, stage, asked)
        return Page(tuple(views), cursor)

    async def neighbours(
        self, catalog: str, id: int, *, filter: Filter = NO_FILTER, text: str = ''
    ) -> tuple[int | None, int | None]:
        """The cards right above and right below a card in its column, among those the filter shows."""
        kind = self.catalog(catalog)
        with guard.acting(self.actor):
            return await columns.neighbours(self.actor, kind, id, filter, text)

    async def history(
        self, catalog: str, id: int, *, limit: int = 50, before: int | None = None
    ) -> list[Change]:
        """What happened to a record, newest first; names of linked records only where they may be read.

        :raises NotAllowed: to people of the portal, who are told nothing of what is done inside"""
        need_employee(self.actor)
        await self.get(catalog, id)
        with guard.acting(self.actor):
            found = await changes.of_record(SCHEMA[catalog], id, limit=limit, before=before)
            gone = hidden(self.actor, SCHEMA[catalog])
            found = [kept for change in found if (kept := _without(change, gone))]
            refs = {_ref(v) for c in found for v in (*c.before.values(), *c.after.values()) if _is_ref(v)}
            names = await reading.titles(self.actor, refs)
        return [replace(c, before=_named(c.before, names), after=_named(c.after, names)) for c in found]

    async def search(self, text: str, *, limit: int = 20, catalog: str | None = None) -> list[Ref]:
        """Records whose words begin like those of `text`, over all catalogues the actor may read."""
        within = (self.catalog(catalog),) if catalog else self.catalogs()
        with guard.acting(self.actor):
            return await search.everywhere(self.actor, within, text, limit)

    async def suggest(self, catalog: str, text: str, *, limit: int = 10) -> list[Ref]:
        """Candidates for a link field, by name; `catalog` 'person' gives people."""
        kind = None if catalog == 'person' else self.catalog(catalog)
        if kind is None and self.actor.portal:
            return []
        with guard.acting(self.actor):
            found = await search.named_like(self.actor, kind, text, limit)
        return [Ref(row['id'], row['title'], catalog) for row in found]

    async def titles(self, refs: Iterable[Ref]) -> dict[tuple[str, int], str]:
        """Names by (catalogue, id) of people and of those records that the actor may read.

        Somebody of the portal is told the names of people only with the records that show them."""
        if self.actor.portal:
            refs = [ref for ref in refs if ref.catalog != 'person' or ref.id == self.actor.person_id]
        with guard.acting(self.actor):
            return await reading.titles(self.actor, refs)

    async def related(self, catalog: str, id: int) -> list[Related]:
        """Which catalogues link to this record, and how many of their records do."""
        view = await self.get(catalog, id)
        answer = []
        for other, spec in writing.target_catalogs(self.catalog(catalog)):
            if policies.reads_any(self.actor, other.code) and seen(self.actor, other).field(spec.code):
                asked = Filter((Condition(spec.code, 'is', view.ref),))
                answer.append(Related(other.code, spec.code, await self.count(other.code, asked)))
        return answer


def _without(change: Change, gone: frozenset[str]) -> Change | None:
    """A change without hidden fields; None when there was nothing else in it."""
    if gone.isdisjoint({*change.before, *change.after}):
        return change
    before, after = (
        {c: v for c, v in values.items() if c not in gone} for values in (change.before, change.after)
    )
    return replace(change, before=before, after=after) if after or change.kind != changes.CHANGED else None


def _is_ref(value: Any) -> bool:
    return isinstance(value, dict) and set(value) >= {'id', 'catalog'}


def _ref(value: Mapping[str, Any]) -> Ref:
    return Ref(value['id'], '', value['catalog'])


def _named(values: Mapping[str, Any], names: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    return {
        code: {**v, 'title': names.get((v['catalog'], v['id']), '')} if _is_ref(v) else v
        for code, v in values.items()
    }
