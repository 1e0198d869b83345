"""Letters as people read them: one's own, and conversations that colleagues have shared on a record."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import clock, database, guard
from store.actor import Actor
from store.catalogs import SCHEMA
from store.folding import fold
from store.letter_people import people_of
from store.mail_values import need_owner, tell
from store.problems import NotFound
from store.records import Records
from store.values import Ref

MOST_IN_CONVERSATION = 200
_OWN = 'l.person_id = ?'
_SHARED = (
    'EXISTS (SELECT 1 FROM letter_links k WHERE k.person_id = l.person_id AND k.thread = l.thread'
    ' AND k.catalog_id = ? AND k.record_id = ? AND k.is_shared = 1)'
)
_LINKED = (
    'EXISTS (SELECT 1 FROM letter_links k WHERE k.person_id = l.person_id AND k.thread = l.thread'
    ' AND k.catalog_id = ? AND k.record_id = ?)'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A line of the list: the latest letter of a conversation, of how many, and how many are unread.

    `who` are those with whom it is led; `owner` is the colleague who shared it, None for one's own."""

    letter_id: int
    who: str
    subject: str
    snippet: str
    sent_at: datetime
    direction: str
    state: str
    letters: int
    unread: int
    owner: Ref | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A whole letter; `to` and `cc` are (name, address), `state` is '', 'waiting', 'sent' or 'failed'."""

    id: int
    direction: str
    sender: str
    sender_name: str
    to: tuple[tuple[str, str], ...]
    cc: tuple[tuple[str, str], ...]
    subject: str
    text: str
    files: tuple[str, ...]
    sent_at: datetime
    is_seen: bool
    is_cut: bool
    state: str = ''
    problem: str = ''
    detail: str = ''
    message_id: str = ''
    parents: tuple[str, ...] = ()
    thread: str = ''


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenConversation:
    """The letters of a conversation, the oldest first; `owner` is the colleague who shared it.

    `is_shared` says whether it is shared on the record it was opened for."""

    letters: tuple[Letter, ...]
    owner: Ref | None = None
    is_shared: bool = False


async def unread(actor: Actor) -> int:
    """How many letters in one's own mailbox are unread."""
    person_id = need_owner(actor)
    with guard.acting(actor):
        found = await database.rows(
            "SELECT count(*) AS n FROM letters WHERE person_id = ? AND direction = 'in' AND is_seen = 0",
            [person_id],
            read=True,
        )
    return int(found[0]['n'])


async def conversations(
    actor: Actor, about: tuple[str, int] | None = None, *, limit: int = 30
) -> list[Conversation]:
    """Conversations, the latest first: all of one's own; or those about a record, where shared ones count.

    :param about: catalogue and id of a record
    :raises NotFound: no such record, or not for this reader"""
    person_id = need_owner(actor)
    where, args = await _about(actor, person_id, about) if about else (_OWN, [person_id])
    with guard.acting(actor):
        found = await database.rows(
            'SELECT x.*, p.name AS owner_name FROM (SELECT l.id, l.person_id, l.direction, l.sender,'
            ' l.sender_name, l.people, l.subject, l.snippet, l.sent_at, l.state,'
            ' ROW_NUMBER() OVER (PARTITION BY l.person_id, l.thread ORDER BY l.sent_at DESC, l.id DESC)'
            ' AS place, COUNT(*) OVER (PARTITION BY l.person_id, l.thread) AS n,'
            ' SUM(1 - l.is_seen) OVER (PARTITION BY l.person_id, l.thread) AS fresh'
            f' FROM letters l WHERE {where}) x JOIN people p ON p.id = x.person_id'
            ' WHERE x.place = 1 ORDER BY x.sent_at DESC, x.id DESC LIMIT ?',
            [*args, limit],
            read=True,
        )
    return [_line(row, person_id) for row in found]


async def _about(actor: Actor, person_id: int, about: tuple[str, int]) -> tuple[str, list[Any]]:
    """The condition on letters `l` that are about a record: by its people, by thread, shared there."""
    records = Records(actor)
    catalog, record_id = about
    people = await people_of(records, catalog, record_id)
    place = [SCHEMA[catalog].id, record_id]
    ways = [f'({_OWN} AND {_LINKED})', _SHARED]
    args: list[Any] = [person_id, *place, *place]
    if people:
        blanks = ', '.join('?' * len(people))
        ways.append(
            f'({_OWN} AND l.id IN (SELECT letter_id FROM letter_addresses WHERE person_id = ?'
            f' AND address IN ({blanks})))'
        )
        args += [person_id, person_id, *(str(fold(one.address)) for one in people)]
    return f'({" OR ".join(ways)})', args


def _line(row: Mapping[str, Any], person_id: int) -> Conversation:
    is_own = row['person_id'] == person_id
    return Conversation(
        letter_id=row['id'],
        who=_who(row),
        subject=row['subject'],
        snippet=row['snippet'],
        sent_at=clock.from_ms(row['sent_at']),
        direction=row['direction'],
        state=row['state'],
        letters=int(row['n']),
        unread=int(row['fresh']) if is_own else 0,
        owner=None if is_own else Ref(row['person_id'], row['owner_name'], 'person'),
    )


def _who(row: Mapping[str, Any]) -> str:
    if row['direction'] == 'in':
        return str(row['sender_name'] or row['sender'])
    to = json.loads(row['people']).get('to', ())
    return ', '.join(name or address for name, address in to[:3])


