"""Export: what the reader sees and may take home, in the form of the reader, and nothing a cell could run."""

import asyncio
import csv
import datetime as dt
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from integrations.exchange import export as exporting
from integrations.exchange.export import ExportColumn, Wanted, Work, export
from store import (
    SYSTEM_FIELDS,
    Designer,
    FieldSpec,
    Filter,
    NotAllowed,
    Records,
    Ref,
    Refused,
    audit,
    database,
    guard,
    people,
    role_rights,
)
from store.actor import FieldLevel
from store.query import Condition
from tests.conftest import records_of

RISKY = ('=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '＝1+1', '＋1', '－1', '＠x', "=HYPERLINK('x')")


@pytest.fixture
async def shop(as_admin: Records) -> Records:
    """Accounts and their orders, with a field of each kind that a file treats in its own way."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('accounts', 'Accounts', 'Account')
    await designer.add_field('accounts', FieldSpec(code='city', label='City', type='text'))
    await designer.create_catalog('orders', 'Orders', 'Order')
    for spec in (
        FieldSpec(code='amount', label='Amount', type='money', options={'currency': 'EUR'}),
        FieldSpec(code='pieces', label='Pieces', type='number'),
        FieldSpec(code='due', label='Due', type='date'),
        FieldSpec(code='at', label='At', type='date_time'),
        FieldSpec(code='paid', label='Paid', type='yes_no'),
        FieldSpec(code='note', label='Note', type='text'),
        FieldSpec(code='account', label='Account', type='link', options={'target': 'accounts'}),
    ):
        await designer.add_field('orders', spec)
    return as_admin


def wanted(mine: Records, *codes: str, **more: Any) -> Wanted:
    catalog = mine.catalog('orders')
    columns = []
    for code in codes:
        link, _, inner = code.partition('.')
        spec = catalog.field(link) or SYSTEM_FIELDS[link]
        if inner:
            there = mine.catalog('accounts')
            found = there.field(inner)
            assert found
            columns.append(ExportColumn(code=code, caption=inner, spec=found, catalog=there, through=spec))
        else:
            columns.append(ExportColumn(code=code, caption=spec.label, spec=spec, catalog=catalog))

    def say(value: Any, _: ExportColumn) -> str:
        return value.title if isinstance(value, Ref) else {True: 'Yes', False: 'No'}.get(value) or str(value)

    return Wanted(
        catalog='orders', columns=columns, say=say, zone=ZoneInfo('Europe/Moscow'), sort='id', **more
    )


async def table(mine: Records, asked: Wanted, folder: Path) -> list[list[Any]]:
    """The rows of the exported file."""
    target = folder / f'file.{asked.format}'
    target.unlink(missing_ok=True)
    await export(lambda: mine, asked, target, Work())
    if asked.format == 'xlsx':
        sheet = openpyxl.load_workbook(target).active
        return [list(row) for row in sheet.iter_rows(values_only=True)]
    raw = target.read_bytes()
    assert raw.startswith(b'\xef\xbb\xbf')
    assert target.stat().st_mode & 0o077 == 0
    delimiter = ';' if asked.language == 'ru' else ','
    return [*csv.reader(raw.decode('utf-8-sig').splitlines(keepends=True), delimiter=delimiter)]


naive = dt.datetime.fromisoformat


async def one_order(mine: Records, **values: Any) -> int:
    return (await mine.create('orders', {'title': 'Tills', **values})).id


FULL = {
    'amount': '1234.50 EUR',
    'pieces': '-12.5',
    'due': '2026-03-02',
    'at': '2026-03-02T21:30:00Z',
    'paid': True,
}


async def test_a_workbook_has_numbers_days_and_texts_of_their_own_kind(shop: Records, tmp_path: Path) -> None:
    await one_order(shop, **FULL, note='=1+1')
    asked = wanted(shop, 'title', 'amount', 'pieces', 'due', 'at', 'paid', 'note')
    head, row = await table(shop, asked, tmp_path)
    assert head == ['Name', 'Amount', 'Amount: currency', 'Pieces', 'Due', 'At', 'Paid', 'Note']
    assert row == [
        'Tills', 1234.5, 'EUR', -12.5, naive('2026-03-02'), naive('2026-03-03T00:30'), 'Yes', '=1+1'
    ]  # fmt: skip
    cell = openpyxl.load_workbook(tmp_path / 'file.xlsx').active['H2']
    assert cell.data_type == 's', 'a text, not a formula'


async def test_a_russian_csv_opens_in_a_russian_excel(shop: Records, tmp_path: Path) -> None:
    await one_order(shop, **FULL, note='a;b "c"')
    asked = wanted(shop, 'amount', 'pieces', 'due', 'at', 'note', format='csv', language='ru')
    _, row = await table(shop, asked, tmp_path)
    assert row == ['1234,5', 'EUR', '-12,5', '02.03.2026', '03.03.2026 00:30', 'a;b "c"']


async def test_an_english_csv_has_commas_and_points(shop: Records, tmp_path: Path) -> None:
    await one_order(shop, **FULL)
    _, row = await table(shop, wanted(shop, 'amount', 'due', 'paid', format='csv'), tmp_path)
    assert row == ['1234.5', 'EUR', '2026-03-02', 'Yes']


@pytest.mark.parametrize('text', RISKY)
async def test_no_cell_of_a_csv_is_a_formula(text: str, shop: Records, tmp_path: Path) -> None:
    with guard.acting(guard.SETUP):
        await one_order(shop, pieces='-5')
        spec = shop.catalog('orders').field('note')
        assert spec
        await database.rows(f'UPDATE o_{shop.catalog("orders").id} SET f_{spec.id} = ?', [text])
    _, row = await table(shop, wanted(shop, 'note', 'pieces', format='csv'), tmp_path)
    assert row == [f"'{text}", '-5']


async def test_a_caption_is_no_formula_either(shop: Records, tmp_path: Path) -> None:
    spec = FieldSpec(code='evil', label='=cmd()', type='text')
    await Designer(shop.actor).add_field('orders', spec)
    assert (await table(shop, wanted(shop, 'evil', format='csv'), tmp_path))[0] == ["'=cmd()"]


async def test_filter_words_and_order_are_those_of_the_list(shop: Records, tmp_path: Path) -> None:
    for number in range(5):
        await one_order(shop, title=f'Order {number}', pieces=number)
    more = Filter((Condition('pieces', 'greater', 1),))
    asked = wanted(shop, 'title', filter=more)
    assert [row[0] for row in (await table(shop, asked, tmp_path))[1:]] == ['Order 2', 'Order 3', 'Order 4']
    asked = wanted(shop, 'title', text='order 3')
    assert [row[0] for row in (await table(shop, asked, tmp_path))[1:]] == ['Order 3']


async def give(role: str, right: str, level: int) -> None:
    with guard.acting(guard.SETUP):
        await database.rows(
            f'UPDATE role_rights SET may_{right} = ? WHERE role_id = (SELECT id FROM roles WHERE code = ?)',
            [level, role],
        )
    people.forget()


async def test_only_what_may_be_exported_is_in_the_file(shop: Records, tmp_path: Path) -> None:
    """Max reads every order and may take his own home."""
    await give('member', 'export', 10)
    mine = await records_of('max', 'Max', role='member')
    await one_order(shop, title='Foreign')
    await one_order(mine, title='Own')
    assert await mine.count('orders') == 2
    assert [row[0] for row in (await table(mine, wanted(mine, 'title'), tmp_path))[1:]] == ['Own']


async def test_without_the_right_or_the_operation_there_is_no_file(shop: Records, tmp_path: Path) -> None:
    await give('member', 'export', 0)
    without_right = await records_of('max', 'Max', role='member')
    with guard.acting(guard.SETUP):
        await database.rows("DELETE FROM role_operations WHERE operation = 'export'")
    people.forget()
    without_operation = await records_of('vera', 'Vera', role='viewer')
    for mine in (without_right, without_operation):
        with pytest.raises(NotAllowed):
            await export(lambda mine=mine: mine, wanted(mine, 'title'), tmp_path / 'x.xlsx', Work())  # type: ignore[misc]
    assert list(tmp_path.glob('x*')) == []


async def test_a_column_through_a_link_asks_for_the_right_to_what_it_links(
    shop: Records, tmp_path: Path
) -> None:
    account = await shop.create('accounts', {'title': 'Acme', 'city': 'Oslo'})
    await one_order(shop, account=account.id)
    assert await table(shop, wanted(shop, 'account', 'account.city'), tmp_path) == [
        ['Account', 'city'], ['Acme', 'Oslo']
    ]  # fmt: skip


async def test_a_hidden_field_leaves_by_no_way(shop: Records, tmp_path: Path) -> None:
    """Not as a column, not by a filter, not by the words of a search, not through a link."""
    account = await shop.create('accounts', {'title': 'Acme', 'city': 'Oslo'})
    await one_order(shop, note='secret', account=account.id)
    columns = wanted(shop, 'title', 'note', 'account.city')
    for catalog, hidden in (('orders', 'note'), ('accounts', 'city')):
        await role_rights.set_fields(shop.actor, 'member', catalog, {hidden: FieldLevel.HIDDEN})
    await give('member', 'export', 30)
    mine = await records_of('max', 'Max', role='member')
    assert await table(mine, columns, tmp_path) == [['Name'], ['Tills']]
    more = Filter((Condition('note', 'is', 'secret'),))
    with pytest.raises(Refused, match='bad_filter'):
        await table(mine, replace(columns, filter=more), tmp_path)
    assert await table(mine, replace(columns, text='secret'), tmp_path) == [['Name']]


async def test_every_export_is_in_the_audit_log(shop: Records, tmp_path: Path) -> None:
    await one_order(shop)
    more = Filter((Condition('title', 'is', 'Tills'),))
    await table(shop, wanted(shop, 'title', 'pieces', filter=more), tmp_path)
    entry = (await audit.entries(shop.actor, kinds=['exported']))[0]
    assert entry.person_id == shop.actor.person_id
    assert entry.facts['catalog'] == 'orders'
    assert entry.facts['count'] == 1
    assert entry.facts['columns'] == ['title', 'pieces']
    assert 'Tills' in entry.facts['filter']


async def test_an_export_that_is_stopped_leaves_no_file(shop: Records, tmp_path: Path) -> None:
    for number in range(30):
        await one_order(shop, title=f'Order {number}')
    work = Work(is_cancelled=True)
    with pytest.raises(Refused, match='export_cancelled'):
        await export(lambda: shop, wanted(shop, 'title'), tmp_path / 'x.xlsx', work)
    assert list(tmp_path.glob('x*')) == []
    assert await audit.entries(shop.actor, kinds=['exported']) == []


async def test_a_right_that_ends_meanwhile_ends_the_export(
    shop: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, 'PAGE', 2)
    for number in range(5):
        await one_order(shop, title=f'Order {number}')
    await give('viewer', 'export', 0)
    stranger = await records_of('vera', 'Vera', role='viewer')
    doors = iter((shop, shop, stranger, stranger))
    with pytest.raises(NotAllowed):
        await export(lambda: next(doors), wanted(shop, 'title'), tmp_path / 'x.xlsx', Work())
    assert list(tmp_path.glob('x*')) == []


@pytest.mark.slow
async def test_many_records_do_not_keep_others_waiting(shop: Records, tmp_path: Path) -> None:
    """Between two turns of others lies little work of this thread, however busy the machine is."""
    kind = shop.catalog('orders')
    with guard.acting(guard.SETUP):
        await database.rows(
            'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)'
            f' INSERT INTO o_{kind.id} (title, title_key, rank, version, created_at, updated_at)'
            " SELECT 'Order ' || i, 'order ' || i, i, 1, 1, 1 FROM n"
        )
    waits: list[float] = []

    async def live() -> None:
        while True:
            begin = time.thread_time()
            await asyncio.sleep(0.005)
            waits.append(time.thread_time() - begin)

    living = asyncio.create_task(live())
    asked = wanted(shop, 'title', 'number', 'amount', 'created_at')
    count = await export(lambda: shop, asked, tmp_path / 'x.xlsx', work := Work())
    living.cancel()
    assert count == work.read == 20_000
    waits.sort()
    assert waits[int(len(waits) * 0.95)] < 0.1
    assert openpyxl.load_workbook(tmp_path / 'x.xlsx', read_only=True).active.max_row == 20_001
