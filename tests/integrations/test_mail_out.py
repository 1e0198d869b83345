"""Letters, against a real SMTP server on this machine that answers as it is told."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from automations.services import Mail
from integrations.mail_out import SmtpMailer, letter, message_id
from store.settings import SmtpServer
from tests.mail_server import Box, serving

LETTER = Mail(
    key='run:7/step:2',
    to=('Анна <anna@example.com>', 'bob@example.com'),
    subject='Сделка выиграна',
    text='Привет!\n',
)


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box) -> Iterator[SmtpServer]:
    with serving(box, 'Artel <crm@example.com>') as running:
        yield running


async def test_a_letter_arrives_whole(box: Box, server: SmtpServer) -> None:
    delivery = await SmtpMailer(lambda: server).send(LETTER)
    assert delivery.outcome == 'sent', delivery
    (arrived,) = box.letters
    assert arrived['Subject'] == 'Сделка выиграна'
    assert arrived['To'].addresses[0].display_name == 'Анна'
    assert arrived.get_content().strip() == 'Привет!'
    assert box.envelopes[0].rcpt_tos == ['anna@example.com', 'bob@example.com']
    assert box.envelopes[0].mail_from == 'crm@example.com'
    assert arrived['Auto-Submitted'] == 'auto-generated'


async def test_both_attempts_of_a_letter_carry_one_message_id(box: Box, server: SmtpServer) -> None:
    mailer = SmtpMailer(lambda: server)
    for _ in range(2):
        await mailer.send(LETTER)
    await mailer.send(Mail(key='run:7/step:3', to=('bob@example.com',), subject='', text=''))
    first, second, other = [arrived['Message-ID'] for arrived in box.letters]
    assert first == second == message_id('run:7/step:2', 'example.com')
    assert first != other


@pytest.mark.parametrize(
    ('place', 'answer', 'outcome', 'code'),
    [
        ('data', '451 Try again later', 'retry', 'smtp_451'),
        ('data', '554 Looks like spam', 'dead', 'smtp_554'),
        ('rcpt', '550 No such person', 'dead', 'smtp_550'),
        ('rcpt', '452 Mailbox full', 'retry', 'smtp_452'),
    ],
)
async def test_a_refusal_is_final_or_passes(
    box: Box, server: SmtpServer, place: str, answer: str, outcome: str, code: str
) -> None:
    box.answers[place] = answer
    delivery = await SmtpMailer(lambda: server).send(LETTER)
    assert (delivery.outcome, delivery.code) == (outcome, code)
    assert answer[4:] in delivery.detail


async def test_a_line_that_breaks_after_the_letter_leaves_its_fate_unknown(
    box: Box, server: SmtpServer
) -> None:
    box.drop = True
    assert (await SmtpMailer(lambda: server).send(LETTER)).outcome == 'unknown'
    assert len(box.letters) == 1


async def test_a_silent_server_costs_a_limited_time(box: Box, server: SmtpServer) -> None:
    box.pause_s = 20
    started = asyncio.get_running_loop().time()
    delivery = await SmtpMailer(lambda: server, total_s=0.5).send(LETTER)
    assert (delivery.outcome, delivery.code) == ('unknown', 'timeout')
    assert asyncio.get_running_loop().time() - started < box.pause_s


async def test_without_a_server_the_letter_waits() -> None:
    assert (await SmtpMailer(SmtpServer).send(LETTER)).code == 'no_mail_server'
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        nobody = SmtpServer(
            host='127.0.0.1', port=probe.getsockname()[1], sender='crm@example.com', security='none'
        )
        assert (await SmtpMailer(lambda: nobody).send(LETTER)).outcome == 'retry'


async def test_encryption_that_was_asked_for_is_not_left_out(server: SmtpServer) -> None:
    wanted = SmtpServer(host=server.host, port=server.port, sender='crm@example.com', security='starttls')
    delivery = await SmtpMailer(lambda: wanted).send(LETTER)
    assert delivery.outcome == 'retry'


async def test_a_wrong_password_waits_for_the_administrator(box: Box) -> None:
    def refuse(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    controller = Controller(box, hostname='127.0.0.1', port=0, authenticator=refuse, auth_require_tls=False)
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        controller.port = probe.getsockname()[1]
    controller.start()
    try:
        server = SmtpServer(
            host='127.0.0.1',
            port=controller.port,
            user='crm',
            password='wrong',
            sender='c@example.com',
            security='none',
        )
        delivery = await SmtpMailer(lambda: server).send(LETTER)
        assert (delivery.outcome, delivery.code) == ('retry', 'smtp_535')
    finally:
        controller.stop()


@pytest.mark.parametrize(
    'change',
    [
        {'subject': 'Hello\r\nBcc: all@example.com'},
        {'to': ('anna@example.com\r\nBcc: all@example.com',)},
        {'to': ('anna@example.com, eve@example.com>',)},
        {'to': ('nobody',)},
        {'reply_to': 'x@example.com\nX-Evil: 1'},
    ],
)
async def test_no_line_is_smuggled_into_the_header(
    box: Box, server: SmtpServer, change: dict[str, Any]
) -> None:
    fields = {'key': 'k', 'to': ('anna@example.com',), 'subject': 'Hello', 'text': 'x', **change}
    delivery = await SmtpMailer(lambda: server).send(Mail(**fields))
    assert delivery.outcome == 'dead' or 'all@example.com' not in str(box.letters[0]['Bcc'])
    assert all(to == 'anna@example.com' for envelope in box.envelopes for to in envelope.rcpt_tos)


def test_a_letter_may_have_a_look_of_its_own() -> None:
    made = letter(
        Mail(
            key='k',
            to=('a@пример.рф',),
            subject='s',
            text='plain',
            html='<p>rich</p>',
            reply_to='r@example.com',
        ),
        'crm@example.com',
    )
    assert made.get_content_type() == 'multipart/alternative'
    assert made['To'].addresses[0].domain == 'xn--e1afmkfd.xn--p1ai'
    assert made['Reply-To'] == 'r@example.com'
