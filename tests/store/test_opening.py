"""The store opens an empty folder, copies data before migrating, and refuses what a later version wrote."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from store import opening
from store.problems import Refused
from store.settings import Environment


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(data=tmp_path / 'data')


async def test_an_empty_folder_becomes_a_store(environment: Environment) -> None:
    await opening.open_store(environment)
    await opening.close_store()
    assert (environment.data / 'artel.db').exists()
    assert environment.key_file.stat().st_mode & 0o077 == 0
    assert not (environment.data / 'backups').exists()


async def test_nothing_is_copied_when_there_is_nothing_to_migrate(environment: Environment) -> None:
    for _ in range(2):
        await opening.open_store(environment)
        await opening.close_store()
    assert await opening.keep_before_migrating(environment) is None


async def test_the_data_is_copied_before_a_migration(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await opening.open_store(environment)
    await opening.close_store()
    later = tmp_path / 'migrations'
    shutil.copytree(opening.MIGRATIONS, later)
    (later / '9999_later.py').touch()
    monkeypatch.setattr(opening, 'MIGRATIONS', later)
    copy = await opening.keep_before_migrating(environment)
    assert copy is not None
    with contextlib.closing(sqlite3.connect(copy)) as file:
        assert file.execute('PRAGMA integrity_check').fetchone() == ('ok',)
        assert file.execute('SELECT count(*) FROM roles').fetchone() == (4,)


async def test_data_of_a_later_version_is_left_alone(environment: Environment) -> None:
    await opening.open_store(environment)
    await opening.close_store()
    with contextlib.closing(sqlite3.connect(environment.database_url)) as file, file:
        file.execute(
            "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('store', '9999_x', '2030')"
        )
    with pytest.raises(Refused, match='database_is_newer'):
        await opening.open_store(environment)
