"""Outgoing mail by SMTP: one attempt, and an honest word on how it ended."""

import asyncio
import hashlib
import re
import socket
import ssl
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr

import aiosmtplib
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPResponseException,
)

from automations.services import Delivery, Mail
from store.settings import SmtpServer

STEP_S = 20.0
"""How long the server may take for one answer,"""
TOTAL_S = 60.0
"""and for the whole letter."""


class SmtpMailer:
    """A `Mailer` that hands letters to the server of the present settings.

    `server` is asked at every letter, so that a changed setting counts at once."""

    def __init__(
        self, server: Callable[[], SmtpServer], *, step_s: float = STEP_S, total_s: float = TOTAL_S
    ) -> None:
        self._server = server
        self._step_s = step_s
        self._total_s = total_s

    async def send(self, mail: Mail) -> Delivery:
        """One attempt. 'unknown' when the line broke after the letter was handed over."""
        server = self._server()
        if not server.host:
            return Delivery(outcome='retry', code='no_mail_server')
        try:
            message = letter(mail, server.sender or server.user)
        except ValueError as error:
            return Delivery(outcome='dead', code='bad_letter', detail=str(error))
        attempt = _Attempt(server, self._step_s)
        try:
            async with asyncio.timeout(self._total_s):
                return await attempt.send(message)
        except TimeoutError:
            return attempt.broken('timeout')
        finally:
            attempt.close()


async def send_at(
    server: SmtpServer, address: str, mail: Mail, tls: ssl.SSLContext, *, total_s: float = TOTAL_S
) -> Delivery:
    """One attempt at a server whose address was looked up and checked; its name counts for TLS alone."""
    try:
        message = letter(mail, server.sender)
    except ValueError as error:
        return Delivery(outcome='dead', code='bad_letter', detail=str(error))
    attempt = _Attempt(server, STEP_S, address=address, tls=tls)
    try:
        async with asyncio.timeout(total_s):
            return await attempt.send(message)
    except TimeoutError:
        return attempt.broken('timeout')
    finally:
        attempt.close()


async def sign_in_at(server: SmtpServer, address: str, tls: ssl.SSLContext) -> None:
    """Connect and sign in, as a test does.

    :raises SMTPException: the server refuses, or does not speak SMTP
    :raises OSError: it cannot be reached"""
    attempt = _Attempt(server, STEP_S, address=address, tls=tls)
    try:
        await attempt.sign_in()
    finally:
        attempt.close()


class _Attempt:
    """One connection for one letter; knows whether the letter was already handed over."""

    def __init__(
        self, server: SmtpServer, step_s: float, *, address: str = '', tls: ssl.SSLContext | None = None
    ) -> None:
        self._server, self._address, self._step_s = server, address, step_s
        self._handed_over = False
        self._smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=None if address else server.port,
            use_tls=server.security == 'tls',
            start_tls=server.security == 'starttls',
            timeout=step_s,
            tls_context=tls,
        )

    async def sign_in(self) -> None:
        if self._address:
            there = (self._address, self._server.port)
            line = await asyncio.to_thread(socket.create_connection, there, self._step_s)
            line.setblocking(False)
            await self._smtp.connect(sock=line)
        else:
            await self._smtp.connect()
        if self._server.user:
            await self._smtp.login(self._server.user, self._server.password)

    async def send(self, message: EmailMessage) -> Delivery:
        try:
            await self.sign_in()
            await self._smtp.mail(_specs(message, 'From')[0])
            for recipient in (*_specs(message, 'To'), *_specs(message, 'Cc')):
                await self._smtp.rcpt(recipient)
            self._handed_over = True
            answer = await self._smtp.data(message.as_bytes(policy=SMTP))
        except SMTPResponseException as error:
            return _answered(error)
        except (SMTPException, OSError) as error:
            return self.broken(type(error).__name__, str(error))
        return Delivery(outcome='sent', reply=answer.message[:500])

    def broken(self, code: str, detail: str = '') -> Delivery:
        """No answer came: undecidable once the letter was on its way."""
        return Delivery(outcome='unknown' if self._handed_over else 'retry', code=code, detail=detail[:500])

    def close(self) -> None:
        self._smtp.close()


def _answered(error: SMTPResponseException) -> Delivery:
    """What a refusal means: 5xx is final, except a refused sign-in, which the administrator mends."""
    mendable = isinstance(error, SMTPAuthenticationError | SMTPConnectResponseError)
    final = 500 <= error.code < 600 and not mendable
    return Delivery(
        outcome='dead' if final else 'retry', code=f'smtp_{error.code}', detail=str(error.message)[:500]
    )


def letter(mail: Mail, sender: str) -> EmailMessage:
    """The letter, with a Message-ID that is the same at every attempt of the same `key`.

    :raises ValueError: an address or a header that could smuggle in another line"""
    address = _address(sender)
    message = EmailMessage()
    message['From'] = address
    message['To'] = [_address(to) for to in mail.to]
    message['Subject'] = _line(mail.subject)
    message['Date'] = formatdate(usegmt=True)
    message['Message-ID'] = _line(mail.message_id) or message_id(mail.key, address.domain)
    if mail.mailbox:
        if mail.parents:
            message['In-Reply-To'] = _line(mail.parents[-1])
            message['References'] = ' '.join(_line(one) for one in mail.parents)
    else:
        message['Auto-Submitted'] = 'auto-generated'
    if mail.cc:
        message['Cc'] = [_address(one) for one in mail.cc]
    if mail.reply_to:
        message['Reply-To'] = _address(mail.reply_to)
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype='html')
    return message


def _specs(message: EmailMessage, header: str) -> list[str]:
    """The bare addresses of a header."""
    return [address.addr_spec for address in message[header].addresses] if header in message else []


def message_id(key: str, domain: str) -> str:
    """The Message-ID that belongs to a key of the outbox."""
    plain = re.sub(r'[^A-Za-z0-9.-]', '.', key)[:60]
    return f'<{plain}.{hashlib.sha256(key.encode()).hexdigest()[:16]}@{domain}>'


def _address(text: str) -> Address:
    name, spec = parseaddr(_line(text))
    user, _, domain = spec.rpartition('@')
    if not user or not user.isascii() or not re.fullmatch(r'[^\s@<>,;:()"]+', domain):
        raise ValueError(f'not an address: {text!r}')
    return Address(display_name=name, username=user, domain=domain.encode('idna').decode())


def _line(text: str) -> str:
    if re.search(r'[\x00-\x08\n-\x1f\x7f\u0085\u2028\u2029]', text):
        raise ValueError('a header has one line')
    return text
