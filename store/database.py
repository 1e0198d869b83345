"""Open, close and migrate the database; transactions and SQL for the rest of the store.

SQLite: one writing connection and two that only read, so a report never waits for a save.
PostgreSQL: one pool."""

import contextlib
import functools
import importlib
import logging
import pkgutil
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextvars import ContextVar
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.transactions import in_transaction

import store.models
from store import guard
from store.locked_sqlite import Transaction as SqliteTransaction
from store.problems import NotAllowed, Refused, Unguarded

APP = 'store'
WRITER, READER, REPORTS = 'default', 'reader', 'reports'
_SQLITE = {
    'synchronous': 'FULL',
    'busy_timeout': 5000,
    'cache_size': -65536,
    'temp_store': 'MEMORY',
    'journal_size_limit': 67_108_864,
}
_MIGRATING = 0x4152544C


class _Hooks:
    """What is still to be done in a transaction, and what after its commit."""

    def __init__(self) -> None:
        self.last: list[Callable[[], Awaitable[None]]] = []
        self.after: list[Callable[[], None]] = []


_hooks: ContextVar[_Hooks | None] = ContextVar('hooks', default=None)
_opened: dict[str, Any] = {}


def _models() -> list[str]:
    return sorted(f'store.models.{module.name}' for module in pkgutil.iter_modules(store.models.__path__))


def _connections(url: str) -> dict[str, Any]:
    if url.startswith(('postgres://', 'postgresql://')):
        parts = urlparse(url)
        credentials = {
            'host': parts.hostname or '127.0.0.1',
            'port': parts.port or 5432,
            'user': unquote(parts.username or 'postgres'),
            'password': unquote(parts.password or ''),
            'database': parts.path.lstrip('/'),
            'minsize': 1,
            'maxsize': 12,
            'server_settings': {'lock_timeout': '5s', 'statement_timeout': '60s', 'TimeZone': 'UTC'},
        }
        return {WRITER: {'engine': 'store.locked_asyncpg', 'credentials': credentials}}
    path = url.removeprefix('sqlite://')
    reading = {**_SQLITE, 'query_only': 1}
    return {
        name: {'engine': 'store.locked_sqlite', 'credentials': {'file_path': path, **pragmas}}
        for name, pragmas in ((WRITER, _SQLITE), (READER, reading), (REPORTS, reading))
    }


