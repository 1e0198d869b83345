"""The SQLite client: refuses SQL while nobody acts; its transactions survive a cancelled task.

Tortoise picks its migration editor by the word `sqlite` in this module's name."""

from types import TracebackType
from typing import Any

from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper
from tortoise.connection import get_connections

from store.folding import fold
from store.locked import Locked, LockedTransaction, finish


class Transaction(LockedTransaction, SqliteTransactionWrapper):
    """An open transaction, or a savepoint in it."""

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
            transaction = await finish(self._open())
        except BaseException:
            await finish(self._rollback())
            self.parent._lock.release()
            raise
        self.token = get_connections().set(self.parent.connection_name, transaction)
        return transaction

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await finish(self._close(ok=kind is None))
        finally:
            get_connections().reset(self.token)
            self.parent._lock.release()

    async def _open(self) -> Transaction:
        if not self.parent._connection:
            await self.parent.create_connection(with_db=True)
        assert self.parent._connection is not None  # noqa: S101 created above
        await self.parent._connection.execute('BEGIN IMMEDIATE')
        self.transaction = Transaction(self.parent)
        return self.transaction

    async def _rollback(self) -> None:
        connection = self.parent._connection
        if connection and connection.in_transaction:
            await connection.rollback()

    async def _close(self, *, ok: bool) -> None:
        assert self.transaction is not None  # noqa: S101 entered before
        try:
            if ok:
                await self.transaction._connection.commit()
                self.transaction.committed = True
        finally:
            self.transaction._finalized = True
            await self._rollback()


class LockedSqlite(Locked, SqliteClient):
    """One connection behind one lock; every further credential is a PRAGMA."""

    async def create_connection(self, with_db: bool) -> None:
        """Open the file and teach it `fold`, which knows Cyrillic (SQLite's own LOWER does not)."""
        fresh = not self._connection
        await super().create_connection(with_db)
        if fresh and self._connection:
            await self._connection.create_function('fold', 1, fold, deterministic=True)

    def _in_transaction(self) -> Any:
        return SafeTransaction(self)


client_class = LockedSqlite
