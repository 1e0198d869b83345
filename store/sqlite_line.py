"""The line to SQLite's thread: a trip costs more than most statements, so what nobody waits for goes along
with the next one."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import aiosqlite
from tortoise.exceptions import TransactionManagementError

Work = Callable[[], object]


class Line(aiosqlite.Connection):
    """A connection whose next trip first does what is owed, in order.

    What is owed and fails spoils the transaction: whoever awaits that trip hears of it, and nothing more is
    done until the transaction has been rolled back."""

    def __init__(self, file: str) -> None:
        super().__init__(partial(sqlite3.connect, file, isolation_level=None), 64)
        self._owed: list[Work] = []
        self._is_spoilt = False

    @property
    def owed(self) -> tuple[Work, ...]:
        """What waits for the next trip."""
        return tuple(self._owed)

    def owe(self, work: Work) -> None:
        """Do this at the beginning of the next trip."""
        self._owed.append(work)

    def drop_owed(self) -> None:
        """Do not do what is owed."""
        self._owed.clear()

    def owe_rows(self, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """Owe a statement; its rows will be in this list when that trip is over."""
        found: list[dict[str, Any]] = []
        self.owe(lambda: found.extend(self._read(sql, values)))
        return found

    def set_off(self, sql: str, values: Sequence[Any]) -> 'asyncio.Future[list[dict[str, Any]]]':
        """Begin a trip for the rows of a statement; whoever awaits them may do something else meanwhile."""
        answer: asyncio.Future[list[dict[str, Any]]] = asyncio.get_running_loop().create_future()
        # Who set it off may have failed meanwhile, and then nobody asks any more.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._tx.put_nowait((answer, partial(self._settle, self._take_owed(), self._read, sql, values)))
        return answer

    async def read(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a statement."""
        rows: list[dict[str, Any]] = await self._execute(self._read, sql, values)
        return rows

    async def rollback(self) -> None:
        """Undo the transaction, whatever is still on its way in it."""
        self.drop_owed()
        await super()._execute(self._undo)  # type: ignore[no-untyped-call]

    def _read(self, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        cursor = self._conn.cursor()
        # sqlite3.Row looks each name up one by one; a plain tuple needs no looking.
        cursor.row_factory = None
        found = cursor.execute(sql, values).fetchall()
        if not found:
            return []
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    async def _execute(self, fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        owed = self._take_owed()
        trip = super()._execute(self._settle, owed, fn, *args, **options)  # type: ignore[no-untyped-call]
        return await trip

    def _take_owed(self) -> list[Work]:
        owed, self._owed = self._owed, []
        return owed

    # Below this line nothing runs but in SQLite's thread.

    def _settle(self, owed: Sequence[Work], fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if self._is_spoilt:
            raise TransactionManagementError('the transaction has failed')
        try:
            for work in owed:
                work()
        except BaseException:
            self._is_spoilt = True
            raise
        return fn(*args, **options)

    def _undo(self) -> None:
        self._is_spoilt = False
        self._conn.rollback()
