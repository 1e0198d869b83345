"""The PostgreSQL client: refuses SQL while nobody acts; a cancelled task never leaks a pooled connection."""

from types import TracebackType
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContextPooled
from tortoise.connection import get_connections

from store.locked import Locked, LockedTransaction, finish


class Transaction(LockedTransaction, TransactionWrapper):
    """An open transaction, or a savepoint in it."""


class SafeTransaction(TransactionContextPooled):
    """Gives its connection back to the pool whatever happens."""

    client: Transaction

    async def __aenter__(self) -> Transaction:
        await self.ensure_connection()
        pool: Any = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await finish(self.client.begin())
        except BaseException:
            await finish(self._close(ok=False))
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await finish(self._close(ok=kind is None))
        finally:
            get_connections().reset(self.token)

    async def _close(self, *, ok: bool) -> None:
        connection, pool = self.client._connection, self.client._parent._pool
        try:
            if connection.is_in_transaction():
                await (self.client.commit() if ok else self.client.rollback())
                self.client.committed = ok
        finally:
            self.client._finalized = True
            if pool:
                await pool.release(connection)


class LockedAsyncpg(Locked, AsyncpgDBClient):
    """A pool whose every statement needs an actor."""

    def _in_transaction(self) -> Any:
        return SafeTransaction(Transaction(self), self._pool_init_lock)


client_class = LockedAsyncpg
