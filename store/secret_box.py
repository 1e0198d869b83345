"""Secrets at rest: AES-GCM under a key in a file beside the database, never in it."""

import base64
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.problems import Refused

_PREFIX = 'v1:'
_opened: dict[str, AESGCM] = {}


def open_key(path: Path) -> None:
    """Take the key of this file; a new one is made, readable by its owner alone, when the file is missing."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, 'wb') as file:
                file.write(base64.urlsafe_b64encode(AESGCM.generate_key(256)))
    _opened['key'] = AESGCM(base64.urlsafe_b64decode(path.read_bytes()))


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
