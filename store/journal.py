"""The journal as the engine reads it: which changes wait for rules, and that they have been looked at."""

from collections.abc import Sequence

from store import changes, database, guard
from store.catalogs import SCHEMA
from store.changes import Change


async def waiting(limit: int) -> list[Change]:
    """Changes no rule has looked at yet, oldest first."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT {changes.COLUMNS} FROM changes WHERE dispatched = 0 ORDER BY id LIMIT ?',
            [limit],
            read=True,
        )
    return [changes.from_row(row, SCHEMA.code_of(row['catalog_id']), None) for row in found]


async def later_than(change: Change) -> list[Change]:
    """What has happened to a change's record after it, newest first."""
    with guard.acting(guard.ENGINE):
        return list(reversed(await changes.since(SCHEMA[change.catalog], change.record_id, change.version)))


async def waiting_imports() -> list[int]:
    """The imports whose changes no rule has looked at yet."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            "SELECT DISTINCT cause_id FROM changes WHERE dispatched = 0 AND cause = 'import'"
            ' AND cause_id IS NOT NULL',
            read=True,
        )
    return [row['cause_id'] for row in found]


async def pass_over(heard: Sequence[int], by_imports: Sequence[int], imports: Sequence[int]) -> int:
    """Mark waiting changes that no rule listens to, some thousand at a time; how many.

    :param heard: ids of catalogues that have rules
    :param by_imports: those of them whose rules imports may start
    :param imports: imports that want rules to run"""
    catalogs, open_to = (', '.join('?' * len(ids)) or '0' for ids in (heard, by_imports))
    wanted = ', '.join('?' * len(imports)) or '0'
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'UPDATE changes SET dispatched = 1 WHERE id IN'
            ' (SELECT id FROM changes WHERE dispatched = 0 ORDER BY id LIMIT 5000)'
            f" AND (catalog_id NOT IN ({catalogs}) OR (cause IN ('import', 'sample', 'undo', 'merge')"
            f' AND catalog_id NOT IN ({open_to}) AND COALESCE(cause_id, -1) NOT IN ({wanted}))) RETURNING id',
            [*heard, *by_imports, *imports],
        )
    return len(found)


async def mark_dispatched(change_ids: Sequence[int]) -> None:
    """Write down that rules have looked at these changes."""
    for start in range(0, len(change_ids), 500):
        part = change_ids[start : start + 500]
        blanks = ', '.join('?' * len(part))
        await database.rows(f'UPDATE changes SET dispatched = 1 WHERE id IN ({blanks})', part)
