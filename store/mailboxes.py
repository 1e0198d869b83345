"""Mailboxes: each person may connect one; where it is, how to sign in there, and how reading it went."""

from collections.abc import Mapping
from typing import Any

from store import audit, database, guard, secret_box
from store.actor import Actor
from store.fields.e_mail import read_address
from store.mail_values import Connection, Mailbox, MailServer, mailbox_from, need_owner, purpose_of, tell
from store.problems import BadValue, Invalid, NotAllowed, NotFound, Problem
from store.throttle import Throttle

PRESETS: Mapping[str, Mapping[str, Any]] = {
    'yandex': {'imap_host': 'imap.yandex.ru', 'smtp_host': 'smtp.yandex.ru'},
    'mailru': {'imap_host': 'imap.mail.ru', 'smtp_host': 'smtp.mail.ru'},
    'gmail': {'imap_host': 'imap.gmail.com', 'smtp_host': 'smtp.gmail.com'},
    'own': {},
}
"""Where the mailboxes of well-known services are; 'own' is any other server."""
USUAL: Mapping[str, Any] = {
    'imap_port': 993, 'imap_security': 'tls', 'smtp_port': 465, 'smtp_security': 'tls',
}  # fmt: skip
SECURITIES = ('tls', 'starttls', 'none')
by_tester = Throttle(20, 600, code='mail_tests_throttled')
"""A test tells whether something listens at an address; nobody may go through a network so."""


async def mailbox(actor: Actor) -> Mailbox | None:
    """One's own mailbox; None while none is connected."""
    person_id = need_owner(actor)
    with guard.acting(actor):
        found = await _row(person_id)
    return mailbox_from(found) if found else None


async def connection_for(actor: Actor, values: Mapping[str, Any]) -> Connection:
    """What a form says about a mailbox, checked; an empty password stands for the one that is kept.

    :raises Invalid: 'address', 'password', 'imap_host', …"""
    person_id = need_owner(actor)
    with guard.acting(actor):
        kept = await _row(person_id)
    chosen = {**USUAL, **values, **PRESETS.get(str(values.get('preset', 'own')), {})}
    if values.get('preset', 'own') != 'own':
        chosen |= USUAL
    password = str(chosen.get('password') or '')
    if not password and kept and _goes_where_it_went(chosen, kept):
        password = secret_box.unlock(kept['secret'], purpose_of(person_id))
    errors: dict[str, Problem] = {}
    address = _address(chosen.get('address'), errors)
    if not password:
        errors['password'] = BadValue('required')
    sides = {side: _server(side, chosen, errors) for side in ('imap', 'smtp')}
    if errors:
        raise Invalid(errors)
    login = ' '.join(str(chosen.get('login') or '').split())[:254] or address
    return Connection(
        address=address, login=login, password=password, person_id=person_id,
        imap=sides['imap'], smtp=sides['smtp'],
    )  # fmt: skip


def _goes_where_it_went(chosen: Mapping[str, Any], kept: Mapping[str, Any]) -> bool:
    """Whether a kept password stays with the servers it was given for: nobody sends it elsewhere unseen."""
    hosts = ('imap_host', 'smtp_host', 'imap_security', 'smtp_security')
    return all(str(chosen.get(code) or '').strip().casefold() == kept[code] for code in hosts)


def _address(raw: Any, errors: dict[str, Problem]) -> str:
    text = str(raw or '').strip()
    try:
        return read_address(text)
    except BadValue as problem:
        errors['address'] = problem if text else BadValue('required')
        return ''


def _server(side: str, chosen: Mapping[str, Any], errors: dict[str, Problem]) -> MailServer:
    host = str(chosen.get(f'{side}_host') or '').strip().casefold()[:253]
    if not host or any(character in '/@ \t\r\n\0' for character in host):
        errors[f'{side}_host'] = BadValue('not_a_host' if host else 'required')
    port, security = chosen.get(f'{side}_port'), chosen.get(f'{side}_security')
    try:
        number = int(port or 0)
    except (ValueError, OverflowError):
        number = 0
    if not 1 <= number <= 65535:
        errors[f'{side}_port'] = BadValue('not_a_number')
    if security not in SECURITIES:
        errors[f'{side}_security'] = BadValue('required')
    return MailServer(host=host, port=number, security=str(security))


