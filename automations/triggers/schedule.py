"""At set times: every day, on working days, on a weekday, on a day of the month, or by a cron line."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

from automations.moments import parse_time
from automations.triggers import Due, Options, Span, Trigger
from automations.words import Words
from store.schema import Catalog, FieldSpec

WEEKDAYS = ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')


class Schedule(Trigger):
    """Starts at set times, once or for every record that meets the conditions.

    After an absence only the last time that was missed counts."""

    key = 'schedule'
    label = 'At set times'
    options = (
        FieldSpec(
            code='every', label='How often', type='choice', required=True, default='day',
            options={'choices': [
                {'key': 'day', 'label': 'Day', 'labels': {'ru': 'День'}},
                {'key': 'weekdays', 'label': 'Working day', 'labels': {'ru': 'Рабочий день'}},
                {'key': 'week', 'label': 'Week', 'labels': {'ru': 'Неделя'}},
                {'key': 'month', 'label': 'Month', 'labels': {'ru': 'Месяц'}},
                {'key': 'cron', 'label': 'By a cron line', 'labels': {'ru': 'По строке cron'}},
            ]},
        ),
        FieldSpec(code='at', label='At (local time)', type='text', default='09:00', hint='09:00'),
        FieldSpec(
            code='weekday', label='Weekday', type='choice', default='mon',
            options={'choices': [
                {'key': 'mon', 'label': 'Monday', 'labels': {'ru': 'Понедельник'}},
                {'key': 'tue', 'label': 'Tuesday', 'labels': {'ru': 'Вторник'}},
                {'key': 'wed', 'label': 'Wednesday', 'labels': {'ru': 'Среда'}},
                {'key': 'thu', 'label': 'Thursday', 'labels': {'ru': 'Четверг'}},
                {'key': 'fri', 'label': 'Friday', 'labels': {'ru': 'Пятница'}},
                {'key': 'sat', 'label': 'Saturday', 'labels': {'ru': 'Суббота'}},
                {'key': 'sun', 'label': 'Sunday', 'labels': {'ru': 'Воскресенье'}},
            ]},
        ),
        FieldSpec(code='day', label='Day of the month', type='number', default=1),
        FieldSpec(code='cron', label='Cron line', type='text', hint='*/30 9-18 * * 1-5'),
        FieldSpec(
            code='scope', label='Start', type='choice', default='once',
            options={'choices': [
                {'key': 'once', 'label': 'Once', 'labels': {'ru': 'Один раз'}},
                {'key': 'each', 'label': 'For every record that meets the conditions',
                 'labels': {'ru': 'Для каждой записи, которая подходит под условия'}},
            ]},
        ),
    )  # fmt: skip
    timed = True

    def faults(self, options: Options, catalog: Catalog) -> Mapping[str, str]:
        """The time or the cron line cannot be read."""
        try:
            line = cron_line(options)
        except ValueError:
            return {'at': 'not_a_time'}
        try:
            next(CronSim(line, datetime(2026, 1, 1)))  # noqa: DTZ001  any moment shows whether the line is one
        except (CronSimError, StopIteration):
            return {'cron': 'rule_bad_cron'}
        return {}

    async def due(self, options: Options, catalog: Catalog, span: Span) -> Sequence[Due]:
        """The last time that came in the span."""
        # Backwards it looks strictly before, and a time that is exactly now has come.
        end = span.until.astimezone(span.zone).replace(microsecond=0) + timedelta(seconds=1)
        latest = next(CronSim(cron_line(options), end, reverse=True), None)
        return (Due(None, latest.astimezone(UTC)),) if latest and latest > span.since else ()

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Every working day at 09:00."""
        text = self._time(options, words)
        if options.get('scope') == 'each':
            return words.t('{when} for every record', when=text)
        return text

    @staticmethod
    def _time(options: Options, words: Words) -> str:
        at = options.get('at') or '09:00'
        match options['every']:
            case 'weekdays':
                return words.t('every working day at {time}', time=at)
            case 'week':
                return say_weekday(options.get('weekday') or 'mon', at, words)
            case 'month':
                return words.t(
                    'on day {day} of every month at {time}', day=int(options.get('day') or 1), time=at
                )
            case 'cron':
                return words.t('by the schedule {cron}', cron=words.quoted(options.get('cron', '')))
            case _:
                return words.t('every day at {time}', time=at)


def cron_line(options: Options) -> str:
    """The options as a cron line.

    :raises ValueError: the time of day is none"""
    if options.get('every') == 'cron':
        return str(options.get('cron') or '')
    at = parse_time(options.get('at') or '09:00')
    match options.get('every'):
        case 'weekdays':
            days = '* * 1-5'
        case 'week':
            days = f'* * {WEEKDAYS.index(options.get("weekday") or "mon") + 1}'
        case 'month':
            days = f'{int(options.get("day") or 1)} * *'
        case _:
            days = '* * *'
    return f'{at.minute} {at.hour} {days}'


def say_weekday(day: str, at: str, words: Words) -> str:
    """Every Monday at 09:00."""
    match day:
        case 'tue':
            return words.t('every Tuesday at {time}', time=at)
        case 'wed':
            return words.t('every Wednesday at {time}', time=at)
        case 'thu':
            return words.t('every Thursday at {time}', time=at)
        case 'fri':
            return words.t('every Friday at {time}', time=at)
        case 'sat':
            return words.t('every Saturday at {time}', time=at)
        case 'sun':
            return words.t('every Sunday at {time}', time=at)
        case _:
            return words.t('every Monday at {time}', time=at)
