"""A process of its own that brings a database up to date and dies at a statement of its way."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from store import locked, opening
from store.settings import Environment


def main(data: str, database: str, dies_at: int, counted: str) -> None:
    """Open the store; die before the n-th statement, or write how many there were.

    :param dies_at: 0 for never"""
    passing, seen = locked.Locked.acquire_connection, 0

    def counting(self: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return passing(self)

    locked.Locked.acquire_connection = counting  # type: ignore[method-assign]
    asyncio.run(_work(Environment(data=Path(data), database=database)))
    Path(counted).write_text(str(seen))


async def _work(environment: Environment) -> None:
    await opening.open_store(environment)
    await opening.close_store()
