"""One conversation with a mail server over IMAP: checked TLS, bounded answers, a line that can be cut.

Everything here blocks and runs in a thread; `integrations/mail_in.py` is the door for the loop."""

import datetime as dt
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from imap_tools import AND, BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError

from integrations.letter_reading import MOST_BYTES, read_letter
from store.mail_values import Connection, FetchedLetter, Mark
from store.problems import Refused

ANSWER_S = 20.0
"""How long the server may take for one answer,"""
MOST_IN_ALL = 64 * 1024 * 1024
"""and how much it may say in one conversation."""
CHUNK = 25
FIRST_DAYS = 30
MOST_AT_FIRST = 500
"""What is read of a folder that is new here: the latest letters."""
_SENT_NAMES = ('sent', 'sent items', 'sent messages', 'sent mail', 'отправленные', 'inbox.sent')
_NUMBER = re.compile(rb'UID (\d+)')
_SIZE = re.compile(rb'RFC822\.SIZE (\d+)')
_FLAGS = re.compile(rb'FLAGS \(([^)]*)\)')


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Some letters of a folder, how far it is read with them, and whether there are more."""

    letters: tuple[FetchedLetter, ...]
    mark: Mark
    is_last: bool


class _Client(imaplib.IMAP4):
    """A line to one checked address; the server's name counts for TLS alone."""

    def __init__(self, there: Connection, address: str, tls: ssl.SSLContext) -> None:
        self._address, self._tls, self._there = address, tls, there
        self.said = 0
        super().__init__(there.imap.host, there.imap.port, timeout=ANSWER_S)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        line = socket.create_connection((self._address, self.port), timeout)
        if self._there.imap.security == 'tls':
            return self._tls.wrap_socket(line, server_hostname=self._there.imap.host)
        return line

    def read(self, size: int) -> bytes:
        """Bytes of an answer, as long as it is not endless."""
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        """A line of an answer."""
        line = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self.said += size
        if self.said > MOST_IN_ALL:
            raise self.abort('the server says too much')


class _Box(BaseMailBox):
    """A mailbox behind such a line."""

    def __init__(self, client: _Client) -> None:
        self._line = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._line


class Talk:
    """A conversation: `open` first, then `batch` as often as there is more; `cut` ends it from anywhere."""

    def __init__(self, there: Connection, address: str, tls: ssl.SSLContext) -> None:
        self._there, self._address, self._tls = there, address, tls
        self._client: _Client | None = None
        self._box: Any = None
        self._waiting: list[int] = []
        self._folder = ''

    def open(self) -> None:
        """Connect and sign in.

        :raises Refused: 'mail_…', with what is wrong"""
        with _told(self._there):
            self._client = _Client(self._there, self._address, self._tls)
            if self._there.imap.security == 'starttls':
                self._client.starttls(self._tls)
            self._box = _Box(self._client)
            if self._there.login.isascii() and self._there.password.isascii():
                self._box.login(self._there.login, self._there.password, initial_folder=None)
            else:
                self._box.login_utf8(self._there.login, self._there.password, initial_folder=None)

    def count(self) -> int:
        """How many letters the inbox holds."""
        with _told(self._there):
            return int(self._box.folder.status('INBOX', ['MESSAGES'])['MESSAGES'])

    def batch(self, kind: str, mark: Mark) -> Batch | None:
        """The next letters of the inbox or of those sent; None where there is no such folder."""
        with _told(self._there):
            if self._folder != kind:
                name = 'INBOX' if kind == 'in' else self._sent()
                if not name:
                    return None
                mark = self._enter(kind, name, mark)
            now, self._waiting = self._waiting[:CHUNK], self._waiting[CHUNK:]
            letters = self._fetch(now) if now else ()
            last = max([mark.last_uid, *now])
            enough = not self._waiting or self._box.client.said > MOST_IN_ALL // 2
            return Batch(letters=letters, mark=Mark(validity=mark.validity, last_uid=last), is_last=enough)

    def _enter(self, kind: str, name: str, mark: Mark) -> Mark:
        """Open a folder for reading only, and find out which letters are new; from when they are numbered."""
        self._box.folder.set(name, readonly=True)
        said = self._box.client.untagged_responses.get('UIDVALIDITY') or [b'0']
        validity = int(re.sub(rb'\D', b'', said[-1]) or 0) % (1 << 62)
        self._folder = kind
        if validity != mark.validity or not mark.last_uid:
            since = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=FIRST_DAYS)
            # With a charset some servers refuse even plain words.
            found = _numbers(self._box.uids(AND(date_gte=since), charset=None))[-MOST_AT_FIRST:]
            before = 0
        else:
            # A range that ends with * holds the last letter, however old it is.
            found = _numbers(self._box.uids(f'UID {mark.last_uid + 1}:*', charset=None))
            before = mark.last_uid
        self._waiting = [one for one in found if one > before]
        return Mark(validity=validity, last_uid=before)

    def _sent(self) -> str:
        """The folder of sent letters: the one that the server marks so, else one that is called so."""
        folders = self._box.folder.list()[:1000]
        marked = next((one for one in folders if '\\Sent' in one.flags), None)
        if marked is None:
            names = {one.name.casefold().rpartition(one.delim or '/')[2]: one for one in reversed(folders)}
            marked = next((names[name] for name in _SENT_NAMES if name in names), None)
        return str(marked.name) if marked else ''

    def _fetch(self, uids: Sequence[int]) -> tuple[FetchedLetter, ...]:
        asked = f'(UID FLAGS RFC822.SIZE BODY.PEEK[]<0.{MOST_BYTES}>)'
        status, said = self._box.client.uid('FETCH', ','.join(map(str, uids)), asked)
        if status != 'OK':
            raise imaplib.IMAP4.error('FETCH was refused')
        now, wanted = dt.datetime.now(dt.UTC), set(uids)
        letters = []
        for head, body, tail in _items(said):
            number = _NUMBER.search(head) or _NUMBER.search(tail)
            if number is None or int(number[1]) not in wanted:
                continue
            size = _SIZE.search(head) or _SIZE.search(tail)
            flags = _FLAGS.search(head) or _FLAGS.search(tail)
            named = flags[1].decode('ascii', 'replace').split() if flags else ()
            letters.append(
                read_letter(int(number[1]), body, named, size=int(size[1][:18]) if size else 0, now=now)
            )
        return tuple(letters)

    def close(self) -> None:
        """Say goodbye; the line is cut however the server takes it."""
        with suppress(imaplib.IMAP4.error, ImapToolsError, OSError):
            if self._client is not None:
                self._client.logout()
        self.cut()

    def cut(self) -> None:
        """End the line at once: a thread that waits for the server's word goes on."""
        client = self._client
        if client is not None:
            with suppress(OSError, AttributeError):
                client.sock.shutdown(socket.SHUT_RDWR)
            with suppress(OSError, AttributeError):
                client.sock.close()


