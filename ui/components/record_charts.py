"""Charts that fit a record: how long it took, and what others that link to it brought."""

from collections.abc import Sequence

from nicegui import ui

from store import Catalog, Records, RecordView
from store.figures import Lens
from store.query import where
from store.reports import Report
from store.stage_times import stage_times
from ui.components.basics import text
from ui.components.charts import Mark
from ui.components.widgets import WIDGETS, Panel, Scene, draw_panels
from ui.session import records
from ui.text import label, n, number, t

LINKED = ('won_by_month', 'open_by_stage')
"""What is drawn of the records that link to this one, where their pipeline has a value."""


async def draw_charts(catalog: Catalog, view: RecordView) -> None:
    """Charts of a record into the open slot: time in its stages, value of what links to it."""
    mine = records()
    drawn = 0
    with ui.element('div').classes('a-charts'):
        if view.stage:
            _card(
                t('Time in each stage'),
                [await _times(mine, catalog, view)],
                t('It has not been anywhere yet.'),
            )
            drawn += 1
        for other, field in _linking(mine, catalog):
            report = Report(mine.actor, Lens(catalog=other.code, pipeline='', also=where(**{field: view.id})))
            scene = Scene(report=report, before=None)
            for key in LINKED:
                panels = await WIDGETS[key].panels(scene)
                if any(not panel.is_empty for panel in panels):
                    _card(f'{label(other)}: {_inside(t(WIDGETS[key].label))}', panels, '')
                    drawn += 1
    if not drawn:
        text(t('There are no figures about this record yet.'), 'a-muted')


def _inside(words: str) -> str:
    """Words as they stand inside a line."""
    return words[:1].lower() + words[1:]


def _card(title: str, panels: Sequence[Panel], empty: str) -> None:
    with ui.element('section').classes('a-card a-widget'):
        draw_panels(title, panels, empty)


async def _times(mine: Records, catalog: Catalog, view: RecordView) -> Panel:
    series = await stage_times(mine.actor, catalog.code, view.id)
    marks = []
    for point in series.points:
        found = catalog.stage(point.key)
        marks.append(
            Mark(
                label=label(found[1]) if found else point.key,
                value=float(point.value),
                text=t('{days} d', days=number(round(float(point.value), 1))),
                hint=n('{count} visit', '{count} visits', point.count),
                color=found[1].color if found else '',
            )
        )
    total = sum(float(point.value) for point in series.points)
    return Panel(chart='bars', marks=marks, total=n('{count} day', '{count} days', round(total)))


def _linking(mine: Records, catalog: Catalog) -> list[tuple[Catalog, str]]:
    """Catalogues whose records point here by a link field and whose pipeline has a value."""
    return [
        (other, spec.code)
        for other in mine.catalogs()
        if other.pipelines and other.pipelines[0].value_field
        for spec in other.fields
        if spec.type == 'link' and spec.options.get('target') == catalog.code and not spec.archived
    ]
