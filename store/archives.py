"""One backup, one file: a zip with the database, the contents of files, and a manifest of both.

The key that unlocks saved secrets is never in it."""

import json
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from store.problems import Refused

FORMAT = 1
MANIFEST = 'manifest.json'
SQLITE, POSTGRES = 'database.sqlite', 'database.dump'
CHUNK = 1 << 20
_NAME = re.compile(r'database\.(sqlite|dump)|files/[0-9a-f]{2}/[0-9a-f]{64}')
Tell = Callable[[int], None]
"""Hears how many bytes more are done; may raise to stop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a backup holds: migrations of its tables, rows by table, each member with its hash."""

    made_at: int
    engine: str
    reason: str = 'hand'
    migrations: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    members: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def database(self) -> str:
        """The member that is the database."""
        return POSTGRES if self.engine == 'postgres' else SQLITE


def write(
    target: Path, facts: Mapping[str, Any], members: Iterable[tuple[str, Path]], tell: Tell
) -> Manifest:
    """Make an archive, whole or not at all, readable by its owner alone.

    :param facts: of the manifest, without `members`
    :param members: names in the archive and where they lie; one that has gone meanwhile is left out"""
    draft = target.with_name(f'.{target.name}.draft')
    written: dict[str, dict[str, Any]] = {}
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, 'wb') as file:
            with zipfile.ZipFile(file, 'w') as archive:
                for name, path in members:
                    try:
                        with path.open('rb') as source:
                            written[name] = _add(archive, name, source, tell)
                    except FileNotFoundError:
                        continue
                manifest = Manifest(**facts, members=written)
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _add(archive: zipfile.ZipFile, name: str, source: BinaryIO, tell: Tell) -> dict[str, Any]:
    member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.external_attr = 0o600 << 16
    # Files of people are mostly pictures and documents, which are packed already.
    member.compress_type = zipfile.ZIP_DEFLATED if name == SQLITE else zipfile.ZIP_STORED
    digest, size = sha256(), 0
    with archive.open(member, 'w', force_zip64=True) as inside:
        while piece := source.read(CHUNK):
            inside.write(piece)
            digest.update(piece)
            size += len(piece)
            tell(len(piece))
    return {'size': size, 'sha256': digest.hexdigest()}


def manifest_of(file: Path) -> Manifest:
    """What an archive says of itself.

    :raises Refused: 'backup_damaged', or 'backup_is_newer': a later version made it"""
    try:
        with zipfile.ZipFile(file) as archive:
            plain = json.loads(archive.read(MANIFEST))
        if plain['format'] > FORMAT:
            raise Refused('backup_is_newer')
        return Manifest(**{**plain, 'migrations': tuple(plain['migrations'])})
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        raise Refused('backup_damaged', detail=str(error)[:200]) from error


def unpack(file: Path, folder: Path, tell: Tell = lambda _: None) -> Manifest:
    """Put everything of an archive into a folder, each member compared with its hash.

    :raises Refused: 'backup_damaged'"""
    manifest = manifest_of(file)
    try:
        with zipfile.ZipFile(file) as archive:
            for name, facts in manifest.members.items():
                if not _NAME.fullmatch(name):
                    raise Refused('backup_damaged', detail=name[:100])
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                if _take(archive, name, target, tell) != (facts['size'], facts['sha256']):
                    raise Refused('backup_damaged', detail=name)
    except (OSError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise Refused('backup_damaged', detail=str(error)[:200]) from error
    return manifest


def _take(archive: zipfile.ZipFile, name: str, target: Path, tell: Tell) -> tuple[int, str]:
    digest, size = sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with archive.open(name) as source, os.fdopen(handle, 'wb') as file:
        while piece := source.read(CHUNK):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            tell(len(piece))
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()