def _numbers(said: Sequence[str]) -> list[int]:
    return sorted({int(one) for one in said if one.isdecimal() and len(one) < 11})


def _items(said: Sequence[Any]) -> Iterator[tuple[bytes, bytes, bytes]]:
    """What stands before a letter, the letter, and what stands behind it."""
    for place, one in enumerate(said):
        if isinstance(one, tuple) and len(one) == 2:
            behind = said[place + 1] if place + 1 < len(said) else b''
            yield one[0], one[1], behind if isinstance(behind, bytes) else b''


_TROUBLE: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, 'mail_certificate'),
    (ssl.SSLError, 'mail_no_tls'),
    (TimeoutError, 'mail_slow'),
    (imaplib.IMAP4.abort, 'mail_broke_off'),
    (OSError, 'mail_no_connection'),
)
"""What is raised, the narrower first, and what it means."""


@contextmanager
def _told(there: Connection) -> Iterator[None]:
    """Turn what the libraries raise into words of ours."""
    name = there.imap.name
    try:
        yield
    except MailboxLoginError as error:
        raise of_login(str(error.command_result), name) from error
    except (OSError, imaplib.IMAP4.error) as error:
        code = next((code for kind, code in _TROUBLE if isinstance(error, kind)), '')
        raise (Refused(code, server=name) if code else _of_answer(str(error), name)) from error
    except (ImapToolsError, ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        # The libraries stumble over answers that are none.
        raise Refused('mail_failed', server=name, detail=str(error)[:200]) from error


def of_login(said: str, name: str) -> Refused:
    """The refusal that belongs to an answer to login and password."""
    passing = ('UNAVAILABLE', 'INUSE', 'LIMIT', 'temporar', 'try again', 'later')
    if any(word.casefold() in said.casefold() for word in passing):
        return Refused('mail_failed', server=name, detail=said[:200])
    return Refused('mail_login', server=name)


def _of_answer(said: str, name: str) -> Refused:
    if 'STARTTLS' in said.upper() or 'TLS not supported' in said:
        return Refused('mail_no_tls', server=name)
    if 'AUTHENTICAT' in said.upper() or 'LOGIN' in said.upper():
        return of_login(said, name)
    return Refused('mail_failed', server=name, detail=said[:200])
