"""A letter as it came, read into plain values: text only, everything bounded, nothing of it trusted."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator
from email.errors import MessageError
from html import unescape

from imap_tools import EmailAddress, MailMessage

from store.mail_values import FetchedLetter

MOST_BYTES = 131_072
"""So much of each letter is read; its text stands at the beginning, and files are not taken."""
MOST_PARTS = 200
LONGEST_FIELD = 16_384
"""Bytes of one field of a header: what reads addresses takes very long for very long ones."""
LONGEST_TEXT = 200_000
MOST_PEOPLE = 100
_BLOCKS = frozenset({'p', 'div', 'tr', 'li', 'blockquote', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre'})
_SILENT = frozenset({'script', 'style', 'title', 'template', 'svg', 'noscript'})
_TAG = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})([^<>]*)>')
_HREF = re.compile(
    r"""\bhref\s{0,5}=\s{0,5}(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'>]{1,2000}))""", re.IGNORECASE
)
_SPACES = re.compile(r'\s+')
_ID = re.compile(r'<[^<>\s\x00-\x1f\x7f]{1,250}>')
_UNREADABLE = '…'
_CONTROLS = re.compile(r'[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]')


def read_letter(uid: int, raw: bytes, flags: Iterable[str], *, size: int, now: dt.datetime) -> FetchedLetter:
    """A letter of its bytes; one that cannot be read is there all the same, and says so by its text.

    :param size: how long the letter is as a whole
    :param now: taken where the letter has no date, or one that is still to come"""
    is_seen = '\\Seen' in flags
    try:
        return _read(uid, raw[:MOST_BYTES], is_seen=is_seen, size=size, now=now)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The library stumbles over letters that are made to make it stumble; the next one is to be read.
        return FetchedLetter(
            uid=uid, message_id=_made_up(raw), sent_at=now, text=_UNREADABLE, is_seen=is_seen, is_cut=True
        )


def _read(uid: int, raw: bytes, *, is_seen: bool, size: int, now: dt.datetime) -> FetchedLetter:
    if raw.lower().count(b'\ncontent-type:') > MOST_PARTS:
        raw = raw.partition(b'\r\n\r\n')[0] + b'\r\n\r\n'
    message = MailMessage.from_bytes(_shortened(raw))
    named = _ID.search(_first(message, 'message-id'))
    text = message.text or ''
    if not text.strip() and message.html:
        text = text_of_html(message.html)
    return FetchedLetter(
        uid=uid,
        message_id=named.group() if named else _made_up(raw),
        parents=_parents(message),
        sender=next(_people([message.from_values] if message.from_values else []), ('', '')),
        to=tuple(_people(message.to_values)),
        cc=tuple(_people(message.cc_values)),
        subject=_line(message.subject, 500),
        sent_at=_moment(message.date, now),
        text=plain(text),
        files=tuple(_line(one.filename, 200) for one in message.attachments[:50] if one.filename),
        is_seen=is_seen,
        is_cut=size > len(raw),
    )


def _shortened(raw: bytes) -> bytes:
    """A letter with no field of its header longer than it may be."""
    end = re.search(rb'\r?\n\r?\n', raw)
    head = raw[: end.start()] if end else raw
    if len(head) <= LONGEST_FIELD:
        return raw
    fields = re.split(rb'\r?\n(?![ \t])', head)
    return b'\r\n'.join(one[:LONGEST_FIELD] for one in fields) + raw[len(head) :]


def _made_up(raw: bytes) -> str:
    """A name for a letter that has none: the same whenever this letter is read again."""
    return f'<none.{hashlib.sha256(raw[:20_000]).hexdigest()[:40]}@artel.invalid>'


def _parents(message: MailMessage) -> tuple[str, ...]:
    """What a letter answers, the oldest first."""
    said = _first(message, 'references')[:20_000], _first(message, 'in-reply-to')[:2_000]
    return tuple(dict.fromkeys(one for text in said for one in _ID.findall(text)))[-50:]