def config(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a file path or 'postgres://user:password@host/name'."""
    app = {'models': _models(), 'default_connection': WRITER, 'migrations': 'store.migrations'}
    return {'connections': _connections(url), 'apps': {APP: app}, 'use_tz': True, 'timezone': 'UTC'}


async def connect(url: str) -> None:
    """Open the database without migrating it."""
    await Tortoise.init(config=config(url), _enable_global_fallback=True)
    _opened.update(url=url, postgres=url.startswith('postgres'))
    with guard.acting(guard.SETUP):
        for alias in _connections(url):
            await get_connection(alias).execute_query_dict('SELECT 1 AS one')
    guard.remember_context()


async def migrate(url: str) -> None:
    """Bring the tables of a database up to date; a no-op when they are. Keeps what is in them.

    All or nothing: killed anywhere, the database is as it was before or as it should be afterwards."""
    if not url.startswith('postgres'):
        Path(url.removeprefix('sqlite://')).parent.mkdir(parents=True, exist_ok=True)
    await connect(url)
    try:
        with guard.acting(guard.SETUP):
            executor = MigrationExecutor(get_connection(WRITER), config(url)['apps'])
            # Without targets it only makes its own table; PostgreSQL gives up a transaction that asks for it.
            await executor.migrate([])
            if await executor.plan():
                async with in_transaction(WRITER) as open_now:
                    await _migrate_in(open_now, config(url)['apps'])
            for statement in _further_sql():
                await script(statement)
    finally:
        await close()


async def _migrate_in(open_now: Any, apps: dict[str, Any]) -> None:
    """Every outstanding migration with its mark, in the open transaction."""
    if is_postgres():
        # Whoever comes second, from whichever machine, waits here and then finds nothing to do.
        await script('SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0')
        await open_now.execute_query_dict(f'SELECT pg_advisory_xact_lock({_MIGRATING})')
    await MigrationExecutor(open_now, apps).migrate()
    for statement in _further_sql():
        await script(statement)


def _further_sql() -> list[str]:
    """Repeatable statements that migrations cannot say: partial indexes, search tables, functions."""
    ours: list[str] = []
    for module in _models():
        extra = getattr(importlib.import_module(module), 'FURTHER_SQL', {})
        ours += [*extra.get('both', ()), *extra.get('postgres' if is_postgres() else 'sqlite', ())]
    return ours


async def close() -> None:
    """Close every connection; without it the process does not end."""
    await Tortoise.close_connections()
    _opened.clear()


def is_postgres() -> bool:
    """Whether the open database is PostgreSQL."""
    return bool(_opened.get('postgres'))


def address() -> str:
    """Where the open database is; '' when none is."""
    return str(_opened.get('url', ''))


def in_open_transaction() -> bool:
    """Whether the caller is inside `transaction`."""
    return _hooks.get() is not None


@contextlib.asynccontextmanager
async def transaction(*, savepoint: bool = False) -> AsyncIterator[None]:
    """All or nothing. Joins an open transaction; with `savepoint` a failure undoes only the inner part.

    Inside: no network, no sleeping, no new task."""
    outer = _hooks.get()
    if outer is not None:
        marks = len(outer.last), len(outer.after)
        if not savepoint:
            yield
            return
        try:
            async with in_transaction(WRITER):
                yield
        except BaseException:
            del outer.last[marks[0] :], outer.after[marks[1] :]
            raise
        return
    hooks = _Hooks()
    token = _hooks.set(hooks)
    opened: Any = None
    try:
        async with in_transaction(WRITER) as opened:
            yield
            for work in hooks.last:
                await work()
    finally:
        _hooks.reset(token)
        if opened is not None and opened.committed:
            for hook in hooks.after:
                _tell(hook)


def before_commit(work: Callable[[], Awaitable[None]]) -> None:
    """Do `work` last in the open transaction, whose locks it then holds for a moment only.

    :raises Unguarded: no transaction is open"""
    hooks = _hooks.get()
    if hooks is None:
        raise Unguarded
    hooks.last.append(work)


def after_commit(hook: Callable[[], None]) -> None:
    """Call `hook` after the outermost transaction has committed; at once when none is open."""
    hooks = _hooks.get()
    if hooks is None:
        _tell(hook)
    else:
        hooks.after.append(hook)


def _tell(hook: Callable[[], None]) -> None:
    try:
        guard.clean_context().run(hook)
    except Exception:
        # The commit stands, whatever a listener does: a save must not look failed.
        logging.getLogger(__name__).exception('a listener failed after a commit')


@functools.lru_cache(maxsize=2048)
def _numbered(sql: str) -> str:
    numbers = count(1)
    return re.sub(r'\?', lambda _: f'${next(numbers)}', sql)


def _storable(args: Sequence[Any]) -> list[Any]:
    # PostgreSQL refuses the character NUL in a text, and SQLite ends some texts there.
    return [one.replace('\x00', '') if isinstance(one, str) and '\x00' in one else one for one in args]


async def rows(
    sql: str, args: Sequence[Any] = (), *, read: bool = False, alias: str = READER
) -> list[dict[str, Any]]:
    """Rows of a statement with `?` blanks, the same text for both engines.

    `read` takes a connection that only reads, unless a transaction is open: then own writes are seen.

    :raises NotAllowed: 'read_only', when somebody looks through another's eyes and this would write
    :raises Refused: 'number_out_of_range'"""
    _need_hands(sql)
    with _within_range():
        if is_postgres():
            return await get_connection(WRITER).execute_query_dict(_numbered(sql), _storable(args))
        connection = get_connection(alias if read and not in_open_transaction() else WRITER)
        return await connection.execute_query_dict(sql, _storable(args))


@contextlib.contextmanager
def _within_range() -> Iterator[None]:
    try:
        yield
    except (OverflowError, OperationalError) as error:
        # Numbers come from addresses and filters too; what no column can hold is no fault of ours.
        if isinstance(error, OperationalError) and not re.search(r'out of (int\d+ )?range', str(error)):
            raise
        raise Refused('number_out_of_range') from error


def _need_hands(sql: str) -> None:
    if guard.is_tied() and not sql.lstrip()[:6].upper().startswith(('SELECT', 'WITH ')):
        raise NotAllowed(right='read_only')


async def many(sql: str, args: Sequence[Sequence[Any]]) -> None:
    """Run one statement for each row of arguments, inside the open transaction."""
    _need_hands(sql)
    if args:
        text = _numbered(sql) if is_postgres() else sql
        await get_connection(WRITER).execute_many(text, [_storable(row) for row in args])


async def owe(sql: str, args: Sequence[Sequence[Any]]) -> None:
    """As `many`, for what nobody waits for: on SQLite it goes along with the next statement, or the commit.

    What fails then spoils the whole transaction, so let it be nothing that anybody would catch."""
    _need_hands(sql)
    transaction = _sqlite_transaction()
    if transaction is None:
        await many(sql, args)
    elif args:
        transaction.owe_many(sql, [_storable(row) for row in args])


async def owe_rows(sql: str, args: Sequence[Any]) -> list[dict[str, Any]]:
    """As `owe`, for a statement whose rows are wanted after the commit; the list is filled by then."""
    _need_hands(sql)
    transaction = _sqlite_transaction()
    return await rows(sql, args) if transaction is None else transaction.owe_rows(sql, _storable(args))


async def set_off(sql: str, args: Sequence[Any]) -> Callable[[], Awaitable[list[dict[str, Any]]]]:
    """Begin a statement in the open transaction; what is given waits for its rows, as `rows` would.

    On SQLite the caller goes on while it runs."""
    _need_hands(sql)
    transaction = _sqlite_transaction()
    if transaction is None:
        found = await rows(sql, args)
        return functools.partial(_at_once, found)
    return functools.partial(_answer, transaction, sql, transaction.set_off(sql, _storable(args)))


async def _at_once(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return found


async def _answer(transaction: SqliteTransaction, sql: str, trip: Any) -> list[dict[str, Any]]:
    with _within_range():
        found: list[dict[str, Any]] = await transaction.answer(sql, trip)
        return found


def _sqlite_transaction() -> SqliteTransaction | None:
    open_now = get_connection(WRITER)
    return open_now if isinstance(open_now, SqliteTransaction) else None


async def script(sql: str) -> None:
    """Run statements without arguments (DDL)."""
    if is_postgres():
        await get_connection(WRITER).execute_script(sql)
    else:
        await get_connection(WRITER).execute_query_dict(sql)
