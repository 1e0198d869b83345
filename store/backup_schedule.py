"""The daily backup: due at a time of day of the company, made once however many processes look.

What was missed while nothing ran is made up for at the next start."""

import datetime as dt
from zoneinfo import ZoneInfo

from store import audit, backups, clock, database, guard, notifications, people
from store.backups import Backup
from store.notifications import Notice
from store.problems import Problem, Refused
from store.system_settings import setting

SLOT = 'backup.slot'


def last_slot(now: dt.datetime, at: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """The latest moment up to now at which a backup was due."""
    today = now.astimezone(zone).date()
    slots = [dt.datetime.combine(today - dt.timedelta(days=ago), at, zone) for ago in (0, 1)]
    return next(slot for slot in slots if slot <= now).astimezone(dt.UTC)


def time_of_day() -> dt.time | None:
    """When the daily backup is due; None when there is none."""
    text = str(setting('backup_time') or '')
    return dt.time.fromisoformat(text) if text else None


async def back_up_when_due() -> Backup | None:
    """Make the daily backup if its time has come and nobody has made it; called every minute or so.

    What goes wrong is told to every administrator."""
    at = time_of_day()
    if at is None:
        return None
    slot = clock.to_ms(last_slot(clock.now(), at, ZoneInfo(str(setting('time_zone')) or 'UTC')))
    if not await _claim(slot):
        return None
    try:
        backup = await backups.make(backups.place(), reason=backups.SCHEDULED)
        if backup.checked is not None and not backup.checked.is_healthy:
            raise Refused('backup_unhealthy', name=backup.name, count=len(backup.checked.findings))
    except Problem as problem:
        await _tell(problem, slot)
        return None
    backups.prune(backups.place(), int(setting('backup_keep')))
    await audit.note(guard.SETUP, 'backup', name=backup.name, reason=backups.SCHEDULED)
    return backup


async def _claim(slot: int) -> bool:
    """Whether this slot is ours: later than the last one, and taken by nobody else.

    A new installation begins with the slot after its first look."""
    with guard.acting(guard.SETUP):
        made = await database.rows(
            'INSERT INTO store_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING RETURNING key',
            [SLOT, str(slot)],
        )
        if made:
            return False
        return bool(
            await database.rows(
                'UPDATE store_state SET value = ? WHERE key = ? AND CAST(value AS BIGINT) < ? RETURNING key',
                [str(slot), SLOT, slot],
            )
        )


async def _tell(problem: Problem, slot: int) -> None:
    everybody = await people.list_people(guard.SETUP)
    administrators = [person.id for person in everybody if person.is_admin and person.is_active]
    facts = {'code': problem.code, **problem.facts}
    notice = Notice(kind='system', code='backup_failed_notice', facts=facts, key=f'backup:{slot}')
    await notifications.notify(administrators, notice)
    await audit.note(guard.SETUP, 'backup', failed=problem.code)
