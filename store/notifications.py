"""The bell: what each person should look at; written in the transaction that caused it, told after it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from store import clock, database, guard
from store.actor import Actor
from store.notice_choices import KEY, KINDS, STICKY, NoticeChoices
from store.problems import NotFound

KEPT_DAYS = 30
_AWAKE = 'in_bell = 1 AND (snoozed_until IS NULL OR snoozed_until <= ?)'
_NEW = f'read_at IS NULL AND {_AWAKE}'
_STICKY = ', '.join(f"'{kind}'" for kind in STICKY)
__all__ = ['KINDS', 'STICKY', 'Notice', 'Notification', 'notify']
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
            wanted = list(dict.fromkeys(person_ids))
            choices = await _choices(wanted)
            for person_id in wanted:
                is_heard = notice.kind not in choices.get(person_id, NoticeChoices()).silent
                if await _put(person_id, notice, in_bell=is_heard):
                    told += 1
                    _tell(person_id)
    return told


async def _choices(person_ids: Sequence[int]) -> dict[int, NoticeChoices]:
    if not person_ids:
        return {}
    found = await database.rows(
        'SELECT person_id, value FROM preferences WHERE key = ?'
        f' AND person_id IN ({", ".join("?" * len(person_ids))})',
        [KEY, *person_ids],
    )
    return {row['person_id']: NoticeChoices.from_plain(json.loads(row['value'])) for row in found}


async def _put(person_id: int, notice: Notice, *, in_bell: bool) -> bool:
    made = await database.rows(
        'INSERT INTO notifications'
        ' (person_id, kind, code, facts, text, catalog, record_id, dedup_key, created_at, in_bell)'
        ' SELECT id, ?, ?, ?, ?, ?, CAST(? AS BIGINT), ?, CAST(? AS BIGINT), CAST(? AS SMALLINT) FROM people'
        " WHERE id = ? AND is_active = 1 AND kind = 'employee'"
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
            int(in_bell),
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
    actor: Actor, *, only_new: bool = False, kind: str = '', limit: int = 50, before: int | None = None
) -> list[Notification]:
    """The actor's own lines, the latest first and none that sleep; `before` is the id to go on from.

    A line that was snoozed comes back at its place."""
    now = clock.now_ms()
    with guard.acting(actor):
        found = await database.rows(
            f'SELECT * FROM notifications WHERE person_id = ? AND {_AWAKE}'
            + (' AND read_at IS NULL' if only_new else '')
            + (' AND kind = ?' if kind else '')
            + (' AND id < ?' if before else '')
            + ' ORDER BY id DESC LIMIT ?',
            [actor.person_id or 0, now, *([kind] if kind else []), *([before] if before else []), limit],
            read=True,
        )
    return [from_row(row) for row in found]


async def counts(actor: Actor) -> dict[str, tuple[int, int]]:
    """How many lines of each kind the actor has, and how many of them unread; sleeping ones do not count."""
    with guard.acting(actor):
        found = await database.rows(
            'SELECT kind, COUNT(*) AS n, SUM(CASE WHEN read_at IS NULL THEN 1 ELSE 0 END) AS fresh'
            f' FROM notifications WHERE person_id = ? AND {_AWAKE} GROUP BY kind',
            [actor.person_id or 0, clock.now_ms()],
            read=True,
        )
    return {row['kind']: (int(row['n']), int(row['fresh'])) for row in found}


def from_row(row: Mapping[str, Any]) -> Notification:
    """A line of its row."""
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
    """Mark one of the actor's lines as read or, if it waits for a deed, as done; without an id all those that
    wait for none."""
    narrow = f' AND kind NOT IN ({_STICKY})' if notification_id is None else ' AND id = ?'
    await _mark(actor, narrow, [] if notification_id is None else [notification_id])


async def mark_viewed(actor: Actor, ids: Iterable[int]) -> None:
    """Mark lines as read because they were looked at; those that wait for a deed go on waiting."""
    wanted = list(ids)
    if wanted:
        blanks = ', '.join('?' * len(wanted))
        await _mark(actor, f' AND kind NOT IN ({_STICKY}) AND id IN ({blanks})', wanted)


async def _mark(actor: Actor, narrow: str, args: Sequence[Any]) -> None:
    now = clock.now_ms()
    with guard.acting(actor):
        async with database.transaction():
            found = await database.rows(
                f'UPDATE notifications SET read_at = ? WHERE person_id = ? AND {_NEW}{narrow} RETURNING id',
                [now, actor.person_id or 0, now, *args],
            )
            if found:
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
            ' WHERE in_bell = 1 AND snoozed_until > ? AND snoozed_until <= ? AND read_at IS NULL',
            [clock.to_ms(since), clock.now_ms()],
        )
    for row in found:
        _tell(row['person_id'])
    return len(found)


async def forget_old(days: int = KEPT_DAYS) -> None:
    """Drop lines older than so many days, unless they still sleep or wait for a deed."""
    edge = clock.to_ms(clock.now() - timedelta(days=days))
    with guard.acting(guard.ENGINE):
        await database.rows(
            'DELETE FROM notifications WHERE created_at < ? AND (snoozed_until IS NULL OR snoozed_until < ?)'
            f' AND NOT (kind IN ({_STICKY}) AND read_at IS NULL)',
            [edge, clock.now_ms()],
        )
