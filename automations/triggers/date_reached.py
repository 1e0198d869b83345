"""A date or moment of a record comes, perhaps some time before or after, perhaps every year."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from automations.moments import (
    announced,
    at_local,
    days_of,
    parse_time,
    shift_local,
    working_days_before,
    yearly_keys,
)
from automations.snapshot import from_journal
from automations.triggers import Due, Options, Span, Trigger
from automations.words import Words
from store import rule_windows
from store.changes import Change
from store.schema import Catalog, FieldSpec

AT = '09:00'
EXACT = {'minutes': 60, 'hours': 3600}


class DateReached(Trigger):
    """Starts when the moment of a field comes, `amount` units before or after it.

    A date has no time of day: it comes at `at`. 29 February is kept on the 28th in ordinary years."""

    key = 'date_reached'
    label = 'When a date comes'
    options = (
        FieldSpec(code='field', label='Field', type='choice', required=True, options={'from': 'date_fields'}),
        FieldSpec(code='amount', label='How long', type='number', default=0),
        FieldSpec(
            code='unit', label='Time unit', type='choice', default='days',
            options={'choices': [
                {'key': 'minutes', 'label': 'Minutes', 'labels': {'ru': 'Минуты'}},
                {'key': 'hours', 'label': 'Hours', 'labels': {'ru': 'Часы'}},
                {'key': 'days', 'label': 'Days', 'labels': {'ru': 'Дни'}},
                {'key': 'working_days', 'label': 'Working days', 'labels': {'ru': 'Рабочие дни'}},
            ]},
        ),
        FieldSpec(
            code='when', label='Before or after', type='choice', default='before',
            options={'choices': [
                {'key': 'before', 'label': 'Before', 'labels': {'ru': 'До'}},
                {'key': 'after', 'label': 'After', 'labels': {'ru': 'После'}},
            ]},
        ),
        FieldSpec(code='at', label='At (local time)', type='text', hint='09:00'),
        FieldSpec(code='yearly', label='Every year', type='yes_no', default=False),
    )  # fmt: skip
    timed = True

    def faults(self, options: Options, catalog: Catalog) -> Mapping[str, str]:
        """A date counts in days, a moment is not kept every year, the time must be one."""
        spec = catalog.field(options['field'])
        faults: dict[str, str] = {}
        if spec and spec.type == 'date' and options.get('unit') in EXACT and int(options.get('amount') or 0):
            faults['unit'] = 'rule_date_in_days'
        if spec and spec.type == 'date_time' and options.get('yearly'):
            faults['yearly'] = 'rule_yearly_needs_date'
        try:
            parse_time(options.get('at') or AT)
        except ValueError:
            faults['at'] = 'not_a_time'
        return faults

    async def due(self, options: Options, catalog: Catalog, span: Span) -> Sequence[Due]:
        """Records whose moment came in the span."""
        spec = catalog.field(options['field'])
        if spec is None:
            return ()
        if spec.type == 'date_time':
            return await self._moments(options, catalog, spec, span)
        return await self._dates(options, catalog, spec, span)

    async def _moments(
        self, options: Options, catalog: Catalog, spec: FieldSpec, span: Span
    ) -> Sequence[Due]:
        # The bounds are shifted, not the records: one range over an index, whatever the size of the table.
        since, until = _bounds(options, span)
        found = await rule_windows.moments_between(catalog, spec, since, until)
        due = [Due(id, _shifted(at, options, span)) for id, at in found]
        if options.get('unit') != 'working_days':
            return due
        return [one for one in due if span.since < one.moment <= span.until]

    async def _dates(self, options: Options, catalog: Catalog, spec: FieldSpec, span: Span) -> Sequence[Due]:
        clock = parse_time(options.get('at') or AT)
        found: list[Due] = []
        for day in days_of(span):
            moment = at_local(day, clock, span.zone)
            if not span.since < moment <= span.until:
                continue
            dates = announced(day, _shift(options), str(options.get('unit')))
            found += [Due(id, moment) for id in await self._on(options, catalog, spec, dates)]
        return found

    @staticmethod
    async def _on(options: Options, catalog: Catalog, spec: FieldSpec, dates: Sequence[date]) -> list[int]:
        if options.get('yearly'):
            keys = sorted({key for day in dates for key in yearly_keys(day)})
            return await rule_windows.records_on_day_of_year(catalog, spec, keys)
        return await rule_windows.records_on(catalog, spec, dates)

    def missed(self, change: Change, options: Options, catalog: Catalog, span: Span) -> Due | None:
        """A moment that the change has set after itself, but before the time already looked through."""
        value = from_journal(change.after, catalog).get(options['field'])
        if value is None or options.get('yearly'):
            return None
        try:
            moment = _moment_of(value, options, span)
        except OverflowError:
            # Beyond the end of the calendar: it never comes.
            return None
        return Due(change.record_id, moment) if change.at < moment <= span.until else None

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """2 working days before “Birthday”, every year, at 09:00."""
        field = words.field(catalog, options['field'])
        amount = int(options.get('amount') or 0)
        if not amount:
            text = words.t('when {field} comes', field=field)
        else:
            span = words.span(amount, options.get('unit') or 'days')
            if options.get('when') == 'after':
                text = words.t('{span} after {field}', span=span, field=field)
            else:
                text = words.t('{span} before {field}', span=span, field=field)
        if options.get('yearly'):
            text = words.t('{when} every year', when=text)
        spec = catalog.field(options['field'])
        if spec and spec.type == 'date':
            text = words.t('{when} at {time}', when=text, time=options.get('at') or AT)
        return text


def _shift(options: Options) -> int:
    amount = int(options.get('amount') or 0)
    return amount if options.get('when') == 'after' else -amount


def _fire_day(day: date, options: Options) -> date:
    shift = _shift(options)
    return (
        working_days_before(day, -shift)
        if options.get('unit') == 'working_days'
        else day + timedelta(days=shift)
    )


def _moment_of(value: date, options: Options, span: Span) -> datetime:
    if isinstance(value, datetime):
        return _shifted(value, options, span)
    return at_local(_fire_day(value, options), parse_time(options.get('at') or AT), span.zone)


def _shifted(moment: datetime, options: Options, span: Span) -> datetime:
    shift, unit = _shift(options), options.get('unit') or 'days'
    if unit in EXACT:
        return moment + timedelta(seconds=shift * EXACT[unit])
    if unit == 'working_days':
        local = moment.astimezone(span.zone)
        return shift_local(moment, (_fire_day(local.date(), options) - local.date()).days, span.zone)
    return shift_local(moment, shift, span.zone)


def _bounds(options: Options, span: Span) -> tuple[datetime, datetime]:
    """Between which moments the field must lie; for working days more than enough."""
    shift, unit = _shift(options), options.get('unit') or 'days'
    if unit in EXACT:
        by = timedelta(seconds=shift * EXACT[unit])
        return span.since - by, span.until - by
    if unit == 'days':
        return shift_local(span.since, -shift, span.zone), shift_local(span.until, -shift, span.zone)
    reach = timedelta(days=abs(shift) * 7 // 5 + 5)
    return span.since - reach, span.until + reach
