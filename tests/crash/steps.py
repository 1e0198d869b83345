"""Every step of a process that works on an installation: each statement, each deed on its files."""

import hashlib
import os
import re
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store import locked
from store.locked_asyncpg import SafeTransaction

Each = Callable[[int, str], None]
TIMES = re.compile(r'\d{8}-\d{6}')
_FILE_DEEDS = ('open', 'os.', 'shutil.')
_WORKING = '.db-shm'
"""SQLite's index of its log: made anew from the log by whoever comes first after a crash."""


class Steps:
    """Counts the steps from now on and calls `each` before every one, with its number and what it is."""

    def __init__(self, folder: Path, each: Each) -> None:
        self.count = 0
        self._folder, self._each = str(folder), each
        self._busy = threading.local()
        _trace_sqlite(self.step)
        _trace_postgres(self.step)
        sys.addaudithook(self._audit)

    def step(self, what: str) -> None:
        """One more step is about to be taken."""
        if getattr(self._busy, 'is_on', False):
            return
        self.count += 1
        self._busy.is_on = True
        try:
            self._each(self.count, ' '.join(what.split())[:120])
        finally:
            self._busy.is_on = False

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        # An audit hook stays until the process ends, and sees everything, so that it has to be quick.
        if event.startswith(_FILE_DEEDS) and self._folder in repr(arguments[:2]):
            names = ' '.join(Path(str(one)).name for one in arguments[:2] if self._folder in str(one))
            self.step(f'{event} {names}')


def _trace_sqlite(step: Callable[[str], None]) -> None:
    connect: Any = sqlite3.connect

    def traced(*arguments: Any, **named: Any) -> Any:
        connection = connect(*arguments, **named)
        connection.set_trace_callback(step)
        return connection

    sqlite3.connect = traced


def _trace_postgres(step: Callable[[str], None]) -> None:
    passing, leave = locked.Locked.acquire_connection, SafeTransaction.__aexit__

    def acquire(self: Any) -> Any:
        if 'sqlite' not in type(self).__module__:
            step('statement')
        return passing(self)

    async def end(self: Any, *error: Any) -> None:
        step('end of a transaction')
        await leave(self, *error)
        step('after a transaction')

    locked.Locked.acquire_connection = acquire  # type: ignore[method-assign]
    SafeTransaction.__aexit__ = end  # type: ignore[method-assign,assignment]


class Recorder:
    """Keeps a copy of the folder as a kill would leave it, whenever it differs from the copy before."""

    def __init__(self, folder: Path, target: Path) -> None:
        self._folder, self._target = folder, target
        self._last = ''
        target.mkdir()

    def __call__(self, number: int, what: str) -> None:
        """Look before a step."""
        present = fingerprint(self._folder)
        if present != self._last:
            self._last = present
            shutil.copytree(self._folder, self._target / f'{number:04}')
        with (self._target / 'steps.txt').open('a') as file:
            file.write(f'{number}\t{what}\n')


def fingerprint(folder: Path) -> str:
    """What lies in a folder: names without the times in them, and contents."""
    whole = hashlib.sha256()
    for place, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if not name.endswith(_WORKING):
                whole.update(TIMES.sub('', f'{place}/{name}\0').encode())
                whole.update(hashlib.sha256((Path(place) / name).read_bytes()).digest())
    return whole.hexdigest()
