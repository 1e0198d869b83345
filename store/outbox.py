"""What is to leave the house: written with the deed that wants it, sent afterwards, each under a key of
its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import clock, database, guard


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A letter or a call; `channel` is 'mail' or 'web'. `key` is the same at every attempt."""

    key: str
    run_id: int
    step: int
    channel: str
    recipient: str
    payload: Mapping[str, Any]
    id: int = 0
    attempts: int = 0
    status: str = 'pending'
    code: str = ''
    detail: str = ''
    created_at: datetime = clock.EPOCH
    sent_at: datetime | None = None


def _parcel(row: Mapping[str, Any]) -> Parcel:
    return Parcel(
        key=row['key'],
        run_id=row['run_id'],
        step=row['step'],
        channel=row['channel'],
        recipient=row['recipient'],
        payload=json.loads(row['payload']),
        id=row['id'],
        attempts=row['attempts'],
        status=row['status'],
        code=row['code'],
        detail=row['detail'] or '',
        created_at=clock.from_ms(row['created_at']),
        sent_at=None if row['sent_at'] is None else clock.from_ms(row['sent_at']),
    )


async def put(parcel: Parcel, now: datetime) -> None:
    """Leave a parcel to be sent, in the open transaction; one of the same key is there already."""
    moment = clock.to_ms(now)
    with guard.acting(guard.ENGINE):
        await database.rows(
            'INSERT INTO outbox (key, run_id, step, channel, recipient, payload, status, attempts,'
            ' next_at, code,'
            " created_at) VALUES (?, ?, ?, ?, ?, ?, 'pending', 0, ?, '', ?) ON CONFLICT DO NOTHING",
            [
                parcel.key, parcel.run_id, parcel.step, parcel.channel, parcel.recipient[:400],
                json.dumps(parcel.payload, ensure_ascii=False), moment, moment,
            ],
        )  # fmt: skip


async def take(now: datetime, lease_ms: int, limit: int) -> list[Parcel]:
    """Parcels to be sent now, leased. One whose lease ran out was being sent when the process ended."""
    moment = clock.to_ms(now)
    with guard.acting(guard.ENGINE):
        sql = "SELECT id FROM outbox WHERE status IN ('pending', 'sending', 'retry') AND next_at <= ? LIMIT 1"
        if not await database.rows(sql, [moment], read=True):
            return []
    lock = ' FOR UPDATE SKIP LOCKED' if database.is_postgres() else ''
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            found = await database.rows(
                "UPDATE outbox SET status = 'sending', attempts = attempts + 1, next_at = ? WHERE id"
                ' IN (SELECT id'
                " FROM outbox WHERE status IN ('pending', 'sending', 'retry') AND next_at <= ?"
                f' ORDER BY next_at, id LIMIT ?{lock}) RETURNING *',
                [moment + lease_ms, moment, limit],
            )
    return [_parcel(row) for row in sorted(found, key=lambda row: int(row['id']))]


async def close(
    parcel: Parcel, status: str, *, now: datetime, next_at: datetime, code: str, detail: str
) -> None:
    """Write down how an attempt ended."""
    sent = clock.to_ms(now) if status == 'sent' else None
    with guard.acting(guard.ENGINE):
        await database.rows(
            'UPDATE outbox SET status = ?, next_at = ?, code = ?, detail = ?, sent_at = ? WHERE id = ?'
            " AND status = 'sending' AND attempts = ?",
            [status, clock.to_ms(next_at), code[:60], detail[:2000], sent, parcel.id, parcel.attempts],
        )


async def of_run(run_id: int) -> list[Parcel]:
    """What a run wanted to send, in order."""
    with guard.acting(guard.ENGINE):
        found = await database.rows('SELECT * FROM outbox WHERE run_id = ? ORDER BY id', [run_id], read=True)
    return [_parcel(row) for row in found]


async def next_due() -> datetime | None:
    """When the next parcel is to be sent; None when none waits."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            "SELECT MIN(next_at) AS due FROM outbox WHERE status IN ('pending', 'sending', 'retry')",
            read=True,
        )
    return None if found[0]['due'] is None else clock.from_ms(found[0]['due'])
