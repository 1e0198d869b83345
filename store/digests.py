"""Digests by e-mail: who wants them, what is new since their last, and that each period has one at most."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from store import clock, database, guard, outbox
from store.actor import Actor
from store.notice_choices import HOURLY, KEY, NEVER, NoticeChoices
from store.notifications import Notification, from_row
from store.outbox import Parcel

MOST_LINES = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """Somebody who wants digests: where they live, what the last was for, and which line it ended with."""

    person_id: int
    email: str
    language: str
    zone: str
    choices: NoticeChoices
    period: str = ''
    last_id: int | None = None


async def subscribers() -> list[Subscriber]:
    """Active people with an address who want digests."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT p.id, p.email, p.language, p.time_zone, f.value, d.period, d.last_id FROM preferences f'
            ' JOIN people p ON p.id = f.person_id LEFT JOIN digests d ON d.person_id = p.id'
            " WHERE f.key = ? AND p.is_active = 1 AND p.kind = 'employee' AND p.email <> '' ORDER BY p.id",
            [KEY],
            read=True,
        )
    people = [
        Subscriber(
            person_id=row['id'],
            email=row['email'],
            language=row['language'],
            zone=row['time_zone'],
            choices=NoticeChoices.from_plain(json.loads(row['value'])),
            period=row['period'] or '',
            last_id=row['last_id'],
        )
        for row in found
    ]
    return [one for one in people if one.choices.digest != NEVER]


async def news_for(one: Subscriber, now: datetime) -> list[Notification]:
    """What came since the last digest and was neither read nor put off, the latest first."""
    since, edge = 'id > ?', one.last_id or 0
    if one.last_id is None:
        back = timedelta(hours=1) if one.choices.digest == HOURLY else timedelta(days=1)
        since, edge = 'created_at > ?', clock.to_ms(now - back)
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT * FROM notifications WHERE person_id = ? AND {since} AND read_at IS NULL'
            ' AND (snoozed_until IS NULL OR snoozed_until <= ?) ORDER BY id DESC LIMIT ?',
            [one.person_id, edge, clock.to_ms(now), MOST_LINES],
            read=True,
        )
    return [line for line in map(from_row, found) if line.kind not in one.choices.unmailed]


async def close_period(one: Subscriber, period: str, newest: int, letter: Parcel | None) -> bool:
    """Remember that the period has had its digest and leave the letter to be sent, both or neither.

    :return: False when another process was first"""
    now = clock.now()
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            made = await database.rows(
                'INSERT INTO digests (person_id, period, last_id, made_at) VALUES (?, ?, ?, ?)'
                ' ON CONFLICT (person_id) DO UPDATE SET period = excluded.period, last_id = excluded.last_id,'
                ' made_at = excluded.made_at WHERE digests.period <> excluded.period RETURNING person_id',
                [one.person_id, period, max(newest, one.last_id or 0), clock.to_ms(now)],
            )
            if made and letter is not None:
                await outbox.put(letter, now)
    return bool(made)


async def begin(actor: Actor, choices: NoticeChoices, zone: str) -> None:
    """Let the first digest be that of the next period, whatever of the present one is left."""
    local = clock.now().astimezone(ZoneInfo(zone or 'UTC'))
    with guard.acting(actor):
        await database.rows(
            'INSERT INTO digests (person_id, period, last_id, made_at)'
            ' SELECT CAST(? AS BIGINT), ?, COALESCE(MAX(id), 0), CAST(? AS BIGINT) FROM notifications'
            ' WHERE person_id = ? ON CONFLICT (person_id) DO UPDATE SET period = excluded.period',
            [actor.person_id or 0, choices.period(local), clock.now_ms(), actor.person_id or 0],
        )
