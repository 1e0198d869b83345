"""Widgets of dashboards: a file each. A widget asks a report and draws a card's content."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from nicegui import ui

from store import Catalog, Filter, Money, Pipeline
from store.figures import Point, Series
from store.registry import Registry
from store.reports import Report
from ui import theme
from ui.components.basics import text
from ui.components.chart import ChartView, switch_button
from ui.components.charts import Mark
from ui.place import catalog_url, with_query
from ui.text import label, money, n, number, short_number, t

theme.add_style('components/dashboard.css')


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What the widgets of a dashboard look at together; `before` is the span of equal length just before."""

    report: Report
    before: Report | None

    @property
    def catalog(self) -> Catalog:
        """The catalogue of the dashboard."""
        return self.report.catalog

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that is looked at."""
        return self.report.pipeline

    def url(self, asked: Filter, catalog: str = '') -> str:
        """The list of the records behind a figure."""
        return with_query(catalog_url(catalog or self.catalog.code, 'list'), {'filter': asked.to_text()})

    @property
    def won(self) -> str:
        """What the good end of the pipeline is called."""
        return next((label(stage) for stage in self.pipeline.stages if stage.kind == 'won'), '')

    def stage(self, code: str) -> str:
        """What a stage is called."""
        found = self.pipeline.stage(code)
        return label(found) if found else code


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """A chart of a widget; several of them when there are several currencies."""

    chart: str
    marks: Sequence[Mark]
    total: str = ''
    note: str = ''

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(mark.value for mark in self.marks)


class Widget(ABC):
    """A card of a dashboard; `width` is in twelfths of the page."""

    key: ClassVar[str]
    label: ClassVar[str]
    width: ClassVar[int] = 6
    bones: ClassVar[int] = 5

    def fits(self, report: Report) -> bool:
        """Whether this pipeline has what the widget needs."""
        return True

    def title(self, scene: Scene) -> str:
        """The card's caption."""
        return t(self.label)

    @abstractmethod
    async def panels(self, scene: Scene) -> Sequence[Panel]:
        """The charts to draw, computed by SQL."""

    async def draw(self, scene: Scene, slot: ui.element) -> None:
        """Fill the card."""
        panels = await self.panels(scene)
        slot.clear()
        with slot:
            draw_panels(self.title(scene), panels)


def draw_panels(title: str, panels: Sequence[Panel], empty: str = '') -> None:
    """A card's head and its charts into the open slot."""
    shown = [panel for panel in panels if not panel.is_empty]
    with ui.element('div').classes('a-widget__head'):
        text(title, 'a-h2 a-grow')
        actions = ui.element('div').classes('a-widget__actions')
    if not shown:
        text(empty or t('Nothing in this period yet.'), 'a-muted a-widget__empty')
        return
    views = []
    for panel in shown:
        if panel.total or panel.note:
            with ui.element('div').classes('a-widget__total'):
                text(panel.total, 'a-num a-widget__sum')
                text(panel.note, 'a-meta')
        views.append(ChartView(panel.chart, panel.marks, title))
    with actions:
        switch_button(views)


def counted(count: int) -> str:
    """'5 records'."""
    return n('{count} record', '{count} records', count)


def valued(value: Decimal, currency: str) -> str:
    """Money, or a bare number when it is none."""
    return money(Money(value, currency), 0) if currency else number(value)


def briefly(value: Decimal, currency: str) -> str:
    """Money in few characters: '1.2M ₽'."""
    whole = valued(value, currency)
    if not currency or abs(value) < 100_000:
        return whole
    sign = whole.strip('-\u22120123456789., \u202f\u00a0')
    return f'{sign}{short_number(value)}' if whole.startswith(sign) else f'{short_number(value)}\u00a0{sign}'


def mark_of(scene: Scene, series: Series, point: Point, name: str, **more: str) -> Mark:
    """A point as a bar with a link to its records; `more`: note, caption, color."""
    return Mark(
        label=name,
        value=float(point.value),
        text=briefly(point.value, series.currency),
        hint=counted(point.count) if series.currency else '',
        exact=valued(point.value, series.currency),
        url=scene.url(point.filter),
        **more,
    )


WIDGETS: Registry[Widget] = Registry(__name__, Widget)
"""Every widget by its key."""


async def draw_widgets(scene: Scene, slots: Mapping[str, ui.element]) -> None:
    """Fill cards one after another, letting other pages breathe between them."""
    for key, slot in slots.items():
        if slot.is_deleted:
            return
        await WIDGETS[key].draw(scene, slot)
        await asyncio.sleep(0)