def _first(message: MailMessage, header: str) -> str:
    return str(message.obj.get(header, ''))


def _people(values: Iterable[EmailAddress]) -> Iterator[tuple[str, str]]:
    for place, one in enumerate(values):
        address = _line(one.email, 254).strip()
        if place < MOST_PEOPLE and '@' in address:
            yield _line(one.name, 200), address


def _moment(date: dt.datetime, now: dt.datetime) -> dt.datetime:
    aware = date if date.tzinfo else date.replace(tzinfo=dt.UTC)
    try:
        moment = aware.astimezone(dt.UTC)
    except OverflowError:
        return now
    return moment if dt.datetime(1990, 1, 1, tzinfo=dt.UTC) < moment <= now else now


def _line(text: str, most: int) -> str:
    return ' '.join(_CONTROLS.sub(' ', text[: 4 * most]).split())[:most]


def plain(text: str) -> str:
    """A text without controls, with plain line ends and no flood of empty lines."""
    clean = _CONTROLS.sub('', text[:LONGEST_TEXT].replace('\r\n', '\n').replace('\r', '\n'))
    # Line by line: a pattern for spaces before a line end takes minutes for a letter made of spaces.
    lines = '\n'.join(line.rstrip() for line in clean.split('\n'))
    return re.sub(r'\n{3,}', '\n\n', lines).strip()


def text_of_html(html: str) -> str:
    """The words of an HTML letter with the addresses of its links; no markup, no pictures, no scripts.

    Only words come out, so it need not see a page as a browser does, but must be quick with any input."""
    words = _Words(html[:MOST_BYTES])
    words.read()
    lines = unescape(''.join(words.parts)).split('\n')
    return '\n'.join(' '.join(line.split()) for line in lines)


class _Words:
    """Gathers the words between tags; each step goes forward, so it takes as long as the text is."""

    def __init__(self, html: str) -> None:
        self._html, self._at = html, 0
        self._links: list[tuple[str, int]] = []
        self.parts: list[str] = []

    def read(self) -> None:
        """Go through the whole letter."""
        while (begin := self._html.find('<', self._at)) >= 0:
            self._say(self._html[self._at : begin])
            if self._html.startswith('<!--', begin):
                end = self._html.find('-->', begin)
                self._at = len(self._html) if end < 0 else end + 3
                continue
            found = _TAG.match(self._html, begin)
            if found is None:
                self._say('<')
                self._at = begin + 1
                continue
            self._at = found.end()
            self._tag(found[2].lower(), found[3], is_end=bool(found[1]))
        self._say(self._html[self._at :])

    def _tag(self, tag: str, attributes: str, *, is_end: bool) -> None:
        if tag in _SILENT and not is_end:
            end = re.compile(f'</{tag}', re.IGNORECASE).search(self._html, self._at)
            self._at = end.start() if end else len(self._html)
        elif tag in _BLOCKS or tag == 'br':
            self.parts.append('\n- ' if tag == 'li' and not is_end else '\n')
        elif tag in ('td', 'th'):
            self.parts.append(' ')
        elif tag == 'a':
            self._link(attributes, is_end=is_end)

    def _link(self, attributes: str, *, is_end: bool) -> None:
        """Say behind a link where it leads, unless its words say so."""
        if not is_end:
            found = _HREF.search(attributes[:3000])
            self._links = [(found[1] or found[2] or found[3] or '' if found else '', len(self.parts))]
            return
        href, begun = self._links.pop() if self._links else ('', 0)
        said = ''.join(self.parts[begun:]).strip()
        bare = href.removeprefix('mailto:')
        is_known = href.startswith(('http://', 'https://', 'mailto:'))
        if is_known and said and bare.rstrip('/').rpartition('//')[2] != said.rstrip('/').rpartition('//')[2]:
            self.parts.append(f' &lt;{bare[:500]}&gt;')

    def _say(self, text: str) -> None:
        if text:
            self.parts.append(_SPACES.sub(' ', text))
