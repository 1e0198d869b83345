"""The database as one file, consistent while others write: SQLite's backup API, PostgreSQL's pg_dump."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import asyncpg

from store.problems import Refused

PAGES = 2048
"""Pages of one step; between two steps whoever writes has the disk."""
PAUSE_S = 0.002
_PROGRAMS = ('/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt')


def is_postgres(url: str) -> bool:
    """Whether this is the address of a PostgreSQL database."""
    return url.startswith(('postgres://', 'postgresql://'))


def file_of(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(url.removeprefix('sqlite://'))


def copy_sqlite(source: Path, target: Path, tell: Callable[[int, int], None] = lambda *_: None) -> None:
    """Copy a SQLite database as it is at this moment, step by step, however much is written meanwhile.

    :param tell: hears bytes done and bytes in all; may raise to stop"""
    with contextlib.closing(_reading(source)) as here, contextlib.closing(sqlite3.connect(target)) as there:
        target.chmod(0o600)
        size = here.execute('PRAGMA page_size').fetchone()[0]
        # An open read pins one moment; without it every write of others would begin the copy anew.
        here.execute('BEGIN')
        here.execute('SELECT count(*) FROM sqlite_master').fetchone()
        here.backup(
            there,
            pages=PAGES,
            sleep=PAUSE_S,
            progress=lambda _, left, whole: tell((whole - left) * size, whole * size),
        )
        here.execute('COMMIT')
        there.execute('PRAGMA journal_mode = DELETE')


def _reading(file: Path) -> sqlite3.Connection:
    if not file.exists():
        raise Refused('no_database', file=file.name)
    connection = sqlite3.connect(file, timeout=30, isolation_level=None)
    connection.execute('PRAGMA query_only = 1')
    return connection


def facts_of_sqlite(file: Path) -> dict[str, Any]:
    """Migrations and counts of a SQLite file, for the manifest."""
    with contextlib.closing(_reading(file)) as here:
        migrations = _names(here, "SELECT name FROM tortoise_migrations WHERE app = 'store' ORDER BY name")
        counts = {name: _count(here, name) for name in ('people', 'changes', 'files') if _has(here, name)}
        for catalog_id, code in here.execute('SELECT id, code FROM catalogs ORDER BY id').fetchall():
            counts[f'records: {code}'] = _count(here, f'o_{int(catalog_id)}')
    return {'engine': 'sqlite', 'migrations': migrations, 'counts': counts}


def _names(here: sqlite3.Connection, sql: str) -> tuple[str, ...]:
    return tuple(name for (name,) in here.execute(sql))


def _has(here: sqlite3.Connection, name: str) -> bool:
    return bool(_names(here, f"SELECT name FROM sqlite_master WHERE name = '{name}'"))


def _count(here: sqlite3.Connection, name: str) -> int:
    return int(here.execute(f'SELECT count(*) FROM {name}').fetchone()[0])


async def facts_of_postgres(url: str) -> dict[str, Any]:
    """Migrations and counts of a PostgreSQL database, for the manifest."""
    async with connected(url) as here:
        applied = await here.fetch("SELECT name FROM tortoise_migrations WHERE app = 'store' ORDER BY name")
        counts = {'people': await here.fetchval('SELECT count(*) FROM people')}
        counts['changes'] = await here.fetchval('SELECT count(*) FROM changes')
        for row in await here.fetch('SELECT id, code FROM catalogs ORDER BY id'):
            counts[f'records: {row["code"]}'] = await here.fetchval(
                f'SELECT count(*) FROM o_{int(row["id"])}'
            )
    return {'engine': 'postgres', 'migrations': tuple(row['name'] for row in applied), 'counts': counts}


@contextlib.asynccontextmanager
async def connected(url: str) -> Any:
    """A connection of its own to a PostgreSQL database."""
    connection = await asyncpg.connect(url, timeout=20)
    try:
        yield connection
    finally:
        await connection.close()


def program(name: str) -> str:
    """Where a program of PostgreSQL is, the newest version first.

    :raises Refused: 'no_pg_dump': it is not installed"""
    for root in _PROGRAMS:
        for folder in sorted(Path(root).glob('*/bin'), reverse=True):
            if (folder / name).is_file():
                return str(folder / name)
    found = shutil.which(name)
    if found is None:
        raise Refused('no_pg_dump', program=name)
    return found


async def dump_postgres(url: str, target: Path) -> None:
    """Write a PostgreSQL database into a file of pg_dump's custom format.

    :raises Refused: 'no_pg_dump', 'backup_failed'"""
    # What an earlier restore has put aside is not a part of the installation.
    await run(url, 'pg_dump', '--format=custom', '--no-owner', '--no-privileges',
              '--exclude-schema=replaced_*', f'--file={target}')  # fmt: skip


async def load_postgres(url: str, dump: Path) -> None:
    """Fill an empty PostgreSQL database from a dump, all or nothing.

    :raises Refused: 'no_pg_dump', 'backup_failed'"""
    await run(url, 'pg_restore', '--no-owner', '--no-privileges', '--single-transaction',
              '--exit-on-error', str(dump))  # fmt: skip


async def run(url: str, name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL for a database; the password does not show in the list of processes."""
    process = await asyncio.create_subprocess_exec(
        program(name),
        '--dbname=' + (urlparse(url).path.lstrip('/')),
        *arguments,
        env=_login(url),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        detail = said.decode(errors='replace').strip().splitlines()
        raise Refused('backup_failed', detail=' '.join(detail[-3:])[:400])


def _login(url: str) -> Mapping[str, str]:
    parts = urlparse(url)
    return {
        **os.environ,
        'PGHOST': parts.hostname or '127.0.0.1',
        'PGPORT': str(parts.port or 5432),
        'PGUSER': unquote(parts.username or 'postgres'),
        'PGPASSWORD': unquote(parts.password or ''),
        'PGCONNECT_TIMEOUT': '20',
    }
