"""Secrets at rest: AES-GCM under a key in a file beside the database, never in it."""

import base64
import contextlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.problems import Refused

_PREFIX = 'v1:'
_opened: dict[str, AESGCM] = {}
_proving: dict[str, bytes] = {}
_places: dict[str, Path] = {}


def open_key(path: Path) -> None:
    """Take the key of this file; a new one is made, readable by its owner alone, when the file is missing."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
    raw = base64.urlsafe_b64decode(path.read_bytes())
    _opened['key'] = AESGCM(raw)
    # A key of its own for each use.
    _proving['key'] = hmac.digest(raw, b'artel proofs', 'sha256')
    _places['vouched'] = vouched_file(path)


def vouched_file(path: Path) -> Path:
    """The file beside a key that says: proofs under this key have been written."""
    return path.with_name(f'{path.name}.vouched')


def is_open() -> bool:
    """Whether there is a key."""
    return 'key' in _opened


def vouch() -> None:
    """Say, outside the database, that there are proofs under this key: they cannot be taken away unseen."""
    with contextlib.suppress(OSError):
        _places['vouched'].touch(mode=0o600)


def is_vouched() -> bool:
    """Whether `vouch` was said."""
    return 'vouched' in _places and _places['vouched'].exists()


def key_id() -> str:
    """Which key this is, without telling anything of it."""
    return proof_of('', 'key id')[:16]


def proof_of(text: str, purpose: str) -> str:
    """What only the holder of the key can make of a text: 64 hexadecimal digits.

    :raises Refused: 'no_key' before `open_key`"""
    if 'key' not in _proving:
        raise Refused('no_key')
    return hmac.digest(_proving['key'], f'{purpose}\n{text}'.encode(), 'sha256').hex()


def _make(path: Path) -> None:
    """Whole or not at all, and never in the place of another's."""
    draft = path.with_name(f'.{path.name}.{secrets.token_hex(8)}')
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, 'wb') as file:
            file.write(base64.urlsafe_b64encode(AESGCM.generate_key(256)))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)


def lock(text: str, purpose: str) -> str:
    """The encrypted form of a secret; `purpose` is bound to it, so it cannot be moved to another setting.

    :raises Refused: 'no_key' before `open_key`"""
    nonce = secrets.token_bytes(12)
    sealed = _key().encrypt(nonce, text.encode(), purpose.encode())
    return _PREFIX + base64.urlsafe_b64encode(nonce + sealed).decode()


def unlock(text: str, purpose: str) -> str:
    """The secret again.

    :raises Refused: 'wrong_key': the key file is not the one it was locked with"""
    if not text:
        return ''
    try:
        raw = base64.urlsafe_b64decode(text.removeprefix(_PREFIX))
        return _key().decrypt(raw[:12], raw[12:], purpose.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Refused('wrong_key') from error


def _key() -> AESGCM:
    if 'key' not in _opened:
        raise Refused('no_key')
    return _opened['key']
