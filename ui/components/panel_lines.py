"""What the tabs of the communication panel show: notifications, the feed, tasks; as plain values."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from store import Catalog, Condition, Filter, Query, Records, RecordView
from store.bell import Line
from store.feed_reading import Post
from store.notice_choices import KINDS, STICKY
from ui.components.feed_words import drawn
from ui.formats import ago, date_long, date_short, due, today
from ui.place import record_url
from ui.reader import reader
from ui.text import label_one, t, words_of
from ui.values import local

ICONS: Mapping[str, str] = {
    'task': 'task_alt',
    'mention': 'alternate_email',
    'change': 'sync_alt',
    'approval': 'how_to_reg',
    'event': 'cake',
    'process': 'bolt',
    'system': 'info',
}
OF_RULES = frozenset({'rule_failed', 'rule_storm', 'rule_depth'})
"""Sentences about a rule alone: they say nothing of the record it was about."""
MOST_TASKS = 100


def kind_name(kind: str) -> str:
    """What a kind of notifications is called."""
    return {
        'task': t('Tasks and reminders'),
        'mention': t('Messages'),
        'change': t('Records I follow'),
        'approval': t('Approvals'),
        'event': t('Noteworthy events'),
        'process': t('Rules and processes'),
        'system': t('System'),
    }.get(kind, t('System'))


def kinds(counts: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    """The kinds that hold something, with how many of them are unread."""
    return [
        {'key': kind, 'label': kind_name(kind), 'icon': ICONS[kind], 'unread': counts[kind][1]}
        for kind in KINDS
        if kind in counts
    ]


def said(line: Line) -> str:
    """What a notification says in the reader's language, unless it is about what they may no longer read."""
    notice = line.notice
    if line.is_closed and notice.code not in OF_RULES:
        return words_of('notice_closed', {})
    return notice.text or words_of(notice.code, {**_words(notice.facts), 'title': line.title})


def _words(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts in the reader's words: a day is written as days are, a name in their language."""
    plain = dict(facts)
    if isinstance(plain.get('day'), str):
        plain['day'] = _day_words(date.fromisoformat(plain['day']))
    for name, value in plain.items():
        if isinstance(value, Mapping):
            plain[name] = value.get(reader().language, '') or value.get('', '')
    return plain


def _day_words(day: date) -> str:
    named = {0: t('today'), 1: t('tomorrow')}
    return named.get((day - today()).days) or date_short(day)


WAYS = {'portal_to_approve': '/settings/people?kind=to_approve'}
"""Where lines lead that are about no record."""


def notice(line: Line) -> dict[str, Any]:
    """One line of the bell."""
    one, text = line.notice, said(line)
    elsewhere = WAYS.get(one.code, '')
    is_about = bool(one.catalog and one.record_id) and not line.is_closed
    return {
        'id': one.id,
        'kind': one.kind,
        'icon': ICONS.get(one.kind, 'info'),
        'text': text,
        'title': '' if not line.title or line.title in text else line.title,
        'at': ago(one.created_at),
        'exact': date_long(one.created_at),
        'read': one.read_at is not None,
        'sticky': one.kind in STICKY,
        'href': record_url(one.catalog, one.record_id) if is_about and one.record_id else elsewhere,
    }


def posts(records: Records, found: Iterable[Post], seen: int) -> list[dict[str, Any]]:
    """Messages with the record they are about."""
    catalogs = {catalog.code: catalog for catalog in records.catalogs()}
    return [
        drawn(post, records.actor)
        | {
            'title': post.title or t('Untitled'),
            'kind': label_one(catalogs[post.catalog]),
            'icon': catalogs[post.catalog].icon,
            'href': record_url(post.catalog, post.record_id),
            'fresh': post.id > seen and (post.author is None or post.author.id != records.actor.person_id),
        }
        for post in found
        if post.catalog in catalogs
    ]


async def my_tasks(records: Records) -> list[dict[str, Any]]:
    """The reader's open tasks that are overdue or due today, the oldest first."""
    found: list[dict[str, Any]] = []
    for catalog in records.catalogs():
        if catalog.traits.get('task', {}).get('due'):
            found += [_task(catalog, view) for view in await _due(records, catalog)]
    return found


async def _due(records: Records, catalog: Catalog) -> Sequence[RecordView]:
    field = str(catalog.traits['task']['due'])
    if catalog.field(field) is None:
        return ()
    own = (Condition('owner', 'is_me'), Condition('stage_kind', 'is', 'open'), Condition(field, 'filled'))
    page = await records.find(catalog.code, Query(filter=Filter(own), sort=field, limit=MOST_TASKS))
    return [view for view in page.records if _day(view.values[field]) <= today()]


def _day(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def _task(catalog: Catalog, view: RecordView) -> dict[str, Any]:
    deadline = view.values[str(catalog.traits['task']['due'])]
    about = view.values.get(str(catalog.traits['task'].get('about', '')))
    late = deadline < datetime.now(UTC) if isinstance(deadline, datetime) else deadline < today()
    return {
        'key': f'{catalog.code}:{view.id}',
        'title': view.title or t('Untitled'),
        'about': about.title if about is not None else '',
        'due': due(deadline),
        'exact': date_long(deadline),
        'late': late,
        'href': record_url(catalog.code, view.id),
        'movable': bool(catalog.stage(view.stage or '')),
    }
