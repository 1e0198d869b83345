"""Checks of what lies on the disk: the database file itself, the contents of files, the audit chain."""

import asyncio
import hashlib
import time
from pathlib import Path

from store import audit_keeping, database, guard
from store.files import LEFT_OVER_S
from store.findings import Finding, about

CHUNK = 1 << 20


async def check_database() -> list[Finding]:
    """Whether SQLite's file and its search index are whole; PostgreSQL looks after itself."""
    if database.is_postgres():
        return []
    rows = await database.rows('PRAGMA integrity_check(20)')
    said = [str(next(iter(row.values()))) for row in rows]
    if said == ['ok']:
        return []
    return [Finding(code='database_damaged', facts={'count': len(said), 'detail': '; '.join(said)[:500]})]


async def check_audit() -> list[Finding]:
    """Whether every line of the audit log is as it was written."""
    broken = await audit_keeping.verify(guard.SETUP)
    if broken is not None:
        return [Finding(code='audit_broken', facts={'line': broken})]
    if last := await audit_keeping.unproven(guard.SETUP):
        return [Finding(code='audit_unproven', facts={'line': last}, repair=audit_keeping.accept_unproven)]
    return []


async def check_files(folder: Path) -> list[Finding]:
    """Whether each file has its content, unchanged, and each content a file."""
    rows = await database.rows('SELECT id, sha256, size FROM files ORDER BY id')
    wanted = {row['sha256'] for row in rows}
    there = await asyncio.to_thread(_contents, folder)
    lost = [row['id'] for row in rows if row['sha256'] not in there]
    spoilt_contents = await asyncio.to_thread(_spoilt, {name: there[name] for name in wanted & set(there)})
    spoilt = [row['id'] for row in rows if row['sha256'] in spoilt_contents]
    edge = time.time() - LEFT_OVER_S
    left_over = [path for name, path in there.items() if name not in wanted and path.stat().st_mtime < edge]

    async def remove() -> None:
        for path in left_over:
            path.unlink(missing_ok=True)

    found = [
        Finding(code='file_lost', facts=about(lost)) if lost else None,
        Finding(code='file_spoilt', facts=about(spoilt)) if spoilt else None,
        Finding(code='file_left_over', facts={'count': len(left_over)}, repair=remove) if left_over else None,
    ]
    return [one for one in found if one]


def _contents(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in (*folder.glob('draft-*'), *folder.glob('??/*')) if path.is_file()}


def _spoilt(contents: dict[str, Path]) -> set[str]:
    return {name for name, path in contents.items() if digest_of(path) != name}


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()
