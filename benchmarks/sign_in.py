"""Can an unknown login be told from a known one by the time its refusal takes?

Tries alternate, so that whatever else the machine does meets both alike."""

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from store import Refused, guard, opening, people, sessions
from store.settings import Environment

TRIES = int(os.environ.get('TRIES', '200'))
PASSWORD = 'correct-horse-battery-9'


async def ask() -> None:
    """Both, one after the other, and what lies between them."""
    await people.create_person(guard.SETUP, {'name': 'Max', 'login': 'max', 'password': PASSWORD})
    known: list[float] = []
    unknown: list[float] = []
    for number in range(TRIES):
        for login, times in (('max', known), (f'nobody{number}', unknown))[:: 1 if number % 2 else -1]:
            times.append(await _took(login))
    apart = [after - before for before, after in zip(known, unknown, strict=True)]
    middle = statistics.median(apart)
    # How far the median of so many differences may lie from the truth by chance (about 95 of 100 times).
    spread = 1.96 * 1.2533 * statistics.stdev(apart) / TRIES**0.5
    print(f'known login, wrong password   {statistics.median(known):7.1f} ms (median of {TRIES})')
    print(f'unknown login                 {statistics.median(unknown):7.1f} ms')
    print(f'between them                  {middle:+7.2f} ms, give or take {spread:.2f} ms')


async def _took(login: str) -> float:
    sessions.forget()
    begin = time.perf_counter()
    try:
        await sessions.sign_in(login, 'wrong-horse-battery-9')
    except Refused:
        return (time.perf_counter() - begin) * 1000
    raise AssertionError('a wrong password was taken')


async def main() -> None:
    """In an installation of its own."""
    with tempfile.TemporaryDirectory() as folder:
        await opening.open_store(Environment(data=Path(folder)))
        try:
            await ask()
        finally:
            await opening.close_store()


if __name__ == '__main__':
    asyncio.run(main())
