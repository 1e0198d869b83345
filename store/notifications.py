"""The bell: what each person should look at; written in the transaction that caused it, told after it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from store import clock, database, guard
from store.actor import Actor
from store.problems import NotFound

KINDS = ('task', 'mention', 'approval', 'event', 'process', 'system')
"""What a line is about: tasks and reminders, people, decisions, noteworthy days, rules, the system itself."""
KEPT_DAYS = 30
_NEW = 'read_at IS NULL AND (snoozed_until IS NULL OR snoozed_until <= ?)'
_on_told: list[Callable[[int], None]] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class Notification:
    """One line: either a ready `text`, or a `code` with `facts` that the reader's language turns into one."""

    id: int
    kind: str
    text: str = ''
    code: str = ''
    facts: Mapping[str, Any] = field(default_factory=dict)
    catalog: str = ''
    record_id: int | None = None
    created_at: datetime
    read_at: datetime | None = None
    snoozed_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What is to be told; `key` makes it arrive once however often it is sent."""

    kind: str
    text: str = ''
    code: str = ''
    facts: Mapping[str, Any] = field(default_factory=dict)
    catalog: str = ''
    record_id: int | None = None
    key: str | None = None


def subscribe(callback: Callable[[int], None]) -> Callable[[], None]:
    """Hear, after the commit, that a person's bell changed; the argument is the person's id.

    :return: a function that ends the subscription"""
    _on_told.append(callback)
    return lambda: _on_told.remove(callback)


async def notify(person_ids: Iterable[int], notice: Notice) -> int:
    """Put a notice into the bells of these people, inside the caller's transaction if there is one.

    Unknown and deactivated people are left out, as are those who have this `key` already.

    :return: how many bells it reached"""
    told = 0
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            for person_id in dict.fromkeys(person_ids):
                if await _put(person_id, notice):
                    told += 1
                    _tell(person_id)
    return told


async def _put(person_id: int, notice: Notice) -> bool:
    made = await database.rows(
        'INSERT INTO notifications'
        ' (person_id, kind, code, facts, text, catalog, record_id, dedup_key, created_at)'
        ' SELECT id, ?, ?, ?, ?, ?, CAST(? AS BIGINT), ?, CAST(? AS BIGINT) FROM people'
        ' WHERE id = ? AND is_active = 1'
        ' ON CONFLICT DO NOTHING RETURNING id',
        [
            notice.kind,
            notice.code,
            json.dumps(dict(notice.facts), ensure_ascii=False, default=str),
            notice.text[:2000],
            notice.catalog,
            notice.record_id,
            notice.key,
            clock.now_ms(),
            person_id,
        ],
    )
    return bool(made)


def _tell(person_id: int) -> None:
    def tell() -> None:
        for callback in tuple(_on_told):
            callback(person_id)

    database.after_commit(tell)


async def list_notifications(
    actor: Actor, *, only_new: bool = False, limit: int = 50, before: int | None = None
) -> list[Notification]:
    """The actor's own lines, the latest first and none that sleep; `before` is the id to go on from."""
    now = clock.now_ms()
    with guard.acting(actor):
        found = await database.rows(
            'SELECT * FROM notifications WHERE person_id = ?'
            ' AND (snoozed_until IS NULL OR snoozed_until <= ?)'
            + (' AND read_at IS NULL' if only_new else '')
            + (' AND id < ?' if before else '')
            + ' ORDER BY id DESC LIMIT ?',
            [actor.person_id or 0, now, *([before] if before else []), limit],
            read=True,
        )
    return [_notification(row) for row in found]


def _notification(row: Mapping[str, Any]) -> Notification:
    return Notification(
        id=row['id'],
        kind=row['kind'],
        text=row['text'],
        code=row['code'],
        facts=json.loads(row['facts']),
        catalog=row['catalog'],
        record_id=row['record_id'],
        created_at=clock.from_ms(row['created_at']),
        read_at=None if row['read_at'] is None else clock.from_ms(row['read_at']),
        snoozed_until=None if row['snoozed_until'] is None else clock.from_ms(row['snoozed_until']),
    )


async def unread_count(actor: Actor) -> int:
    """How many lines the actor has not read; sleeping ones do not count until they wake."""
    with guard.acting(actor):
        found = await database.rows(
            f'SELECT count(*) AS n FROM notifications WHERE person_id = ? AND {_NEW}',
            [actor.person_id or 0, clock.now_ms()],
            read=True,
        )
    count: int = found[0]['n']
    return count


async def mark_read(actor: Actor, notification_id: int | None = None) -> None:
    """Mark one of the actor's lines as read; all of them without an id."""
    with guard.acting(actor):
        async with database.transaction():
            await database.rows(
                f'UPDATE notifications SET read_at = ? WHERE person_id = ? AND {_NEW}'
                + ('' if notification_id is None else ' AND id = ?'),
                [
                    clock.now_ms(),
                    actor.person_id or 0,
                    clock.now_ms(),
                    *([] if notification_id is None else [notification_id]),
                ],
            )
            _tell(actor.person_id or 0)


async def snooze(actor: Actor, notification_id: int, until: datetime) -> None:
    """Let a line sleep: it comes back unread at that moment, in every open tab.

    :raises NotFound: not the actor's"""
    with guard.acting(actor):
        async with database.transaction():
            found = await database.rows(
                'UPDATE notifications SET snoozed_until = ?, read_at = NULL WHERE id = ? AND person_id = ?'
                ' RETURNING id',
                [clock.to_ms(until), notification_id, actor.person_id or 0],
            )
            if not found:
                raise NotFound(catalog='notification', id=notification_id)
            _tell(actor.person_id or 0)


async def wake(since: datetime) -> int:
    """Tell the bells whose sleeping lines woke after `since`; called by the engine's heartbeat.

    :return: how many people were told"""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT DISTINCT person_id FROM notifications'
            ' WHERE snoozed_until > ? AND snoozed_until <= ? AND read_at IS NULL',
            [clock.to_ms(since), clock.now_ms()],
        )
    for row in found:
        _tell(row['person_id'])
    return len(found)


async def forget_old() -> None:
    """Drop lines older than `KEPT_DAYS` days, unless they still sleep."""
    edge = clock.to_ms(clock.now() - timedelta(days=KEPT_DAYS))
    with guard.acting(guard.ENGINE):
        await database.rows(
            'DELETE FROM notifications WHERE created_at < ? AND (snoozed_until IS NULL OR snoozed_until < ?)',
            [edge, clock.now_ms()],
        )
