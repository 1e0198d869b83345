"""A dashboard on a page: choices above, cards below, both following the address."""

from dataclasses import dataclass, replace

from nicegui import ui

from store import Catalog, Pipeline, Problem
from store.actor import Level
from store.dashboards import Dashboard
from store.figures import Lens
from store.people import person
from store.query import where
from store.reports import Report
from ui import live
from ui.components.basics import empty_state, skeleton, tell
from ui.components.dashboard_choices import owner_choice, period_choice, pipeline_choice
from ui.components.dashboard_period import Period
from ui.components.widgets import WIDGETS, Scene, draw_widgets
from ui.formats import today
from ui.place import Place, catalog_url, go
from ui.session import records, session
from ui.text import label, t

WIDGET_ORDER = (
    'figures', 'funnel', 'won_by_month', 'open_by_stage', 'days_in_stage', 'won_by_owner', 'sources',
)  # fmt: skip
"""What a dashboard that nobody has arranged shows."""
QUIET_S = 2.0
"""After a change somewhere the figures are read again no sooner than this."""


@dataclass(slots=True)
class _Asked:
    """What the address asks for."""

    pipeline: Pipeline
    period: Period
    owner: int | None
    owner_name: str = ''

    def lens(self, catalog: Catalog) -> Lens:
        first, last = self.period.span(today())
        return Lens(
            catalog=catalog.code, pipeline=self.pipeline.code, first=first, last=last, owner=self.owner
        )


class DashboardView:
    """Draws the choices into one slot and the cards into another, and keeps both right."""

    def __init__(self, place: Place, dashboard: Dashboard, choices: ui.element, body: ui.element) -> None:
        self.place, self.dashboard = place, dashboard
        self.catalog = records().catalog(dashboard.catalog)
        self._choices = choices
        # These stay while their contents come and go: what lives on them outlives a choice.
        with body:
            self._home = ui.element('div')
        with self._home:
            self._cards = ui.element('div').classes('a-dash')
        self._slots: dict[str, ui.element] = {}
        self._waiting: ui.timer | None = None
        self._turn = 0

    async def draw(self) -> None:
        """Everything, as the address asks; then stay up to date."""
        self.place.on_query(self._follow)
        with self._home:
            live.watch({self.catalog.code}, self._changed)
            await self._show()

    async def _follow(self, _query: dict[str, str]) -> None:
        with self._home:
            await self._show()

    async def choose(self, **query: str | None) -> None:
        """Take a choice into the address and show it."""
        # The menu that was clicked is drawn anew, so nothing may be done in its place.
        with self._home:
            self.place.set_query(replace=False, **query)
            await self._show()

    async def _asked(self) -> _Asked:
        query = self.place.query
        pipeline = self.catalog.pipeline(query.get('pipeline') or self.dashboard.pipeline)
        asked = _Asked(pipeline or self.catalog.pipelines[0], Period.of_query(query), None)
        if 'period' not in query and await self._is_history(asked):
            asked.period = Period('all')
        if query.get('owner', '').isdecimal():
            try:
                found = await person(session().actor, int(query['owner']))
            except Problem:
                return asked
            asked.owner, asked.owner_name = found.id, found.name
        return asked

    async def _is_history(self, asked: _Asked) -> bool:
        """Whether all that was won lies before the usual period, as after an import of old records."""
        lens, actor = asked.lens(self.catalog), session().actor
        if (await Report(actor, lens).won_value()).count:
            return False
        return (await Report(actor, replace(lens, first=None, last=None)).won_value()).count > 0

    async def _show(self) -> None:
        asked = await self._asked()
        self._choices.clear()
        with self._choices:
            self._draw_choices(asked)
        await self._draw_cards(asked)

    def _draw_choices(self, asked: _Asked) -> None:
        if len(self.catalog.pipelines) > 1:
            options = {pipeline.code: label(pipeline) for pipeline in self.catalog.pipelines}
            pipeline_choice(options, asked.pipeline.code, lambda code: self.choose(pipeline=code))
        period_choice(asked.period, lambda period: self.choose(**period.query()))
        if session().actor.rights(self.catalog.code).read > Level.OWN:
            owner_choice(asked.owner_name, lambda id: self.choose(owner=id or None))

    def _scene(self, asked: _Asked) -> Scene:
        lens, actor = asked.lens(self.catalog), session().actor
        before = lens.before()
        return Scene(report=Report(actor, lens), before=Report(actor, before) if before else None)

    async def _draw_cards(self, asked: _Asked, *, quietly: bool = False) -> None:
        """Bones first, then card by card. Where a later choice overtakes this one, this one stops."""
        self._turn += 1
        turn, scene = self._turn, self._scene(asked)
        keys = [key for key in self.dashboard.widgets if key in WIDGETS and WIDGETS[key].fits(scene.report)]
        if not quietly:
            self._cards.clear()
            if not await self._has_records(asked):
                self._say_empty()
                return
            with self._cards:
                self._slots = {key: _card(key) for key in keys}
        for key, slot in self._slots.items():
            if turn != self._turn:
                return
            try:
                await draw_widgets(scene, {key: slot})
            except Problem as problem:
                tell(problem)
                return

    async def _has_records(self, asked: _Asked) -> bool:
        return await records().count(self.catalog.code, where(pipeline=asked.pipeline.code)) > 0

    def _say_empty(self) -> None:
        self._slots = {}
        with self._cards, ui.element('div').classes('a-widget--12'):
            empty_state(
                t('Figures appear here with the first records of this pipeline.'),
                t('Open the board'),
                lambda: go(catalog_url(self.catalog.code, 'board')),
                icon_name='insights',
            )

    def _changed(self, _changes: object) -> None:
        """Read the figures again a moment after the last of several changes."""
        if self._waiting is not None:
            self._waiting.cancel()
        with self._home:
            self._waiting = ui.timer(QUIET_S, self._refresh, once=True)

    async def _refresh(self) -> None:
        # The first record of all brings the cards.
        await self._draw_cards(await self._asked(), quietly=bool(self._slots))


def _card(key: str) -> ui.element:
    widget = WIDGETS[key]
    with ui.element('section').classes(f'a-card a-widget a-widget--{widget.width} a-widget--{key}') as card:
        skeleton(widget.bones)
    return card.mark(f'widget-{key}')


def implied(catalog: Catalog) -> Dashboard:
    """The dashboard of a catalogue with a pipeline for which nobody has made one."""
    return Dashboard(
        code=catalog.code,
        label=catalog.label,
        labels=catalog.labels,
        catalog=catalog.code,
        pipeline=catalog.pipelines[0].code,
        widgets=WIDGET_ORDER,
    )
