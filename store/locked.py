"""What the locked clients of both engines share."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from tortoise.backends.base.client import ConnectionWrapper, NestedTransactionContext
from tortoise.exceptions import TransactionManagementError

from store.guard import current_actor

T = TypeVar('T')


async def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end even when the caller is cancelled, then let the cancellation go on."""
    task, cancelled = asyncio.ensure_future(work), None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except BaseException:  # noqa: BLE001 the task keeps it; it is raised below by result()
            break
    if cancelled is not None and not task.cancelled():
        task.exception()
        raise cancelled
    return task.result()


class Locked:
    """Mixed into a client: every statement needs an actor."""

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """The connection, for somebody who acts."""
        current_actor()
        return super().acquire_connection()  # type: ignore[misc,no-any-return]


class LockedTransaction(Locked):
    """Mixed into a transaction: refuses use after its end, e.g. by a task that was started inside it."""

    _finalized: bool
    committed = False

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """The connection, while the transaction is open."""
        self._alive()
        return super().acquire_connection()

    def _in_transaction(self) -> NestedTransactionContext:
        self._alive()
        return NestedTransactionContext(type(self)(self))  # type: ignore[call-arg,arg-type]

    def _alive(self) -> None:
        if self._finalized:
            raise TransactionManagementError('the transaction is over')
