"""Letters and calls of rules, to a real mail server and a real web server on this machine."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import pytest

from automations import Engine, FakeClock, Rules
from integrations.mail_out import SmtpMailer
from integrations.outside import OutsidePolicy
from integrations.webhooks import WebhookPoster
from store import Records, people
from store.settings import SmtpServer
from tests.automations.conftest import Save, bell, house, save
from tests.mail_server import Box, serving

__all__ = ['house', 'save']


@pytest.fixture
def office() -> Box:
    return Box()


@pytest.fixture
def smtp(office: Box) -> Iterator[SmtpServer]:
    with serving(office) as running:
        yield running


class WebServer:
    """Keeps requests; answers 503 as often as it is told, then 200."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.failures = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b'\r\n\r\n')).decode()
        headers = dict(line.lower().split(': ', 1) for line in head.strip().split('\r\n')[1:])
        self.requests.append((headers, await reader.readexactly(int(headers['content-length']))))
        status = '503 Busy' if self.failures else '200 OK'
        self.failures = max(0, self.failures - 1)
        writer.write(f'HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n'.encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def web() -> AsyncIterator[WebServer]:
    made = WebServer()
    server = await asyncio.start_server(made.serve, '127.0.0.1', 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@pytest.fixture
async def engine(house: object, clock: FakeClock, smtp: SmtpServer) -> AsyncIterator[Engine]:
    poster = WebhookPoster(OutsidePolicy(lambda: ('127.0.0.0/8',)))
    made = Engine(clock=clock, mailer=SmtpMailer(lambda: smtp), poster=poster)
    yield made
    await made.stop()
    await poster.close()


LETTER = {
    'to': ['field:email', 'field:owner', 'boss@example.com'],
    'subject': 'Сделка\r\nBcc: evil@example.com {{ title }}',
    'body': 'Сумма: {{ amount | money }}, стадия «{{ stage }}»',
}


async def test_each_recipient_gets_the_letter_with_its_blanks_filled(
    as_admin: Records, engine: Engine, save: Save, office: Box, clock: FakeClock
) -> None:
    await people.change_person(as_admin.actor, as_admin.actor.person_id or 0, {'email': 'ada@example.com'})
    rule = await save('deals', 'record_created', {}, ('send_email', LETTER), language='ru')
    await as_admin.create('deals', {'title': 'Ромашка', 'amount': '1250 RUB', 'email': 'client@example.com'})
    await engine.drain()
    assert sorted(letter['To'] for letter in office.letters) == [
        'ada@example.com', 'boss@example.com', 'client@example.com',
    ]  # fmt: skip
    assert {letter['Subject'] for letter in office.letters} == {'Сделка Bcc: evil@example.com Ромашка'}
    assert all(letter['Bcc'] is None for letter in office.letters)
    text = office.letters[0].get_content().strip().replace('\xa0', ' ')
    assert text == 'Сумма: 1 250 ₽, стадия «Новая»'
    assert len({letter['Message-ID'] for letter in office.letters}) == 3
    (run,) = await Rules(as_admin.actor, clock).runs(rule.id)
    assert [parcel.status for parcel in (await Rules(as_admin.actor).run(run.id)).parcels] == ['sent'] * 3


async def test_a_busy_server_is_asked_again_under_the_same_message_id(
    as_admin: Records, engine: Engine, save: Save, office: Box, clock: FakeClock
) -> None:
    office.refusals = ['451 Try later']
    await save('deals', 'record_created', {}, ('send_email', {**LETTER, 'to': ['boss@example.com']}))
    await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    assert office.letters == []
    clock.forward(seconds=20)
    await engine.drain()
    assert len(office.letters) == 1


async def test_a_refused_letter_is_dead_at_once_and_the_owner_hears_of_it(
    as_admin: Records, engine: Engine, save: Save, office: Box, clock: FakeClock
) -> None:
    office.refusals = ['550 No such user']
    rule = await save('deals', 'record_created', {}, ('send_email', {**LETTER, 'to': ['nobody@example.com']}))
    await as_admin.create('deals', {'title': 'A'})
    await engine.drain()
    clock.forward(days=1)
    await engine.drain()
    (run,) = await Rules(as_admin.actor, clock).runs(rule.id)
    (parcel,) = (await Rules(as_admin.actor).run(run.id)).parcels
    assert (parcel.status, parcel.attempts) == ('dead', 1)
    assert await bell(as_admin) == ['delivery_failed']


async def test_a_webhook_carries_the_record_and_one_key_through_all_attempts(
    as_admin: Records, engine: Engine, save: Save, web: WebServer, clock: FakeClock
) -> None:
    web.failures = 1
    url = f'http://127.0.0.1:{web.port}/hook'
    await save('deals', 'stage_entered', {'kind': 'won'}, ('call_webhook', {'url': url, 'secret': 'hush'}))
    deal = await as_admin.create('deals', {'title': 'Acme', 'amount': '12.50 RUB'})
    await as_admin.move('deals', deal.id, stage='won')
    await engine.drain()
    clock.forward(seconds=20)
    await engine.drain()
    (first, body), (second, same) = web.requests
    assert first['idempotency-key'] == second['idempotency-key']
    assert body == same
    told = json.loads(body)
    assert (told['event'], told['id'], told['values']['stage']) == ('stage_entered', deal.id, 'won')
    assert told['values']['amount'] == {'amount': '12.50', 'currency': 'RUB'}


async def test_a_slow_server_outside_does_not_keep_anybody_waiting(
    as_admin: Records, engine: Engine, save: Save, clock: FakeClock
) -> None:
    reached = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, '127.0.0.1', 0)
    url = f'http://127.0.0.1:{server.sockets[0].getsockname()[1]}/'
    await save('deals', 'record_created', {}, ('call_webhook', {'url': url}))
    await as_admin.create('deals', {'title': 'A'})
    await engine.turn()
    delivering = asyncio.create_task(engine._courier.deliver())  # noqa: SLF001  to look while it hangs
    await asyncio.wait_for(reached.wait(), 60)
    await as_admin.create('deals', {'title': 'B'})
    assert not delivering.done()
    delivering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivering
    server.close()
