"""What a file really is, by its content alone, and a name of it that is safe to show."""

import re
import unicodedata
from typing import Final

RASTER: Final = frozenset({'image/png', 'image/jpeg', 'image/webp', 'image/gif'})
"""Pictures that a browser only paints: these alone are shown within a page."""
SVG: Final = 'image/svg+xml'
HTML: Final = 'text/html'
UNKNOWN: Final = 'application/octet-stream'
MAX_NAME: Final = 180

_OFFICE: Final = 'application/vnd.openxmlformats-officedocument.'
_BEGINNINGS: Final = (
    (b'\x89PNG\r\n\x1a\n', 'image/png'),
    (b'\xff\xd8\xff', 'image/jpeg'),
    (b'GIF87a', 'image/gif'),
    (b'GIF89a', 'image/gif'),
    (b'%PDF-', 'application/pdf'),
)
_MARKUP: Final = re.compile(
    rb'<(?:!doctype\s+html|html|head|body|script|iframe|title|style|table|div|p|a|img|h1|b|br|!--)[\s/>-]'
)
_RESERVED: Final = re.compile(r'(?i)^(con|prn|aux|nul|com\d|lpt\d)$')


def content_type_of(data: bytes) -> str:
    """The media type of this content; what cannot be told is a stream of bytes."""
    for beginning, found in _BEGINNINGS:
        if data.startswith(beginning):
            return found
    if data.startswith(b'RIFF') and data[8:12] == b'WEBP':
        return 'image/webp'
    if data.startswith(b'PK\x03\x04'):
        return _packed(data)
    return _text(data)


def _packed(data: bytes) -> str:
    if b'[Content_Types].xml' in data:
        if b'xl/workbook' in data:
            return f'{_OFFICE}spreadsheetml.sheet'
        if b'word/document' in data:
            return f'{_OFFICE}wordprocessingml.document'
    return 'application/zip'


def _text(data: bytes) -> str:
    if b'\0' in data:
        return UNKNOWN
    try:
        data.decode()
    except UnicodeDecodeError:
        return UNKNOWN
    head = data[:4096].removeprefix(b'\xef\xbb\xbf').lstrip().lower()
    if b'<svg' in head and head.startswith(b'<'):
        return SVG
    return HTML if _MARKUP.search(head) else 'text/plain'


def shown_name(name: str) -> str:
    """A name to show and to save under: no folders, no control or direction marks, not too long."""
    last = re.split(r'[/\\]', name)[-1]
    visible = ''.join(c for c in last if unicodedata.category(c) not in ('Cc', 'Cf', 'Cs', 'Zl', 'Zp'))
    plain = re.sub(r'\s+', ' ', visible).strip(' .')
    stem, dot, ending = plain.rpartition('.')
    if not dot or len(ending) > 16:
        stem, dot, ending = plain, '', ''
    stem = stem[: MAX_NAME - len(ending) - 1].rstrip(' .')
    if _RESERVED.match(stem.partition('.')[0].strip()):
        stem = f'_{stem}'
    return f'{stem}{dot}{ending}' if stem else f'file{dot}{ending}'
