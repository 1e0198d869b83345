"""SQLite learns how large a table has become, once, and takes the index that fits."""

import pytest

from store import Designer, FieldSpec, Records, database, guard
from store.upkeep import refresh_statistics

STAGES = [
    {'code': 'new', 'label': 'New', 'color': '#3b82f6'},
    {'code': 'won', 'label': 'Won', 'color': '#16a34a', 'kind': 'won'},
]


@pytest.fixture
async def many(as_admin: Records) -> Records:
    designer = Designer(as_admin.actor)
    await designer.create_catalog('things', 'Things', 'Thing')
    await designer.add_field('things', FieldSpec(code='size', label='Size', type='number', indexed=True))
    await designer.add_pipeline('things', 'main', 'Main', STAGES)
    await as_admin.create_many('things', [{'title': f'Thing {n}', 'size': n} for n in range(1200)])
    return as_admin


async def test_a_grown_table_is_looked_at_once(many: Records) -> None:
    looked_at = await refresh_statistics()
    assert looked_at == ([] if database.is_postgres() else ['o_1'])
    assert await refresh_statistics() == []


async def test_the_best_of_a_stage_are_taken_from_the_sorted_index(many: Records) -> None:
    if database.is_postgres():
        pytest.skip('PostgreSQL keeps its own statistics')
    await refresh_statistics()
    field = many.catalog('things').field('size')
    assert field is not None
    column = f'f_{field.id}'
    with guard.acting(guard.SETUP):
        plan = await database.rows(
            f'EXPLAIN QUERY PLAN SELECT id FROM o_1 WHERE deleted_at IS NULL AND stage_id = 1'
            f' AND {column} > 0 ORDER BY {column} DESC, id DESC LIMIT 50',
            read=True,
        )
    assert not any('TEMP B-TREE' in row['detail'] for row in plan), plan
