"""Files nobody here wrote are read right or refused with the reason, and the server lives."""

import asyncio
import io
import json
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from integrations.exchange import reading
from integrations.exchange.dialects import sniff
from integrations.exchange.encodings import decode
from integrations.exchange.formats.excel_files import workbook
from integrations.exchange.reading import FORMATS, SheetSummary, read_file, rows_of
from store.problems import Refused
from tests.real_data import REAL, needs_real_data

DATA = REAL
SPECTRUM = DATA / 'csv' / 'csv-spectrum'
SALESFORCE = DATA / 'salesforce-dataloader'


async def tables(path: Path, spool: Path) -> tuple[tuple[SheetSummary, ...], list[list[str]]]:
    sheets = await read_file(path, spool)
    width = sheets[0].width
    return sheets, [cells + [''] * (width - len(cells)) for _, cells in rows_of(spool)]


def as_records(rows: list[list[str]]) -> list[dict[str, str]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@needs_real_data
@pytest.mark.parametrize('name', sorted(path.stem for path in (SPECTRUM / 'csvs').glob('*.csv')))
async def test_csv_spectrum_reads_as_its_json_twin(name: str, tmp_path: Path) -> None:
    twin = json.loads((SPECTRUM / 'json' / f'{name}.json').read_text('utf-8'))
    source = tmp_path / 'upload'
    raw = (SPECTRUM / 'csvs' / f'{name}.csv').read_bytes()
    # The file was once stored with its line ends converted; its twin still has the first ones.
    source.write_bytes(raw.replace(b'\n', b'\r\n') if name.endswith('_crlf') else raw)
    _, rows = await tables(source, tmp_path / 'rows')
    if name == 'location_coordinates':  # The twin of this one has another telephone number.
        rows[1][0], twin = twin['Contact Phone Number'], [twin]
    assert as_records(rows) == twin


@needs_real_data
async def test_a_western_file_of_423_rows_and_38_columns(tmp_path: Path) -> None:
    sheets, rows = await tables(SALESFORCE / 'samples' / 'accountData.csv', tmp_path / 'rows')
    assert sheets[0].facts['encoding'] == 'cp1252'
    assert (len(rows) - 1, sheets[0].width) == (423, 38)
    assert any('Péb' in cell for row in rows for cell in row)
    assert any('Nº 77' in cell for row in rows for cell in row)


@needs_real_data
async def test_every_byte_order_mark_gives_the_same_table(tmp_path: Path) -> None:
    plain = (await tables(SALESFORCE / 'tests' / 'csvtext.csv', tmp_path / 'rows'))[1]
    marked = sorted((SALESFORCE / 'tests').glob('csvtext_BOM_*.csv'))
    assert len(marked) == 5
    for path in marked:
        assert (await tables(path, tmp_path / 'rows'))[1] == plain, path.name


@needs_real_data
async def test_all_other_sample_files_are_read(tmp_path: Path) -> None:
    for path in sorted(SALESFORCE.rglob('*.csv')):
        sheets, rows = await tables(path, tmp_path / 'rows')
        # The header of a comma file is never cut elsewhere.
        assert sheets[0].width == max(1, rows[0].count('') + sum(map(bool, rows[0]))), path.name
        assert sheets[0].facts['delimiter'] == ',', path.name


@needs_real_data
async def test_the_maven_files_have_their_known_sizes(tmp_path: Path) -> None:
    sizes = {'accounts': (85, 7), 'products': (7, 3), 'sales_teams': (35, 3), 'sales_pipeline': (8_800, 8)}
    for name, (count, width) in sizes.items():
        sheets, rows = await tables(DATA / 'maven' / f'{name}.csv', tmp_path / 'rows')
        assert (len(rows) - 1, sheets[0].width) == (count, width), name


SPREADSHEET = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
SHEET = f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{{}}</sheetData></worksheet>'
FAR = SHEET.format('<row r="1"><c r="A1"/><c r="XFD1048576"/></row>')
ENTITY = '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst>&x;</sst>'


def changed_workbook(path: Path, part: str, content: bytes) -> None:
    """A good workbook with one part exchanged."""
    with zipfile.ZipFile(io.BytesIO(workbook([['a'], ['b']]))) as good:
        parts = {name: good.read(name) for name in good.namelist()}
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as changed:
        for name, kept in {**parts, part: content}.items():
            changed.writestr(name, kept)


@pytest.mark.parametrize(
    ('part', 'content', 'reason'),
    [
        ('xl/worksheets/sheet1.xml', FAR, 'too_many_cells'),
        ('xl/worksheets/sheet1.xml', SHEET.format(' ' * 5_000_000), 'zip_bomb'),
        ('xl/sharedStrings.xml', ENTITY, 'forbidden_xml'),
        ('xl/sharedStrings.xml', '\ufeff<sst/>'.encode('utf-16').decode('latin-1'), 'forbidden_xml'),
        ('xl/worksheets/sheet1.xml', '<worksheet', 'damaged'),
    ],
)
async def test_a_workbook_made_to_hurt_is_refused(
    part: str, content: str, reason: str, tmp_path: Path
) -> None:
    source = tmp_path / 'book.xlsx'
    changed_workbook(source, part, content.encode('latin-1'))
    with pytest.raises(Refused) as refusal:
        await read_file(source, tmp_path / 'rows')
    assert refusal.value.facts['reason'] == reason


@needs_real_data
@pytest.mark.parametrize(
    ('name', 'reason'),
    [
        ('bomb300', 'zip_bomb'),
        ('dimlie', 'too_many_cells'),
        ('laughs', 'forbidden_xml'),
        ('xxe', 'forbidden_xml'),
    ],
)
async def test_a_hostile_workbook_is_refused_with_the_reason(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        await read_file(DATA / 'bombs' / f'{name}.xlsx', tmp_path / 'rows')
    assert refusal.value.code == 'file_refused'
    assert refusal.value.facts['reason'] == reason
    assert not (tmp_path / 'rows').exists()


@needs_real_data
async def test_a_parser_that_aborts_ends_alone(tmp_path: Path) -> None:
    """Without the look over, the same small file makes the parser ask for 549 GB: only the child dies."""
    (tmp_path / 'blind.py').write_text(
        'from integrations.exchange.formats import excel_files\n'
        'class Blind(excel_files.ExcelFiles):\n'
        "    key = 'blind'\n"
        'excel_files.look_over = lambda path: None\n'
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, '-m', 'integrations.exchange.child', str(DATA / 'bombs' / 'dimlie.xlsx'),
        'blind:Blind',
        cwd=reading.ROOT, env={'PYTHONPATH': str(tmp_path)},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await asyncio.wait_for(child.wait(), 30) not in {0, None}


@needs_real_data
async def test_a_parser_that_takes_too_long_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, 'WALL_SECONDS', 0.01)
    with pytest.raises(Refused) as refusal:
        await read_file(DATA / 'maven' / 'sales_pipeline.csv', tmp_path / 'rows')
    assert refusal.value.facts['reason'] == 'too_slow'


async def test_the_content_decides_the_type_not_the_name(tmp_path: Path) -> None:
    disguised = tmp_path / 'Leads_is_really_xlsx.csv'
    disguised.write_bytes(workbook([['Name'], ['Ada']]))
    sheets, rows = await tables(disguised, tmp_path / 'rows')
    assert (sheets[0].format, rows) == ('xlsx', [['Name'], ['Ada']])


@pytest.mark.parametrize(
    ('head', 'reason'),
    [
        (b'\x89PNG\r\n\x1a\n' + bytes(range(256)) * 8, 'not_a_table'),
        (b'%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj', 'not_a_table'),
        (b'<html><table><tr><td>1</td></tr></table>', 'not_a_table'),
        (b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(600), 'old_excel'),
        (
            b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(600) + 'EncryptedPackage'.encode('utf-16-le'),
            'password',
        ),
        (b'PK\x03\x04 cut off', 'damaged'),
        (b'', 'empty'),
        (b' \r\n \n', 'empty'),
    ],
)
async def test_what_is_no_table_is_refused(head: bytes, reason: str, tmp_path: Path) -> None:
    source = tmp_path / 'book.xlsx'
    source.write_bytes(head)
    with pytest.raises(Refused) as refusal:
        await read_file(source, tmp_path / 'rows')
    assert refusal.value.facts['reason'] == reason


async def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    source = tmp_path / 'letter.xlsx'
    with zipfile.ZipFile(source, 'w') as archive:
        archive.writestr('word/document.xml', '<w/>')
    with pytest.raises(Refused) as refusal:
        await read_file(source, tmp_path / 'rows')
    assert refusal.value.facts['reason'] == 'not_a_table'


async def test_a_file_over_the_limit_is_not_even_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, 'MAX_BYTES', 1 << 20)
    source = tmp_path / 'big.csv'
    source.write_bytes(b'a,b\n' * 400_000)
    with pytest.raises(Refused) as refusal:
        await read_file(source, tmp_path / 'rows')
    assert refusal.value.facts == {'reason': 'too_big', 'limit_mb': 1}


async def test_typed_cells_become_plain_text(tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet('Прочее')
        day, moment = (
            book.add_format({'num_format': 'dd.mm.yyyy'}),
            book.add_format({'num_format': 'dd.mm.yy hh:mm'}),
        )
        sheet.write_row(1, 1, ['a', 'b', 'c', 'd', 'e', 'f'])
        sheet.write_number(2, 1, 0.1 + 0.2)
        sheet.write_number(2, 2, 12_500_000_000)
        sheet.write_datetime(2, 3, datetime.combine(date(2017, 3, 1), datetime.min.time()), day)
        sheet.write_datetime(2, 4, datetime(2017, 3, 1, 14, 30), moment)  # noqa: DTZ001  a sheet has no zones
        sheet.write_boolean(2, 5, True)
        sheet.write_string(2, 6, '007')
        book.add_worksheet('Empty')
        book.add_worksheet('Second').write(0, 0, 'x')
        hidden = book.add_worksheet('Hidden')
        hidden.write(0, 0, 'secret')
        hidden.hide()
    source = tmp_path / 'book.xlsx'
    source.write_bytes(target.getvalue())
    sheets = await read_file(source, tmp_path / 'rows')
    assert [sheet.name for sheet in sheets] == ['Прочее', 'Second']
    assert list(rows_of(tmp_path / 'rows')) == [
        (2, ['', 'a', 'b', 'c', 'd', 'e', 'f']),
        (3, ['', '0.3', '12500000000', '2017-03-01', '2017-03-01 14:30:00', 'true', '007']),
    ]
    assert list(rows_of(tmp_path / 'rows', 1)) == [(1, ['x'])]


@pytest.mark.parametrize('encoding', ['cp1251', 'koi8-r', 'cp866', 'utf-8', 'utf-8-sig', 'utf-16', 'utf-32'])
def test_russian_text_in_any_encoding(encoding: str) -> None:
    text = 'Название;Город;Сумма\r\nООО «Ромашка»;Санкт-Петербург;12 500,00\r\nЗАО Вектор;Тверь;7\r\n'
    if encoding in {'koi8-r', 'cp866'}:
        text = text.replace('«', '"').replace('»', '"')
    assert decode(text.encode(encoding))[0] == text


def test_wide_text_without_a_mark() -> None:
    text = 'name,city\r\nAda,London\r\n'
    for encoding in ('utf-16-le', 'utf-16-be', 'utf-32-le', 'utf-32-be'):
        assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize(
    ('text', 'delimiter', 'quote'),
    [
        ('a;b;c\n1,5;2,5;3,5\n"x; y";2;3\n', ';', '"'),
        ('name\tnote\nAda\t"one, two"\nBob\tthree, four\n', '\t', '"'),
        ("'a'|'b'|'c'\r\n'd'|e|f\r\n", '|', "'"),
        ('sum,date\n"1,250.00",2017-01-02\n"3,000.10",2017-01-03\n', ',', '"'),
        ('Имя;Телефон;Сумма\nАнна;+7 (495) 123-45-67;1 250,50\nПётр;+7 (812) 765-43-21;99,00\n', ';', ''),
        ('name,json\n1,"{""a"": 1, ""b"": [1;2]}"\n2,"{""a"": 2}"\n', ',', '"'),
        ('id,size\n1,5" pipe\n2,7" pipe\n3,9" pipe\n', ',', ''),
        ('COLUMN1\n0\n1\n2\n', ',', ''),
        ('full name\nAda Lovelace\nAlan Turing\n', ',', ''),
        ('time\n10:20\n11:30\n12:40\n', ',', ''),
        ('a,b\n"he said \\"no\\" twice",2\n"x",3\n', ',', '"'),
        (
            'Report of May;;\n;;\nname;sum;date\nAda;1;2017-01-01\nBob;2;2017-01-02\nEve;3;2017-01-03\n',
            ';',
            '',
        ),
    ],
)
def test_messy_text_finds_its_dialect(text: str, delimiter: str, quote: str) -> None:
    dialect = sniff(text)[1]
    assert (dialect.delimiter, dialect.quote or '"') == (delimiter, quote or '"')


def test_the_line_that_names_the_delimiter_is_obeyed_and_left_out() -> None:
    text, dialect = sniff('sep=|\r\na,1|b\r\n')
    assert (text, dialect.delimiter) == ('a,1|b\r\n', '|')


async def test_what_is_written_is_read_back_and_never_a_formula(tmp_path: Path) -> None:
    rows = [['name', 'note'], ['=1+1', '@cmd'], ['-12.50', '+7 495 1234567'], ['Ада', 'a\nb']]
    for entry in FORMATS.values():
        target = io.BytesIO()
        entry.write(rows, target)
        source = tmp_path / f'file{entry.extension}'
        source.write_bytes(target.getvalue())
        found = (await tables(source, tmp_path / 'rows'))[1]
        guarded = [["'=1+1", "'@cmd"] if row[0] == '=1+1' else row for row in rows]
        assert found == (guarded if entry.key == 'csv' else rows)
