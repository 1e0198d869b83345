"""Webhooks, against a real server that the administrator allows; and everything else refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest

from automations.services import WebCall
from integrations.outside import AddressRefused, OutsidePolicy
from integrations.webhooks import WebhookPoster, signature
from tests.real_data import REAL

LIST = REAL / 'xss' / 'ssrf_hosts.txt'
HOSTILE = (
    *('127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', 'localhost.', '[::1]', '[::ffff:7f00:1]'),
    *('[64:ff9b::7f00:1]', '[2002:7f00:1::]', '169.254.169.254', '[fe80::1]', '224.0.0.1', '10.0.0.1'),
    *(LIST.read_text('utf-8').split() if LIST.exists() else ()),
)
"""Spellings of addresses inside the house: a few of ours, and the public list where it is at hand."""
CALL = WebCall(
    key='run:7/step:2', url='', body={'event': 'stage.entered', 'deal': {'title': 'Ромашка'}}, event_id='41'
)


class Receiver:
    """Keeps the requests it gets; answers as it is told, byte by byte if need be."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answer = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK'
        self.drip_s = 0.0
        self.endless = False
        self.connections = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b'\r\n\r\n')).decode()
            line, *lines = head.strip().split('\r\n')
            headers = {name.lower(): value for name, _, value in (one.partition(': ') for one in lines)}
            body = await reader.readexactly(int(headers.get('content-length', 0)))
            self.requests.append((line, headers, body))
            await self._reply(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _reply(self, writer: asyncio.StreamWriter) -> None:
        if not self.drip_s:
            writer.write(self.answer)
        for byte in self.answer if self.drip_s else b'':
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(self.drip_s)
        while self.endless:
            writer.write(b'x' * 65_536)
            await writer.drain()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, '127.0.0.1', 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    made.endless = False
    server.close()


@pytest.fixture
async def poster() -> AsyncIterator[WebhookPoster]:
    made = WebhookPoster(OutsidePolicy(lambda: ('127.0.0.0/8',)), total_s=60)
    yield made
    await made.close()


def call_of(receiver: Receiver, path: str = '/hook?x=1', secret: str = '') -> WebCall:
    url = f'http://127.0.0.1:{receiver.port}{path}'
    return WebCall(
        key=CALL.key, url=url, body=CALL.body, event_id=CALL.event_id, secret=secret, headers={'X-Team': 'a'}
    )


async def test_a_call_arrives_signed_and_with_its_key(receiver: Receiver, poster: WebhookPoster) -> None:
    delivery = await poster.post(call_of(receiver, secret='shared secret'))
    assert (delivery.outcome, delivery.reply) == ('sent', 'OK')
    ((line, headers, body),) = receiver.requests
    assert line == 'POST /hook?x=1 HTTP/1.1'
    assert json.loads(body) == CALL.body
    assert headers['idempotency-key'] == headers['webhook-id'] == 'run:7/step:2'
    assert (headers['x-event-id'], headers['x-team']) == ('41', 'a')
    expected = signature('shared secret', CALL.key, int(headers['webhook-timestamp']), body)
    assert headers['webhook-signature'] == f'v1,{expected}'
    assert headers['host'] == f'127.0.0.1:{receiver.port}'


def test_the_signature_is_the_one_of_the_standard() -> None:
    secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    made = signature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, b'{"test": 2432232314}')
    assert made == 'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='


@pytest.mark.parametrize(
    ('answer', 'outcome', 'code', 'wait'),
    [
        ('HTTP/1.1 204 No Content\r\n\r\n', 'sent', 'http_204', None),
        ('HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n', 'retry', 'http_500', None),
        ('HTTP/1.1 429 Slow\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n', 'retry', 'http_429', 30),
        ('HTTP/1.1 503 No\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n', 'retry', 'http_503', None),
        ('HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n', 'dead', 'http_410', None),
        ('nonsense\r\n\r\n', 'retry', 'no_connection', None),
        ('', 'retry', 'no_connection', None),
    ],
)
async def test_an_answer_decides_whether_to_try_again(
    receiver: Receiver, poster: WebhookPoster, answer: str, outcome: str, code: str, wait: float | None
) -> None:
    receiver.answer = answer.encode()
    delivery = await poster.post(call_of(receiver))
    assert (delivery.outcome, delivery.code, delivery.retry_after) == (outcome, code, wait)


async def test_a_redirect_is_not_followed(receiver: Receiver, poster: WebhookPoster) -> None:
    place = f'http://127.0.0.1:{receiver.port}/secret'
    receiver.answer = f'HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n'.encode()
    delivery = await poster.post(call_of(receiver))
    assert (delivery.outcome, delivery.code) == ('dead', 'http_302')
    assert len(receiver.requests) == 1


