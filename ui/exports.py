"""Files that were made for one person to take home: handed out to that person, for a few minutes."""

import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from store import backups
from ui.session import tab_of

KEPT_S = 600
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Offer:
    person_id: int
    path: Path
    name: str
    until: float
    is_ours: bool


_offers: dict[str, _Offer] = {}


def fresh_path(ending: str) -> Path:
    """Where a new file may be written; what nobody took in time is removed."""
    folder = backups.place().data / 'exports'
    folder.mkdir(exist_ok=True, mode=0o700)
    edge = time.time() - KEPT_S
    for old in folder.iterdir():
        if old.stat().st_mtime < edge:
            old.unlink(missing_ok=True)
    return folder / f'{secrets.token_hex(12)}.{ending}'


def offer(person_id: int, path: Path, name: str, *, is_ours: bool = True) -> str:
    """The address at which this person gets the file under this name, for a while.

    :param is_ours: the file is gone after that while"""
    now = time.monotonic()
    for key in [key for key, old in _offers.items() if old.until < now]:
        gone = _offers.pop(key)
        if gone.is_ours:
            gone.path.unlink(missing_ok=True)
    key = secrets.token_urlsafe(24)
    plain = re.sub(r'[\x00-\x1f\\/:*?"<>|]+', ' ', name).strip()
    _offers[key] = _Offer(person_id=person_id, path=path, name=plain, until=now + KEPT_S, is_ours=is_ours)
    return f'/exports/{key}'


@router.get('/exports/{key}')
async def read_export(request: Request, key: str) -> Response:
    """The file, for the person it was made for."""
    found, tab = _offers.get(key), await tab_of(request)
    if (
        found is None
        or tab is None
        or tab.person_id != found.person_id
        or found.until < time.monotonic()
        or not found.path.is_file()
    ):
        return JSONResponse({'error': {'code': 'not_found'}}, 404)
    headers = {'cache-control': 'no-store', 'x-content-type-options': 'nosniff'}
    return FileResponse(
        found.path, media_type='application/octet-stream', filename=found.name, headers=headers
    )