async def conversation(
    actor: Actor, letter_id: int, about: tuple[str, int] | None = None
) -> OpenConversation:
    """The conversation of a letter: one's own, or one that is shared on the record it is opened for.

    :raises NotFound: no such letter, or not for this reader"""
    person_id = need_owner(actor)
    row = await _letter_row(actor, letter_id)
    is_own = row['person_id'] == person_id
    is_shared = await _is_shared(actor, row, about) if about else False
    if not is_own and not is_shared:
        raise NotFound(catalog='letter', id=letter_id)
    with guard.acting(actor):
        found = await database.rows(
            'SELECT * FROM letters WHERE person_id = ? AND thread = ? ORDER BY sent_at DESC, id DESC LIMIT ?',
            [row['person_id'], row['thread'], MOST_IN_CONVERSATION],
            read=True,
        )
    owner = None if is_own else Ref(row['person_id'], row['name'], 'person')
    return OpenConversation(
        letters=tuple(_letter(one) for one in reversed(found)), owner=owner, is_shared=is_shared
    )


async def own_letters(actor: Actor, *, before: int | None = None, limit: int = 500) -> list[Letter]:
    """The letters of one's own mailbox, those kept last first; `before` is the id to go on from."""
    person_id = need_owner(actor)
    narrow, args = (' AND id < ?', [before]) if before else ('', [])
    with guard.acting(actor):
        found = await database.rows(
            f'SELECT * FROM letters WHERE person_id = ?{narrow} ORDER BY id DESC LIMIT ?',
            [person_id, *args, limit],
            read=True,
        )
    return [_letter(row) for row in found]


async def own_letter(actor: Actor, letter_id: int) -> Letter:
    """One of one's own letters.

    :raises NotFound: there is none"""
    person_id = need_owner(actor)
    row = await _letter_row(actor, letter_id)
    if row['person_id'] != person_id:
        raise NotFound(catalog='letter', id=letter_id)
    return _letter(row)


async def _letter_row(actor: Actor, letter_id: int) -> Mapping[str, Any]:
    with guard.acting(actor):
        found = await database.rows(
            'SELECT l.*, p.name FROM letters l JOIN people p ON p.id = l.person_id WHERE l.id = ?',
            [letter_id],
            read=True,
        )
    if not found:
        raise NotFound(catalog='letter', id=letter_id)
    return found[0]


async def _is_shared(actor: Actor, row: Mapping[str, Any], about: tuple[str, int]) -> bool:
    """Whether a conversation is shared on a record that the reader may read now."""
    catalog, record_id = about
    await Records(actor).get(catalog, record_id)
    with guard.acting(actor):
        found = await database.rows(
            'SELECT 1 AS one FROM letter_links WHERE person_id = ? AND thread = ? AND catalog_id = ?'
            ' AND record_id = ? AND is_shared = 1',
            [row['person_id'], row['thread'], SCHEMA[catalog].id, record_id],
            read=True,
        )
    return bool(found)


def _letter(row: Mapping[str, Any]) -> Letter:
    people = json.loads(row['people'])
    return Letter(
        id=row['id'],
        direction=row['direction'],
        sender=row['sender'],
        sender_name=row['sender_name'],
        to=_pairs(people.get('to', ())),
        cc=_pairs(people.get('cc', ())),
        subject=row['subject'],
        text=row['text'],
        files=tuple(json.loads(row['files'])),
        sent_at=clock.from_ms(row['sent_at']),
        is_seen=bool(row['is_seen']),
        is_cut=bool(row['is_cut']),
        state=row['state'],
        problem=row['problem'],
        detail=row['detail'],
        message_id=row['message_id'],
        parents=tuple(json.loads(row['parents'])),
        thread=row['thread'],
    )


def _pairs(plain: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, address) for name, address in plain)


async def mark(actor: Actor, letter_id: int, *, seen: bool = True) -> None:
    """Mark the conversation of one's own letter as read; as unread only this letter.

    :raises NotFound: there is no such letter"""
    letter = await own_letter(actor, letter_id)
    person_id = need_owner(actor)
    narrow, args = ('thread = ?', [letter.thread]) if seen else ('id = ?', [letter_id])
    with guard.acting(actor):
        async with database.transaction():
            changed = await database.rows(
                f"UPDATE letters SET is_seen = ? WHERE person_id = ? AND direction = 'in' AND {narrow}"
                ' AND is_seen <> ? RETURNING id',
                [int(seen), person_id, *args, int(seen)],
            )
            if changed:
                tell(person_id)


async def share(actor: Actor, letter_id: int, about: tuple[str, int], *, shared: bool) -> None:
    """Let whoever reads a record read the conversation of one's own letter there, answers included; or not.

    :raises NotFound: no such letter or record"""
    letter = await own_letter(actor, letter_id)
    catalog, record_id = about
    await Records(actor).get(catalog, record_id)
    await link(actor, letter.thread, about, shared=shared)


async def link(actor: Actor, thread: str, about: tuple[str, int], *, shared: bool | None = None) -> None:
    """Say that a conversation of one's own is about a record; None leaves the sharing as it is."""
    person_id = need_owner(actor)
    change = 'DO NOTHING' if shared is None else 'DO UPDATE SET is_shared = excluded.is_shared'
    with guard.acting(actor):
        async with database.transaction():
            await database.rows(
                'INSERT INTO letter_links (person_id, thread, catalog_id, record_id, is_shared)'
                ' VALUES (?, ?, ?, ?, ?)'
                f' ON CONFLICT (person_id, thread, catalog_id, record_id) {change}',
                [person_id, thread, SCHEMA[about[0]].id, about[1], int(bool(shared))],
            )
            tell(person_id)
