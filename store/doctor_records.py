"""Checks of records: columns, links, stages and their visits, ranks, numbers, the journal, search words."""

from collections.abc import Sequence
from typing import Any

from store import database, ranks, search
from store.catalogs import SCHEMA
from store.decoding import plan_of
from store.findings import Finding, about, ids_of
from store.schema import SYSTEM_FIELDS, Catalog, FieldSpec
from store.search import CLOSED, SPAN
from store.tables import columns, table

BATCH = 500
PEOPLE = ('owner', 'created_by', 'updated_by')


async def check_catalog(catalog: Catalog) -> list[Finding]:
    """Everything that is wrong with the records of one catalogue."""
    lacking = await _lacking_columns(catalog)
    if lacking:
        return [
            Finding(code='columns_missing', facts={'catalog': catalog.code, 'columns': ', '.join(lacking)})
        ]
    found: list[Finding] = []
    for check in (_stages, _visits, _links, _ranks, _numbers, _journal, _search):
        found += await check(catalog)
    return found


async def _lacking_columns(catalog: Catalog) -> list[str]:
    there = await columns_of(table(catalog))
    specs = [*SYSTEM_FIELDS.values(), *catalog.live_fields]
    return sorted({name for spec in specs for name in columns(spec)} - there)


async def columns_of(name: str) -> set[str]:
    """The columns of a table; none when there is no such table."""
    if database.is_postgres():
        rows = await database.rows(
            'SELECT column_name AS name FROM information_schema.columns'
            ' WHERE table_schema = current_schema() AND table_name = ?',
            [name],
        )
    else:
        rows = await database.rows(f'SELECT name FROM pragma_table_info({name!r})')
    return {row['name'] for row in rows}


def _finding(code: str, catalog: Catalog, ids: Sequence[Any], **more: Any) -> list[Finding]:
    repair = more.pop('repair', None)
    facts = {'catalog': catalog.code, **more, **about(ids)}
    return [Finding(code=code, facts=facts, repair=repair)] if ids else []


async def _stages(catalog: Catalog) -> list[Finding]:
    ids = await ids_of(
        f'SELECT t.id FROM {table(catalog)} t WHERE t.stage_id IS NOT NULL'
        ' AND t.stage_id NOT IN (SELECT s.id FROM stages s WHERE s.catalog_id = ?) ORDER BY t.id',
        [catalog.id],
    )
    return _finding('stage_unknown', catalog, ids)


async def _visits(catalog: Catalog) -> list[Finding]:
    """A record in a stage has exactly one visit that is not over, and it is of that stage."""
    name = table(catalog)
    differing = await ids_of(
        f'SELECT t.id FROM {name} t LEFT JOIN stage_visits v ON v.catalog_id = ? AND v.record_id = t.id'
        ' AND v.left_at IS NULL GROUP BY t.id, t.stage_id'
        ' HAVING COUNT(v.id) <> (CASE WHEN t.stage_id IS NULL THEN 0 ELSE 1 END)'
        ' OR MAX(v.stage_id) <> t.stage_id ORDER BY t.id',
        [catalog.id],
    )
    lost = await ids_of(
        'SELECT DISTINCT v.record_id AS id FROM stage_visits v WHERE v.catalog_id = ?'
        f' AND NOT EXISTS (SELECT 1 FROM {name} t WHERE t.id = v.record_id) ORDER BY v.record_id',
        [catalog.id],
    )
    return [*_finding('visit_differs', catalog, differing), *_finding('visit_without_record', catalog, lost)]


async def _links(catalog: Catalog) -> list[Finding]:
    found: list[Finding] = []
    for spec in [*(SYSTEM_FIELDS[code] for code in PEOPLE), *catalog.live_fields]:
        if spec.type == 'person':
            found += await _lost(catalog, spec, 'people')
        elif spec.type == 'link':
            found += await _lost_links(catalog, spec)
    return found


async def _lost(
    catalog: Catalog, spec: FieldSpec, target: str, among: tuple[str, str] | None = None
) -> list[Finding]:
    """Records whose link leads to no row of `target`; `among` narrows by a column's value."""
    column = columns(spec)[0]
    further, args = (f' AND t.{among[0]} = ?', [among[1]]) if among else ('', [])
    ids = await ids_of(
        f'SELECT t.id FROM {table(catalog)} t WHERE t.{column} IS NOT NULL{further}'
        f' AND NOT EXISTS (SELECT 1 FROM {target} x WHERE x.id = t.{column}) ORDER BY t.id',
        args,
    )
    return _finding('link_lost', catalog, ids, field=spec.code)


async def _lost_links(catalog: Catalog, spec: FieldSpec) -> list[Finding]:
    kind = columns(spec)[1]
    rows = await database.rows(
        f'SELECT DISTINCT t.{kind} AS code FROM {table(catalog)} t WHERE t.{columns(spec)[0]} IS NOT NULL'
    )
    found: list[Finding] = []
    for code in sorted(str(row['code']) for row in rows):
        other = SCHEMA.by_code.get(code)
        if other is None and code != 'person':
            found.append(
                Finding(
                    code='link_to_nowhere', facts={'catalog': catalog.code, 'field': spec.code, 'to': code}
                )
            )
            continue
        found += await _lost(catalog, spec, table(other) if other else 'people', (kind, code))
    return found


