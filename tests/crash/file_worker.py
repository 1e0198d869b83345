"""Keeps one file after another until it is killed: ``python -m tests.crash.file_worker <data> <person>``."""

import asyncio
import os
import sys
from pathlib import Path

from store import files, people
from store.opening import close_store, open_migrated

PNG = b'\x89PNG\r\n\x1a\n'


async def work(data: Path, person_id: int) -> None:
    """Keep files for ever, each of a content of its own."""
    files.open_folder(data / 'files')
    await open_migrated(str(data / 'artel.db'))
    try:
        actor = await people.actor_of_person(person_id)
        assert actor is not None
        while True:
            await files.keep(actor, 'me.png', PNG + os.urandom(400_000), kind='photo')
            print('kept', flush=True)
    finally:
        await close_store()


if __name__ == '__main__':
    asyncio.run(work(Path(sys.argv[1]), int(sys.argv[2])))
