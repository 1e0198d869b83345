"""Digests: one letter a person and period, at their own hours, over a real mail server, whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from automations import Engine, FakeClock
from integrations.mail_out import SmtpMailer
from store import Records, guard, people
from store import clock as store_clock
from store.digests import begin
from store.notice_choices import KEY, NoticeChoices
from store.notifications import Notice, list_notifications, mark_read, notify
from store.settings import SmtpServer
from store.system_settings import save_preference
from tests.mail_server import Box, serving
from ui.digest import send_digests

URL = 'https://crm.example.com'


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box) -> Iterator[SmtpServer]:
    with serving(box) as running:
        yield running


@pytest.fixture
async def engine(database: str, clock: FakeClock, server: SmtpServer) -> AsyncIterator[Engine]:
    made = Engine(clock=clock, mailer=SmtpMailer(lambda: server))
    yield made
    await made.stop()


class House:
    """Max, who wants digests, and the time."""

    def __init__(self, max_: Records, clock: FakeClock, engine: Engine) -> None:
        self.max = max_
        self.clock = clock
        self.engine = engine

    async def choose(self, **choices: object) -> None:
        """Max wants digests like this."""
        chosen = NoticeChoices(**choices)  # type: ignore[arg-type]
        await save_preference(self.max.actor, KEY, chosen.to_plain())
        with store_clock.at(self.clock.now()):
            await begin(self.max.actor, chosen, 'Europe/Moscow')

    async def tell(self, text: str, kind: str = 'mention') -> None:
        """A line for Max."""
        with store_clock.at(self.clock.now()):
            await notify([self.max.actor.person_id or 0], Notice(kind=kind, text=text))

    async def at(self, local: str) -> int:
        """Send what is due at this time in Moscow; how many letters."""
        self.clock.set(datetime.fromisoformat(local).replace(tzinfo=UTC) - timedelta(hours=3))
        with store_clock.at(self.clock.now()):
            made = await send_digests(URL)
        await self.engine.drain()
        return made


@pytest.fixture
async def house(as_member: Records, clock: FakeClock, engine: Engine) -> House:
    values = {'email': 'max@example.com', 'time_zone': 'Europe/Moscow', 'language': 'ru'}
    await people.change_person(guard.SETUP, as_member.actor.person_id or 0, values)
    return House(as_member, clock, engine)


async def test_a_daily_letter_comes_once_at_its_hour(house: House, box: Box) -> None:
    house.clock.set(datetime(2026, 3, 2, 9, tzinfo=UTC))
    await house.choose(digest='daily', at='18:30')
    await house.tell('Анна упомянула вас')
    await house.tell('Правило сработало', 'process')
    assert [await house.at(f'2026-03-02T{one}') for one in ('12:00', '18:29', '18:30', '18:31', '23:00')] == [
        0, 0, 1, 0, 0,
    ]  # fmt: skip
    (letter,) = box.letters
    assert letter['To'] == 'max@example.com'
    text = letter.get_content()
    assert text.index('Правило сработало') < text.index('Анна упомянула вас')
    assert f'{URL}/profile' in text
    assert await house.at('2026-03-03T18:30') == 0
    await house.tell('Ещё')
    assert await house.at('2026-03-04T18:30') == 1
    assert 'Анна' not in box.letters[-1].get_content()


async def test_what_was_read_or_is_not_wanted_is_not_sent(house: House, box: Box) -> None:
    await house.choose(digest='hourly', unmailed=frozenset({'process'}))
    await house.tell('Read')
    (line,) = await list_notifications(house.max.actor)
    await mark_read(house.max.actor, line.id)
    await house.tell('Rule', 'process')
    assert await house.at('2026-03-02T13:00') == 0
    await house.tell('Real')
    assert await house.at('2026-03-02T14:00') == 1
    assert 'Real' in box.letters[0].get_content()
    assert 'Rule' not in box.letters[0].get_content()


async def test_quiet_hours_put_the_letter_off(house: House, box: Box) -> None:
    house.clock.set(datetime(2026, 3, 2, 12, tzinfo=UTC))
    await house.choose(digest='hourly', quiet_from='20:00', quiet_until='08:00')
    await house.tell('Late')
    hours = ('2026-03-02T20:00', '2026-03-03T03:00', '2026-03-03T07:59', '2026-03-03T08:00')
    assert [await house.at(one) for one in hours] == [0, 0, 0, 1]
    assert len(box.letters) == 1


async def test_two_processes_send_one_letter(house: House, box: Box) -> None:
    await house.choose(digest='hourly')
    await house.tell('Once')
    house.clock.set(datetime(2026, 3, 2, 11, tzinfo=UTC))
    with store_clock.at(house.clock.now()):
        made = await asyncio.gather(*(send_digests(URL) for _ in range(5)))
    assert sum(made) == 1


async def test_the_rights_of_the_moment_count(house: House, box: Box, as_admin: Records) -> None:
    await house.choose(digest='hourly')
    told = Notice(kind='process', text='Secret title', catalog='gone', record_id=3)
    with store_clock.at(house.clock.now()):
        await notify([house.max.actor.person_id or 0], told)
    assert await house.at('2026-03-02T13:00') == 1
    text = box.letters[0].get_content()
    assert 'Secret' not in text
    assert '/c/gone/3' not in text


async def test_who_left_gets_no_letter(house: House, box: Box, as_admin: Records) -> None:
    await house.choose(digest='hourly')
    await house.tell('Hello')
    await people.change_person(as_admin.actor, house.max.actor.person_id or 0, {'is_active': False})
    assert await house.at('2026-03-02T13:00') == 0
