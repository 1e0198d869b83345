"""Writing letters from one's own mailbox: kept with the sent ones at once, and handed to the outbox."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from store import clock, database, guard, outbox
from store.actor import Actor
from store.fields.e_mail import read_address
from store.letter_keeping import OUT, insert, key_of, note_addresses, snippet, thread_of
from store.letters import Letter, link, own_letter
from store.mail_values import Connection, need_owner, tell, without_password
from store.outbox import Parcel
from store.problems import BadValue, Invalid, Problem, Refused
from store.records import Records
from store.throttle import Throttle

MOST_RECIPIENTS = 20
LONGEST_SUBJECT = 300
LONGEST_TEXT = 100_000
by_writer = Throttle(100, 3600, code='letters_throttled')
"""A letter is written by a person; whoever sends more at once does not write them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A letter to be sent: `answers` is the id of the letter it answers, `about` catalogue and id of the
    record it is written on."""

    to: Sequence[str]
    subject: str
    text: str
    cc: Sequence[str] = ()
    answers: int | None = None
    about: tuple[str, int] | None = None


async def write(actor: Actor, draft: Draft) -> int:
    """Send a letter from one's own mailbox; its id.

    :raises Invalid: 'to', 'cc', 'subject', 'text'
    :raises NotFound: the letter that is answered, or the record
    :raises Refused: 'no_mailbox', 'letters_throttled'"""
    person_id = need_owner(actor)
    to, cc = _checked(draft)
    answered = await own_letter(actor, draft.answers) if draft.answers else None
    if draft.about:
        await Records(actor).get(*draft.about)
    by_writer.take(str(person_id))
    with guard.acting(actor):
        async with database.transaction():
            there = await _mailbox(person_id)
            letter_id, thread = await _keep(there, draft, (to, cc), answered)
            if draft.about:
                await link(actor, thread, draft.about)
            tell(person_id)
    return letter_id


def _checked(draft: Draft) -> tuple[list[str], list[str]]:
    errors: dict[str, Problem] = {}
    to, cc = (_addresses(code, getattr(draft, code), errors) for code in ('to', 'cc'))
    if not to and 'to' not in errors:
        errors['to'] = BadValue('required')
    if len(to) + len(cc) > MOST_RECIPIENTS:
        errors['to'] = BadValue('too_many', most=MOST_RECIPIENTS)
    if not draft.text.strip():
        errors['text'] = BadValue('required')
    if len(draft.text) > LONGEST_TEXT:
        errors['text'] = BadValue('too_long', limit=LONGEST_TEXT)
    if len(draft.subject) > LONGEST_SUBJECT:
        errors['subject'] = BadValue('too_long', limit=LONGEST_SUBJECT)
    if errors:
        raise Invalid(errors)
    return to, cc


def _addresses(code: str, typed: Sequence[str], errors: dict[str, Problem]) -> list[str]:
    found = []
    for one in typed:
        if not one.strip():
            continue
        try:
            found.append(read_address(one.strip()))
        except BadValue:
            errors[code] = BadValue('not_an_address', address=one.strip()[:120])
    return list(dict.fromkeys(found))


async def _mailbox(person_id: int) -> Connection:
    found = await database.rows(
        'SELECT b.*, p.name AS owner_name FROM mailboxes b JOIN people p ON p.id = b.person_id'
        ' WHERE b.person_id = ? AND b.is_on = 1',
        [person_id],
    )
    if not found:
        raise Refused('no_mailbox')
    return without_password(found[0])


async def _keep(
    there: Connection, draft: Draft, people: tuple[list[str], list[str]], answered: Letter | None
) -> tuple[int, str]:
    """The letter among those of the mailbox, and its parcel; its id and conversation."""
    to, cc = people
    now, subject = clock.now(), ' '.join(draft.subject.split())
    message_id = f'<{uuid.uuid4().hex}@{_domain(there.address)}>'
    parents = (*answered.parents, answered.message_id)[-20:] if answered else ()
    thread = answered.thread if answered else await thread_of(there.person_id, message_id, ())
    letter_id = await insert(
        {
            'person_id': there.person_id,
            'key': key_of(message_id),
            'thread': thread,
            'message_id': message_id,
            'parents': json.dumps(parents),
            'direction': OUT,
            'sender': there.address,
            'sender_name': there.name[:200],
            'people': json.dumps({'to': [('', one) for one in to], 'cc': [('', one) for one in cc]}),
            'subject': subject,
            'snippet': snippet(draft.text),
            'text': draft.text,
            'sent_at': clock.to_ms(now),
            'is_seen': 1,
            'state': 'waiting',
        }
    )
    if letter_id is None:
        raise LookupError('a fresh Message-ID is taken')
    await note_addresses(there, letter_id, (*to, *cc))
    payload = {
        'to': to, 'cc': cc, 'subject': subject, 'text': draft.text, 'mailbox': there.person_id,
        'letter': letter_id, 'message_id': message_id, 'parents': parents,
    }  # fmt: skip
    parcel = Parcel(
        key=f'letter:{letter_id}', run_id=0, step=0, channel='mail', recipient=', '.join(to), payload=payload
    )
    await outbox.put(parcel, now)
    return letter_id, thread


def _domain(address: str) -> str:
    return address.rpartition('@')[2].encode('idna').decode()