async def test_a_dripping_answer_meets_the_deadline(receiver: Receiver) -> None:
    receiver.drip_s = 2
    poster = WebhookPoster(OutsidePolicy(lambda: ('127.0.0.0/8',)), total_s=1)
    started = asyncio.get_running_loop().time()
    assert (await poster.post(call_of(receiver))).code == 'timeout'
    assert asyncio.get_running_loop().time() - started < receiver.drip_s * len(receiver.answer)
    await poster.close()


async def test_an_endless_answer_is_cut(receiver: Receiver, poster: WebhookPoster) -> None:
    receiver.answer = b'HTTP/1.1 200 OK\r\n\r\n'
    receiver.endless = True
    delivery = await poster.post(call_of(receiver))
    assert delivery.outcome == 'sent'
    assert len(delivery.reply) == 2000


async def test_one_bad_receiver_does_not_hold_up_others(receiver: Receiver, poster: WebhookPoster) -> None:
    stuck = Receiver()
    stuck.drip_s = 3
    server = await asyncio.start_server(stuck.serve, '127.0.0.1', 0)
    stuck.port = server.sockets[0].getsockname()[1]
    slow = asyncio.create_task(poster.post(call_of(stuck)))
    good = await asyncio.gather(*(poster.post(call_of(receiver)) for _ in range(20)))
    assert {delivery.outcome for delivery in good} == {'sent'}
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    server.close()


async def test_nobody_listens(poster: WebhookPoster) -> None:
    delivery = await poster.post(WebCall(key='k', url='http://127.0.0.1:1/', body={}))
    assert (delivery.outcome, delivery.code) == ('retry', 'no_connection')


@pytest.mark.parametrize('host', sorted(set(HOSTILE)))
async def test_no_spelling_of_an_internal_address_is_called(receiver: Receiver, host: str) -> None:
    poster = WebhookPoster(OutsidePolicy(), total_s=5)
    for url in (f'http://{host}:{receiver.port}/', f'https://{host}/x'):
        delivery = await poster.post(WebCall(key='k', url=url, body={}))
        assert (delivery.outcome, delivery.code) == ('dead', 'address_refused'), delivery
    assert receiver.connections == 0
    await poster.close()


def test_all_spellings_are_tried() -> None:
    assert len(HOSTILE) >= 13


@pytest.mark.parametrize(
    'url',
    ['file:///etc/passwd', 'gopher://127.0.0.1/', 'http://', 'http://user:pass@1.1.1.1/', 'http://1.1.1.1:99999/',
     'http://a\nb/', '//1.1.1.1/', 'javascript:alert(1)', 'http://[::1', ''],
)  # fmt: skip
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    poster = WebhookPoster(OutsidePolicy())
    delivery = await poster.post(WebCall(key='k', url=url, body={}))
    assert (delivery.outcome, delivery.code) == ('dead', 'address_refused')
    await poster.close()


async def test_a_name_is_looked_up_once_and_its_address_is_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = 0
    loop = asyncio.get_running_loop()
    real: Callable[..., object] = loop.getaddrinfo

    async def rebinding(host: str | bytes, port: int, **more: int) -> object:
        nonlocal looked_up
        looked_up += host in ('rebind.example', b'rebind.example')
        address = '127.0.0.1' if looked_up < 2 else '10.0.0.1'
        return await real(address if 'rebind' in str(host) else host, port, **more)  # type: ignore[misc]

    monkeypatch.setattr(loop, 'getaddrinfo', rebinding)
    poster = WebhookPoster(OutsidePolicy(lambda: ('127.0.0.1',)), total_s=3)
    delivery = await poster.post(WebCall(key='k', url=f'http://rebind.example:{receiver.port}/', body={}))
    assert delivery.outcome == 'sent'
    assert looked_up == 1
    assert receiver.requests[0][1]['host'] == f'rebind.example:{receiver.port}'
    with pytest.raises(AddressRefused):
        await OutsidePolicy().target(f'http://rebind.example:{receiver.port}/')
    await poster.close()


@pytest.mark.parametrize('allowed', ['localhost', '127.0.0.0/8', '127.0.0.1'])
async def test_the_administrator_may_allow_an_inner_host(allowed: str) -> None:
    host = allowed if allowed == 'localhost' else '127.0.0.1'
    target = await OutsidePolicy(lambda: (allowed,)).target(f'http://{host}:8000/x')
    assert target.host == host


async def test_a_header_cannot_break_the_request(receiver: Receiver, poster: WebhookPoster) -> None:
    for headers in ({'X-A': 'b\r\nX-Evil: 1'}, {'Host': 'evil'}, {'Content-Length': '0'}, {'A b': 'c'}):
        call = WebCall(key='k', url=f'http://127.0.0.1:{receiver.port}/', body={}, headers=headers)
        assert (await poster.post(call)).code == 'bad_header'
    assert receiver.requests == []
