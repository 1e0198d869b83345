"""Backups: made while people work, checked by restoring them elsewhere and asking the doctor."""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from store import archives, clock, snapshots
from store.archives import Manifest
from store.doctor import Report
from store.problems import Problem, Refused
from store.settings import KEY_FILE, Environment

FOLDER = 'backups'
ENDING = '.zip'
BY_HAND, SCHEDULED, BEFORE_RESTORE = 'hand', 'schedule', 'restore'
CHECK_LIMIT_S = 3600
_opened: dict[str, Environment] = {}
_present: list['Work'] = []


@dataclass(kw_only=True, slots=True)
class Work:
    """A backup being made: the step ('database', 'files', 'check'), and bytes done of all."""

    step: str = 'database'
    done: int = 0
    total: int = 0
    is_cancelled: bool = False

    def tell(self, more: int) -> None:
        """Count; stops the work when somebody wants it stopped.

        :raises Refused: 'backup_cancelled'"""
        self.done += more
        if self.is_cancelled:
            raise Refused('backup_cancelled')


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """One archive; `checked` is what the doctor said of the restored copy, None before that."""

    file: Path
    size: int
    manifest: Manifest | None
    checked: Report | None = None

    @property
    def name(self) -> str:
        """Its file's name."""
        return self.file.name

    @property
    def made_at(self) -> datetime:
        """When it was made."""
        if self.manifest is None:
            return datetime.fromtimestamp(self.file.stat().st_mtime, UTC)
        return clock.from_ms(self.manifest.made_at)


def open_place(environment: Environment) -> None:
    """Make and keep backups of this installation from now on."""
    _opened['environment'] = environment


def place() -> Environment:
    """The installation that backups are of.

    :raises Refused: 'no_backup_place' before `open_place`"""
    if 'environment' not in _opened:
        raise Refused('no_backup_place')
    return _opened['environment']


def present_work() -> Work | None:
    """The backup that this process is making now."""
    return _present[0] if _present else None


async def make(environment: Environment, *, reason: str = BY_HAND) -> Backup:
    """Make a backup and check it by restoring it.

    :raises Refused: 'backup_running', 'backup_failed', 'backup_cancelled', 'no_pg_dump'"""
    folder = environment.data / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder), _telling() as work:
        target = folder / f'artel-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}{ENDING}'
        async with _scratch(folder) as scratch:
            await _write(environment, scratch, target, reason, work)
        work.step, work.done, work.total = 'check', 0, 0
        try:
            return await _checked(environment, target, work)
        except Refused as problem:
            if problem.code == 'backup_cancelled':
                _drop(target)
            raise


async def _write(environment: Environment, scratch: Path, target: Path, reason: str, work: Work) -> None:
    url = environment.database_url
    copy = scratch / (archives.POSTGRES if snapshots.is_postgres(url) else archives.SQLITE)
    try:
        facts = await _copy(url, copy, work)
        files = await asyncio.to_thread(_files, environment.data / 'files')
        work.step, work.done = 'files', 0
        work.total = copy.stat().st_size + sum(path.stat().st_size for _, path in files)
        members = [(copy.name, copy), *files]
        facts = {**facts, 'made_at': clock.now_ms(), 'reason': reason}
        await asyncio.to_thread(archives.write, target, facts, members, work.tell)
    except (OSError, sqlite3.Error) as error:
        raise Refused('backup_failed', detail=str(error)[:400]) from error


async def _copy(url: str, copy: Path, work: Work) -> dict[str, Any]:
    if snapshots.is_postgres(url):
        facts = await snapshots.facts_of_postgres(url)
        await snapshots.dump_postgres(url, copy)
        return facts

    def tell(done: int, total: int) -> None:
        work.total = total
        work.tell(done - work.done)

    await asyncio.to_thread(snapshots.copy_sqlite, snapshots.file_of(url), copy, tell)
    return await asyncio.to_thread(snapshots.facts_of_sqlite, copy)


def _files(folder: Path) -> list[tuple[str, Path]]:
    """Contents never change once they are there, so that copying them later than the database is right."""
    return [(f'files/{path.parent.name}/{path.name}', path) for path in sorted(folder.glob('??/*'))]


async def check(environment: Environment, name: str) -> Backup:
    """Restore a backup in a scratch place and let the doctor look at it.

    :raises Refused: 'no_such_backup', 'backup_damaged', 'backup_running'"""
    with _alone(environment.data / FOLDER), _telling() as work:
        work.step = 'check'
        return await _checked(environment, find(environment, name).file, work)


