"""The doctor: a sound store has no findings; what is broken is found, and mended where that is safe."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from store import Records, audit, database, doctor, files, guard, solutions
from store.catalogs import SCHEMA
from store.doctor import Report
from store.search import document_id
from store.tables import columns, table

PNG = b'\x89PNG\r\n\x1a\n' + b'0' * 40
DEALS: Callable[[], str] = lambda: table(SCHEMA['deals'])  # noqa: E731 the number is known only later


async def sql(text: str, *args: object) -> None:
    with guard.acting(guard.SETUP):
        await database.rows(text, args)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files.open_folder(tmp_path / 'files')
    return tmp_path / 'files'


@pytest.fixture
async def deals(trade: Records, folder: Path) -> Records:
    """Three deals, an account, a file, a line in the audit log."""
    account = await trade.create('accounts', {'title': 'Acme'})
    for number in range(3):
        await trade.create(
            'deals', {'title': f'Deal {number}', 'account': account.id, 'phone': '+12125550101'}
        )
    await trade.move('deals', 1, stage='won')
    await files.keep(trade.actor, 'a.png', PNG, kind='attachment', catalog='deals', record_id=1)
    await audit.note(trade.actor, 'exported', catalog='deals')
    return trade


def codes(report: Report) -> set[str]:
    return {finding['code'] for finding in report.findings}


def link_column() -> str:
    spec = SCHEMA['deals'].field('account')
    assert spec
    return columns(spec)[0]


def number_column() -> str:
    spec = SCHEMA['deals'].field('contract')
    assert spec
    return columns(spec)[0]


async def test_a_working_store_is_healthy(deals: Records, folder: Path) -> None:
    report = await doctor.examine(folder)
    assert report.findings == ()
    assert report.is_healthy
    assert report.records == 4


async def test_a_store_full_of_sample_data_is_healthy(as_admin: Records, folder: Path) -> None:
    await solutions.install(as_admin.actor, 'sales', 'en', demo=True)
    await solutions.install(as_admin.actor, 'hiring', 'ru', demo=True)
    report = await doctor.examine(folder)
    assert report.findings == ()


BROKEN: dict[str, tuple[Callable[[], str], bool]] = {
    'search_differs': (lambda: 'UPDATE search_docs SET words = \'zebra\' WHERE rowid = '
                       + str(document_id(SCHEMA['deals'], 2)), True),
    'search_without_record': (lambda: 'INSERT INTO search_docs (rowid, words) VALUES ('
                              + str(document_id(SCHEMA['deals'], 99)) + ", 'ghost')", True),
    'counter_behind': (lambda: 'UPDATE fields SET seq = 1 WHERE type = \'auto_number\'', True),
    'ranks_repeat': (lambda: f'UPDATE {DEALS()} SET rank = 5 WHERE id > 1', True),
    'link_lost': (lambda: f'UPDATE {DEALS()} SET {link_column()} = 77 WHERE id = 2', False),
    'link_to_nowhere': (lambda: f"UPDATE {DEALS()} SET {link_column()}c = 'gone' WHERE id = 2", False),
    'stage_unknown': (lambda: f'UPDATE {DEALS()} SET stage_id = 999 WHERE id = 2', False),
    'visit_differs': (lambda: 'DELETE FROM stage_visits WHERE record_id = 2', False),
    'visit_without_record': (lambda: 'UPDATE stage_visits SET record_id = 77 WHERE record_id = 2', False),
    'journal_ahead': (lambda: f'UPDATE {DEALS()} SET version = 0 WHERE id = 2', False),
    'points_nowhere': (lambda: 'INSERT INTO person_roles (person_id, role_id) VALUES (77, 77)', True),
    'share_of_nothing': (lambda: 'INSERT INTO record_shares (catalog_id, record_id, person_id)'
                         f' VALUES ({SCHEMA["deals"].id}, 77, 1)', True),
    'notification_to_nobody': (lambda: 'INSERT INTO notifications (person_id, kind, created_at)'
                               " VALUES (77, 'system', 1)", True),
    'audit_broken': (lambda: "UPDATE audit_log SET who = 'Somebody else'", False),
    'columns_missing': (lambda: f'ALTER TABLE {DEALS()} DROP COLUMN {number_column()}', False),
}  # fmt: skip


@pytest.mark.parametrize('code', BROKEN)
async def test_what_is_broken_is_found_and_mended_where_that_is_safe(
    code: str, deals: Records, folder: Path
) -> None:
    breaking, repairable = BROKEN[code]
    await sql(breaking())
    found = await doctor.examine(folder)
    assert code in codes(found)
    assert not found.is_healthy
    assert any(f['code'] == code and f['repairable'] == repairable for f in found.findings)
    mended = await doctor.examine(folder, repair=True)
    assert mended.is_healthy == repairable
    assert (code not in codes(await doctor.examine(folder))) == repairable


async def test_after_a_repair_records_are_found_by_their_own_words(deals: Records, folder: Path) -> None:
    await sql('DELETE FROM search_docs')
    assert await deals.search('Deal') == []
    assert (await doctor.examine(folder, repair=True)).is_healthy
    assert len(await deals.search('Deal')) == 3


async def test_numbers_go_on_behind_the_highest(deals: Records, folder: Path) -> None:
    await sql("UPDATE fields SET seq = 0 WHERE type = 'auto_number'")
    await doctor.examine(folder, repair=True)
    assert (await deals.create('deals', {'title': 'Next'})).values['contract'] == 'D-00004'


async def test_a_lost_and_a_spoilt_file_are_named_and_a_forgotten_one_goes(
    deals: Records, folder: Path
) -> None:
    await files.keep(deals.actor, 'b.png', PNG + b'2', kind='attachment', catalog='deals', record_id=2)
    first, second = sorted(folder.glob('??/*'), key=os.path.getsize)
    await asyncio.to_thread(first.unlink)
    second.write_bytes(b'something else')
    forgotten = folder / 'ab' / ('ab' * 32)
    forgotten.parent.mkdir(exist_ok=True)
    forgotten.write_bytes(b'left over')
    os.utime(forgotten, (time.time() - 7200,) * 2)
    report = await doctor.examine(folder, repair=True)
    assert codes(report) == {'file_lost', 'file_spoilt', 'file_left_over'}
    assert not forgotten.exists()
    assert codes(await doctor.examine(folder)) == {'file_lost', 'file_spoilt'}


async def test_the_last_report_is_kept(deals: Records, folder: Path) -> None:
    assert await doctor.last_report() is None
    report = await doctor.examine(folder)
    await doctor.remember(report)
    assert await doctor.last_report() == report
