"""Which change starts which trigger, and how each of them is said."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from automations import TRIGGERS, Words
from automations.conditions import OPERATIONS, VALUELESS, Row
from automations.sentence import say_line
from automations.triggers import Span
from store import Catalog, Change, FieldSpec, Pipeline, Ref, Stage

STAGES = tuple(
    Stage(id=n, code=code, label=code.title(), color='#000000', kind=kind)
    for n, (code, kind) in enumerate(
        (('new', 'open'), ('offer', 'open'), ('won', 'won'), ('lost', 'lost')), 1
    )
)
DEALS = Catalog(
    id=1,
    code='deals',
    label='Deals',
    label_one='Deal',
    fields=(
        FieldSpec(code='amount', label='Amount', type='money', id=1),
        FieldSpec(code='account', label='Account', type='link', id=2, options={'target': 'accounts'}),
        FieldSpec(code='due', label='Due', type='date', id=3),
        FieldSpec(code='call_at', label='Call at', type='date_time', id=4),
        FieldSpec(
            code='tags', label='Tags', type='choices', id=5, options={'choices': [{'key': 'a', 'label': 'A'}]}
        ),
    ),
    pipelines=(Pipeline(id=1, code='sales', label='Sales', stages=STAGES),),
)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HALF_PAST = AT.replace(minute=30)


def change(kind: str, before: dict[str, Any], after: dict[str, Any]) -> Change:
    return Change(
        id=1,
        at=AT,
        actor=Ref(1, 'Ada', 'person'),
        catalog='deals',
        record_id=5,
        kind=kind,
        version=2,
        before=before,
        after=after,
    )


CREATED = change('created', {}, {'stage': 'new', 'title': 'A'})
CREATED_WON = change('created', {}, {'stage': 'won', 'title': 'A'})
MOVED = change('moved', {'stage': 'offer'}, {'stage': 'won'})
DEARER = change(
    'changed',
    {'amount': {'amount': '5.00', 'currency': 'RUB'}},
    {'amount': {'amount': '7.00', 'currency': 'RUB'}},
)
LINKED = change('changed', {'account': None}, {'account': {'id': 3, 'catalog': 'accounts'}})
EMPTIED = change('changed', {'account': {'id': 3, 'catalog': 'accounts'}}, {'account': None})
REMOVED = change('removed', {}, {})


@pytest.mark.parametrize(
    ('kind', 'options', 'starts'),
    [
        ('record_created', {}, [CREATED, CREATED_WON]),
        ('stage_entered', {}, [CREATED, CREATED_WON, MOVED]),
        ('stage_entered', {'kind': 'won'}, [CREATED_WON, MOVED]),
        ('stage_entered', {'stages': ['new', 'offer'], 'pipeline': 'sales'}, [CREATED]),
        ('stage_entered', {'pipeline': 'other'}, []),
        ('stage_left', {}, [MOVED]),
        ('stage_left', {'stages': ['offer']}, [MOVED]),
        ('stage_left', {'kind': 'won'}, []),
        ('field_changed', {'field': 'stage'}, [MOVED]),
        ('field_changed', {'field': 'amount'}, [DEARER]),
        ('field_changed', {'field': 'amount', 'from': '5 RUB', 'to': '7 RUB'}, [DEARER]),
        ('field_changed', {'field': 'amount', 'to': '8 RUB'}, []),
        ('field_changed', {'field': 'account', 'to': 3}, [LINKED]),
        ('field_changed', {'field': 'account', 'from': 3}, [EMPTIED]),
        ('field_changed', {'field': 'account', 'to': 'rubbish'}, []),
        ('manual', {}, []),
        ('stage_stale', {'amount': 1}, []),
    ],
)
def test_a_trigger_starts_from_its_changes_and_from_no_other(
    kind: str, options: dict[str, Any], starts: list[Change]
) -> None:
    every = [CREATED, CREATED_WON, MOVED, DEARER, LINKED, EMPTIED, REMOVED]
    assert [one for one in every if TRIGGERS[kind].matches(one, options, DEALS)] == starts


@pytest.mark.parametrize(
    ('options', 'after', 'missed'),
    [
        ({'field': 'call_at', 'unit': 'minutes'}, {'call_at': '2026-03-02T09:30:00Z'}, HALF_PAST),
        ({'field': 'call_at', 'unit': 'minutes'}, {'call_at': '2026-03-02T08:30:00Z'}, None),
        ({'field': 'call_at', 'unit': 'minutes'}, {'call_at': '2026-03-03T08:30:00Z'}, None),
        (
            {'field': 'call_at', 'amount': 1, 'unit': 'days', 'when': 'before'},
            {'call_at': '2026-03-03T09:30:00Z'},
            HALF_PAST,
        ),
        (
            {'field': 'call_at', 'amount': 1, 'unit': 'working_days', 'when': 'after'},
            {'call_at': '2026-02-27T09:30:00Z'},
            HALF_PAST,
        ),
        (
            {'field': 'due', 'amount': 1, 'unit': 'days', 'when': 'before', 'at': '12:30'},
            {'due': '2026-03-03'},
            HALF_PAST,
        ),
        (
            {'field': 'due', 'amount': 1, 'unit': 'working_days', 'when': 'before', 'at': '12:30'},
            {'due': '2026-03-03'},
            HALF_PAST,
        ),
        ({'field': 'due', 'yearly': True}, {'due': '2026-03-02'}, None),
        ({'field': 'due'}, {'amount': None}, None),
    ],
)
def test_a_moment_set_behind_the_watermark_is_seen_at_once(
    options: dict[str, Any], after: dict[str, Any], missed: datetime | None
) -> None:
    span = Span(AT, AT.replace(hour=10), ZoneInfo('Europe/Moscow'))
    due = TRIGGERS['date_reached'].missed(change('changed', {}, after), options, DEALS, span)
    assert (due.moment if due else None) == missed


@pytest.mark.parametrize(
    ('kind', 'options', 'said'),
    [
        ('record_created', {}, 'when a record is created'),
        ('manual', {}, 'when its button is pressed'),
        ('field_changed', {'field': 'due'}, 'when “Due” changes'),
        ('field_changed', {'field': 'due', 'from': '2026-03-02'}, 'when “Due” is no longer Mar 2, 2026'),
        (
            'field_changed',
            {'field': 'amount', 'from': '5 RUB', 'to': '7 RUB'},
            'when “Amount” changes from RUB\xa05 to RUB\xa07',
        ),
        ('stage_entered', {}, 'when a record enters any stage'),
        ('stage_entered', {'kind': 'open'}, 'when a record enters an open stage'),
        ('stage_entered', {'kind': 'lost'}, 'when a record enters a lost stage'),
        ('stage_entered', {'stages': ['new']}, 'when a record enters the stage “New”'),
        (
            'stage_entered',
            {'stages': ['new', 'won', 'lost']},
            'when a record enters a stage of “New”, “Won” or “Lost”',
        ),
        ('stage_left', {}, 'when a record leaves any stage'),
        ('stage_left', {'kind': 'open'}, 'when a record leaves an open stage'),
        ('stage_left', {'kind': 'won'}, 'when a record leaves a won stage'),
        ('stage_left', {'kind': 'lost'}, 'when a record leaves a lost stage'),
        ('stage_left', {'stages': ['new']}, 'when a record leaves the stage “New”'),
        (
            'stage_stale',
            {'amount': 1, 'unit': 'hours', 'stages': ['new']},
            'when a record stays in the stage “New” for 1 hour',
        ),
        (
            'stage_stale',
            {'amount': 2, 'kind': 'lost'},
            'when a closed record has not changed its stage for 2 days',
        ),
        ('date_reached', {'field': 'due'}, 'when “Due” comes at 09:00'),
        (
            'date_reached',
            {'field': 'call_at', 'amount': 30, 'unit': 'minutes', 'when': 'before'},
            '30 minutes before “Call at”',
        ),
        (
            'date_reached',
            {'field': 'due', 'amount': 1, 'unit': 'working_days', 'when': 'after', 'at': '10:00'},
            '1 working day after “Due” at 10:00',
        ),
        ('schedule', {'every': 'day'}, 'every day at 09:00'),
        ('schedule', {'every': 'weekdays', 'at': '08:30'}, 'every working day at 08:30'),
        ('schedule', {'every': 'month', 'day': 5}, 'on day 5 of every month at 09:00'),
        ('schedule', {'every': 'cron', 'cron': '*/5 * * * *'}, 'by the schedule “*/5 * * * *”'),
        *(
            ('schedule', {'every': 'week', 'weekday': day.lower()[:3]}, f'every {day} at 09:00')
            for day in ('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday')
        ),
    ],
)
def test_every_beginning_is_said(kind: str, options: dict[str, Any], said: str) -> None:
    assert TRIGGERS[kind].say(options, DEALS, Words(catalogs={'deals': DEALS})) == said


def test_every_operator_is_said() -> None:
    values: dict[str, Any] = {'between': ['2026-03-02', '2026-03-05']}
    values |= dict.fromkeys(('last_days', 'next_days', 'older_than_days'), 3)
    values |= {op: ['2026-03-02', '2026-03-05'] for op in ('in', 'not_in', 'has_any', 'has_all')}
    words = Words(catalogs={'deals': DEALS})
    said = {
        op: say_line(Row('due', op, None if op in VALUELESS else values.get(op, '2026-03-02')), DEALS, words)
        for op in OPERATIONS
    }
    assert all(text.startswith('“Due” ') for text in said.values())
    assert said['between'] == '“Due” is between Mar 2, 2026 and Mar 5, 2026'
    assert said['in'] == '“Due” is one of Mar 2, 2026 or Mar 5, 2026'
    assert said['next_days'] == '“Due” lies within the next 3 days'
