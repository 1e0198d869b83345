"""Opening and closing the store: one process migrates at a time, and never without a copy of the data."""

import contextlib
import fcntl
import logging
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tortoise.exceptions import BaseORMException

from store import (
    backups,
    catalogs,
    database,
    files,
    guard,
    invitations,
    kept_totals,
    layouts,
    names,
    own_account,
    people,
    photos,
    portal,
    roles,
    secret_box,
    seeing,
    sessions,
    snapshots,
    system_settings,
    tables,
    usage,
    workplaces,
)
from store.problems import Refused
from store.settings import Environment
from store.upkeep import refresh_statistics

MIGRATIONS = Path(__file__).parent / 'migrations'
KEPT_COPIES = 10
log = logging.getLogger(__name__)


async def open_store(environment: Environment) -> None:
    """Make the data folder, bring the tables up to date and open the database of these settings.

    :raises Refused: 'database_is_newer': it was written by a later version of the program"""
    environment.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    usage.take(environment.data)
    try:
        await _open(environment)
    except BaseException:
        usage.give_back()
        raise


async def _open(environment: Environment) -> None:
    secret_box.open_key(environment.key_file)
    files.open_folder(environment.data / 'files')
    backups.open_place(environment)
    invitations.know(public_url=environment.public_url, smtp_host=environment.smtp.host)
    with _alone(environment.data / 'migration.lock'):
        await keep_before_migrating(environment)
        await migrate(environment.database_url)
    await open_migrated(environment.database_url)
    await refresh_statistics()


async def migrate(url: str) -> None:
    """Bring the tables of a database up to date.

    :raises Refused: 'migration_failed': nothing was changed"""
    try:
        await database.migrate(url)
    except BaseORMException as error:
        await close_store()
        raise Refused('migration_failed', detail=str(error)[:300]) from error
    except BaseException:
        # A connection that stays open keeps the process from ending.
        await close_store()
        raise


async def open_migrated(url: str) -> None:
    """Open a database whose tables are up to date."""
    await database.connect(url)
    try:
        people.forget()
        names.forget()
        kept_totals.forget()
        sessions.forget()
        portal.forget()
        seeing.forget()
        await roles.keep_what_was_allowed()
        await roles.add_ready_roles(guard.SETUP)
        await catalogs.load()
        with guard.acting(guard.SETUP):
            await tables.renew_tables()
        await system_settings.load_settings()
        await own_account.load()
        await workplaces.load()
        await layouts.load()
        await photos.load()
    except BaseException:
        await close_store()
        raise


async def follow_others() -> None:
    """Take over what another process has changed and announced: structure, workplaces, settings, people."""
    if await catalogs.refresh():
        people.forget()
        names.forget()
        await workplaces.load()
        await layouts.load()
        await system_settings.load_settings()
        await own_account.load()


async def close_store() -> None:
    """Close every connection; without it the process does not end."""
    await database.close()
    usage.give_back()


async def keep_before_migrating(environment: Environment) -> Path | None:
    """Copy a database that is about to be migrated into `backups/`; None when there is nothing to do.

    :raises Refused: 'database_is_newer'"""
    url = environment.database_url
    if not await _is_outdated(url):
        return None
    folder = environment.data / 'backups'
    folder.mkdir(exist_ok=True, mode=0o700)
    copy = folder / f'before-migration-{datetime.now(UTC):%Y%m%d-%H%M%S}'
    return await _dump(url, copy) if snapshots.is_postgres(url) else _copy(snapshots.file_of(url), copy)


async def _dump(url: str, copy: Path) -> Path | None:
    copy = copy.with_suffix('.dump')
    try:
        await snapshots.dump_postgres(url, copy)
    except Refused as problem:
        # The migration is one transaction and can do no harm; a server that cannot be dumped from here still
        # has to come up.
        copy.unlink(missing_ok=True)
        log.warning('no copy before the migration: %s', problem)
        return None
    _forget_old(copy)
    return copy


async def is_current(url: str) -> bool:
    """Whether a database, which may not even be there, has the tables of this version.

    :raises Refused: 'database_is_newer'"""
    return await _applied_at(url) == _known()


async def _is_outdated(url: str) -> bool:
    """Whether a database has tables, but not those of the present version."""
    applied = await _applied_at(url)
    return bool(applied) and applied != _known()


def _known() -> set[str]:
    return {path.stem for path in MIGRATIONS.glob('[0-9]*.py')}


async def _applied_at(url: str) -> set[str]:
    if snapshots.is_postgres(url):
        async with snapshots.connected(url) as here:
            if not await here.fetchval("SELECT to_regclass('tortoise_migrations') IS NOT NULL"):
                return set()
            rows = await here.fetch("SELECT name FROM tortoise_migrations WHERE app = 'store'")
            applied = {row['name'] for row in rows}
    elif not snapshots.file_of(url).exists():
        return set()
    else:
        with contextlib.closing(sqlite3.connect(snapshots.file_of(url))) as source:
            applied = _applied(source)
    if applied - _known():
        raise Refused('database_is_newer', migrations=sorted(applied - _known()))
    return applied


def _applied(source: sqlite3.Connection) -> set[str]:
    try:
        return {
            name for (name,) in source.execute("SELECT name FROM tortoise_migrations WHERE app = 'store'")
        }
    except sqlite3.OperationalError:
        return set()


def _copy(file: Path, copy: Path) -> Path:
    copy = copy.with_suffix('.db')
    draft = copy.with_suffix('.draft')
    draft.unlink(missing_ok=True)
    snapshots.copy_sqlite(file, draft)
    draft.replace(copy)
    _forget_old(copy)
    return copy


def _forget_old(copy: Path) -> None:
    for old in sorted(copy.parent.glob(f'before-migration-*{copy.suffix}'))[:-KEPT_COPIES]:
        old.unlink()


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open('w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
