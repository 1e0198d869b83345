"""Messages as the pages draw them: plain text cut into pieces, of which some are links or names."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from nicegui import ui

from store import Ref, clock
from store.actor import Actor
from store.feed_reading import Post
from store.folding import fold
from ui.cells import face
from ui.components.basics import button, col, row, text
from ui.components.dialogs import answer_of
from ui.files import shown as shown_file
from ui.formats import ago, date_long
from ui.text import n, t

_LINK = re.compile(r'https?://[^\s<>"\'\u2028\u2029]+')
_TAIL = '.,;:!?)]}»”’'
Piece = dict[str, Any]


def pieces(text: str, mentions: Sequence[Ref] = ()) -> list[Piece]:
    """A text as pieces: `s` is what to show, `h` the address of a link, `p` says that it names a person."""
    found: list[Piece] = []
    for part, is_link in _by_links(text):
        found += [{'s': part, 'h': part}] if is_link else _by_names(part, mentions)
    return found


def _by_links(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for match in _LINK.finditer(text):
        address = match[0].rstrip(_TAIL)
        if match[0].startswith(address + ')') and '(' in address:
            address += ')'
        yield text[at : match.start()], False
        yield address, True
        at = match.start() + len(address)
    yield text[at:], False


def _by_names(text: str, mentions: Sequence[Ref]) -> list[Piece]:
    names = sorted({f'@{ref.title}' for ref in mentions if ref.title}, key=len, reverse=True)
    if not names or not text:
        return [{'s': text}] if text else []
    parts = re.split('(' + '|'.join(re.escape(name) for name in names) + ')', text, flags=re.IGNORECASE)
    folded = {fold(name) for name in names}
    return [{'s': part, 'p': True} if fold(part) in folded else {'s': part} for part in parts if part]


def drawn(post: Post, actor: Actor, answers: Sequence[Post] = ()) -> dict[str, Any]:
    """A message for the page, with what its reader may do to it."""
    is_own = post.author is not None and post.author.id == actor.person_id
    return {
        'id': post.id,
        'face': face(post.author or Ref(0, 'Artel', 'person')),
        'who': post.author.title if post.author else t('Artel'),
        'time': ago(post.at),
        'exact': date_long(post.at),
        'text': post.text,
        'pieces': pieces(post.text, post.mentions),
        'mentions': [{'id': ref.id, 'title': ref.title} for ref in post.mentions],
        'edited': post.is_edited and not post.is_removed,
        'removed': post.is_removed,
        'likes': post.likes,
        'liked': post.is_liked,
        'likers': _likers(post),
        'files': [
            {**shown_file(info), 'weight': weight(info.size), 'own': info.owner_id == actor.person_id}
            for info in post.files
        ],
        'own': is_own and not actor.read_only,
        'removable': (is_own or actor.is_admin) and not actor.read_only,
        'answers': [drawn(one, actor) for one in answers],
    }


def _likers(post: Post) -> str:
    more = post.likes - len(post.likers)
    names = ', '.join(post.likers)
    return n('{names} and {count} more', '{names} and {count} more', more, names=names) if more else names


def weight(size: int) -> str:
    """A file's size in words, e.g. '1.4 MB'."""
    if size < 1 << 20:
        return t('{size} KB', size=max(1, round(size / 1024)))
    return t('{size} MB', size=f'{size / (1 << 20):.1f}')


async def show_earlier_texts(found: Sequence[tuple[int, str]]) -> None:
    """A dialog with what a message said before each change."""
    with ui.dialog() as dialog, ui.card().style('width:min(480px,100%)'):
        text(t('What it said before'), 'a-title')
        for moment, said in reversed(found):
            with col('a-gap-4 a-full'):
                text(date_long(clock.from_ms(moment)), 'a-meta')
                text(said, 'rt-comment')
        with row('a-full').style('justify-content:flex-end'):
            button(t('Close'), lambda: dialog.submit(None))
    await answer_of(dialog)
