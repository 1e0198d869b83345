"""Mailboxes for the loop: testing one, reading what is new, at checked addresses and within time limits."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectTimeoutError,
    SMTPException,
    SMTPTimeoutError,
)

from automations.attempt import attempt
from automations.services import Delivery, Mail, Mailer
from integrations.imap_wire import Talk, of_login
from integrations.mail_out import send_at, sign_in_at
from integrations.outside import AddressRefused, NoSuchHost, OutsidePolicy
from store import letter_keeping, mailbox_turns, spawn
from store.actor import Actor
from store.letter_keeping import IN, OUT
from store.mail_values import Connection, MailServer, Mark
from store.mailboxes import by_tester
from store.problems import Problem, Refused
from store.system_settings import setting

T = TypeVar('T')

TEST_S = 30.0
"""Somebody waits for a test so long at most,"""
READ_S = 150.0
"""and one mailbox is read so long at once; what is left comes the next time."""
LOOK_S = 5.0
AT_ONCE = 8
PORTS = frozenset({143, 993, 25, 465, 587, 2525})
"""Where mail servers listen; elsewhere only those that the administrator names may be."""

_used: list['Mailboxes'] = []
_reading = ThreadPoolExecutor(AT_ONCE + 4, thread_name_prefix='mailboxes')


def use(made: 'Mailboxes') -> Callable[[], None]:
    """Let pages test and read mailboxes through this.

    :return: a function that ends it"""
    _used.append(made)
    return lambda: _used.remove(made)


def present() -> 'Mailboxes':
    """What tests and reads mailboxes now.

    :raises Refused: 'mail_not_ready'"""
    if not _used:
        raise Refused('mail_not_ready')
    return _used[-1]


class Mailboxes:
    """Everybody's mailboxes: tested, read and sent through; `policy` says which servers may be called."""

    def __init__(
        self, company: Mailer, policy: OutsidePolicy, *, test_s: float = TEST_S, read_s: float = READ_S
    ) -> None:
        self._company, self._policy = company, policy
        self._test_s, self._read_s = test_s, read_s

    async def test(self, actor: Actor, there: Connection) -> int:
        """Connect and sign in at both sides; how many letters the inbox holds.

        :raises Refused: 'mail_…', with what is wrong and where; 'mail_tests_throttled'"""
        by_tester.take(str(actor.person_id))
        try:
            async with asyncio.timeout(self._test_s):
                async with self._talking(there) as talk:
                    found = await _in_thread(talk.count)
        except TimeoutError as error:
            raise Refused('mail_slow', server=there.imap.name) from error
        await self._test_sending(there)
        return found

    async def _test_sending(self, there: Connection) -> None:
        name = there.smtp.name
        try:
            async with asyncio.timeout(self._test_s):
                address = await self._address(there.smtp)
                await sign_in_at(there.smtp_server, address, tls_context())
        except SMTPAuthenticationError as error:
            raise of_login(str(error.message), name) from error
        except (TimeoutError, SMTPTimeoutError, SMTPConnectTimeoutError) as error:
            raise Refused('mail_slow', server=name) from error
        except (SMTPException, ssl.SSLError, OSError, ValueError) as error:
            raise _of_smtp(error, name) from error

    async def read(self, there: Connection) -> Problem | None:
        """Keep what is new in a mailbox; what went wrong, which its owner sees too."""
        problem: Problem | None = None
        try:
            async with asyncio.timeout(self._read_s), self._talking(there) as talk:
                await _read_all(talk, there)
        except TimeoutError:
            problem = Refused('mail_slow', server=there.imap.name)
        except Problem as trouble:
            problem = trouble
        await mailbox_turns.report(there, problem)
        return problem

    async def read_own(self, actor: Actor) -> Problem | None:
        """Read one's own mailbox at once; nothing happens while it is off."""
        there = await mailbox_turns.take_own(actor)
        return await self.read(there) if there else None

    async def read_due(self) -> int:
        """Read the mailboxes whose time has come, as many as are read at once; how many."""
        due = await mailbox_turns.take_due(AT_ONCE)
        await asyncio.gather(*(attempt(self.read(one), 'reading a mailbox') for one in due))
        return len(due)

    async def follow(self) -> None:
        """Read mailboxes for ever, a slow one beside the others; end it by cancelling."""
        going_on: set[asyncio.Task[Any]] = set()
        try:
            while True:
                taken = await attempt(
                    mailbox_turns.take_due(AT_ONCE - len(going_on)), 'looking for mailboxes'
                )
                for one in taken.result or ():
                    task = spawn(attempt(self.read(one), 'reading a mailbox'), name='read a mailbox')
                    going_on.add(task)
                    task.add_done_callback(going_on.discard)
                await asyncio.sleep(LOOK_S)
        finally:
            for task in going_on:
                task.cancel()

    async def send(self, mail: Mail) -> Delivery:
        """One attempt: by the company's server, or from the mailbox that a letter names."""
        if not mail.mailbox:
            return await self._company.send(mail)
        try:
            there = await mailbox_turns.connection_of(mail.mailbox)
            if there is None:
                return Delivery(outcome='dead', code='no_mailbox')
            address = await self._address(there.smtp)
            tls = tls_context()
        except NoSuchHost as error:
            return Delivery(outcome='retry', code='mail_no_such_host', detail=str(error))
        except Problem as problem:
            return Delivery(outcome='retry', code=problem.code, detail=there.smtp.name if there else '')
        return await send_at(there.smtp_server, address, mail, tls)

    @contextlib.asynccontextmanager
    async def _talking(self, there: Connection) -> AsyncIterator[Talk]:
        """A conversation with the server, signed in; however it ends, its line is cut."""
        try:
            talk = Talk(there, await self._address(there.imap), tls_context())
        except NoSuchHost as error:
            raise Refused('mail_no_such_host', server=there.imap.host) from error
        try:
            await _in_thread(talk.open)
            yield talk
            await _in_thread(talk.close)
        finally:
            talk.cut()

    async def _address(self, server: MailServer) -> str:
        try:
            address, is_named = await self._policy.server(server.host, server.port)
        except AddressRefused as error:
            raise Refused('mail_address_refused', server=server.host) from error
        if not is_named and server.port not in PORTS:
            raise Refused('mail_port_refused', server=server.name)
        if not is_named and server.security == 'none':
            raise Refused('mail_needs_tls', server=server.name)
        return address


