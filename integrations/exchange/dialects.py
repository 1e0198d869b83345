"""Which delimiter and quote a text table uses: the pair under which its rows agree and its cells make sense.

Source: van den Burg, Nazábal, Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019);
the score is theirs, the choice of candidates and of cell types is ours."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

DELIMITERS = (',', ';', '\t', '|', ':', '~', '^')
QUOTES = ('"', "'", '')
SAMPLE_CHARS = 60_000
SAMPLE_ROWS = 200
FAINT = 1e-3
SEP_LINE = re.compile(r'\Asep=(.)\r?\n', re.IGNORECASE)

SENSIBLE = re.compile(
    r"""\s*(?:
      [-+(]*[$€£₽]?\s?\d[\d\s.,'’]*[%₽€$£)]?                      # number, money, share
    | \d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[T\s].{3,30})?            # date, date and time
    | \d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m)?                       # time
    | [-+()\d\s]{5,}                                              # telephone
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                                # e-mail
    | (?:https?://|www\.)[^\s,;|"']+                              # web address
    | \#?[\w&()./%№\u2019'’+-]+(?:[ \u00a0,][\w&()./%№:\u2019'’+#-]+)*[.!?:…]*   # words
    | [<{\[].*[>}\]]                                              # markup or JSON
    )\s*""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is cut into cells."""

    delimiter: str = ','
    quote: str = '"'
    escape: str = ''

    def for_csv(self) -> dict[str, Any]:
        """Keywords of `csv.reader`."""
        quoting = csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE
        return {
            'delimiter': self.delimiter,
            'quotechar': self.quote or None,
            'quoting': quoting,
            'doublequote': True,
            'escapechar': self.escape or None,
            'skipinitialspace': False,
        }


def sniff(text: str) -> tuple[str, Dialect]:
    """The text to read (without a ``sep=`` line) and its dialect; commas when nothing speaks for another."""
    named = SEP_LINE.match(text)
    if named:
        return text[named.end() :], Dialect(delimiter=named.group(1))
    sample = _sample(text)
    best, best_score = Dialect(), -1.0
    for dialect in _candidates(sample):
        score = _score(sample, dialect)
        if score > best_score:
            best, best_score = dialect, score
    return text, best


def _sample(text: str) -> str:
    if len(text) <= SAMPLE_CHARS:
        return text
    cut = max(text.rfind('\n', 0, SAMPLE_CHARS), text.rfind('\r', 0, SAMPLE_CHARS))
    return text[: cut + 1] if cut > 0 else text[:SAMPLE_CHARS]


def _candidates(sample: str) -> Iterator[Dialect]:
    """Likely pairs first: of two equal ones the first wins. A colon must stand in most lines."""
    lines = [line for line in sample.splitlines()[:SAMPLE_ROWS] if line.strip()]
    for delimiter in DELIMITERS:
        if delimiter not in sample:
            continue
        if delimiter == ':' and sum(delimiter in line for line in lines) < len(lines) * 0.9:
            continue
        for quote in QUOTES:
            if quote and not _encloses(sample, delimiter, quote):
                continue
            escape = '\\' if _is_escaped(sample, delimiter, quote) else ''
            yield Dialect(delimiter, quote, escape)
    if not any(delimiter in sample for delimiter in DELIMITERS[:4]):
        yield Dialect()


def _encloses(sample: str, delimiter: str, quote: str) -> bool:
    """Whether the quote begins some cell and ends some cell."""
    edge = re.escape(delimiter)
    begins = re.search(rf'(?:^|{edge}){quote}', sample, re.MULTILINE)
    return begins is not None and re.search(rf'{quote}\s*(?:$|{edge})', sample, re.MULTILINE) is not None


def _is_escaped(sample: str, delimiter: str, quote: str) -> bool:
    """Whether a backslash keeps a quote (not at the end, nor where quotes double) or a delimiter."""
    edge = re.escape(delimiter)
    if not quote:
        return re.search(rf'\\{edge}', sample) is not None
    if quote * 2 in sample.replace(delimiter + quote * 2, ''):
        return False
    return re.search(rf'\\{quote}(?!{edge}|\s*$)', sample, re.MULTILINE) is not None


def _score(sample: str, dialect: Dialect) -> float:
    rows = _parsed(sample, dialect)
    if not rows:
        return -1.0
    return _pattern_score(rows) * _type_score(rows, dialect)


def _parsed(sample: str, dialect: Dialect) -> list[list[str]]:
    rows = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=''), **dialect.for_csv()):
            if row:
                rows.append(row)
            if len(rows) >= SAMPLE_ROWS:
                break
    except csv.Error:
        return []
    return rows


def _pattern_score(rows: list[list[str]]) -> float:
    """High when few row lengths explain all rows, and those rows are long."""
    lengths = Counter(map(len, rows))
    return sum(count * max(FAINT, length - 1) / length for length, count in lengths.items()) / len(lengths)


def _type_score(rows: list[list[str]], dialect: Dialect) -> float:
    """The share of cells that look like something people keep in tables."""
    cells = [cell for row in rows for cell in row]
    good = sum(_makes_sense(cell, dialect) for cell in cells)
    return max(FAINT, good / len(cells))


def _makes_sense(cell: str, dialect: Dialect) -> bool:
    if not cell.strip():
        return True
    if dialect.quote != '"' and cell.count('"') % 2:
        return False
    if any(mark in cell for mark in ';\t|' if mark != dialect.delimiter):
        return len(cell) > 60
    if len(cell) > 60:
        return dialect.quote != '' or cell[0] not in '"\''
    return SENSIBLE.fullmatch(cell) is not None
