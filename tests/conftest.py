"""What every test may ask for: a fresh store, people as Records, a clock that obeys, an outbox that keeps.

`--database postgres` starts a PostgreSQL server for the run; an address of one takes that server."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from automations import Delivery, FakeClock, Mail, WebCall
from store import Records, guard, opening, people
from tests.postgres import PostgresServer

SERVER = 'ARTEL_TEST_SERVER'
"""The environment tells xdist's workers where the server is that the first process started."""

_servers: list[PostgresServer] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        '--database',
        default=os.environ.get('ARTEL_DATABASE', 'sqlite'),
        help='sqlite (default), postgres (starts a server), or the address of a running one',
    )


def pytest_configure(config: pytest.Config) -> None:
    wanted = config.getoption('--database')
    if hasattr(config, 'workerinput') or wanted == 'sqlite' or not wanted.startswith('postgres'):
        return
    if wanted != 'postgres':
        os.environ[SERVER] = wanted
        return
    server = PostgresServer()
    _servers.append(server)
    server.start()
    os.environ[SERVER] = server.url()


def pytest_unconfigure() -> None:
    for server in _servers:
        server.stop()
    if _servers:
        os.environ.pop(SERVER, None)
        _servers.clear()


# A database for each test


@pytest.fixture(scope='session')
def database_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database that is copied for each test: a file, or the address of a PostgreSQL database."""
    if server := os.environ.get(SERVER):
        url = _sibling(server, f'template_{uuid.uuid4().hex[:12]}')
        asyncio.run(_execute(server, f'CREATE DATABASE "{_name(url)}"'))
        asyncio.run(opening.migrate(url))
        yield url
        asyncio.run(_execute(server, f'DROP DATABASE "{_name(url)}" WITH (FORCE)'))
        return
    file = tmp_path_factory.mktemp('template') / 'artel.db'
    asyncio.run(opening.migrate(str(file)))
    yield str(file)


@pytest.fixture
async def database_url(database_template: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a fresh migrated database; nobody is in it, and it is not open."""
    if not database_template.startswith('postgres'):
        for part in Path(database_template).parent.glob('artel.db*'):
            shutil.copy(part, tmp_path / part.name)
        yield str(tmp_path / 'artel.db')
        return
    url = _sibling(database_template, f'test_{uuid.uuid4().hex[:12]}')
    server = os.environ[SERVER]
    await _execute(server, f'CREATE DATABASE "{_name(url)}" TEMPLATE "{_name(database_template)}"')
    yield url
    await _execute(server, f'DROP DATABASE "{_name(url)}" WITH (FORCE)')


@pytest.fixture
async def database_open(database_url: str) -> AsyncIterator[str]:
    """A fresh migrated store, open."""
    await opening.open_migrated(database_url)
    yield database_url
    await opening.close_store()


@pytest.fixture(name='database')
async def fixture_database(database_open: str) -> str:
    """A fresh migrated store, open; nobody is in it. Gives its address."""
    return database_open


def _sibling(url: str, name: str) -> str:
    return f'{url.rpartition("/")[0]}/{name}'


def _name(url: str) -> str:
    return url.rpartition('/')[2]


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


# People


async def records_of(login: str, name: str, *, role: str = '') -> Records:
    """The door for a new person of a ready role (member, seller, viewer); an administrator without one."""
    held = (role,) if role else ()
    person = await people.create_person(
        guard.SETUP, {'login': login, 'name': name, 'is_admin': not role, 'roles': held}
    )
    actor = await people.actor_of_person(person.id)
    assert actor is not None
    return Records(actor)


@pytest.fixture
async def as_admin(database: str) -> Records:
    """Ada, an administrator."""
    return await records_of('ada', 'Ada Admin')


@pytest.fixture
async def as_member(database: str) -> Records:
    """Max, who works with the records."""
    return await records_of('max', 'Max Member', role='member')


@pytest.fixture
async def as_viewer(database: str) -> Records:
    """Vera, who only looks."""
    return await records_of('vera', 'Vera Viewer', role='viewer')


# The world outside


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at Monday, 2 March 2026, 09:00 UTC until it is told to go forward."""
    return FakeClock(datetime(2026, 3, 2, 9, tzinfo=UTC))


class Outbox:
    """Keeps what would have left the house; stands in for both mailer and poster."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.calls: list[WebCall] = []
        self.answer = Delivery(outcome='sent')

    async def send(self, mail: Mail) -> Delivery:
        """Keep a letter."""
        self.mails.append(mail)
        return self.answer

    async def post(self, call: WebCall) -> Delivery:
        """Keep a call."""
        self.calls.append(call)
        return self.answer


@pytest.fixture
def outbox() -> Outbox:
    """Letters and calls that would have gone out."""
    return Outbox()
