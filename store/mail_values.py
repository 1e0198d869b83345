"""What mailboxes and letters are made of, and who hears that they changed."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from store import clock, database, secret_box
from store.actor import Actor
from store.operations import need_employee
from store.problems import NotAllowed
from store.settings import SmtpServer

PURPOSE = 'mailbox'
_on_told: list[Callable[[int], None]] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """One side of a mailbox: where it is. `security` is 'tls', 'starttls' or 'none'."""

    host: str
    port: int
    security: str = 'tls'

    @property
    def name(self) -> str:
        """How it is called in sentences."""
        return f'{self.host}:{self.port}'


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """All that is needed to read and send in a mailbox."""

    address: str
    login: str
    password: str
    imap: MailServer
    smtp: MailServer
    name: str = ''
    person_id: int = 0
    revision: int = 0

    def __repr__(self) -> str:
        # The password stays out of logs and error pages.
        return f'Connection({self.address!r}, {self.imap.name}, {self.smtp.name})'

    @property
    def smtp_server(self) -> SmtpServer:
        """Where its letters are handed in."""
        there, name = self.smtp, re.sub(r'[\x00-\x1f\x7f"\\<>]', '', self.name)
        return SmtpServer(
            host=there.host,
            port=there.port,
            security=there.security,
            user=self.login,
            password=self.password,
            sender=f'"{name}" <{self.address}>' if name else self.address,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailbox:
    """A mailbox as its owner sees it; `state` is 'new', 'ok' or 'trouble', then `problem` says which."""

    address: str
    login: str
    preset: str
    imap: MailServer
    smtp: MailServer
    is_on: bool = True
    state: str = 'new'
    problem: str = ''
    facts: Mapping[str, Any] = field(default_factory=dict)
    state_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchedLetter:
    """A letter as it was read from a folder of a mailbox; addresses are (name, address).

    `is_cut` says that it is longer than what was read, `files` are the names of its attachments."""

    uid: int
    message_id: str
    parents: tuple[str, ...] = ()
    sender: tuple[str, str] = ('', '')
    to: tuple[tuple[str, str], ...] = ()
    cc: tuple[tuple[str, str], ...] = ()
    subject: str = ''
    sent_at: datetime
    text: str = ''
    files: tuple[str, ...] = ()
    is_seen: bool = False
    is_cut: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """How far a folder is read: its letters keep their numbers as long as `validity` stays the same."""

    validity: int = 0
    last_uid: int = 0


def subscribe(callback: Callable[[int], None]) -> Callable[[], None]:
    """Hear, after the commit, that somebody's mailbox or its letters changed; the argument is the person.

    :return: a function that ends the subscription"""
    _on_told.append(callback)
    return lambda: _on_told.remove(callback)


def tell(person_id: int) -> None:
    """Say, after the commit, that a mailbox or its letters changed."""

    def told() -> None:
        for callback in tuple(_on_told):
            callback(person_id)

    database.after_commit(told)


def need_owner(actor: Actor) -> int:
    """The id of a colleague who acts with hands of their own.

    :raises NotAllowed: letters are for their owner, not for whoever looks through their eyes"""
    need_employee(actor)
    if actor.person_id is None or actor.read_only:
        raise NotAllowed(right='read_only')
    return actor.person_id


def connection_from(row: Mapping[str, Any]) -> Connection:
    """A connection of its row.

    :raises Refused: 'wrong_key'"""
    password = secret_box.unlock(row['secret'], purpose_of(row['person_id']))
    return replace(without_password(row), password=password)


def without_password(row: Mapping[str, Any]) -> Connection:
    """A connection of its row as long as its password stays locked."""
    return Connection(
        address=row['address'],
        login=row['login'],
        password='',
        imap=_side(row, 'imap'),
        smtp=_side(row, 'smtp'),
        name=row.get('owner_name', ''),
        person_id=row['person_id'],
        revision=row['revision'],
    )


def _side(row: Mapping[str, Any], side: str) -> MailServer:
    return MailServer(host=row[f'{side}_host'], port=row[f'{side}_port'], security=row[f'{side}_security'])


def purpose_of(person_id: int) -> str:
    """What a password is locked for: one that is moved to another's row opens nothing."""
    return f'{PURPOSE} {person_id}'


def mailbox_from(row: Mapping[str, Any]) -> Mailbox:
    """A mailbox of its row."""
    return Mailbox(
        address=row['address'],
        login=row['login'],
        preset=row['preset'],
        imap=_side(row, 'imap'),
        smtp=_side(row, 'smtp'),
        is_on=bool(row['is_on']),
        state=row['state'],
        problem=row['problem'],
        facts=json.loads(row['facts']),
        state_at=clock.from_ms(row['state_at']) if row['state_at'] else None,
        read_at=clock.from_ms(row['read_at']) if row['read_at'] else None,
    )
