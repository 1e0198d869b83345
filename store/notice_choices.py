"""What a person wants to hear, and when: kinds in the bell and in the digest, and the hours of quiet."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

KINDS = ('task', 'mention', 'change', 'approval', 'event', 'process', 'system')
"""What a line is about: tasks and reminders, people, records that are followed, decisions, noteworthy days,
rules, the system itself."""
STICKY = ('task', 'approval')
"""Kinds that stay until somebody acts on them."""
NEVER, HOURLY, DAILY = 'never', 'hourly', 'daily'
KEY = 'notices'
"""The preference that holds a person's choices."""
_TIME = re.compile(r'([01]\d|2[0-3]):[0-5]\d')


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeChoices:
    """`silent` kinds are not in the bell, `unmailed` ones not in the digest.

    The digest comes `digest` (never, hourly, daily), a daily one at `at`; it is quiet from `quiet_from` to
    `quiet_until`, '' for never. Times are 'HH:MM' in the person's own zone."""

    silent: frozenset[str] = frozenset()
    unmailed: frozenset[str] = frozenset()
    digest: str = NEVER
    at: str = '09:00'
    quiet_from: str = ''
    quiet_until: str = ''

    @classmethod
    def from_plain(cls, plain: Any) -> 'NoticeChoices':
        """The choices of a saved preference; what cannot be understood is as if never chosen."""
        given: Mapping[str, Any] = plain if isinstance(plain, Mapping) else {}
        quiet = _time(given.get('quiet_from')), _time(given.get('quiet_until'))
        return cls(
            silent=_kinds(given.get('silent')),
            unmailed=_kinds(given.get('unmailed')),
            digest=given['digest'] if given.get('digest') in (HOURLY, DAILY) else NEVER,
            at=_time(given.get('at')) or '09:00',
            quiet_from=quiet[0] if all(quiet) else '',
            quiet_until=quiet[1] if all(quiet) else '',
        )

    def to_plain(self) -> dict[str, Any]:
        """The form a preference keeps."""
        return {
            'silent': sorted(self.silent),
            'unmailed': sorted(self.unmailed),
            'digest': self.digest,
            'at': self.at,
            'quiet_from': self.quiet_from,
            'quiet_until': self.quiet_until,
        }

    def is_quiet(self, local: datetime) -> bool:
        """Whether nothing may pop up or be mailed at this local moment."""
        since, until = self.quiet_from, self.quiet_until
        if not since or since == until:
            return False
        now = local.strftime('%H:%M')
        return since <= now < until if since < until else now >= since or now < until

    def period(self, local: datetime) -> str:
        """Which digest is due at this local moment: the last hour or day that has begun; '' for none."""
        if self.digest == HOURLY:
            return local.strftime('%Y-%m-%dT%H')
        if self.digest != DAILY:
            return ''
        begun = local.strftime('%H:%M') >= self.at
        return (local if begun else local - timedelta(days=1)).strftime('%Y-%m-%d')


def _kinds(raw: Any) -> frozenset[str]:
    return frozenset(kind for kind in KINDS if isinstance(raw, list) and kind in raw)


def _time(raw: Any) -> str:
    return raw if isinstance(raw, str) and _TIME.fullmatch(raw) else ''
