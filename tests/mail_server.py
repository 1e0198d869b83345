"""A real mail server on this machine for tests: keeps the letters and answers as it is told."""

import asyncio
import contextlib
import email
import socket
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from store.settings import SmtpServer


class Box:
    """Keeps letters; `answers` replies to 'rcpt' and 'data', `refusals` go to the first letters."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.answers: dict[str, str] = {}
        self.refusals: list[str] = []
        self.pause_s = 0.0
        self.drop = False

    async def handle_RCPT(  # noqa: N802 the server's own name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get('rcpt', '250 OK')

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.pause_s)
        if self.refusals:
            return self.refusals.pop(0)
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.envelopes.append(envelope)
        if self.drop:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.answers.get('data', '250 Accepted')


@contextlib.contextmanager
def serving(box: Box, sender: str = 'crm@example.com') -> Iterator[SmtpServer]:
    """The server while it runs, as the settings of outgoing mail."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname='127.0.0.1', port=port)
    controller.start()
    try:
        yield SmtpServer(host='127.0.0.1', port=port, sender=sender, security='none')
    finally:
        controller.stop()
