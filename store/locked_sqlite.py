"""The SQLite client: refuses SQL while nobody acts; its transactions survive a cancelled task.

A transaction begins on the way of its first statement, and what is owed goes with the next one.
Tortoise picks its migration editor by the word `sqlite` in this module's name."""

import asyncio
import sqlite3
from collections.abc import Sequence
from functools import partial
from types import TracebackType
from typing import Any

from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper, translate_exceptions
from tortoise.connection import get_connections

from store.folding import fold
from store.locked import Locked, LockedTransaction, finish
from store.sqlite_line import Line


class _Rows:
    """Mixed into a client: rows as dictionaries, made where the statement runs."""

    @translate_exceptions
    async def execute_query_dict(
        self, query: str, values: Sequence[Any] | None = None
    ) -> list[dict[str, Any]]:
        """The rows of a statement."""
        async with self.acquire_connection() as line:  # type: ignore[attr-defined]
            found: list[dict[str, Any]] = await line.read(query, values or ())
            return found


class Transaction(_Rows, LockedTransaction, SqliteTransactionWrapper):
    """An open transaction, or a savepoint in it."""

    _connection: Line

    def owe_many(self, query: str, values: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each row of values with the next one that is awaited, or before the commit."""
        self.acquire_connection()
        self._connection.owe(partial(self._connection._conn.executemany, query, values))

    def owe_rows(self, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """Run a statement likewise; its rows are in this list once it has run."""
        self.acquire_connection()
        return self._connection.owe_rows(query, values)

    @translate_exceptions
    async def answer(self, query: str, trip: 'asyncio.Future[list[dict[str, Any]]]') -> list[dict[str, Any]]:
        """The rows of a statement that `set_off` began."""
        del query
        return await trip

    def set_off(self, query: str, values: Sequence[Any]) -> 'asyncio.Future[list[dict[str, Any]]]':
        """Begin a statement; `answer` waits for its rows."""
        self.acquire_connection()
        return self._connection.set_off(query, values)

    async def execute_script(self, query: str) -> None:
        """Run statements one by one: the driver's own way commits what is open.

        :param query: without a semicolon inside a statement"""
        for statement in filter(None, map(str.strip, query.split(';'))):
            await self.execute_query(statement)


class SafeTransaction(TransactionContext):
    """BEGIN IMMEDIATE, and a lock that is given back whatever happens."""

    def __init__(self, client: 'LockedSqlite') -> None:
        self.parent = client
        self.transaction: Transaction | None = None

    async def __aenter__(self) -> Transaction:
        await self.parent._lock.acquire()
        try:
            if not self.parent._connection:
                await finish(self.parent.create_connection(with_db=True))
            self.transaction = Transaction(self.parent)
        except BaseException:
            self.parent._lock.release()
            raise
        self.transaction._connection.owe(self._begin)
        self.token = get_connections().set(self.parent.connection_name, self.transaction)
        return self.transaction

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await finish(self._close(ok=kind is None))
        finally:
            get_connections().reset(self.token)
            self.parent._lock.release()

    def _begin(self) -> None:
        assert self.transaction is not None  # noqa: S101 owed after it was made
        self.transaction._connection._conn.execute('BEGIN IMMEDIATE')

    async def _close(self, *, ok: bool) -> None:
        assert self.transaction is not None  # noqa: S101 entered before
        line = self.transaction._connection
        is_empty = line.owed == (self._begin,)
        has_begun = self._begin not in line.owed
        try:
            if ok and not is_empty:
                has_begun = True
                await line.commit()
            self.transaction.committed = ok
        finally:
            self.transaction._finalized = True
            line.drop_owed()
            if has_begun and not self.transaction.committed:
                # Not asking whether it is open: a cancelled statement may be still on its way.
                await line.rollback()


class LockedSqlite(_Rows, Locked, SqliteClient):
    """One connection behind one lock; every further credential is a PRAGMA."""

    async def create_connection(self, with_db: bool) -> None:
        """Open the file and teach it `fold`, which knows Cyrillic (SQLite's own LOWER does not)."""
        del with_db
        if self._connection:
            return
        line = Line(self.filename)
        await line
        try:
            line.row_factory = sqlite3.Row
            for pragma, value in self.pragmas.items():
                await line.read(f'PRAGMA {pragma}={value}')
            await line.create_function('fold', 1, fold, deterministic=True)
        except BaseException:
            await line.close()
            raise
        self._connection = line
        await self._post_connect()

    def _in_transaction(self) -> Any:
        return SafeTransaction(self)


client_class = LockedSqlite