async def _ranks(catalog: Catalog) -> list[Finding]:
    """Two cards of a column with one rank have no place between them."""
    rows = await database.rows(
        f'SELECT DISTINCT t.stage_id AS id FROM {table(catalog)} t WHERE t.deleted_at IS NULL'
        ' AND t.stage_id IS NOT NULL GROUP BY t.stage_id, t.rank HAVING COUNT(*) > 1'
    )
    stages = [stage.code for _, stage in catalog.stages() if stage.id in {row['id'] for row in rows}]

    async def mend() -> None:
        for stage in stages:
            await ranks.respace(catalog, stage)

    return _finding('ranks_repeat', catalog, stages, repair=mend)


async def _numbers(catalog: Catalog) -> list[Finding]:
    """The counter of automatic numbers is at least the highest number given."""
    found: list[Finding] = []
    for spec in catalog.live_fields:
        if spec.type != 'auto_number':
            continue
        at = (await database.rows('SELECT seq FROM fields WHERE id = ?', [spec.id]))[0]['seq']
        highest = await _highest(catalog, spec)
        if highest > at:
            facts = {'catalog': catalog.code, 'field': spec.code, 'counter': at, 'highest': highest}
            found.append(Finding(code='counter_behind', facts=facts, repair=_counting(spec.id, highest)))
    return found


def _counting(field_id: int, highest: int) -> Any:
    async def mend() -> None:
        await database.rows(
            'UPDATE fields SET seq = ? WHERE id = ? AND seq < ?', [highest, field_id, highest]
        )

    return mend


async def _highest(catalog: Catalog, spec: FieldSpec) -> int:
    column, prefix = columns(spec)[0], str(spec.options.get('prefix') or '')
    rows = await database.rows(
        f'SELECT t.{column} AS number FROM {table(catalog)} t WHERE substr(t.{column}, 1, ?) = ?'
        f' ORDER BY length(t.{column}) DESC, t.{column} DESC LIMIT {BATCH}',
        [len(prefix), prefix],
    )
    given = [str(row['number'])[len(prefix) :] for row in rows]
    return max((int(text) for text in given if text.isascii() and text.isdigit()), default=0)


async def _journal(catalog: Catalog) -> list[Finding]:
    """No change is of a later version than its record."""
    ids = await ids_of(
        f'SELECT DISTINCT t.id FROM changes c JOIN {table(catalog)} t ON t.id = c.record_id'
        ' WHERE c.catalog_id = ? AND c.version > t.version ORDER BY t.id',
        [catalog.id],
    )
    return _finding('journal_ahead', catalog, ids)


async def _search(catalog: Catalog) -> list[Finding]:
    """Every record is found by its words and by no others, and nothing that is gone is found."""
    wrong: dict[int, None] = {}
    gone: list[int] = []
    last, is_over = 0, False
    while not is_over:
        rows = await _records(catalog, last)
        is_over = len(rows) < BATCH
        until = CLOSED - 1 if is_over else rows[-1]['id']
        there = await _documents(catalog, last + 1, until)
        for row in rows:
            view = plan_of(catalog).view(row)
            for document, words in search.documents(catalog, view.id, view.values):
                if there.pop(document, None) != words:
                    wrong[view.id] = None
        gone += sorted(there)
        last = until

    async def write_again() -> None:
        await _write_again(catalog, list(wrong))

    async def forget() -> None:
        for document in gone:
            await database.rows('DELETE FROM search_docs WHERE rowid = ?', [document])

    lost = sorted({(document - catalog.id * SPAN) % CLOSED for document in gone})
    return [
        *_finding('search_differs', catalog, list(wrong), repair=write_again),
        *_finding('search_without_record', catalog, lost, repair=forget),
    ]


async def _records(catalog: Catalog, after: int) -> list[dict[str, Any]]:
    select = plan_of(catalog).select
    return await database.rows(
        f'SELECT {select} FROM {table(catalog)} t WHERE t.id > ? ORDER BY t.id LIMIT ?', [after, BATCH]
    )


async def _documents(catalog: Catalog, first: int, last: int) -> dict[int, str]:
    """The documents of records of these ids, those of closed fields too."""
    start = catalog.id * SPAN
    rows = await database.rows(
        'SELECT rowid AS id, words FROM search_docs WHERE rowid BETWEEN ? AND ? OR rowid BETWEEN ? AND ?',
        [start + first, start + last, start + CLOSED + first, start + CLOSED + last],
    )
    return {row['id']: row['words'] for row in rows}


async def _write_again(catalog: Catalog, ids: Sequence[int]) -> None:
    plan = plan_of(catalog)
    for begin in range(0, len(ids), BATCH):
        part = ids[begin : begin + BATCH]
        blanks = ', '.join('?' * len(part))
        async with database.transaction():
            rows = await database.rows(
                f'SELECT {plan.select} FROM {table(catalog)} t WHERE t.id IN ({blanks})', part
            )
            views = [plan.view(row) for row in rows]
            await search.write([d for v in views for d in search.documents(catalog, v.id, v.values)])
