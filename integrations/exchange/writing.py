"""The process that writes an exported file.

It is called as ``python -m integrations.exchange.writing xlsx <rows> <file> <language>``.

The rows are JSON lines: captions with kinds first, then cells: texts, None, and numbers and ISO days as texts
of their kind. It prints how many rows are done."""

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from integrations.exchange.formats.csv_files import harmless

STEP = 2_000
LONGEST_CELL = 32_767
"""Characters of a cell that Excel opens."""
WIDTHS = {'text': 28, 'number': 14, 'day': 12, 'moment': 17}
ROWS_WIDE = 200
DAYS = {'ru': ('%d.%m.%Y', 'dd.mm.yyyy'), 'en': ('%Y-%m-%d', 'yyyy-mm-dd')}
FIRST_EXCEL_DAY = date(1900, 3, 1)
"""Before it Excel counts a day that never was."""
Head = list[tuple[str, str]]


def rows_of(spool: Path) -> Iterator[list[Any]]:
    """The lines, captions first."""
    with spool.open(encoding='utf-8') as lines:
        for number, line in enumerate(lines):
            if number and number % STEP == 0:
                sys.stdout.write(f'{number}\n')
                sys.stdout.flush()
            yield json.loads(line)


def write_csv(spool: Path, target: Path, language: str) -> None:
    """UTF-8 with a mark; where numbers have a comma, a semicolon between cells: so Excel opens it right."""
    rows = rows_of(spool)
    head: Head = [(caption, kind) for caption, kind in next(rows)]
    with target.open('w', encoding='utf-8-sig', newline='') as file:
        writer = csv.writer(file, delimiter=';' if language == 'ru' else ',')
        writer.writerow([harmless(caption) for caption, _ in head])
        for cells in rows:
            writer.writerow([_written(c, kind, language) for c, (_, kind) in zip(cells, head, strict=True)])


def _written(cell: str | None, kind: str, language: str) -> str:
    if cell is None:
        return ''
    if kind == 'number':
        return cell.replace('.', ',') if language == 'ru' else cell
    if kind == 'day':
        return f'{date.fromisoformat(cell):{_day(language)}}'
    if kind == 'moment':
        return f'{datetime.fromisoformat(cell):{_day(language)} %H:%M}'
    return harmless(cell)


def _day(language: str) -> str:
    return DAYS.get(language, DAYS['en'])[0]


def write_xlsx(spool: Path, target: Path, language: str) -> None:
    """One sheet, its captions stay in sight; texts stay texts, whatever they look like."""
    rows = rows_of(spool)
    head: Head = [(caption, kind) for caption, kind in next(rows)]
    options = {
        'constant_memory': True,
        'strings_to_formulas': False,
        'strings_to_urls': False,
        'strings_to_numbers': False,
    }
    with xlsxwriter.Workbook(str(target), options) as book:
        sheet = book.add_worksheet()
        day = DAYS.get(language, DAYS['en'])[1]
        looks = {
            'day': book.add_format({'num_format': day}),
            'moment': book.add_format({'num_format': f'{day} hh:mm'}),
            'number': book.add_format({'num_format': '#,##0.########'}),
        }
        bold = book.add_format({'bold': True})
        for place, (caption, kind) in enumerate(head):
            sheet.set_column(place, place, max(WIDTHS[kind], min(40, len(caption) + 2)))
            sheet.write_string(0, place, caption[:LONGEST_CELL], bold)
        sheet.freeze_panes(1, 0)
        for number, cells in enumerate(rows, 1):
            for place, (cell, (_, kind)) in enumerate(zip(cells, head, strict=True)):
                if cell is not None:
                    _put(sheet, (number, place), cell, kind, looks)


def _put(sheet: Any, place: tuple[int, int], cell: str, kind: str, looks: dict[str, Any]) -> None:
    if kind == 'number' and _fits(cell):
        sheet.write_number(*place, float(cell), looks['number'] if '.' in cell else None)
    elif kind in ('day', 'moment') and datetime.fromisoformat(cell).date() >= FIRST_EXCEL_DAY:
        sheet.write_datetime(*place, datetime.fromisoformat(cell), looks[kind])
    else:
        sheet.write_string(*place, cell[:LONGEST_CELL])


def _fits(cell: str) -> bool:
    """Whether Excel keeps every digit; a longer number is kept as text."""
    return len(cell.lstrip('-').replace('.', '').lstrip('0')) <= 15


def main(arguments: Sequence[str]) -> None:
    """Write the file; the others on this machine go first."""
    kind, spool, target, language = arguments
    os.nice(10)
    os.umask(0o077)
    {'csv': write_csv, 'xlsx': write_xlsx}[kind](Path(spool), Path(target), language)


if __name__ == '__main__':
    main(sys.argv[1:])
