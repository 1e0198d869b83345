"""Killed while files are kept: what has a row is whole, what has none is swept away."""

import asyncio
import hashlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from store import database as store_database
from store import files, guard, opening, people

KILLS = 5


@pytest.mark.slow
async def test_a_file_with_a_row_is_always_whole(database_template: str, tmp_path: Path) -> None:
    if database_template.startswith('postgres'):
        pytest.skip('what is killed here is the writing of files; one database is enough')
    for part in Path(database_template).parent.glob('artel.db*'):
        shutil.copy(part, tmp_path / part.name)
    await opening.open_migrated(str(tmp_path / 'artel.db'))
    person = await people.create_person(guard.SETUP, {'login': 'ada', 'name': 'Ada', 'is_admin': True})
    await opening.close_store()
    for number in range(KILLS):
        await _killed_after(0.15 + 0.11 * number, tmp_path, person.id)
    files.open_folder(tmp_path / 'files')
    await opening.open_migrated(str(tmp_path / 'artel.db'))
    try:
        with guard.acting(guard.ENGINE):
            rows = await store_database.rows('SELECT sha256, size FROM files')
        assert len(rows) >= KILLS
        for row in rows:
            content = (tmp_path / 'files' / row['sha256'][:2] / row['sha256']).read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (row['size'], row['sha256'])
        old = time.time() - files.LEFT_OVER_S - 10
        for path in (tmp_path / 'files').rglob('*'):
            os.utime(path, (old, old))
        await files.sweep()
        left = [path for path in (tmp_path / 'files').rglob('*') if path.is_file()]
        assert {path.name for path in left} == {row['sha256'] for row in rows}
    finally:
        await opening.close_store()


async def _killed_after(seconds: float, data: Path, person_id: int) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, '-m', 'tests.crash.file_worker', str(data), str(person_id),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    assert await asyncio.wait_for(child.stdout.readline(), 60) == b'kept\n'
    await asyncio.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    await child.wait()