async def _checked(environment: Environment, file: Path, work: Work) -> Backup:
    async with _scratch(file.parent) as scratch:
        manifest = await asyncio.to_thread(archives.unpack, file, scratch, work.tell)
        work.tell(0)
        if environment.key_file.exists():
            # The seals of the audit log are looked at, too.
            (scratch / KEY_FILE).symlink_to(environment.key_file.absolute())
        if manifest.engine == 'postgres':
            report = await _check_postgres(environment.database_url, scratch)
        else:
            report = await _ask_doctor(scratch, scratch / archives.SQLITE)
    note = {'check': asdict(report) if report else None}
    _note_of(file).write_text(json.dumps(note, ensure_ascii=False))
    return _backup(file)


async def _check_postgres(url: str, scratch: Path) -> Report | None:
    """Into a database of its own on the same server; None where one may not be made."""
    name = f'artel_check_{secrets.token_hex(4)}'
    elsewhere = f'{url.rpartition("/")[0]}/{name}'
    async with snapshots.connected(url) as here:
        if not await here.fetchval(
            'SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user'
        ):
            return None
        await here.execute(f'CREATE DATABASE {name} TEMPLATE template0')
        try:
            await snapshots.load_postgres(elsewhere, scratch / archives.POSTGRES)
            return await _ask_doctor(scratch, elsewhere)
        finally:
            await here.execute(f'DROP DATABASE {name} WITH (FORCE)')


async def _ask_doctor(data: Path, database: Path | str) -> Report:
    """In a process of its own: this one has its own database open."""
    process = await asyncio.create_subprocess_exec(
        *_doctor(data),
        # Not an argument: it may hold a password, and everybody sees the arguments of a process.
        env={**os.environ, 'ARTEL_DATABASE': _absolute(database)},
        cwd=Path(__file__).parents[1],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(CHECK_LIMIT_S):
            said, trouble = await process.communicate()
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    if not said.strip():
        last = trouble.decode(errors='replace').strip().splitlines()[-1:]
        raise Refused('backup_failed', detail=' '.join(last)[:400])
    return Report.of(json.loads(said.splitlines()[-1]))


def _doctor(data: Path) -> list[str]:
    return [sys.executable, '-m', 'store.doctor', str(data.absolute())]


def _absolute(database: Path | str) -> str:
    return str(database.absolute()) if isinstance(database, Path) else database


async def examine(environment: Environment) -> Report:
    """What the doctor says of the installation itself, in a process of its own.

    :raises Refused: 'backup_failed': it could not be asked"""
    url = environment.database_url
    where: Path | str = url if snapshots.is_postgres(url) else snapshots.file_of(url)
    return await _ask_doctor(environment.data, where)


def list_backups(environment: Environment) -> list[Backup]:
    """Every backup, the newest first."""
    files = (environment.data / FOLDER).glob(f'artel-*{ENDING}')
    return sorted((_backup(file) for file in files), key=lambda backup: backup.made_at, reverse=True)


def find(environment: Environment, name: str) -> Backup:
    """The backup of this file name.

    :raises Refused: 'no_such_backup'"""
    for backup in list_backups(environment):
        if backup.name == name:
            return backup
    raise Refused('no_such_backup', name=name[:100])


def remove(environment: Environment, name: str) -> None:
    """Remove a backup for good.

    :raises Refused: 'no_such_backup'"""
    _drop(find(environment, name).file)


def prune(environment: Environment, keep: int) -> list[str]:
    """Remove all but the newest scheduled ones; those made by hand stay. The names of the removed."""
    made = [b for b in list_backups(environment) if b.manifest and b.manifest.reason == SCHEDULED]
    for backup in made[max(1, keep) :]:
        _drop(backup.file)
    return [backup.name for backup in made[max(1, keep) :]]


def _drop(file: Path) -> None:
    file.unlink(missing_ok=True)
    _note_of(file).unlink(missing_ok=True)


def _note_of(file: Path) -> Path:
    return file.with_suffix('.json')


def _backup(file: Path) -> Backup:
    manifest, checked = None, None
    with contextlib.suppress(Problem):
        manifest = archives.manifest_of(file)
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        note: Mapping[str, Any] = json.loads(_note_of(file).read_text())
        checked = Report.of(note['check']) if note['check'] else None
    return Backup(file=file, size=file.stat().st_size, manifest=manifest, checked=checked)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time, among all processes."""
    with (folder / 'lock').open('w') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused('backup_running') from error
        yield


@contextlib.contextmanager
def _telling() -> Iterator[Work]:
    work = Work()
    _present[:] = [work]
    try:
        yield work
    finally:
        # A thread that still copies stops at its next step.
        work.is_cancelled = True
        _present.clear()


@contextlib.asynccontextmanager
async def _scratch(folder: Path) -> AsyncIterator[Path]:
    """An empty folder beside the backups, gone afterwards."""
    scratch = folder / f'.scratch-{secrets.token_hex(6)}'
    scratch.mkdir(mode=0o700)
    try:
        yield scratch
    finally:
        await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
