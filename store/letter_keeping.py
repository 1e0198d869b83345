"""Keeping letters that were read from a mailbox: each once, in its conversation; and how sent ones ended."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from store import clock, database, guard
from store.folding import fold
from store.mail_values import Connection, FetchedLetter, Mark, tell

LONGEST_TEXT = 200_000
LONGEST_SUBJECT = 500
SNIPPET = 180
MOST_ADDRESSES = 100
IN, OUT = 'in', 'out'


def key_of(message_id: str) -> str:
    """A Message-ID, however long, as a key of fixed length."""
    return hashlib.sha256(message_id.encode('utf-8', 'surrogatepass')).hexdigest()


async def marks(there: Connection) -> dict[str, Mark]:
    """How far each folder of a mailbox has been read, by its kind."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT kind, validity, last_uid FROM mail_folders WHERE person_id = ?', [there.person_id]
        )
    return {row['kind']: Mark(validity=row['validity'], last_uid=row['last_uid']) for row in found}


async def keep(there: Connection, kind: str, letters: Sequence[FetchedLetter], mark: Mark) -> bool:
    """Keep what was read from a folder together with how far that was; each letter once.

    :return: False when the mailbox was connected otherwise, switched off or removed meanwhile"""
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            if not await _is_as_it_was(there):
                return False
            new = [await _keep_one(there, kind, letter) for letter in letters]
            await database.rows(
                'INSERT INTO mail_folders (person_id, kind, validity, last_uid) VALUES (?, ?, ?, ?)'
                ' ON CONFLICT (person_id, kind) DO UPDATE SET validity = excluded.validity,'
                ' last_uid = excluded.last_uid',
                [there.person_id, kind, mark.validity, mark.last_uid],
            )
            if any(new):
                tell(there.person_id)
    return True


async def _is_as_it_was(there: Connection) -> bool:
    # The row is taken, so that whoever removes the mailbox waits until this is whole.
    found = await database.rows(
        'UPDATE mailboxes SET revision = revision WHERE person_id = ? AND revision = ? AND is_on = 1'
        ' RETURNING person_id',
        [there.person_id, there.revision],
    )
    return bool(found)


async def _keep_one(there: Connection, kind: str, letter: FetchedLetter) -> bool:
    text = letter.text[:LONGEST_TEXT]
    people = {'to': letter.to[:MOST_ADDRESSES], 'cc': letter.cc[:MOST_ADDRESSES]}
    parents = letter.parents[-MOST_ADDRESSES:]
    values = {
        'person_id': there.person_id,
        'key': key_of(letter.message_id),
        'thread': await thread_of(there.person_id, letter.message_id, parents),
        'message_id': letter.message_id[:998],
        'parents': _json(parents[-20:]),
        'direction': kind,
        'sender': letter.sender[1][:254],
        'sender_name': letter.sender[0][:200],
        'people': _json(people),
        'subject': letter.subject[:LONGEST_SUBJECT],
        'snippet': snippet(text),
        'text': text,
        'files': _json(letter.files[:50]),
        'sent_at': clock.to_ms(letter.sent_at),
        'is_seen': int(letter.is_seen or kind == OUT),
        'is_cut': int(letter.is_cut or len(letter.text) > LONGEST_TEXT),
        'state': 'sent' if kind == OUT else '',
    }
    letter_id = await insert(values)
    if letter_id is None:
        return False
    addresses = (address for _, address in (letter.sender, *people['to'], *people['cc']))
    await note_addresses(there, letter_id, addresses)
    return True


def _json(value: Any) -> str:
    # Half a surrogate pair, as broken letters have, is no text that a database takes.
    return json.dumps(value, ensure_ascii=False).encode('utf-8', 'replace').decode()


def snippet(text: str) -> str:
    """The beginning of a letter in one line, without what it quotes."""
    lines = [line.strip() for line in text[:4000].splitlines() if line.strip()]
    quoted = [line.startswith('>') for line in lines] + [False]
    # The line before a quotation says who wrote it, and when.
    own = ' '.join(
        line
        for place, line in enumerate(lines)
        if not quoted[place] and not (quoted[place + 1] and line.endswith(':') and place)
    )
    return ' '.join(own.split())[:SNIPPET]


async def thread_of(person_id: int, message_id: str, parents: Sequence[str]) -> str:
    """The conversation a letter belongs to: that of a letter it answers, else one that begins with the first
    letter it knows of."""
    keys = [key_of(one) for one in parents]
    if keys:
        found = await database.rows(
            f'SELECT thread FROM letters WHERE person_id = ? AND key IN ({", ".join("?" * len(keys))})'
            ' ORDER BY sent_at DESC, id DESC LIMIT 1',
            [person_id, *keys],
        )
        return str(found[0]['thread']) if found else keys[0]
    return key_of(message_id)


async def insert(values: dict[str, Any]) -> int | None:
    """Write a letter, in the open transaction; its id, None when the mailbox has it already."""
    made = await database.rows(
        f'INSERT INTO letters ({", ".join(values)}) VALUES ({", ".join("?" * len(values))})'
        ' ON CONFLICT (person_id, key) DO NOTHING RETURNING id',
        [_text(value) for value in values.values()],
    )
    return int(made[0]['id']) if made else None


def _text(value: Any) -> Any:
    return value.encode('utf-8', 'replace').decode() if isinstance(value, str) else value


async def note_addresses(there: Connection, letter_id: int, addresses: Iterable[str]) -> None:
    """Write down with whom a letter is exchanged; one's own address is no correspondent."""
    folded = {str(fold(_text(one)))[:254] for one in addresses if one} - {str(fold(there.address))}
    await database.many(
        'INSERT INTO letter_addresses (letter_id, person_id, address) VALUES (?, ?, ?)',
        [[letter_id, there.person_id, one] for one in sorted(folded)[:MOST_ADDRESSES]],
    )


async def settle(letter_id: int, state: str, code: str, detail: str) -> int | None:
    """Write down how sending a letter ended: 'waiting', 'sent' or 'failed'; its owner."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'UPDATE letters SET state = ?, problem = ?, detail = ? WHERE id = ? RETURNING person_id',
            [state, code[:64], _text(detail[:500]), letter_id],
        )
        if not found:
            return None
        tell(found[0]['person_id'])
    return int(found[0]['person_id'])
