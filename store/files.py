"""Files of people: attachments of records, photos, logos; equal contents lie once, under their hash.

No name that anybody gave becomes a path. A row is written after its content is safe on the disk, so a crash
leaves at most a content without a row, which `sweep` removes."""

import asyncio
import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from store import audit, clock, database, guard
from store.actor import Actor
from store.file_contents import RASTER, SVG, content_type_of, shown_name
from store.operations import need, need_employee
from store.problems import NotAllowed, NotFound, Refused
from store.reading import LAST_ID
from store.records import Records
from store.scanning import CLEAN, INFECTED, UNSCANNED, found_in, is_set, look_at
from store.system_settings import setting

ATTACHMENT, DRAFT, PHOTO, LOGO = 'attachment', 'draft', 'photo', 'logo'
PICTURES = RASTER - {'image/gif'}
"""What a photo may be."""
MOST_FILES = 20
"""How many files one message may carry."""
DRAFT_MS = 24 * 3600 * 1000
"""How long a file waits for its message to be sent."""
SCANNED_AT_ONCE = 50
LEFT_OVER_S = 3600.0
"""How old a content without a row must be to be removed: its row may be on the way."""
_COLUMNS = (
    'id, sha256, name, size, kind, content_type, catalog, record_id, post_id, owner_id, is_draft,'
    ' scan, created_at'
)
_opened: dict[str, Path] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class FileInfo:
    """What is known of a file without opening it; `name` is only for showing."""

    id: int
    name: str
    size: int
    kind: str
    content_type: str
    sha256: str
    catalog: str = ''
    record_id: int | None = None
    post_id: int | None = None
    owner_id: int | None = None
    is_draft: bool = False
    scan: str = UNSCANNED
    created_at: datetime = clock.EPOCH

    @property
    def is_picture(self) -> bool:
        """Whether a page may show it in place."""
        return self.content_type in RASTER


