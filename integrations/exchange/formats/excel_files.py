"""Excel workbooks (XLSX): looked over before they are opened, typed cells turned into plain text."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, ClassVar

import python_calamine
import xlsxwriter

from integrations.exchange.formats import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Format,
    Sheet,
    Unreadable,
    numbered,
)

MAX_UNPACKED = 200 << 20
MAX_RATIO = 200
RATIO_FREE = 1 << 20
MAX_MEMBERS = 2_000
BLOCK = 1 << 20
OVERLAP = 64

ZIP_START = b'PK\x03\x04'
OLE_START = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
ENCRYPTED = 'EncryptedPackage'.encode('utf-16-le')
CELL_REF = re.compile(rb'\sr(?:ef)?\s*=\s*["\'](?:[A-Z]{1,3}\d{1,10}:)?([A-Z]{0,3})(\d{1,10})["\']')


class ExcelFiles(Format):
    """Excel workbooks, every visible sheet."""

    key = 'xlsx'
    label = 'Excel'
    extension = '.xlsx'
    media_type: ClassVar[str] = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    order = 100

    def recognises(self, head: bytes) -> bool:
        """Whether it is a ZIP, or the container of old and locked workbooks, which `read` refuses by name."""
        return head.startswith((ZIP_START, OLE_START))

    def read(self, path: Path) -> Iterator[Sheet]:
        """The visible sheets in order."""
        look_over(path)
        try:
            book = python_calamine.CalamineWorkbook.from_path(path)
        except python_calamine.PasswordError as error:
            raise Unreadable('password') from error
        except (python_calamine.CalamineError, OSError, ValueError) as error:
            raise Unreadable('damaged') from error
        for meta in book.sheets_metadata:
            shown = meta.visible == python_calamine.SheetVisibleEnum.Visible
            if shown and meta.typ == python_calamine.SheetTypeEnum.WorkSheet:
                yield Sheet(meta.name, numbered(_rows(book, meta.name)), {})

    def write(self, rows: Iterable[Sequence[str]], target: BinaryIO) -> None:
        """One sheet of texts with a bold, fixed first row."""
        options = {'strings_to_formulas': False, 'strings_to_urls': False, 'constant_memory': True}
        book = xlsxwriter.Workbook(target, options)
        sheet = book.add_worksheet()
        head = book.add_format({'bold': True})
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, [cell[:32_767] for cell in row], head if place == 0 else None)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 50, 22)
        book.close()


def look_over(path: Path) -> None:
    """Refuse a workbook that would unpack to more than it seems, before anything opens it.

    :raises Unreadable: 'zip_bomb', 'too_many_parts', 'too_many_cells', 'forbidden_xml' and others"""
    with path.open('rb') as file:
        if file.read(len(OLE_START)) == OLE_START:
            raise Unreadable('password' if ENCRYPTED in file.read(1 << 22) else 'old_excel')
    try:
        with zipfile.ZipFile(path) as archive:
            _look_over_parts(archive)
            for part in archive.infolist():
                if part.filename.lower().endswith(('.xml', '.rels', '.vml')):
                    _look_over_xml(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise Unreadable('damaged') from error


def _look_over_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MAX_MEMBERS:
        raise Unreadable('too_many_parts')
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Unreadable('zip_bomb')
    large = [part for part in parts if part.file_size > RATIO_FREE]
    if any(part.file_size > MAX_RATIO * max(1, part.compress_size) for part in large):
        raise Unreadable('zip_bomb')
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable('password')
    names = {part.filename.lower() for part in parts}
    if len(names) < len(parts):
        raise Unreadable('damaged')
    if 'xl/workbook.xml' not in names:
        raise Unreadable('not_a_table')


def _look_over_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read a part in blocks: no document type, no entities, no cell beyond what an import takes."""
    is_sheet = part.filename.lower().startswith('xl/worksheets/')
    seen, tail = 0, b''
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            seen += len(block)
            if seen > MAX_UNPACKED:
                raise Unreadable('zip_bomb')
            # Wide encodings would hide the words below from this look.
            if block.startswith((b'\xff\xfe', b'\xfe\xff')) or b'\0' in block:
                raise Unreadable('forbidden_xml')
            window = tail + block
            if b'<!DOCTYPE' in window or b'<!ENTITY' in window:
                raise Unreadable('forbidden_xml')
            if is_sheet:
                _look_over_cells(window)
            tail = block[-OVERLAP:]


def _look_over_cells(window: bytes) -> None:
    rows = columns = 1
    for letters, row in CELL_REF.findall(window):
        rows = max(rows, int(row))
        columns = max(columns, _column(letters))
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise Unreadable('too_many_cells')


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _rows(book: python_calamine.CalamineWorkbook, name: str) -> Iterator[list[str]]:
    try:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height > MAX_ROWS or sheet.total_height * sheet.total_width > MAX_CELLS:
            raise Unreadable('too_many_cells')
        # Rows come from the top of the sheet, but cells only from the first filled column on.
        left = [''] * (sheet.start[1] if sheet.start else 0)
        for row in sheet.iter_rows():
            yield left + [text_of(cell) for cell in row]
    except (python_calamine.CalamineError, ValueError) as error:
        raise Unreadable('damaged') from error


def text_of(cell: object) -> str:
    """The plain text of a typed cell: dates as ISO, numbers without grouping or exponent."""
    if isinstance(cell, str):
        return cell.replace('\r\n', '\n')
    if isinstance(cell, bool):
        return 'true' if cell else 'false'
    if isinstance(cell, float):
        return _plain(cell)
    if isinstance(cell, datetime):
        cell = _to_second(cell)
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(' ')
    return str(cell)


def _plain(number: float) -> str:
    """The fifteen digits that Excel shows, so that 0.1 + 0.2 reads 0.3."""
    text = format(Decimal(f'{number:.15g}'), 'f')
    return text.rstrip('0').rstrip('.') if '.' in text else text


def _to_second(moment: datetime) -> datetime:
    """Excel keeps moments as fractions of a day, so that a minute arrives a microsecond early."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)


def workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """The bytes of a workbook with these rows."""
    target = io.BytesIO()
    ExcelFiles().write(rows, target)
    return target.getvalue()
