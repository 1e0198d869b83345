"""Where records come from, and what becomes of them: source, leads, deals, won, revenue."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from nicegui import ui

from store import Filter
from store.figures import Point
from store.reports import Report
from ui.components.basics import dot, row, text
from ui.components.widgets import Panel, Scene, Widget, briefly
from ui.session import records
from ui.text import label, language, number, p, t

FIELD = 'source'
BEFORE = 'leads'
"""The catalogue whose records come before those of the pipeline."""


@dataclass(slots=True)
class _Line:
    """A source: how many leads and deals, and what was won."""

    key: str
    counts: dict[str, tuple[int, Filter]] = field(default_factory=dict)
    won: list[tuple[str, Point]] = field(default_factory=list)


class Sources(Widget):
    """The path from a source to revenue, a line a source."""

    key = 'sources'
    label = 'From source to revenue'
    width = 7

    def fits(self, report: Report) -> bool:
        """Where records have a source."""
        spec = report.catalog.field(FIELD)
        return spec is not None and spec.type == 'choice'

    async def panels(self, scene: Scene) -> Sequence[Panel]:
        """None: this is a table."""
        return ()

    async def draw(self, scene: Scene, slot: ui.element) -> None:
        """A table of links."""
        steps = [scene.report]
        if (leads := _leads(scene)) is not None:
            steps.insert(0, leads)
        lines: dict[str, _Line] = {}
        for report in steps:
            for series in await report.begun_by_choice(FIELD):
                for point in series.points:
                    line = lines.setdefault(point.key, _Line(point.key))
                    line.counts.setdefault(report.catalog.code, (point.count, point.filter))
        for series in await scene.report.won_by_choice(FIELD):
            for point in series.points:
                lines.setdefault(point.key, _Line(point.key)).won.append((series.currency, point))
        ordered = sorted(lines.values(), key=lambda one: -sum((p.value for _, p in one.won), Decimal(0)))
        slot.clear()
        with slot:
            _draw(scene, self.label, steps, ordered)


def _leads(scene: Scene) -> Report | None:
    """The report of the leads, where the reader may read them and they know their source."""
    catalog = next((one for one in records().catalogs() if one.code == BEFORE), None)
    spec = catalog.field(FIELD) if catalog else None
    if catalog is None or spec is None or spec.type != 'choice' or not catalog.pipelines:
        return None
    if catalog.code == scene.catalog.code:
        return None
    lens = replace(scene.report.lens, catalog=BEFORE, pipeline=catalog.pipelines[0].code, also=Filter())
    return Report(scene.report.actor, lens)


def _draw(scene: Scene, title: str, steps: Sequence[Report], lines: Sequence[_Line]) -> None:
    with ui.element('div').classes('a-widget__head'):
        text(t(title), 'a-h2 a-grow')
    if not lines:
        text(t('Nothing in this period yet.'), 'a-muted a-widget__empty')
        return
    with ui.element('div').classes('a-table-box'), ui.element('table').classes('a-table a-sources'):
        with ui.element('tr'):
            heads = [t('Source'), *(label(step.catalog) for step in steps), p('column', 'Won'), t('Revenue')]
            for head in heads:
                with ui.element('th'):
                    text(head)
        for line in lines:
            _draw_line(scene, steps, line)


def _draw_line(scene: Scene, steps: Sequence[Report], line: _Line) -> None:
    caption, color = _choice(scene, line.key)
    with ui.element('tr'):
        with ui.element('td'), row():
            dot(color)
            text(caption, 'a-ellipsis')
        for step in steps:
            count, asked = line.counts.get(step.catalog.code, (0, Filter()))
            _cell(number(count), scene.url(asked, step.catalog.code) if count else '')
        won = sum(point.count for _, point in line.won)
        only = line.won[0][1].filter if len(line.won) == 1 else None
        _cell(number(won), scene.url(only) if only and won else '')
        money_texts = [briefly(point.value, currency) for currency, point in line.won if currency]
        _cell(' + '.join(money_texts) or '—', scene.url(only) if only and won else '')


def _cell(shown: str, url: str) -> None:
    with ui.element('td').classes('a-num'):
        if url:
            ui.link(shown, url).classes('a-link')
        else:
            text(shown, 'a-muted')


def _choice(scene: Scene, key: str) -> tuple[str, str]:
    spec = scene.catalog.field(FIELD)
    for choice in spec.options.get('choices', ()) if spec else ():
        if choice['key'] == key:
            named = choice.get('labels', {}).get(language()) or choice['label']
            return str(named), str(choice.get('color', ''))
    return (key, '') if key else (t('Not given'), '')
