"""A server that is stopped: nothing that pages still do finds the store closed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STOPPED = """
import asyncio
import os

from nicegui import background_tasks

from main import build
from store import people
from store.guard import SETUP
from store.settings import Environment


async def read() -> None:
    while True:
        await people.list_people(SETUP)


async def stop_while_pages_read() -> None:
    app = build(Environment.read(os.environ))
    async with app.router.lifespan_context(app):
        for _ in range(5):
            background_tasks.create(read(), name='a page that reads')
        await asyncio.sleep(0)


asyncio.run(stop_while_pages_read())
print('ended')
"""


def test_what_pages_still_read_ends_before_the_store_does(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, '-c', STOPPED],
        cwd=ROOT,
        env={'ARTEL_DATA': str(tmp_path / 'data'), 'ARTEL_PORT': '8080', 'PATH': '/usr/bin:/bin'},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.splitlines()[-1:] == ['ended'], done.stderr
    assert 'Traceback' not in done.stderr
