"""Counts and sums for charts, by SQL and in the reader's rights.

Every figure carries the filter that lists the records behind it; the same code narrows both, so they agree.
Money of different currencies is never added: each currency is a series of its own."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from store import clock, database, guard, policies, reading
from store.actor import Actor
from store.catalogs import SCHEMA
from store.fields.money import from_sum, summed
from store.figures import (
    DAY_MS,
    Figure,
    Lens,
    Point,
    Series,
    days,
    month_days,
    month_key,
    months_between,
)
from store.problems import NotFound, Refused
from store.query import Condition, Filter
from store.schema import Catalog, FieldSpec, Pipeline, Stage
from store.seen import seen
from store.tables import columns, table

Row = dict[str, Any]
_ADDED = ('n', 'whole', 'rest')


class Report:
    """The figures of one lens for one reader.

    :raises NotFound: the reader may not read the catalogue
    :raises Refused: 'no_pipeline'"""

    def __init__(self, actor: Actor, lens: Lens) -> None:
        if not policies.reads_any(actor, lens.catalog):
            raise NotFound('no_such_catalog', catalog=lens.catalog)
        self.actor = actor
        self.lens = lens
        self.catalog: Catalog = seen(actor, SCHEMA[lens.catalog])
        pipeline = self.catalog.pipeline(lens.pipeline or None)
        if pipeline is None:
            raise Refused('no_pipeline', catalog=lens.catalog)
        self.pipeline: Pipeline = pipeline
        self._value = self._field(pipeline.value_field, 'money')
        self._closed = self._field(pipeline.closed_field, 'date')

    def _field(self, code: str, kind: str) -> FieldSpec | None:
        spec = self.catalog.field(code) if code else None
        return spec if spec and spec.type == kind else None

    @property
    def has_value(self) -> bool:
        """Whether the pipeline has an amount of money to add up."""
        return self._value is not None

    # Filters

    def _base(self) -> Filter:
        conditions: list[Condition | Filter] = [Condition('pipeline', 'is', self.pipeline.code)]
        if self.lens.owner is not None:
            conditions.append(Condition('owner', 'is', self.lens.owner))
        if self.lens.also:
            conditions.append(self.lens.also)
        return Filter(tuple(conditions))

    def open_filter(self) -> Filter:
        """Records still on their way, whenever they began."""
        return _flat(self._base(), Condition('stage_kind', 'is', 'open'))

    def begun_filter(self) -> Filter:
        """Records that were created in the span."""
        return _flat(self._base(), *_between('created_at', self.lens.first, self.lens.last))

    def closed_filter(self, *kinds: str) -> Filter:
        """Records that ended in the span as 'won' or 'lost' or either."""
        return _flat(self._ended(*kinds), *_between(self._ended_at, self.lens.first, self.lens.last))

    def _ended(self, *kinds: str) -> Filter:
        kind = (
            Condition('stage_kind', 'is', kinds[0])
            if len(kinds) == 1
            else Condition('stage_kind', 'in', kinds)
        )
        return _flat(self._base(), kind)

    @property
    def _ended_at(self) -> str:
        """The field that says when a record ended."""
        return self._closed.code if self._closed else 'stage_at'

    # Reports

    async def funnel(self) -> Series:
        """How many of the records begun in the span ever came as far as each stage, up to won."""
        stages = [*self._open_stages(), *(s for s in self.pipeline.stages if s.kind == 'won')]
        won_from = len(self._open_stages())
        places = ' '.join(f'WHEN {s.id} THEN {min(place, won_from)}' for place, s in enumerate(stages))
        found = await self._rows(
            'SELECT furthest, COUNT(*) AS n FROM'
            f' (SELECT t.id, MAX(CASE v.stage_id {places} END) AS furthest'
            f' FROM {table(self.catalog)} t'
            ' LEFT JOIN stage_visits v ON v.catalog_id = ? AND v.record_id = t.id'
            ' WHERE {where} GROUP BY t.id) reached GROUP BY furthest',
            self.begun_filter(),
            before=[self.catalog.id],
        )
        points = []
        for place, stage in enumerate(stages[: won_from + 1]):
            beyond = [s.code for s in stages[place:]]
            # Whatever is in the pipeline has begun it, even what was imported as lost.
            count = sum(row['n'] for row in found if not place or (row['furthest'] or 0) >= place)
            asked = (
                _flat(self.begun_filter(), Condition('visited', 'in', beyond))
                if place
                else self.begun_filter()
            )
            points.append(Point(key=stage.code, value=Decimal(count), count=count, filter=asked))
        return Series(name='funnel', points=tuple(points))

    async def won_by_month(self) -> list[Series]:
        """Value won in each month of the span, a series a currency; counts where there is no money."""
        if self._closed:
            month = f'substr(t.{columns(self._closed)[0]}, 1, 7)'
        elif database.is_postgres():
            month = "to_char(to_timestamp(t.stage_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM')"
        else:
            month = "strftime('%Y-%m', t.stage_at / 1000, 'unixepoch')"
        when = self._ended_at

        def of_month(key: str) -> Filter:
            if not key:
                return _flat(self._ended('won'), Condition(when, 'empty'))
            first, last = month_days(key)
            span = max(first, self.lens.first or first), min(last, self.lens.last or last)
            return _flat(self._ended('won'), *_between(when, *span))

        series = await self._grouped('won_by_month', self.closed_filter('won'), month, of_month)
        return [replace(one, points=self._every_month(one, of_month)) for one in series]

    def _every_month(self, series: Series, of_month: Callable[[str], Filter]) -> tuple[Point, ...]:
        by_key = {point.key: point for point in series.points if point.key}
        first = month_key(self.lens.first) if self.lens.first else min(by_key, default='')
        last = month_key(self.lens.last or clock.today()) if self.lens.first else max(by_key, default='')
        points = []
        for key in months_between(first, last):
            empty = _flat(of_month(key), *series.apart)
            points.append(by_key.get(key) or Point(key=key, value=Decimal(0), count=0, filter=empty))
        return tuple(points)

    async def won_by_owner(self) -> list[Series]:
        """Value won by each person in the span, most first."""
        won = self.closed_filter('won')

        def of_owner(key: str) -> Filter:
            if self.lens.owner is not None:
                return won
            return _flat(won, Condition('owner', 'is', int(key)) if key else Condition('owner', 'empty'))

        series = await self._grouped('won_by_owner', won, 't.owner_id', of_owner)
        names = await self._names(point.key for one in series for point in one.points)
        return [
            replace(
                one,
                points=tuple(
                    replace(point, label=names.get(point.key, ''))
                    for point in sorted(one.points, key=lambda point: -point.value)
                ),
            )
            for one in series
        ]

    async def open_by_stage(self) -> list[Series]:
        """Value on its way in each open stage, whenever it began."""
        stages = self._open_stages()
        codes = {str(stage.id): stage.code for stage in stages}

        def of_stage(key: str) -> Filter:
            return _flat(self._base(), Condition('stage', 'is', codes.get(key, key)))

        series = await self._grouped('open_by_stage', self.open_filter(), 't.stage_id', of_stage)
        answer = []
        for one in series:
            by_code = {codes[point.key]: replace(point, key=codes[point.key]) for point in one.points}
            points = []
            for stage in stages:
                empty = _flat(of_stage(stage.code), *one.apart)
                none = Point(key=stage.code, value=Decimal(0), count=0, filter=empty)
                points.append(by_code.get(stage.code, none))
            answer.append(replace(one, points=tuple(points)))
        return answer

    async def days_in_stage(self) -> Series:
        """Average days of a stay in each open stage, running stays included, of records begun in the span."""
        stages, now = self._open_stages(), clock.now_ms()
        inner, outer = [], []
        for place, stage in enumerate(stages):
            stay = f'CASE WHEN v.stage_id = {stage.id} THEN COALESCE(v.duration, {now} - v.entered_at) END'
            inner.append(f'SUM({stay}) AS ms{place}, COUNT({stay}) AS stays{place}')
            outer.append(f'SUM(ms{place}) AS ms{place}, SUM(stays{place}) AS stays{place}')
            outer.append(f'COUNT(ms{place}) AS n{place}')
        # A record at a time first: no distinct records to be counted and nothing to be sorted.
        found = await self._rows(
            f'SELECT {", ".join(outer)} FROM (SELECT t.id, {", ".join(inner)} FROM {table(self.catalog)} t'
            ' LEFT JOIN stage_visits v ON v.catalog_id = ? AND v.record_id = t.id'
            ' WHERE {where} GROUP BY t.id) stays',
            self.begun_filter(),
            before=[self.catalog.id],
        )
        points = []
        for place, stage in enumerate(stages):
            stays, ms = found[0][f'stays{place}'] or 0, found[0][f'ms{place}'] or 0
            asked = _flat(self.begun_filter(), Condition('visited', 'is', stage.code))
            average, count = days(Decimal(ms) / stays if stays else 0), found[0][f'n{place}']
            points.append(Point(key=stage.code, value=average, count=count, filter=asked))
        return Series(name='days_in_stage', points=tuple(points))

    async def won_by_choice(self, code: str) -> list[Series]:
        """Value won in the span by the values of a choice field, most first."""
        return await self._by_choice('won_by_choice', self.closed_filter('won'), code)

    async def begun_by_choice(self, code: str) -> list[Series]:
        """The same of all records created in the span, whatever became of them."""
        return await self._by_choice('begun_by_choice', self.begun_filter(), code)

    async def _by_choice(self, name: str, asked: Filter, code: str) -> list[Series]:
        spec = self._field(code, 'choice')
        if spec is None:
            raise Refused('no_such_field', field=code)

        def of_choice(key: str) -> Filter:
            return _flat(asked, Condition(code, 'is', key) if key else Condition(code, 'empty'))

        series = await self._grouped(name, asked, f't.{columns(spec)[0]}', of_choice)
        return [
            replace(one, points=tuple(sorted(one.points, key=lambda point: -point.value))) for one in series
        ]

    # Single figures

    async def open_value(self) -> Figure:
        """Value on its way now."""
        return await self._figure(self.open_filter())

    async def won_value(self) -> Figure:
        """Value won in the span."""
        return await self._figure(self.closed_filter('won'))

    async def win_rate(self) -> Figure:
        """The share of won among all that ended in the span."""
        won = await self._count(self.closed_filter('won'))
        ended = await self._count(self.closed_filter('won', 'lost'))
        share = Decimal(won) / ended if ended else None
        return Figure(count=ended, filter=self.closed_filter('won', 'lost'), value=share)

    async def cycle(self) -> Figure:
        """Average days from the beginning to won, of what was won in the span.

        The beginning is the date field that the catalogue's trait 'deal' names, else the creation."""
        begun = self._field(str(self.catalog.traits.get('deal', {}).get('begun', '')), 'date')
        asked = self.closed_filter('won')
        if begun and self._closed:
            expression = _date_difference(columns(self._closed)[0], columns(begun)[0])
        else:
            expression = f'(t.stage_at - t.created_at) / {DAY_MS}.0'
        found = await self._rows(
            f'SELECT AVG({expression}) AS days, COUNT(*) AS n FROM {table(self.catalog)} t WHERE {{where}}',
            asked,
        )
        row = found[0]
        value = None if row['days'] is None else Decimal(str(row['days'])).quantize(Decimal('0.01'))
        return Figure(count=row['n'], filter=asked, value=value)

    # SQL

    async def _figure(self, asked: Filter) -> Figure:
        value, currency = self._money_columns()
        found = await self._sums(
            f'SELECT {currency} AS currency, COUNT(*) AS n, {summed(value)}'
            f' FROM {table(self.catalog)} t WHERE {{where}} GROUP BY {currency}',
            asked,
        )
        sums = {row['currency']: from_sum(row) for row in found if row['currency']}
        return Figure(count=sum(row['n'] for row in found), filter=asked, sums=sums)

    async def _grouped(
        self, name: str, asked: Filter, by: str, narrowed: Callable[[str], Filter]
    ) -> list[Series]:
        """Counts and sums by an expression, a series a currency, the biggest currency first."""
        value, currency = self._money_columns()
        found = await self._sums(
            f'SELECT {by} AS part, {currency} AS currency, COUNT(*) AS n, {summed(value)}'
            f' FROM {table(self.catalog)} t WHERE {{where}} GROUP BY {by}, {currency}',
            asked,
        )
        mixed = len({row['currency'] for row in found}) > 1
        apart = {row['currency'] or '': self._apart(row['currency']) if mixed else [] for row in found}
        series: dict[str, list[Point]] = {}
        for row in found:
            key, unit = '' if row['part'] is None else str(row['part']), row['currency'] or ''
            point = Point(
                key=key,
                value=from_sum(row) if unit else Decimal(row['n']),
                count=row['n'],
                filter=_flat(narrowed(key), *apart[unit]),
            )
            series.setdefault(unit, []).append(point)
        if self.has_value and len(series) > 1:
            # Records without an amount add nothing to any currency.
            series.pop('', None)
        every = [
            Series(name=name, currency=unit, points=tuple(points), apart=apart[unit])
            for unit, points in series.items()
        ]
        return sorted(every, key=lambda one: -sum(point.count for point in one.points))

    def _apart(self, currency: str | None) -> list[Condition]:
        """The condition that keeps a currency apart, where there are several."""
        if self._value is None:
            return []
        if currency is None:
            return [Condition(self._value.code, 'empty')]
        return [Condition(f'{self._value.code}.currency', 'is', currency)]

    def _money_columns(self) -> tuple[str, str]:
        if self._value is None:
            return '0', 'CAST(NULL AS TEXT)'
        value, currency = columns(self._value)
        return f't.{value}', f't.{currency}'

    async def _count(self, asked: Filter) -> int:
        with guard.acting(self.actor):
            return await reading.count(self.actor, self.catalog, asked)

    async def _names(self, keys: Iterable[str]) -> dict[str, str]:
        ids = sorted({int(key) for key in keys if key})
        if not ids:
            return {}
        with guard.acting(self.actor):
            blanks = ', '.join('?' * len(ids))
            found = await database.rows(f'SELECT id, name FROM people WHERE id IN ({blanks})', ids, read=True)
        return {str(row['id']): row['name'] for row in found}

    async def _sums(self, sql: str, asked: Filter) -> list[Row]:
        """`_rows` of counts and sums by group, added up of parts that each have an index of their own."""
        parts, values = [], []
        groups: dict[tuple[Any, ...], Row] = {}
        with guard.acting(self.actor):
            for sign, (where, args) in reading.scopes(self.actor, self.catalog, asked, in_one_go=True):
                parts.append(f'SELECT {sign} AS sign, p.* FROM ({sql.replace("{where}", where)}) p')
                values += args
            found = await database.rows(' UNION ALL '.join(parts), values, read=True, alias=database.REPORTS)
        for row in found:
            key = tuple(value for name, value in row.items() if name not in (*_ADDED, 'sign'))
            group = groups.setdefault(key, {**row, **dict.fromkeys(_ADDED, 0)})
            for name in _ADDED:
                group[name] += row['sign'] * (row[name] or 0)
        return [group for group in groups.values() if group['n']]

    async def _rows(self, sql: str, asked: Filter, *, before: Sequence[Any] = ()) -> list[Row]:
        """Rows of a statement whose `{where}` is the filter in the reader's rights."""
        with guard.acting(self.actor):
            where, args = reading.scope(self.actor, self.catalog, asked)
            text = sql.replace('{where}', where)
            return await database.rows(text, [*before, *args], read=True, alias=database.REPORTS)

    def _open_stages(self) -> list[Stage]:
        return [stage for stage in self.pipeline.stages if stage.kind == 'open']


def _between(code: str, first: dt.date | None, last: dt.date | None) -> list[Condition]:
    if first is None and last is None:
        return []
    if last is None:
        return [Condition(code, 'greater_equal', first.isoformat() if first else '')]
    return [Condition(code, 'between', [first.isoformat() if first else None, last.isoformat()])]


def _flat(base: Filter, *more: Condition) -> Filter:
    """The conditions side by side, as a reader of the filter bar would set them."""
    return Filter((*base.items, *more))


def _date_difference(later: str, earlier: str) -> str:
    if database.is_postgres():
        return f'(t.{later}::date - t.{earlier}::date)'
    return f'(julianday(t.{later}) - julianday(t.{earlier}))'