async def save_mailbox(actor: Actor, preset: str, there: Connection) -> Mailbox:
    """Connect a mailbox, or change how it is connected: from now on it is read and sent through so.

    :raises NotAllowed: a connection that was checked for somebody else"""
    person_id = need_owner(actor)
    if there.person_id != person_id:
        raise NotAllowed(right='read_only')
    values = {
        'preset': preset if preset in PRESETS else 'own',
        'address': there.address,
        'login': there.login,
        'secret': secret_box.lock(there.password, purpose_of(person_id)),
        **{f'imap_{name}': getattr(there.imap, name) for name in ('host', 'port', 'security')},
        **{f'smtp_{name}': getattr(there.smtp, name) for name in ('host', 'port', 'security')},
    }
    with guard.acting(actor):
        async with database.transaction():
            kept = await _row(person_id)
            await _write(person_id, values, is_new=kept is None)
            if kept is not None and _is_elsewhere(kept, values):
                # Numbers of letters mean nothing in another mailbox.
                await database.rows('DELETE FROM mail_folders WHERE person_id = ?', [person_id])
            await audit.note(
                actor, 'mailbox_changed', what='changed' if kept else 'connected', address=there.address
            )
            tell(person_id)
            return mailbox_from(await _needed(person_id))


def _is_elsewhere(kept: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return any(kept[code] != values[code] for code in ('address', 'login', 'imap_host'))


async def _write(person_id: int, values: Mapping[str, Any], *, is_new: bool) -> None:
    fresh = {**values, 'is_on': 1, 'state': 'new', 'problem': '', 'facts': '{}', 'next_at': 0}
    if is_new:
        columns = ', '.join(('person_id', *fresh))
        blanks = ', '.join('?' * (len(fresh) + 1))
        sql = f'INSERT INTO mailboxes ({columns}) VALUES ({blanks})'
        await database.rows(sql, [person_id, *fresh.values()])
        return
    changes = ', '.join(f'{name} = ?' for name in fresh)
    sql = f'UPDATE mailboxes SET {changes}, revision = revision + 1 WHERE person_id = ?'
    await database.rows(sql, [*fresh.values(), person_id])


async def switch(actor: Actor, is_on: bool) -> None:
    """Stop or go on reading and sending; letters stay.

    :raises NotFound: no mailbox is connected"""
    person_id = need_owner(actor)
    with guard.acting(actor):
        async with database.transaction():
            found = await database.rows(
                'UPDATE mailboxes SET is_on = ?, revision = revision + 1, next_at = 0 WHERE person_id = ?'
                ' RETURNING address',
                [int(is_on), person_id],
            )
            if not found:
                raise NotFound(catalog='mailbox', id=person_id)
            what = 'switched on' if is_on else 'switched off'
            await audit.note(actor, 'mailbox_changed', what=what, address=found[0]['address'])
            tell(person_id)


async def remove_mailbox(actor: Actor) -> None:
    """Take a mailbox away with its password and all its letters here; those on its server stay.

    :raises NotFound: no mailbox is connected"""
    person_id = need_owner(actor)
    with guard.acting(actor):
        async with database.transaction():
            found = await database.rows(
                'DELETE FROM mailboxes WHERE person_id = ? RETURNING address', [person_id]
            )
            if not found:
                raise NotFound(catalog='mailbox', id=person_id)
            await database.rows(
                "DELETE FROM outbox WHERE key IN (SELECT 'letter:' || id FROM letters WHERE person_id = ?)",
                [person_id],
            )
            for table in ('mail_folders', 'letter_addresses', 'letter_links', 'letters'):
                await database.rows(f'DELETE FROM {table} WHERE person_id = ?', [person_id])
            await audit.note(actor, 'mailbox_changed', what='removed', address=found[0]['address'])
            tell(person_id)


async def _row(person_id: int) -> Mapping[str, Any] | None:
    found = await database.rows('SELECT * FROM mailboxes WHERE person_id = ?', [person_id])
    return found[0] if found else None


async def _needed(person_id: int) -> Mapping[str, Any]:
    row = await _row(person_id)
    if row is None:
        raise NotFound(catalog='mailbox', id=person_id)
    return row
