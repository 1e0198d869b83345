"""An installation with as many deals as a question needs, and how to say what was found."""

import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from store import guard, opening, people, solutions
from store.records import Records
from store.settings import Environment
from tests.browser.app import PASSWORD, App

STAGES = ('new', 'qualification', 'proposal', 'negotiation', 'won', 'lost')
CHUNK = 1_000


def installation(folder: Path, deals: int) -> App:
    """An installation with Sales, an administrator `ada` and this many deals; not yet started."""
    app = App(folder / f'deals-{deals}')
    asyncio.run(_fill(app.data, deals))
    return app


async def _fill(data: Path, deals: int) -> None:
    await opening.open_store(Environment(data=data))
    try:
        person = await people.create_person(
            guard.SETUP, {'login': 'ada', 'name': 'Ada Admin', 'is_admin': True}
        )
        await people.set_password(guard.SETUP, person.id, PASSWORD)
        actor = await people.actor_of_person(person.id)
        if actor is None:
            raise LookupError('ada')
        await solutions.install(actor, 'sales', 'en')
        records = Records(actor)
        for start in range(0, deals, CHUNK):
            await records.create_many('deals', [deal(n) for n in range(start, min(start + CHUNK, deals))])
    finally:
        await opening.close_store()


def deal(number: int) -> dict[str, Any]:
    """One deal; the same number gives the same one."""
    chance = random.Random(number)
    return {
        'title': f'Deal {number} {chance.choice(("renewal", "roll-out", "service", "licence"))}',
        'stage': chance.choice(STAGES),
        'amount': {'amount': str(chance.randint(1, 900) * 100), 'currency': 'USD'},
        'engaged_on': f'2026-{number % 12 + 1:02}-{number % 28 + 1:02}',
    }


async def times(count: int, work: Callable[[int], Awaitable[object]]) -> list[float]:
    """Seconds of each of so many calls, one after another; the first tenth warms up and does not count."""
    for n in range(count // 10):
        await work(-1 - n)
    found = []
    for n in range(count):
        began = time.perf_counter()
        await work(n)
        found.append(time.perf_counter() - began)
    return found


def ms(found: Sequence[float]) -> str:
    """Median and 95th percentile in milliseconds."""
    return f'{p50(found):7.2f} ms p50 {statistics.quantiles(found, n=20)[18] * 1000:7.2f} ms p95'


def p50(found: Sequence[float]) -> float:
    """The median in milliseconds."""
    return statistics.median(found) * 1000


def say(question: str, answer: str) -> None:
    """One line of the report."""
    print(f'{question:<46} {answer}', flush=True)


def count_from_environment(name: str, usual: int) -> int:
    """A size that may be set for a shorter run, e.g. DEALS=1000."""
    return int(os.environ.get(name, usual))


def machine() -> str:
    """What it ran on."""
    return f'Python {sys.version.split()[0]}, {os.cpu_count()} cores'
