"""Passwords: which are good enough, and their hashing off the loop in a pool of two."""

import asyncio
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from store.password_strength import is_common
from store.problems import BadValue, Invalid, Refused
from store.throttle import Throttle

T = TypeVar('T')

SHORTEST = 12
LONGEST = 512
POOL_SIZE = 2
MOST_WAITING = 24
"""Further sign-ins are refused as 'busy' while this many wait: one costs 64 MiB and a third of a second."""

HASHER = PasswordHasher()
NOBODY = '$argon2id$v=19$m=65536,t=3,p=4$/WDo9NMr/2FadcUEti+UkQ$mo41azGxsuP+J5rOD0zpHnonJGj4eMEAOlER+kAjSG0'
"""What an unknown login is checked against, so that it takes as long as a known one."""

by_current = Throttle(10, 900, code='sign_in_throttled')

_pool = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix='password')
_waiting: list[object] = []


def normal(password: str) -> str:
    """The one form of a password that is hashed, whichever keyboard wrote its accents."""
    return unicodedata.normalize('NFKC', password)


def check_new(password: str, *, about: Sequence[str] = ()) -> str:
    """The normal form of a new password.

    :param about: the person's name, login and e-mail, which it must not consist of
    :raises BadValue: 'password_short' (least), 'password_long' (most), 'password_common'"""
    password = normal(password)
    if len(password) < SHORTEST:
        raise BadValue('password_short', least=SHORTEST)
    if len(password) > LONGEST:
        raise BadValue('password_long', most=LONGEST)
    if is_common(password.casefold(), about):
        raise BadValue('password_common')
    return password


async def hashed(password: str) -> str:
    """The argon2id hash of a password in normal form."""
    return await _in_pool(lambda: HASHER.hash(password))


async def fits(stored: str, password: str) -> bool:
    """Whether a password belongs to the stored hash; an empty one costs the same time and never fits."""
    return await _in_pool(lambda: _fits(stored or NOBODY, normal(password)[: LONGEST + 1])) and bool(stored)


async def need_current(person_id: int, stored: str, current: str) -> None:
    """Let those pass who know the present password, so that a tab left open is not enough.

    :raises Invalid: field 'current'
    :raises Refused: 'sign_in_throttled' after too many wrong ones"""
    mark = by_current.take(str(person_id))
    if not await fits(stored, current):
        raise Invalid({'current': BadValue('password_wrong')})
    by_current.give_back(str(person_id), mark)


def _fits(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


async def _in_pool(work: Callable[[], T]) -> T:
    if len(_waiting) >= MOST_WAITING:
        raise Refused('sign_in_busy')
    _waiting.append(work)
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool, work)
    finally:
        _waiting.remove(work)
