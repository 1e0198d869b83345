"""The company's directory for the loop: in threads of its own, within time limits, at a checked address."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from integrations import ldap_wire
from integrations.outside import AddressRefused, NoSuchHost, own_address
from store.directory_plan import Entry
from store.directory_settings import DirectoryServer, directory
from store.problems import Problem, Refused

T = TypeVar('T')

CHECK_S = 12.0
"""A sign-in waits this long for the directory,"""
READ_S = 300.0
"""and a run for everybody in it."""
MOST_WAITING = 24
SAMPLE = 5

_signing_in = ThreadPoolExecutor(4, thread_name_prefix='directory sign-in')
_reading = ThreadPoolExecutor(2, thread_name_prefix='directory')
_waiting: list[object] = []


@dataclass(frozen=True, slots=True)
class Found:
    """What a test of the connection shows: some of those who are there."""

    people: tuple[Entry, ...]


async def read(*, most: int = ldap_wire.MOST) -> list[Entry]:
    """Everybody in the directory of the present settings.

    :raises Refused: 'directory_…'"""
    there = _needed()
    until = time.monotonic() + READ_S
    return await _asked(
        _reading, READ_S + 30, there, lambda address: ldap_wire.read(there, address, most=most, until=until)
    )


async def test() -> Found:
    """Connect, sign in and look at the first few.

    :raises Refused: 'directory_…', with what is wrong"""
    found = await read(most=SAMPLE)
    if not found:
        raise Refused('directory_empty')
    return Found(tuple(found))


async def check(login: str, password: str) -> str:
    """The id of the entry that has this login and this password, '' when there is none.

    :raises Refused: 'directory_down' when the directory cannot say, 'sign_in_busy'"""
    if len(_waiting) >= MOST_WAITING:
        raise Refused('sign_in_busy')
    token = object()
    _waiting.append(token)
    try:
        there = _needed()
        return await _asked(
            _signing_in, CHECK_S, there, lambda address: ldap_wire.check(there, address, login, password)
        )
    except Problem as problem:
        raise Refused('directory_down', why=problem.code) from problem
    finally:
        _waiting.remove(token)


def _needed() -> DirectoryServer:
    there = directory()
    if not there.host:
        raise Refused('directory_no_host')
    if not there.base:
        raise Refused('directory_no_base')
    return there


async def _asked(
    pool: ThreadPoolExecutor, limit_s: float, there: DirectoryServer, work: Callable[[str], T]
) -> T:
    try:
        async with asyncio.timeout(limit_s):
            address = await own_address(there.host, there.port)
            return await asyncio.get_running_loop().run_in_executor(pool, work, address)
    except TimeoutError as error:
        raise Refused('directory_slow') from error
    except AddressRefused as error:
        raise Refused('directory_address_refused') from error
    except NoSuchHost as error:
        raise Refused('directory_no_such_host') from error
