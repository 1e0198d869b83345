"""The fixed tables: migrations say what the models say, and an empty database takes the first row."""

from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from store import database, guard
from store.database import config


async def test_models_and_migrations_agree(database_open: str) -> None:
    apps = Tortoise.apps
    assert apps is not None
    writers = await MigrationAutodetector(apps, config(database_open)['apps']).changes()
    assert [writer.name for writer in writers] == [], 'run `make migrations`'


async def test_no_description_of_a_table_ends_its_statement(database_open: str) -> None:
    # Tortoise cuts a CREATE TABLE at a semicolon in the comment that it makes of the docstring.
    assert Tortoise.apps is not None
    models = Tortoise.apps['store'].values()
    assert [model.__name__ for model in models if ';' in (model.__doc__ or '')] == []


async def test_a_fresh_table_counts_its_rows(database_open: str) -> None:
    with guard.acting(guard.SETUP):
        made = await database.rows(
            "INSERT INTO roles (code, label, labels) VALUES ('tester', 'Tester', '{}') RETURNING id"
        )
    assert made[0]['id'] > 0