def open_folder(folder: Path) -> None:
    """Keep files in this folder from now on."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _opened['folder'] = folder


def folder() -> Path:
    """Where the contents lie.

    :raises Refused: 'no_files_folder' before `open_folder`"""
    if 'folder' not in _opened:
        raise Refused('no_files_folder')
    return _opened['folder']


def size_limit() -> int:
    """How many bytes one file may have."""
    return int(setting('file_limit_mb')) << 20


async def keep(
    actor: Actor,
    name: str,
    data: bytes,
    *,
    kind: str,
    catalog: str = '',
    record_id: int | None = None,
) -> FileInfo:
    """Keep a file; whoever may read a record may attach to it. A `DRAFT` is an attachment whose message is
    not sent yet.

    :raises Refused: 'file_refused' with a reason: 'too_big', 'quota', 'no_content', 'not_a_picture',
        'infected', 'unscanned'
    :raises NotFound: no such record, or not for this actor"""
    need_employee(actor)
    content_type = content_type_of(data)
    await _check(actor, data, kind, content_type)
    if kind in (ATTACHMENT, DRAFT):
        await Records(actor).get(catalog, record_id or 0)
    scan = await _scanned(actor, name, data)
    digest = await asyncio.to_thread(_store, folder(), data)
    values = [
        digest, shown_name(name), len(data), ATTACHMENT if kind == DRAFT else kind, content_type,
        catalog, record_id, None, actor.person_id, int(kind == DRAFT), scan, clock.now_ms(),
    ]  # fmt: skip
    with guard.acting(actor):
        async with database.transaction():
            await _check_quota(actor, len(data))
            blanks = ', '.join('?' * len(values))
            found = await database.rows(
                f'INSERT INTO files ({_COLUMNS.removeprefix("id, ")}) VALUES ({blanks}) RETURNING {_COLUMNS}',
                values,
            )
    info = _info(found[0])
    if not (folder() / digest[:2] / digest).is_file():
        # A sweep that began before the row was there has just taken it.
        await asyncio.to_thread(_store, folder(), data)
    return info


async def _check(actor: Actor, data: bytes, kind: str, content_type: str) -> None:
    if actor.read_only:
        raise NotAllowed(right='read_only')
    if not data:
        raise Refused('file_refused', reason='no_content')
    if len(data) > size_limit():
        raise Refused('file_refused', reason='too_big', limit_mb=size_limit() >> 20)
    if kind == LOGO:
        need(actor, 'manage_workplaces')
    allowed = {PHOTO: PICTURES, LOGO: PICTURES | {SVG}}.get(kind)
    if allowed is not None and content_type not in allowed:
        raise Refused('file_refused', reason='not_a_picture')


async def _scanned(actor: Actor, name: str, data: bytes) -> str:
    try:
        return await look_at(data)
    except Refused as problem:
        await audit.note_refusal(actor, problem, file=shown_name(name))
        raise


async def _check_quota(actor: Actor, more: int) -> None:
    limit = int(setting('file_quota_mb'))
    found = await database.rows(
        'SELECT COALESCE(SUM(size), 0) AS used FROM files WHERE owner_id = ?', [actor.person_id or 0]
    )
    if int(found[0]['used']) + more > limit << 20:
        raise Refused('file_refused', reason='quota', limit_mb=limit)


def _store(root: Path, data: bytes) -> str:
    """Put the content under its hash: whole and on the disk, or not at all."""
    digest = hashlib.sha256(data).hexdigest()
    target = root / digest[:2] / digest
    target.parent.mkdir(exist_ok=True, mode=0o700)
    with contextlib.suppress(FileNotFoundError):
        # A fresh time tells `sweep` that somebody wants this content again.
        os.utime(target)
        return digest
    draft = root / f'draft-{secrets.token_hex(8)}'
    try:
        with draft.open('xb') as file:
            draft.chmod(0o600)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    for place in (target.parent, root):
        _settle(place)
    return digest


def _settle(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def open_file(actor: Actor | None, file_id: int) -> tuple[FileInfo, Path]:
    """A file and where its content lies; nobody (None) sees logos alone.

    :raises NotFound: no such file, or not for this reader
    :raises Refused: 'file_refused' for the reason 'infected': found after it was kept"""
    info = await describe(actor, file_id)
    if info.scan == INFECTED:
        raise Refused('file_refused', reason='infected', virus='')
    path = folder() / info.sha256[:2] / info.sha256
    if not path.is_file():
        raise NotFound(catalog='file', id=file_id)
    return info, path


async def describe(actor: Actor | None, file_id: int) -> FileInfo:
    """What is known of a file.

    :raises NotFound: no such file, or not for this reader"""
    with guard.acting(actor or guard.DOOR):
        wanted = file_id if 0 < file_id <= LAST_ID else 0
        found = await database.rows(f'SELECT {_COLUMNS} FROM files WHERE id = ?', [wanted], read=True)
    info = _info(found[0]) if found else None
    if info is None or not await _is_open_to(actor, info):
        raise NotFound(catalog='file', id=file_id)
    return info


async def _is_open_to(actor: Actor | None, info: FileInfo) -> bool:
    if info.kind == LOGO:
        return True
    if actor is None or actor.portal:
        return False
    if info.kind == PHOTO:
        return actor.person_id is not None
    if info.is_draft and info.owner_id != actor.person_id:
        return False
    try:
        await Records(actor).get(info.catalog, info.record_id or 0)
    except NotFound:
        return False
    return True


async def files_of(actor: Actor, catalog: str, record_id: int) -> list[FileInfo]:
    """The attachments of a record, the latest first.

    :raises NotFound: no such record, or not for this actor"""
    need_employee(actor)
    await Records(actor).get(catalog, record_id)
    with guard.acting(actor):
        found = await database.rows(
            f'SELECT {_COLUMNS} FROM files WHERE catalog = ? AND record_id = ? AND kind = ? AND is_draft = 0'
            ' ORDER BY id DESC',
            [catalog, record_id, ATTACHMENT],
            read=True,
        )
    return [_info(row) for row in found]


async def publish(actor: Actor, post_id: int, catalog: str, record_id: int, ids: Iterable[int]) -> int:
    """Let own drafts be seen by the record's readers with the message they belong to, inside the caller's
    transaction; how many there were."""
    wanted = list(ids)[:MOST_FILES]
    if not wanted:
        return 0
    with guard.acting(actor):
        found = await database.rows(
            'UPDATE files SET is_draft = 0, post_id = ? WHERE owner_id = ? AND kind = ? AND catalog = ?'
            f' AND record_id = ? AND is_draft = 1 AND id IN ({", ".join("?" * len(wanted))}) RETURNING id',
            [post_id, actor.person_id or 0, ATTACHMENT, catalog, record_id, *wanted],
        )
    return len(found)


async def files_of_posts(actor: Actor, post_ids: Iterable[int]) -> dict[int, list[FileInfo]]:
    """The attachments of messages that the actor may read, by message."""
    wanted = list(post_ids)
    if not wanted:
        return {}
    with guard.acting(actor):
        found = await database.rows(
            f'SELECT {_COLUMNS} FROM files WHERE post_id IN ({", ".join("?" * len(wanted))}) ORDER BY id',
            wanted,
            read=True,
        )
    by_post: dict[int, list[FileInfo]] = {}
    for row in found:
        by_post.setdefault(row['post_id'], []).append(_info(row))
    return by_post


async def drop_of_post(actor: Actor, post_id: int) -> None:
    """Remove the attachments of a message that is being removed, inside the caller's transaction."""
    with guard.acting(actor):
        await database.rows('DELETE FROM files WHERE post_id = ?', [post_id])


