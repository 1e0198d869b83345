"""A virus scanner looks at files: what it finds stays out, what it could not see is marked as such."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from integrations import clamd
from store import Designer, Records, Refused, audit, files, system_settings
from store.problems import Invalid, NotAllowed
from store.scanning import CLEAN, INFECTED, UNSCANNED, scan_with
from tests.clamd_server import EICAR, ClamdServer
from tests.clamd_server import clamd as daemon

NOWHERE = '127.0.0.1:1'
REAL = Path('/run/clamav/clamd.ctl')


@pytest.fixture(autouse=True)
def hook(tmp_path: Path) -> Iterator[None]:
    """Files of a test, and the scanner of the running program."""
    files.open_folder(tmp_path / 'files')
    no_more = scan_with(clamd.scan)
    yield
    no_more()


@pytest.fixture(name='deals', autouse=True)
async def fixture_deals(as_admin: Records) -> None:
    """Something to attach files to."""
    await Designer(as_admin.actor).create_catalog('deals', 'Deals')


@pytest.fixture
async def server() -> AsyncIterator[ClamdServer]:
    """A daemon on loopback."""
    async with daemon() as one:
        yield one


async def _scan_at(as_admin: Records, address: str, away: str = 'refuse') -> None:
    await system_settings.change_settings(as_admin.actor, {'scanner': address, 'scanner_away': away})


async def _attach(records: Records, data: bytes) -> files.FileInfo:
    deal = await records.create('deals', {'title': 'Fleet'})
    return await files.keep(
        records.actor, 'a.txt', data, kind='attachment', catalog='deals', record_id=deal.id
    )


async def test_a_clean_file_is_marked_and_an_infected_one_stays_out(
    as_admin: Records, server: ClamdServer
) -> None:
    await _scan_at(as_admin, server.address)
    assert (await _attach(as_admin, b'hello')).scan == CLEAN
    with pytest.raises(Refused, match='infected') as refused:
        await _attach(as_admin, b'in the middle ' + EICAR + b' of it')
    assert refused.value.facts['virus'] == 'Eicar-Test-Signature'
    assert [path.read_bytes() for path in files.folder().glob('??/*')] == [b'hello']
    [line] = await audit.entries(as_admin.actor, kinds=('refused',))
    assert line.facts['file'] == 'a.txt'
    assert line.facts['virus'] == 'Eicar-Test-Signature'


async def test_a_daemon_behind_a_socket_file_is_asked_too(as_admin: Records, tmp_path: Path) -> None:
    async with daemon(str(tmp_path / 'd')) as one:
        assert await clamd.scan(one.address, EICAR) == 'Eicar-Test-Signature'
        assert not await clamd.scan(one.address, b'x' * (clamd.CHUNK * 2 + 1))
        assert len(one.seen[-1]) == clamd.CHUNK * 2 + 1


async def test_while_the_scanner_is_away_files_are_refused_or_marked(as_admin: Records) -> None:
    await _scan_at(as_admin, NOWHERE)
    with pytest.raises(Refused, match='unscanned'):
        await _attach(as_admin, b'hello')
    await _scan_at(as_admin, NOWHERE, 'take')
    assert (await _attach(as_admin, b'hello')).scan == UNSCANNED


async def test_what_came_in_unscanned_is_looked_at_later(as_admin: Records, server: ClamdServer) -> None:
    good, bad = await _attach(as_admin, b'hello'), await _attach(as_admin, EICAR)
    assert {good.scan, bad.scan} == {UNSCANNED}
    await _scan_at(as_admin, server.address)
    assert await files.scan_waiting() == 2
    assert (await files.describe(as_admin.actor, good.id)).scan == CLEAN
    assert (await files.describe(as_admin.actor, bad.id)).scan == INFECTED
    assert (await files.open_file(as_admin.actor, good.id))[1].read_bytes() == b'hello'
    with pytest.raises(Refused, match='infected'):
        await files.open_file(as_admin.actor, bad.id)
    assert await files.scan_waiting() == 0


@pytest.mark.parametrize(
    'said', [b'stream: OK', b'', b'nonsense\0', b'x' * 9000, b'stream: Lstat() failed. ERROR\0']
)
async def test_an_answer_that_is_none_lets_nothing_in(server: ClamdServer, said: bytes) -> None:
    server.answer = said
    with pytest.raises(Refused, match='scanner_away'):
        await clamd.scan(server.address, b'hello')


async def test_what_the_scanner_finds_too_big_was_not_scanned(server: ClamdServer) -> None:
    with pytest.raises(Refused, match='scanner_away'):
        await clamd.scan(server.address, b'x' * (server.most + 1))


async def test_only_an_administrator_names_a_scanner_and_only_a_sound_address(
    as_admin: Records, as_viewer: Records
) -> None:
    with pytest.raises(NotAllowed):
        await _scan_at(as_viewer, NOWHERE)
    for address in ('localhost', 'relative/path', '127.0.0.1:1\nx', 'http://example.com/x:1'):
        with pytest.raises(Invalid):
            await _scan_at(as_admin, address)


@pytest.mark.skipif(not REAL.exists(), reason='no clamd on this machine')
async def test_the_real_daemon_says_the_same() -> None:
    assert 'eicar' in (await clamd.scan(str(REAL), EICAR)).lower()
    assert not await clamd.scan(str(REAL), b'hello')
