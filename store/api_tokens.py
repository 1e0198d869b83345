"""Keys for the REST interface: made once, shown once, kept as a hash, worthless at once when revoked."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import audit, clock, database, guard, people
from store.actor import Actor
from store.actors import CACHED_S
from store.browser_sessions import SEEN_EVERY_MS, hash_of, known, remember, whose_is
from store.operations import need
from store.problems import BadValue, Invalid, NotFound

TOKEN_PREFIX = 'artel_'  # noqa: S105 tells people and scanners what they look at


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiToken:
    """A key for the REST interface; `secret` is filled only once, when it is made."""

    id: int
    person_id: int
    name: str
    hint: str
    created_at: datetime
    used_at: datetime | None = None
    secret: str = ''


async def create_token(actor: Actor, name: str, person_id: int | None = None) -> ApiToken:
    """A new API token of one's own, an administrator for anybody; its `secret` is shown this once.

    :raises NotAllowed: without operation 'api_keys'
    :raises Invalid: field 'name'"""
    need(actor, 'api_keys')
    name, whose, secret = (
        ' '.join(name.split())[:120],
        whose_is(actor, person_id),
        TOKEN_PREFIX + secrets.token_urlsafe(32),
    )
    if not name:
        raise Invalid({'name': BadValue('required')})
    with guard.acting(actor):
        async with database.transaction():
            made = await database.rows(
                'INSERT INTO api_tokens (token_hash, person_id, name, hint, created_at)'
                ' SELECT ?, id, ?, ?, CAST(? AS BIGINT) FROM people WHERE id = ? AND is_active = 1'
                ' RETURNING *',
                [hash_of(secret), name, secret[-4:], clock.now_ms(), whose],
            )
            if not made:
                raise NotFound(catalog='person', id=whose)
            await audit.note(actor, 'token_made', person_id=whose, name=name, hint=secret[-4:])
    return _token(made[0], secret)


async def list_tokens(actor: Actor, person_id: int | None = None) -> list[ApiToken]:
    """A person's API tokens, the latest first; one's own without `person_id`."""
    with guard.acting(actor):
        found = await database.rows(
            'SELECT * FROM api_tokens WHERE person_id = ? ORDER BY id DESC', [whose_is(actor, person_id)]
        )
    return [_token(row) for row in found]


async def revoke_token(actor: Actor, token_id: int) -> None:
    """Make an API token worthless.

    :raises NotFound: not theirs, or already revoked"""
    with guard.acting(actor):
        async with database.transaction():
            ended = await database.rows(
                'DELETE FROM api_tokens WHERE id = ? AND (person_id = ? OR ? = 1)'
                ' RETURNING token_hash, person_id, name, hint',
                [token_id, actor.person_id or 0, int(actor.is_admin)],
            )
            if not ended:
                raise NotFound(catalog='token', id=token_id)
            told = {name: ended[0][name] for name in ('person_id', 'name', 'hint')}
            await audit.note(actor, 'token_revoked', **told)
    known.pop(ended[0]['token_hash'], None)


async def actor_of_token(secret: str) -> Actor | None:
    """Who acts with this API token, with the rights of this moment; None when it is worthless."""
    key, now = hash_of(secret), clock.now_ms()
    kept = known.get(key)
    if kept and time.monotonic() - kept[0] < CACHED_S:
        return await _inside(kept[1])
    asked = time.monotonic()
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT id, person_id, used_at FROM api_tokens WHERE token_hash = ?', [key]
        )
        if not found:
            return None
        if now - (found[0]['used_at'] or 0) > SEEN_EVERY_MS:
            await database.rows('UPDATE api_tokens SET used_at = ? WHERE id = ?', [now, found[0]['id']])
    remember(key, asked, found[0]['person_id'], found[0]['id'])
    return await _inside(found[0]['person_id'])


async def _inside(person_id: int) -> Actor | None:
    """Who owns a key; customers have no business with the API."""
    actor = await people.actor_of_person(person_id)
    return None if actor is None or actor.portal else actor


def _token(row: Mapping[str, Any], secret: str = '') -> ApiToken:
    return ApiToken(
        id=row['id'],
        person_id=row['person_id'],
        name=row['name'],
        hint=row['hint'],
        created_at=clock.from_ms(row['created_at']),
        used_at=None if row['used_at'] is None else clock.from_ms(row['used_at']),
        secret=secret,
    )