async def _read_all(talk: Talk, there: Connection) -> None:
    known = await letter_keeping.marks(there)
    for kind in (IN, OUT):
        mark, is_last = known.get(kind, Mark()), False
        while not is_last:
            batch = await _in_thread(lambda kind=kind, mark=mark: talk.batch(kind, mark))  # type: ignore[misc]
            if batch is None or not await letter_keeping.keep(there, kind, batch.letters, batch.mark):
                break
            mark, is_last = batch.mark, batch.is_last


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_reading, work)


def tls_context() -> ssl.SSLContext:
    """TLS that takes a certificate of a known authority only, or of the company's own.

    :raises Refused: 'mail_bad_ca'"""
    context = ssl.create_default_context()
    own = str(setting('mailbox_ca')).strip()
    if own:
        try:
            context.load_verify_locations(cadata=own)
        except (ssl.SSLError, ValueError) as error:
            raise Refused('mail_bad_ca') from error
    return context


def _of_smtp(error: Exception, name: str) -> Refused:
    said = f'{error} {error.__cause__ or ""}'
    if isinstance(error, NoSuchHost | socket.gaierror):
        return Refused('mail_no_such_host', server=name)
    if 'certificate' in said.casefold():
        return Refused('mail_certificate', server=name)
    if isinstance(error, ssl.SSLError) or 'ssl' in said.casefold() or 'starttls' in said.casefold():
        return Refused('mail_no_tls', server=name)
    if isinstance(error, OSError):
        return Refused('mail_no_connection', server=name)
    return Refused('mail_failed', server=name, detail=str(error)[:200])
