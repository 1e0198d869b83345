"""Files: their content says what they are, their record who may have them, and no name is ever a path."""

import asyncio
import io
import os
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from store import NotAllowed, NotFound, Records, Refused, files, system_settings
from store.file_contents import content_type_of, shown_name
from tests.conftest import records_of

PNG = b'\x89PNG\r\n\x1a\n' + b'0' * 40
PDF = b'%PDF-1.7\n...'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    """Where the files of a test lie."""
    files.open_folder(tmp_path / 'files')
    return tmp_path / 'files'


async def _deal(records: Records, **values: object) -> int:
    return (await records.create('deals', {'title': 'Fleet', **values})).id


def _packed(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, 'w') as archive:
        for name in names:
            archive.writestr(name, 'x')
    return data.getvalue()


# What a file is


@pytest.mark.parametrize(
    ('data', 'expected'),
    [
        (PNG, 'image/png'),
        (b'\xff\xd8\xff\xe0....', 'image/jpeg'),
        (b'GIF89a....', 'image/gif'),
        (b'RIFF\x00\x00\x00\x00WEBPVP8 ', 'image/webp'),
        (PDF, 'application/pdf'),
        (_packed('a.txt'), 'application/zip'),
        (
            _packed('[Content_Types].xml', 'xl/workbook.xml'),
            'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        ),
        (
            _packed('[Content_Types].xml', 'word/document.xml'),
            'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        ),
        ('Привет'.encode(), 'text/plain'),
        (b'<!DOCTYPE html><p>hello', 'text/html'),
        (b'\xef\xbb\xbf\n <script>alert(1)</script>', 'text/html'),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'),
        (b'MZ\x00\x01', 'application/octet-stream'),
        (b'\xff\xfe\xfa', 'application/octet-stream'),
    ],
)
def test_the_content_says_what_a_file_is(data: bytes, expected: str) -> None:
    assert content_type_of(data) == expected


@pytest.mark.parametrize(
    ('name', 'expected'),
    [
        ('offer.pdf', 'offer.pdf'),
        ('../../etc/passwd', 'passwd'),
        ('..\\..\\boot.ini', 'boot.ini'),
        ('CON', '_CON'),
        ('con.txt', '_con.txt'),
        ('Lpt1.tar.gz', '_Lpt1.tar.gz'),
        ('invoice\u202egnp.exe', 'invoicegnp.exe'),
        ('two\r\nlines.txt', 'twolines.txt'),
        ('  .hidden. ', 'hidden'),
        ('...', 'file'),
        ('', 'file'),
        ('.pdf', 'pdf'),
        ('Договор № 5.docx', 'Договор № 5.docx'),
    ],
)
def test_a_name_is_only_for_showing(name: str, expected: str) -> None:
    assert shown_name(name) == expected


def test_a_long_name_keeps_its_ending() -> None:
    assert shown_name('a' * 300 + '.pdf') == 'a' * 176 + '.pdf'
    assert len(shown_name('b' * 300)) <= 180


# Keeping


async def test_contents_lie_under_their_hash_and_equal_ones_once(trade: Records, folder: Path) -> None:
    deal = await _deal(trade)
    one = await files.keep(
        trade.actor, '../../a.png', PNG, kind='attachment', catalog='deals', record_id=deal
    )
    two = await files.keep(trade.actor, 'b.png', PNG, kind='attachment', catalog='deals', record_id=deal)
    assert (one.name, one.content_type, one.size) == ('a.png', 'image/png', len(PNG))
    found = [path for path in folder.rglob('*') if path.is_file()]
    assert [path.name for path in found] == [one.sha256] == [two.sha256]
    _, path = await files.open_file(trade.actor, one.id)
    assert path.read_bytes() == PNG
    assert [info.id for info in await files.files_of(trade.actor, 'deals', deal)] == [two.id, one.id]


async def test_what_is_too_big_or_empty_is_refused(trade: Records, folder: Path) -> None:
    deal = await _deal(trade)
    await system_settings.change_settings(trade.actor, {'file_limit_mb': 1})
    for data, reason in ((b'', 'no_content'), (b'x' * ((1 << 20) + 1), 'too_big')):
        with pytest.raises(Refused) as refusal:
            await files.keep(trade.actor, 'a', data, kind='attachment', catalog='deals', record_id=deal)
        assert refusal.value.facts['reason'] == reason
    assert not [path for path in folder.rglob('*') if path.is_file()]


async def test_a_person_has_so_much_room_and_no_more(trade: Records) -> None:
    deal = await _deal(trade)
    await system_settings.change_settings(trade.actor, {'file_quota_mb': 1})
    half = b'x' * (700 << 10)
    first = await files.keep(trade.actor, 'a', half, kind='attachment', catalog='deals', record_id=deal)
    with pytest.raises(Refused) as refusal:
        await files.keep(trade.actor, 'b', half, kind='attachment', catalog='deals', record_id=deal)
    assert refusal.value.facts == {'reason': 'quota', 'limit_mb': 1}
    await files.remove(trade.actor, first.id)
    assert await files.keep(trade.actor, 'b', half, kind='attachment', catalog='deals', record_id=deal)


async def test_a_photo_is_a_picture_and_a_logo_needs_a_right(trade: Records) -> None:
    member = await records_of('max', 'Max', role='member')
    with pytest.raises(Refused) as refusal:
        await files.keep(member.actor, 'me.png', PDF, kind='photo')
    assert refusal.value.facts['reason'] == 'not_a_picture'
    with pytest.raises(NotAllowed):
        await files.keep(member.actor, 'logo.png', PNG, kind='logo')
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    assert (await files.keep(trade.actor, 'logo.svg', svg, kind='logo')).content_type == 'image/svg+xml'


# Reading


async def test_an_attachment_is_for_those_who_may_read_its_record(trade: Records) -> None:
    seller = await records_of('sam', 'Sam Seller', role='seller')
    deal = await _deal(trade)
    info = await files.keep(trade.actor, 'a.pdf', PDF, kind='attachment', catalog='deals', record_id=deal)
    for stranger in (None, seller.actor):
        with pytest.raises(NotFound):
            await files.open_file(stranger, info.id)
    with pytest.raises(NotFound):
        await files.keep(seller.actor, 'b.pdf', PDF, kind='attachment', catalog='deals', record_id=deal)
    await trade.change('deals', deal, {'owner': seller.actor.person_id})
    assert (await files.open_file(seller.actor, info.id))[0].name == 'a.pdf'
    with pytest.raises(NotAllowed):
        await files.remove(seller.actor, info.id)
    await trade.remove('deals', deal)
    with pytest.raises(NotFound):
        await files.open_file(seller.actor, info.id)


async def test_photos_are_for_colleagues_and_logos_for_everybody(trade: Records) -> None:
    viewer = await records_of('vera', 'Vera', role='viewer')
    photo = await files.keep(trade.actor, 'me.png', PNG, kind='photo')
    logo = await files.keep(trade.actor, 'logo.png', PNG, kind='logo')
    assert (await files.open_file(viewer.actor, photo.id))[0].kind == 'photo'
    with pytest.raises(NotFound):
        await files.open_file(None, photo.id)
    assert (await files.open_file(None, logo.id))[0].kind == 'logo'


async def test_a_draft_is_its_owners_until_it_is_published(trade: Records) -> None:
    viewer = await records_of('vera', 'Vera', role='viewer')
    deal = await _deal(trade)
    draft = await files.keep(trade.actor, 'a.pdf', PDF, kind='draft', catalog='deals', record_id=deal)
    assert draft.is_draft
    assert await files.files_of(trade.actor, 'deals', deal) == []
    with pytest.raises(NotFound):
        await files.open_file(viewer.actor, draft.id)
    assert await files.publish(viewer.actor, 7, 'deals', deal, [draft.id]) == 0
    assert await files.publish(trade.actor, 7, 'deals', deal, [draft.id]) == 1
    assert (await files.open_file(viewer.actor, draft.id))[0].id == draft.id


async def test_a_read_only_eye_keeps_nothing(trade: Records) -> None:
    with pytest.raises(NotAllowed):
        await files.keep(replace(trade.actor, read_only=True), 'a.png', PNG, kind='photo')


# What a crash leaves


async def test_what_no_row_names_is_swept_away_later(trade: Records, folder: Path) -> None:
    deal = await _deal(trade)
    kept = await files.keep(trade.actor, 'a.pdf', PDF, kind='attachment', catalog='deals', record_id=deal)
    gone = await files.keep(trade.actor, 'b.png', PNG, kind='attachment', catalog='deals', record_id=deal)
    (folder / 'draft-0123').write_bytes(b'half of a fi')
    await files.remove(trade.actor, gone.id)
    assert await files.sweep() == 0
    old = time.time() - files.LEFT_OVER_S - 10
    for path in folder.rglob('*'):
        os.utime(path, (old, old))
    assert await files.sweep() == 2
    assert [path.name for path in folder.rglob('*') if path.is_file()] == [kept.sha256]


async def test_the_same_content_from_many_at_once(trade: Records, folder: Path) -> None:
    kept = await asyncio.gather(*(files.keep(trade.actor, f'{n}.png', PNG, kind='photo') for n in range(20)))
    assert len({info.id for info in kept}) == 20
    assert len([path for path in folder.rglob('*') if path.is_file()]) == 1
