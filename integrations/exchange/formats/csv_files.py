"""Text tables: any common encoding, delimiter and quote."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from integrations.exchange.dialects import Dialect, sniff
from integrations.exchange.encodings import decode, is_binary, is_readable
from integrations.exchange.formats import HEAD_BYTES, MAX_CELL_CHARS, Format, Sheet, Unreadable, numbered

RISKY = ('=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠')


class CsvFiles(Format):
    """Comma, semicolon, tab and similar separated text."""

    key = 'csv'
    label = 'CSV'
    extension = '.csv'
    media_type = 'text/csv; charset=utf-8'
    order = 200

    def recognises(self, head: bytes) -> bool:
        """Whether these bytes are text that is no web page or document."""
        return not is_binary(head) and not _is_markup(head)

    def read(self, path: Path) -> Iterator[Sheet]:
        """The one table of the file."""
        raw = path.read_bytes()
        if not raw.strip():
            raise Unreadable('empty')
        if is_binary(raw[:HEAD_BYTES]):
            raise Unreadable('not_a_table')
        text, encoding = decode(raw)
        del raw
        if not is_readable(text):
            raise Unreadable('not_a_table')
        text, dialect = sniff(text)
        facts = {'encoding': encoding, 'delimiter': dialect.delimiter, 'quote': dialect.quote}
        yield Sheet('', numbered(_rows(text, dialect)), facts)

    def write(self, rows: Iterable[Sequence[str]], target: BinaryIO) -> None:
        """UTF-8 with a mark, so that office programs open it right."""
        text = io.TextIOWrapper(target, encoding='utf-8-sig', newline='')
        csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
        text.flush()
        text.detach()


def _is_markup(head: bytes) -> bool:
    start = head.lstrip(b'\xef\xbb\xbf \t\r\n')[:15].lower()
    return start.startswith((b'<!doctype', b'<html', b'<?xml', b'{\\rtf', b'%pdf', b'<svg'))


def _rows(text: str, dialect: Dialect) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL_CHARS * 2)
    reader = csv.reader(io.StringIO(text, newline=''), **dialect.for_csv())
    try:
        yield from itertools.chain(reader)
    except csv.Error as error:
        raise Unreadable('cell_too_long' if 'limit' in str(error) else 'damaged') from error


def harmless(cell: str) -> str:
    """The text so that no office program runs it; plain numbers and phones stay as they are."""
    if not cell.startswith(RISKY):
        return cell
    plain = cell[1:].replace(' ', '').replace('.', '').replace(',', '')
    return cell if cell[0] in '+-' and plain.isdecimal() and plain.isascii() else "'" + cell
