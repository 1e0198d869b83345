"""Whose entry in the company's directory is whose, and who signs in by it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from store import database, guard
from store.person_rows import BY_DIRECTORY
from store.problems import Refused

Check = Callable[[str, str], Awaitable[str]]
"""Asks the directory: login and password; the id of the entry whose password it is, '' for no entry."""

_checks: list[Check] = []


@dataclass(frozen=True, slots=True)
class Link:
    """A person's entry: its lasting id, where it stands, and whether it deactivated the person."""

    entry_id: str
    dn: str
    is_off: bool = False


def check_with(check: Check) -> Callable[[], None]:
    """Let sign-ins be checked by this.

    :return: a function that ends it"""
    _checks.append(check)
    return lambda: _checks.remove(check)


async def entry_of(login: str, password: str) -> str:
    """The id of the entry with this login whose password this is; '' when there is none.

    :raises Refused: 'directory_down', or 'sign_in_busy'"""
    if not _checks:
        raise Refused('directory_down')
    return await _checks[-1](login, password)


async def link_of(person_id: int) -> Link | None:
    """A person's entry, None for those the directory does not know."""
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT entry_id, dn, is_off FROM directory_people WHERE person_id = ?', [person_id]
        )
    return Link(found[0]['entry_id'], found[0]['dn'], bool(found[0]['is_off'])) if found else None


async def is_on() -> bool:
    """Whether anybody signs in by the directory."""
    with guard.acting(guard.DOOR):
        return bool(
            await database.rows(
                'SELECT key FROM saved_settings WHERE key = ? AND value = ?',
                ['directory_sign_in', '"directory"'],
            )
        )


async def signs_in_by_directory(person_id: int) -> bool:
    """Whether this person's password is the one of the directory."""
    with guard.acting(guard.DOOR):
        found = await database.rows(f'SELECT id FROM people WHERE id = ? AND {BY_DIRECTORY}', [person_id])
    return bool(found)
