"""A process of its own that brings a database up to date: it dies before a step, or keeps them all."""

import asyncio
import gc
import os
import signal
from pathlib import Path

from store import opening
from store.settings import Environment
from tests.crash.steps import Recorder, Steps


def main(data: str, database: str, dies_at: int, kept: str) -> None:
    """Open the store; die before the n-th step, or write into the folder `kept` which steps there were.

    :param dies_at: 0 for never"""
    # The models are made anew for every operation of a migration; collecting them costs more than the rest.
    gc.disable()
    folder = Path(data)

    def die(number: int, _: str) -> None:
        if number == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    Steps(folder, Recorder(folder, Path(kept)) if kept else die)
    asyncio.run(_work(Environment(data=folder, database=database)))


async def _work(environment: Environment) -> None:
    await opening.open_store(environment)
    await opening.close_store()
