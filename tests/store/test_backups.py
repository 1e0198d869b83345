"""Backups: whole however much is written meanwhile, checked by the doctor, and restored with one call."""

import asyncio
import contextlib
import json
import sqlite3
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store import Records, archives, backups, database, files, guard, opening, people, restoring, snapshots
from store.problems import Refused
from store.settings import Environment
from store.usage import IN_USE

PNG = b'\x89PNG\r\n\x1a\n' + b'0' * 40
BURST = 750
"""Writes that are acknowledged before the backup begins."""


@pytest.fixture
async def environment(database_url: str, tmp_path: Path) -> AsyncIterator[Environment]:
    """An installation that is open."""
    environment = Environment(data=tmp_path / 'data', database=database_url)
    await opening.open_store(environment)
    yield environment
    await opening.close_store()


async def person(name: str) -> int:
    return (await people.create_person(guard.SETUP, {'login': name, 'name': name, 'is_admin': True})).id


def people_in(file: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(file)) as here:
        return {name for (name,) in here.execute('SELECT name FROM people')}


def sqlite_only(environment: Environment) -> None:
    if snapshots.is_postgres(environment.database_url):
        pytest.skip('about the file of SQLite')


async def test_a_backup_is_checked_and_holds_database_and_files(environment: Environment) -> None:
    anna = await people.actor_of_person(await person('anna'))
    assert anna
    await files.keep(anna, 'me.png', PNG, kind='photo')
    backup = await backups.make(environment)
    assert backup.file.stat().st_mode & 0o777 == 0o600
    assert backup.checked
    assert backup.checked.findings == ()
    assert backup.manifest
    assert backup.manifest.counts['people'] == 1
    with zipfile.ZipFile(backup.file) as archive:
        names = set(archive.namelist())
        assert any(name.startswith('files/') for name in names)
        assert not any('key' in name for name in names)
        key = environment.key_file.read_bytes()
        assert all(key not in archive.read(name) for name in names)
    assert [b.name for b in backups.list_backups(environment)] == [backup.name]
    assert {p.name for p in (environment.data / 'backups').iterdir()} == {
        'lock', backup.name, backup.name.replace('.zip', '.json')
    }  # fmt: skip


async def test_every_acknowledged_write_from_before_the_start_is_in_it(
    environment: Environment, tmp_path: Path
) -> None:
    """Written without a pause while the copy is made, in small steps so that it takes a while."""
    sqlite_only(environment)
    with guard.acting(guard.SETUP):
        await database.rows(
            'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)'
            " INSERT INTO store_state (key, value) SELECT 'load ' || i, hex(randomblob(100)) FROM n"
        )
    acknowledged, stop = 0, asyncio.Event()

    async def write() -> None:
        nonlocal acknowledged
        while not stop.is_set():
            with guard.acting(guard.SETUP):
                async with database.transaction():
                    for number in range(acknowledged, acknowledged + 25):
                        await database.rows(
                            'INSERT INTO store_state (key, value) VALUES (?, ?)', [f'write {number}', 'x']
                        )
            acknowledged += 25
            await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    while acknowledged < BURST:
        await asyncio.sleep(0)
    before = acknowledged
    backup = await backups.make(environment)
    assert acknowledged > before, 'nothing was written while the backup was made'
    stop.set()
    await writing
    assert backup.checked
    assert backup.checked.findings == ()
    archives.unpack(backup.file, tmp_path / 'there')
    with contextlib.closing(sqlite3.connect(tmp_path / 'there' / archives.SQLITE)) as here:
        assert here.execute('PRAGMA integrity_check').fetchone() == ('ok',)
        there = {key for (key,) in here.execute("SELECT key FROM store_state WHERE key LIKE 'write %'")}
    assert {f'write {number}' for number in range(before)} <= there
    # One moment, not a smear: nothing is in it without everything that was acknowledged before it.
    assert there == {f'write {number}' for number in range(len(there))}
    assert len(there) % 25 == 0


async def test_a_restored_installation_is_as_it_was(environment: Environment, tmp_path: Path) -> None:
    sqlite_only(environment)
    anna = await people.actor_of_person(await person('anna'))
    assert anna
    info = await files.keep(anna, 'me.png', PNG, kind='photo')
    backup = await backups.make(environment)
    await opening.close_store()
    elsewhere = Environment(data=tmp_path / 'elsewhere')
    await restoring.restore(elsewhere, backup.file)
    await opening.open_store(elsewhere)
    there = await people.actor_of_person(anna.person_id or 0)
    assert there
    assert there.name == 'anna'
    _, path = await files.open_file(there, info.id)
    assert path.read_bytes() == PNG
    assert path.is_relative_to(elsewhere.data)


async def test_data_that_are_there_are_kept_aside(environment: Environment) -> None:
    await person('before')
    backup = await backups.make(environment)
    await person('after')
    await opening.close_store()
    with pytest.raises(Refused, match='data_is_there'):
        await restoring.restore(environment, backup.file)
    await restoring.restore(environment, backup.file, force=True)
    await opening.open_store(environment)
    names = {p.name for p in await people.list_people(guard.SETUP)}
    assert names == {'before'}
    if snapshots.is_postgres(environment.database_url):
        async with snapshots.connected(environment.database_url) as here:
            found = await here.fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replaced_%'")
            kept = {row['name'] for row in await here.fetch(f'SELECT name FROM {found[0]["nspname"]}.people')}
    else:
        kept = people_in(next(environment.data.glob('replaced_*/*.db')))
    assert kept == {'before', 'after'}


