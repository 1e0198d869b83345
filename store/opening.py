"""Opening and closing the store: one process migrates at a time, and never without a copy of the data."""

import contextlib
import fcntl
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from store import catalogs, database, guard, people, roles, secret_box, sessions, system_settings
from store.problems import Refused
from store.settings import Environment
from store.upkeep import refresh_statistics

MIGRATIONS = Path(__file__).parent / 'migrations'
KEPT_COPIES = 10


async def open_store(environment: Environment) -> None:
    """Make the data folder, bring the tables up to date and open the database of these settings.

    :raises Refused: 'database_is_newer': it was written by a later version of the program"""
    environment.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret_box.open_key(environment.key_file)
    with _alone(environment.data / 'migration.lock'):
        copy_before_migrating(environment)
        await migrate(environment.database_url)
    await open_migrated(environment.database_url)
    await refresh_statistics()


async def migrate(url: str) -> None:
    """Bring the tables of a database up to date."""
    try:
        await database.migrate(url)
    except BaseException:
        # A connection that stays open keeps the process from ending.
        await close_store()
        raise


async def open_migrated(url: str) -> None:
    """Open a database whose tables are up to date."""
    await database.connect(url)
    try:
        people.forget()
        sessions.forget()
        await roles.add_ready_roles(guard.SETUP)
        await catalogs.load()
        await system_settings.load_settings()
    except BaseException:
        await close_store()
        raise


async def close_store() -> None:
    """Close every connection; without it the process does not end."""
    await database.close()


def copy_before_migrating(environment: Environment) -> Path | None:
    """Copy a SQLite file that is about to be migrated into `backups/`; None when there is nothing to do.

    On PostgreSQL each migration is one transaction, and copies are its administrator's."""
    file = Path(environment.database_url.removeprefix('sqlite://'))
    if environment.database_url.startswith('postgres') or not file.exists():
        return None
    known = {path.stem for path in MIGRATIONS.glob('[0-9]*.py')}
    with contextlib.closing(sqlite3.connect(file)) as source:
        applied = _applied(source)
        if applied - known:
            raise Refused('database_is_newer', migrations=sorted(applied - known))
        if not applied or applied == known:
            return None
        return _copy(source, environment.data / 'backups')


def _applied(source: sqlite3.Connection) -> set[str]:
    try:
        return {
            name for (name,) in source.execute("SELECT name FROM tortoise_migrations WHERE app = 'store'")
        }
    except sqlite3.OperationalError:
        return set()


def _copy(source: sqlite3.Connection, folder: Path) -> Path:
    folder.mkdir(exist_ok=True, mode=0o700)
    copy = folder / f'before-migration-{datetime.now(UTC):%Y%m%d-%H%M%S}.db'
    with contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    for old in sorted(folder.glob('before-migration-*.db'))[:-KEPT_COPIES]:
        old.unlink()
    return copy


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open('w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
