"""Which encoding a text file is in: marks first, then proofs, then the look of its words."""

import codecs
import re

MARKS = (
    (codecs.BOM_UTF32_LE, 'utf-32-le'),
    (codecs.BOM_UTF32_BE, 'utf-32-be'),
    (codecs.BOM_UTF8, 'utf-8'),
    (codecs.BOM_UTF16_LE, 'utf-16-le'),
    (codecs.BOM_UTF16_BE, 'utf-16-be'),
)
"""The mark of UTF-32 little endian begins with that of UTF-16, so it is tried first."""

SAMPLE_BYTES = 65_536
FREQUENT = frozenset('оеаинтсрвлкмдпуя')
WORD = re.compile(rb'[A-Za-z\x80-\xff]{2,}')
CONTROLS = frozenset(range(32)) - {9, 10, 11, 12, 13, 26, 27}


def is_binary(head: bytes) -> bool:
    """Whether the bytes are no text in any encoding known here."""
    if _marked(head) or _wide(head):
        return False
    return sum(byte in CONTROLS for byte in head) > len(head) // 500


def is_readable(text: str) -> bool:
    """Whether a decoded text is one: few signs that no table holds."""
    sample = text[:SAMPLE_BYTES]
    strange = sum(sign == '\ufffd' or (sign < ' ' and ord(sign) in CONTROLS) for sign in sample)
    return strange <= 2 + len(sample) // 50


def decode(raw: bytes) -> tuple[str, str]:
    """The text and the name of its encoding; a byte that fits nowhere becomes U+FFFD."""
    marked = _marked(raw)
    if marked:
        mark, name = marked
        body = raw[len(mark) :]
        # Some writers put the short mark before UTF-32, in either byte order.
        wider = _wide(body[:SAMPLE_BYTES]) if len(mark) == 2 else ''
        name = wider if wider.startswith('utf-32') else name
        return body.decode(name, 'replace'), name
    name = _wide(raw[:SAMPLE_BYTES]) or _narrow(raw)
    return raw.decode(name, 'replace'), name


def _marked(raw: bytes) -> tuple[bytes, str] | None:
    return next(((mark, name) for mark, name in MARKS if raw.startswith(mark)), None)


def _wide(sample: bytes) -> str:
    """The UTF-16 or UTF-32 without a mark whose zero bytes stand where Latin or digits put them."""
    sample = sample[: len(sample) // 4 * 4]
    if len(sample) < 4 or b'\0' not in sample:
        return ''
    quarter = len(sample) // 4
    zeros = [sample[place::4].count(0) / quarter for place in range(4)]
    if min(zeros[2:]) > 0.95 and zeros[0] < 0.1:
        return 'utf-32-le'
    if min(zeros[:2]) > 0.95 and zeros[3] < 0.1:
        return 'utf-32-be'
    odd, even = (zeros[1] + zeros[3]) / 2, (zeros[0] + zeros[2]) / 2
    if max(odd, even) < 0.1 or min(odd, even) > 0.05:
        return ''
    return 'utf-16-le' if odd > even else 'utf-16-be'


def _narrow(raw: bytes) -> str:
    try:
        raw.decode('utf-8')
    except UnicodeDecodeError as error:
        # A file cut in the middle of its last letter is still UTF-8.
        if error.start > len(raw) - 4 and raw[: error.start].count(b'\n'):
            return 'utf-8'
        return _one_byte(raw)
    return 'utf-8'


def _one_byte(raw: bytes) -> str:
    """Cyrillic words are wholly high bytes; Western ones mix them with Latin letters."""
    words = [word for word in WORD.findall(raw[: SAMPLE_BYTES * 16]) if max(word) >= 0x80]
    high = sum(all(byte >= 0x80 for byte in word) and len(word) > 2 for word in words)
    if not words or high < len(words) / 2:
        return 'cp1252' if not _undefined_in_cp1252(raw) else 'latin-1'
    return max(('cp1251', 'koi8-r', 'cp866'), key=lambda name: _russian(words, name))


def _undefined_in_cp1252(raw: bytes) -> bool:
    return any(byte in raw for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D))


def _russian(words: list[bytes], name: str) -> float:
    """How much the words look like Russian: frequent letters, capitals in front only."""
    text = ' '.join(word.decode(name, 'replace') for word in words[:5_000])
    frequent = sum(letter.lower() in FREQUENT for letter in text)
    odd_capitals = len(re.findall(r'[а-яё][А-ЯЁ]', text))
    strangers = sum(not letter.isalpha() and letter != ' ' for letter in text)
    return (frequent - 3 * odd_capitals - 3 * strangers) / max(1, len(text))