async def test_nothing_is_replaced_under_a_running_program(environment: Environment) -> None:
    backup = await backups.make(environment)
    with pytest.raises(Refused, match='store_in_use'):
        await restoring.restore(environment, backup.file, force=True)
    assert (environment.data / IN_USE).exists()


async def test_everybody_is_signed_out_by_a_restore(environment: Environment) -> None:
    await person('anna')
    with guard.acting(guard.SETUP):
        await database.rows(
            "INSERT INTO sessions (token_hash, person_id, created_at, seen_at) VALUES ('x', 1, 1, 1)"
        )
    backup = await backups.make(environment)
    await opening.close_store()
    await restoring.restore(environment, backup.file, force=True)
    await opening.open_store(environment)
    with guard.acting(guard.SETUP):
        assert await database.rows('SELECT * FROM sessions') == []


async def test_a_damaged_backup_is_refused_and_nothing_is_touched(environment: Environment) -> None:
    await person('anna')
    backup = await backups.make(environment)
    await opening.close_store()
    data = bytearray(backup.file.read_bytes())
    data[len(data) // 3] ^= 0xFF
    backup.file.write_bytes(data)
    with pytest.raises(Refused, match='backup_damaged'):
        await restoring.restore(environment, backup.file, force=True)
    await opening.open_store(environment)
    assert [p.name for p in await people.list_people(guard.SETUP)] == ['anna']
    assert not list(environment.data.glob('replaced_*'))


@pytest.mark.parametrize('name', ['../../evil', '/etc/evil', 'files/../../evil', 'artel.db', 'secret.key'])
async def test_no_member_leaves_its_place(name: str, tmp_path: Path) -> None:
    file = tmp_path / 'evil.zip'
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr(name, b'evil')
        members = {name: {'size': 4, 'sha256': '0' * 64}}
        plain = {'made_at': 1, 'engine': 'sqlite', 'migrations': [], 'members': members, 'format': 1}
        archive.writestr(archives.MANIFEST, json.dumps(plain))
    with pytest.raises(Refused, match='backup_damaged'):
        archives.unpack(file, tmp_path / 'there' / 'deep')
    assert [p.name for p in tmp_path.rglob('*evil*')] == ['evil.zip']


async def test_a_backup_of_a_later_version_is_refused(environment: Environment) -> None:
    with guard.acting(guard.SETUP):
        await database.rows(
            "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('store', '9999_x', '2030-01-01')"
        )
    backup = await backups.make(environment)
    with guard.acting(guard.SETUP):
        await database.rows("DELETE FROM tortoise_migrations WHERE name = '9999_x'")
    await opening.close_store()
    with pytest.raises(Refused, match='database_is_newer'):
        await restoring.restore(environment, backup.file, force=True)


async def test_one_backup_at_a_time_and_a_cancelled_one_leaves_nothing(environment: Environment) -> None:
    sqlite_only(environment)
    with guard.acting(guard.SETUP):
        await database.rows(
            'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)'
            " INSERT INTO store_state (key, value) SELECT 'load ' || i, hex(randomblob(200)) FROM n"
        )
    first = asyncio.create_task(backups.make(environment))
    while backups.present_work() is None:
        await asyncio.sleep(0)
    with pytest.raises(Refused, match='backup_running'):
        await backups.make(environment)
    work = backups.present_work()
    assert work
    work.is_cancelled = True
    with pytest.raises(Refused, match='backup_cancelled'):
        await first
    assert backups.present_work() is None
    assert {p.name for p in (environment.data / 'backups').iterdir()} == {'lock'}


async def test_only_the_newest_scheduled_backups_are_kept(environment: Environment) -> None:
    by_hand = await backups.make(environment)
    made = [await backups.make(environment, reason=backups.SCHEDULED) for _ in range(3)]
    assert backups.prune(environment, 2) == [made[0].name]
    left = [backup.name for backup in backups.list_backups(environment)]
    assert left == [made[2].name, made[1].name, by_hand.name]


async def test_no_room_is_said_and_leaves_nothing(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(archives, '_add', full)
    with pytest.raises(Refused, match='No space left'):
        await backups.make(environment)
    assert {p.name for p in (environment.data / 'backups').iterdir()} == {'lock'}


async def test_without_pg_dump_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(snapshots, '_PROGRAMS', ())
    monkeypatch.setenv('PATH', str(tmp_path))
    with pytest.raises(Refused, match='no_pg_dump'):
        snapshots.program('pg_dump')


async def test_the_backup_of_records_counts_them(trade: Records, tmp_path: Path, database: str) -> None:
    await trade.create('deals', {'title': 'Fleet'})
    backup = await backups.make(Environment(data=tmp_path / 'data', database=database))
    assert backup.manifest
    assert backup.manifest.counts['records: deals'] == 1
