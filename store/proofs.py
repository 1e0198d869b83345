"""Whether a password is somebody's: the one kept here as a hash, or the one the company's directory knows."""

import asyncio
from collections.abc import Mapping
from typing import Any

from store import database, directory_links, guard, passwords
from store.person_rows import BY_DIRECTORY
from store.problems import BadValue, Invalid, Refused


async def known_by(login: str) -> Mapping[str, Any] | None:
    """What a sign-in has to know of the person with this login; None when there is nobody."""
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT id, password_hash, is_active, is_admin, kind,'
            f' CASE WHEN {BY_DIRECTORY} THEN 1 ELSE 0 END AS by_directory FROM people WHERE login = ?',
            [login],
        )
    return found[0] if found else None


async def is_right(who: Mapping[str, Any] | None, login: str, password: str) -> bool:
    """Whether this is the password of who was found; as much work for somebody unknown as for the known.

    :raises Refused: 'directory_down' and 'directory_not_yet' (right, but nobody here), 'sign_in_busy'"""
    is_local = who is not None and not who['by_directory']
    stored = who['password_hash'] if who and is_local and who['is_active'] else ''
    if is_local or not await directory_links.is_on():
        return await passwords.fits(stored, password)
    return await _is_right_there(who, login, password)


async def _is_right_there(who: Mapping[str, Any] | None, login: str, password: str) -> bool:
    # The hash that nobody has is worked out too, so that the time tells nobody where a login is kept.
    nobody, entry = await asyncio.gather(
        passwords.fits('', password), directory_links.entry_of(login, password), return_exceptions=True
    )
    for answer in (nobody, entry):
        if isinstance(answer, BaseException):
            raise answer
    if who is None and entry:
        raise Refused('directory_not_yet')
    if who is None or not entry or not who['is_active']:
        return False
    link = await directory_links.link_of(who['id'])
    return link is not None and link.entry_id == entry


async def need_current(person_id: int, current: str) -> None:
    """Let those pass who know the present password, so that a tab left open is not enough.

    :raises Invalid: field 'current'
    :raises Refused: 'sign_in_throttled' after too many wrong ones, 'directory_down'"""
    with guard.acting(guard.DOOR):
        found = await database.rows('SELECT login, password_hash FROM people WHERE id = ?', [person_id])
    stored = found[0]['password_hash'] if found else ''
    if not found or not await directory_links.signs_in_by_directory(person_id):
        await passwords.need_current(person_id, stored, current)
        return
    mark = passwords.by_current.take(str(person_id))
    link = await directory_links.link_of(person_id)
    entry = await directory_links.entry_of(found[0]['login'] or '', current)
    if link is None or not entry or entry != link.entry_id:
        raise Invalid({'current': BadValue('password_wrong')})
    passwords.by_current.give_back(str(person_id), mark)
