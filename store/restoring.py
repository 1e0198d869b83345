"""Putting a backup in the place of an installation; what was there is kept aside."""

import asyncio
import contextlib
import fcntl
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from store import archives, snapshots
from store.archives import Manifest
from store.opening import MIGRATIONS
from store.problems import Refused
from store.secret_box import vouched_file
from store.settings import Environment
from store.usage import IN_USE


async def restore(environment: Environment, file: Path, *, force: bool = False) -> Manifest:
    """Restore an archive. Everybody is signed out; the key file stays the one that is there.

    :param force: also over data; they are moved to `replaced-…`, in the data folder or as a schema
    :raises Refused: 'backup_damaged', 'backup_is_newer', 'database_is_newer', 'other_engine',
        'data_is_there', 'store_in_use'"""
    manifest = archives.manifest_of(file)
    _check(environment, manifest)
    environment.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(environment.data):
        if not force and await _is_filled(environment):
            raise Refused('data_is_there', folder=environment.data.name)
        scratch = environment.data / f'.restoring-{secrets.token_hex(6)}'
        scratch.mkdir(mode=0o700)
        try:
            await asyncio.to_thread(archives.unpack, file, scratch)
            await _put(environment, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return manifest


def _check(environment: Environment, manifest: Manifest) -> None:
    known = {path.stem for path in MIGRATIONS.glob('[0-9]*.py')}
    if set(manifest.migrations) - known:
        raise Refused('database_is_newer', migrations=sorted(set(manifest.migrations) - known))
    engine = 'postgres' if snapshots.is_postgres(environment.database_url) else 'sqlite'
    if manifest.engine != engine:
        raise Refused('other_engine', made_on=manifest.engine, here=engine)


async def _is_filled(environment: Environment) -> bool:
    url = environment.database_url
    if not snapshots.is_postgres(url):
        return snapshots.file_of(url).exists()
    async with snapshots.connected(url) as here:
        return bool(await here.fetchval("SELECT to_regclass('tortoise_migrations') IS NOT NULL"))


async def _put(environment: Environment, scratch: Path) -> None:
    aside = f'replaced_{datetime.now(UTC):%Y%m%d_%H%M%S}'
    url = environment.database_url
    if snapshots.is_postgres(url):
        await _put_postgres(url, scratch / archives.POSTGRES, aside)
    else:
        await asyncio.to_thread(_sign_everybody_out, scratch / archives.SQLITE)
        _put_sqlite(snapshots.file_of(url), scratch / archives.SQLITE, environment.data / aside)
    # The log that comes back may be older than its seals, and that is nobody's forgery.
    vouched_file(environment.key_file).unlink(missing_ok=True)
    _put_files(environment.data / 'files', scratch / 'files', environment.data / aside)


def _sign_everybody_out(file: Path) -> None:
    """A session that was ended after the backup must not come back to life."""
    with contextlib.closing(sqlite3.connect(file)) as restored, restored:
        restored.execute('DELETE FROM sessions')


def _put_sqlite(file: Path, restored: Path, aside: Path) -> None:
    for ending in ('', '-wal', '-shm'):
        old = file.with_name(file.name + ending)
        if old.exists():
            aside.mkdir(exist_ok=True, mode=0o700)
            old.replace(aside / old.name)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Across file systems a rename is none; a copy that ends by one is.
    draft = file.with_name(f'.{file.name}.restored')
    shutil.move(restored, draft)
    draft.replace(file)


def _put_files(folder: Path, restored: Path, aside: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        aside.mkdir(exist_ok=True, mode=0o700)
        folder.replace(aside / 'files')
    if restored.exists():
        shutil.rmtree(folder, ignore_errors=True)
        restored.replace(folder)


async def _put_postgres(url: str, dump: Path, aside: str) -> None:
    async with snapshots.connected(url) as here:
        name = await here.fetchval('SELECT current_schema()') or 'public'
        await here.execute(f'ALTER SCHEMA {name} RENAME TO {aside}; CREATE SCHEMA {name}')
    try:
        await snapshots.load_postgres(url, dump)
    except BaseException:
        async with snapshots.connected(url) as here:
            await here.execute(f'DROP SCHEMA {name} CASCADE; ALTER SCHEMA {aside} RENAME TO {name}')
        raise
    async with snapshots.connected(url) as here:
        await here.execute('DELETE FROM sessions')
        if not await here.fetchval(f"SELECT to_regclass('{aside}.people') IS NOT NULL"):
            await here.execute(f'DROP SCHEMA {aside} CASCADE')


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """While nobody has this installation open."""
    with (data / IN_USE).open('w') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused('store_in_use') from error
        yield
