"""`python -m tests.crash.every_step [FOLDER]`: an upgrade really killed before each of its steps, one by one.

The test does this where a step finds the folder changed; here it is done everywhere, which takes minutes.
FOLDER may hold the source of the first version: its own program then works on what a kill has left."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from store.settings import Environment
from tests.crash.steps import fingerprint
from tests.crash.test_upgrade import State, make_old, state_of, upgrade

AT_ONCE = 2


def main() -> None:
    """Record, kill everywhere, count what was found."""
    with tempfile.TemporaryDirectory(prefix='artel-steps-') as place:
        _look(Path(place), Path(sys.argv[1]) if len(sys.argv) > 1 else None)


def _look(place: Path, old_program: Path | None) -> None:
    whole, kept = Environment(data=place / 'whole'), place / 'kept'
    whole.data.mkdir()
    asyncio.run(make_old(whole.database_url))
    shutil.copytree(whole.data, place / 'old')
    old = asyncio.run(state_of(whole))
    assert asyncio.run(upgrade(whole, kept)) == 0
    new = asyncio.run(state_of(whole))
    steps = (kept / 'steps.txt').read_text().splitlines()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = Counter(pool.map(partial(_killed, place, (old, new)), range(1, len(steps) + 1)))
    print(f'{len(steps)} steps: {dict(found)}', flush=True)
    if old_program:
        _start_old(place, old_program, old)


def _killed(place: Path, versions: tuple[State, State], number: int) -> str:
    data = shutil.copytree(place / 'old', place / f'killed{number}')
    if asyncio.run(upgrade(Environment(data=data), None, number)) != -signal.SIGKILL:
        return f'step {number}: not reached'
    look = shutil.copytree(data, place / f'look{number}')
    state = asyncio.run(state_of(Environment(data=look)))
    shutil.rmtree(look)
    if state not in versions:
        return f'step {number}: neither version'
    return ('the old version', 'the new version')[versions.index(state)]


def _start_old(place: Path, program: Path, old: State) -> None:
    told, seen = Counter[str](), set[str]()
    for data in sorted(place.glob('killed*')):
        mark = fingerprint(data).replace(data.name, '')
        if mark in seen or asyncio.run(state_of(Environment(data=data))) != old:
            continue
        seen.add(mark)
        done = subprocess.run(
            [sys.executable, 'main.py', 'user', 'late', '--name', 'Late'],
            cwd=program,
            env={**os.environ, 'ARTEL_DATA': str(data), 'ARTEL_PASSWORD': 'correct-horse-battery-9'},
            capture_output=True,
            text=True,
            check=False,
        )
        told[done.stdout.strip() or done.stderr.strip()[-200:]] += 1
    print(f'the old program: {dict(told)}')


if __name__ == '__main__':
    main()
