"""Photos of people: checked by content, cut to a square and painted anew before they are kept."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from store import audit, database, files, guard, people
from store.actor import Actor
from store.file_contents import content_type_of
from store.operations import need_employee
from store.person_checks import need_may_change
from store.problems import NotFound, Refused

MAX_BYTES = 5 << 20
KINDS = frozenset({'image/png', 'image/jpeg', 'image/webp'})
WALL_SECONDS = 20.0
ROOT = Path(__file__).parents[1]
_photos: dict[int, int] = {}


def photo_of(person_id: int | None) -> int | None:
    """The file with somebody's photo, from memory; None when there is none."""
    return _photos.get(person_id) if person_id is not None else None


async def load() -> None:
    """Learn who has a photo; once after the database is opened, and after each change."""
    with guard.acting(guard.DOOR):
        found = await database.rows('SELECT id, photo_id FROM people WHERE photo_id IS NOT NULL')
    _photos.clear()
    _photos.update({row['id']: row['photo_id'] for row in found})


async def set_photo(actor: Actor, person_id: int, data: bytes) -> int:
    """Give oneself a photo, or somebody whom one may change; the id of the file.

    :raises Refused: 'file_refused' with `reason`: 'too_big', 'not_a_picture', 'damaged'"""
    need_employee(actor)
    one = await people.person(actor, person_id)
    if person_id != actor.person_id:
        await need_may_change(actor, one, {'photo_id': None})
    picture = await shaped(data)
    kept = await files.keep(actor, 'photo.webp', picture, kind=files.PHOTO)
    await _hold(actor, person_id, kept.id)
    return kept.id


async def remove_photo(actor: Actor, person_id: int) -> None:
    """Take a photo away."""
    need_employee(actor)
    one = await people.person(actor, person_id)
    if person_id != actor.person_id:
        await need_may_change(actor, one, {'photo_id': None})
    await _hold(actor, person_id, None)


async def _hold(actor: Actor, person_id: int, photo_id: int | None) -> None:
    with guard.acting(actor):
        async with database.transaction():
            before = await database.rows('SELECT name, photo_id FROM people WHERE id = ?', [person_id])
            if not before:
                raise NotFound(catalog='person', id=person_id)
            await database.rows('UPDATE people SET photo_id = ? WHERE id = ?', [photo_id, person_id])
            await database.rows('DELETE FROM files WHERE id = ?', [before[0]['photo_id'] or 0])
            people.publish_changed(person_id)
            if actor.person_id != person_id:
                await audit.note(actor, 'person_changed', person_id=person_id, fields=['photo'])
    await load()


async def shaped(data: bytes) -> bytes:
    """A picture as a 512 pixel square WebP without anything the camera wrote into it.

    A limited child process decodes it: a picture made to do harm harms nothing else.

    :raises Refused: 'file_refused' with `reason`"""
    if len(data) > MAX_BYTES:
        raise Refused('file_refused', reason='too_big', limit_mb=MAX_BYTES >> 20)
    if content_type_of(data) not in KINDS:
        raise Refused('file_refused', reason='not_a_picture')
    child = await asyncio.create_subprocess_exec(
        sys.executable, '-s', '-m', 'store.photo_child',
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT, env={'PATH': os.environ.get('PATH', ''), 'PYTHONDONTWRITEBYTECODE': '1'},
    )  # fmt: skip
    try:
        async with asyncio.timeout(WALL_SECONDS):
            made, _ = await child.communicate(data)
    except TimeoutError:
        made = b''
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGKILL)
            await child.wait()
    if child.returncode != 0 or content_type_of(made) != 'image/webp':
        raise Refused('file_refused', reason='damaged')
    return made
