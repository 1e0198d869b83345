"""The engine at work by itself: it wakes for changes at once, for moments within a second, and ends when
told."""

import asyncio
import time
from datetime import timedelta

from automations import Clock, Engine
from automations.clock import Heartbeat
from store import Designer, Records, clock
from tests.automations.conftest import Save, bell, tasks_of


async def test_the_heart_beats_in_the_loop_even_after_a_stall() -> None:
    beats: list[str] = []

    def beat() -> None:
        task = asyncio.current_task()
        beats.append(task.get_name() if task else '')

    heart = Heartbeat(beat, 0.05)
    heart.start()
    time.sleep(0.3)
    await asyncio.sleep(0.2)
    heart.stop()
    assert 2 <= len(beats) <= 8
    assert all(beats)


async def test_a_reminder_reaches_the_bell_within_two_seconds_of_its_time(
    house: Designer, as_admin: Records, save: Save
) -> None:
    options = {'field': 'remind_at', 'amount': 0, 'unit': 'minutes', 'when': 'after'}
    await save(
        'tasks', 'date_reached', options, ('notify', {'to': ['field:owner'], 'text': 'Reminder: {{ title }}'})
    )
    engine = Engine(clock=Clock())
    await engine.start()
    moment = clock.now() + timedelta(seconds=1.5)
    await as_admin.create('tasks', {'title': 'Call', 'remind_at': moment})
    async with asyncio.timeout(10):
        while not await bell(as_admin):
            await asyncio.sleep(0.02)
    late = (clock.now() - moment).total_seconds()
    await engine.stop()
    assert 0 <= late < 2


async def test_a_stopped_engine_lets_the_next_one_begin_at_once(
    house: Designer, as_admin: Records, save: Save
) -> None:
    await save('deals', 'record_created', {}, ('create_task', {'title': 'x'}))
    for number in range(2):
        engine = Engine()
        await engine.start()
        await as_admin.create('deals', {'title': str(number)})
        async with asyncio.timeout(5):
            while len(await tasks_of(as_admin)) <= number:
                await asyncio.sleep(0.01)
        await engine.stop()