async def remove(actor: Actor, file_id: int) -> None:
    """Remove a file for good; its content goes when no other file has the same.

    :raises NotAllowed: somebody else brought it"""
    need_employee(actor)
    info = await describe(actor, file_id)
    may = {PHOTO: 'manage_people', LOGO: 'manage_workplaces'}.get(info.kind)
    is_own = info.owner_id is not None and info.owner_id == actor.person_id
    if not (is_own or actor.is_admin or (may and actor.may_do(may))):
        raise NotAllowed(right='delete', catalog=info.catalog)
    with guard.acting(actor):
        await database.rows('DELETE FROM files WHERE id = ?', [file_id])


async def sweep() -> int:
    """Remove forgotten drafts, and contents that no file has any more; how many contents went."""
    with guard.acting(guard.ENGINE):
        await database.rows(
            'DELETE FROM files WHERE is_draft = 1 AND created_at < ?', [clock.now_ms() - DRAFT_MS]
        )
        found = await database.rows('SELECT DISTINCT sha256 FROM files')
    return await asyncio.to_thread(_sweep, folder(), {row['sha256'] for row in found})


async def scan_waiting() -> int:
    """Let the scanner look at files that came in while it was away or not there; how many it has seen.

    What is infected stays where it is, and nobody gets it any more."""
    if not is_set():
        return 0
    with guard.acting(guard.ENGINE):
        waiting = await database.rows(
            'SELECT sha256, MIN(id) AS id FROM files WHERE scan = ? GROUP BY sha256 ORDER BY 2 LIMIT ?',
            [UNSCANNED, SCANNED_AT_ONCE],
        )
    for row in waiting:
        path = folder() / row['sha256'][:2] / row['sha256']
        if not path.is_file():
            continue
        virus = await found_in(await asyncio.to_thread(path.read_bytes))
        with guard.acting(guard.ENGINE):
            async with database.transaction():
                await database.rows(
                    'UPDATE files SET scan = ? WHERE sha256 = ?',
                    [INFECTED if virus else CLEAN, row['sha256']],
                )
                if virus:
                    await audit.note(
                        guard.ENGINE, 'refused', code='file_refused', file=row['id'], virus=virus
                    )
    return len(waiting)


def _sweep(root: Path, wanted: set[str]) -> int:
    edge = time.time() - LEFT_OVER_S
    left_over = [
        path
        for path in (*root.glob('draft-*'), *root.glob('??/*'))
        if path.name not in wanted and path.stat().st_mtime < edge
    ]
    for path in left_over:
        path.unlink(missing_ok=True)
    return len(left_over)


def _info(row: Mapping[str, Any]) -> FileInfo:
    return FileInfo(
        id=row['id'],
        name=row['name'],
        size=row['size'],
        kind=row['kind'],
        content_type=row['content_type'],
        sha256=row['sha256'],
        catalog=row['catalog'],
        record_id=row['record_id'],
        post_id=row['post_id'],
        owner_id=row['owner_id'],
        is_draft=bool(row['is_draft']),
        scan=row['scan'],
        created_at=clock.from_ms(row['created_at']),
    )
