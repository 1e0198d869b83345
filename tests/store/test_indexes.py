"""The tables of an earlier version get the columns and indexes of this one."""

from store import Records, database, guard, opening
from store.catalogs import SCHEMA
from store.tables import OF_OWNER, all_indexes


async def _names(table: str) -> set[str]:
    listed = (
        'SELECT indexname AS name FROM pg_indexes WHERE tablename = ?'
        if database.is_postgres()
        else "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?"
    )
    with guard.acting(guard.SETUP):
        return {row['name'] for row in await database.rows(listed, [table])}


async def test_indexes_of_owners_are_renewed_when_the_store_opens(trade: Records) -> None:
    """The old two are gone, the new two are there, once and for all."""
    table, url = f'o_{SCHEMA["deals"].id}', database.address()
    new = {f'ix_{table}_{suffix}' for suffix in OF_OWNER}
    assert new <= await _names(table)
    with guard.acting(guard.SETUP):
        for name in new:
            await database.script(f'DROP INDEX {name}')
        await database.script(f'CREATE INDEX ix_{table}_owner ON {table} (owner_id, id)')
        await database.script(f'CREATE INDEX ix_{table}_owner_board ON {table} (owner_id, stage_id)')
    for _ in range(2):
        await opening.close_store()
        await opening.open_migrated(url)
        found = await _names(table)
        assert new <= found
        assert not {f'ix_{table}_owner', f'ix_{table}_owner_board'} & found


async def test_a_table_of_before_marks_gets_them(trade: Records) -> None:
    """The column, the index that counts and that of the sums; records of before carry no mark."""
    deal = await trade.create('deals', {'title': 'old', 'amount': '5'})
    table, url = f'o_{SCHEMA["deals"].id}', database.address()
    spec = next(spec for spec in SCHEMA['deals'].fields if spec.code == 'amount')
    sums = f'ix_t_{spec.id}'
    with guard.acting(guard.SETUP):
        for name in (f'ix_{table}_counted', sums):
            await database.script(f'DROP INDEX {name}')
        await database.script(f'ALTER TABLE {table} DROP COLUMN marks')
        await database.script(
            f'CREATE INDEX {sums} ON {table} (stage_id, f_{spec.id}c, f_{spec.id}, owner_id)'
            ' WHERE deleted_at IS NULL'
        )
    await opening.close_store()
    await opening.open_migrated(url)
    assert {f'ix_{table}_counted', sums} <= await _names(table)
    with guard.acting(guard.SETUP):
        assert await database.rows(f'SELECT id FROM {table} WHERE marks = 0') == [{'id': deal.id}]
        indexes = [row['sql'] for name, row in (await all_indexes()).items() if name == sums]
    assert 'owner_id, marks, deleted_at)' in indexes[0]
