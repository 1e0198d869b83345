"""A real mail server on this machine for tests: keeps the letters and answers as it is told."""

import asyncio
import contextlib
import email
import socket
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

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


def _takes(password: str) -> Callable[..., AuthResult]:
    def judge(server: SMTP, session: Session, envelope: Envelope, how: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == password.encode(), handled=False)

    return judge


@contextlib.contextmanager
def serving(box: Box, sender: str = 'crm@example.com', *, takes: str = '') -> Iterator[SmtpServer]:
    """The server while it runs, as the settings of outgoing mail; `takes` is the password it asks for."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    asks: dict[str, Any] = {'authenticator': _takes(takes), 'auth_require_tls': False} if takes else {}
    controller = Controller(box, hostname='127.0.0.1', port=port, **asks)
    controller.start()
    try:
        yield SmtpServer(host='127.0.0.1', port=port, sender=sender, security='none')
    finally:
        controller.stop()
