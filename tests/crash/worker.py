"""A process of its own that works with rules until the environment lets it die."""

import asyncio
import os
from datetime import datetime
from pathlib import Path

from automations import Delivery, Engine, FakeClock, Mail, WebCall
from store import Records, catalogs, database, people

ROUNDS = 4


class World:
    """The world outside: a file that remembers every key that reached it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def _keep(self, key: str) -> Delivery:
        with self._file.open('a') as lines:
            lines.write(f'{key}\n')
        return Delivery(outcome='sent')

    async def send(self, mail: Mail) -> Delivery:
        """A letter has arrived."""
        return self._keep(mail.key)

    async def post(self, call: WebCall) -> Delivery:
        """A call has arrived."""
        return self._keep(call.key)


async def work(url: str, file: str, begin: datetime, person_id: int) -> None:
    """Win a deal each round and let the rules work, some minutes apart."""
    await database.connect(url)
    try:
        await catalogs.load()
        actor = await people.actor_of_person(person_id)
        assert actor is not None
        records, clock, world = Records(actor), FakeClock(begin), World(Path(file))
        engine = Engine(clock=clock, mailer=world, poster=world)
        for number in range(ROUNDS):
            with clock.stamp():
                deal = await records.create('deals', {'title': f'Deal {number}', 'amount': '5 RUB'})
                await records.move('deals', deal.id, stage='won')
            await engine.drain()
            clock.forward(minutes=2)
        await engine.drain()
        await engine.stop()
    finally:
        await database.close()


def main(fault: str, url: str, file: str, begin: datetime, person_id: int) -> None:
    """The child's life."""
    os.environ['ARTEL_FAULT'] = fault
    asyncio.run(work(url, file, begin, person_id))
