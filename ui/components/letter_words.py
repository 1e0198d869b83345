"""Letters as the panel draws them: plain values, texts in pieces, states in words."""

import re
from collections.abc import Iterator
from typing import Any

from store.letters import Conversation, Letter, OpenConversation
from ui.components.basics import avatar_color, initials
from ui.formats import ago, date_long
from ui.problem_words import SENTENCES
from ui.text import t, words_of

_LINK = re.compile(r'https?://[^\s<>"\'`{}|\\^\x00-\x1f]{3,500}')
_SAID = re.compile(r'On .{4,150}:$|.{0,150}(пишет|написал|написала|wrote|написал\(а\)):$')
_BELOW = re.compile(r'-{2,} ?(Original Message|Исходное сообщение|Пересылаемое сообщение)')
MOST_PIECES = 400


def line_drawn(one: Conversation) -> dict[str, Any]:
    """A line of the list."""
    return {
        'id': one.letter_id,
        'who': one.who or t('Unknown sender'),
        'subject': one.subject or t('No subject'),
        'snippet': one.snippet,
        'at': ago(one.sent_at),
        'exact': date_long(one.sent_at),
        'out': one.direction == 'out',
        'state': one.state if one.state in ('waiting', 'failed') else '',
        'letters': one.letters if one.letters > 1 else 0,
        'unread': one.unread > 0,
        'owner': one.owner.title if one.owner else '',
    }


def conversation_drawn(found: OpenConversation, opened: int, *, can_share: bool) -> dict[str, Any]:
    """A conversation with its letters; `answer` is what an answer begins with, for one's own."""
    latest = found.letters[-1]
    return {
        'id': opened,
        'subject': latest.subject or t('No subject'),
        'letters': [_letter_drawn(one) for one in found.letters],
        'owner': t('Shared by {name}', name=found.owner.title) if found.owner else '',
        'shared': found.is_shared,
        'can_share': can_share and found.owner is None,
        'answer': None if found.owner else _answer(found.letters),
    }


def _letter_drawn(one: Letter) -> dict[str, Any]:
    name = one.sender_name or one.sender
    to = ', '.join(name or address for name, address in (*one.to, *one.cc))
    return {
        'id': one.id,
        'name': name or t('Unknown sender'),
        'address': one.sender if one.sender_name else '',
        'to': t('to {people}', people=to) if to else '',
        'at': ago(one.sent_at),
        'exact': date_long(one.sent_at),
        'face': {'i': initials(name), 'c': avatar_color(name)},
        'out': one.direction == 'out',
        'pieces': list(pieces(one.text)),
        'brief': ' '.join(one.text[:300].split())[:140],
        'files': list(one.files),
        'cut': one.is_cut,
        'unread': not one.is_seen,
        'state': one.state if one.state in ('waiting', 'failed') else '',
        'said': state_said(one),
    }


def state_said(one: Letter) -> str:
    """What became of a letter that was sent from here; '' for the others."""
    if one.state not in ('waiting', 'failed'):
        return ''
    if not one.problem:
        return t('On its way')
    why = _why(one)
    if one.state == 'failed':
        return t('Not sent: {why}', why=why)
    return t('Not sent yet, it is tried again: {why}', why=why)


def _why(one: Letter) -> str:
    if one.problem in SENTENCES:
        return words_of(one.problem, {'server': one.detail, 'detail': one.detail, 'seconds': 0})
    if one.problem.startswith('smtp_535'):
        return t('the mail server refuses the login or the password')
    if one.problem == 'timeout':
        return t('the mail server did not answer in time')
    return one.detail or t('the mail server cannot be reached')


def _answer(letters: tuple[Letter, ...]) -> dict[str, Any]:
    """Whom an answer goes to, and its subject."""
    latest = next((one for one in reversed(letters) if one.direction == 'in'), letters[-1])
    to = latest.sender if latest.direction == 'in' else ', '.join(address for _, address in latest.to)
    bare = re.sub(r'^((re|fwd?|ha|отв?)(\[\d+\])?:\s*)+', '', latest.subject, flags=re.IGNORECASE)
    return {'id': latest.id, 'to': to, 'subject': f'Re: {bare}'[:300]}


def pieces(text: str) -> Iterator[dict[str, str]]:
    """A text in pieces: `s` plain words, `a` a link, `q` what it quotes."""
    own, quoted = split_quoted(text)
    at = count = 0
    for found in _LINK.finditer(own):
        if (count := count + 1) > MOST_PIECES:
            break
        link = found.group().rstrip('.,;:!?)]')
        if own[at : found.start()]:
            yield {'s': own[at : found.start()]}
        yield {'a': link}
        at = found.start() + len(link)
    if own[at:]:
        yield {'s': own[at:]}
    if quoted:
        yield {'q': quoted}


def split_quoted(text: str) -> tuple[str, str]:
    """What somebody wrote, and the letter before that stands below it."""
    lines = text.split('\n')
    start = len(lines)
    while start and (lines[start - 1].startswith('>') or not lines[start - 1].strip()):
        start -= 1
    if not any(line.startswith('>') for line in lines[start:]):
        start = next((place for place, line in enumerate(lines) if _BELOW.match(line[:200])), len(lines))
    while start and (not lines[start - 1].strip() or _SAID.match(lines[start - 1].strip()[:200])):
        start -= 1
    own = '\n'.join(lines[:start]).rstrip()
    return (own, '\n'.join(lines[start:]).strip()) if own else (text, '')
