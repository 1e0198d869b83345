"""A record in the drawer or on its own page: title, stages, key figures, fields, and what happened."""

import json
from collections.abc import Callable
from typing import Any

from nicegui import ui

from store import Catalog, Change, Money, RecordView
from ui import theme
from ui.components.basics import icon_button, menu_item
from ui.components.record_blocks import InPlace, draw_blocks
from ui.components.record_charts import draw_charts
from ui.components.record_colleague import draw_colleague
from ui.components.record_files import RecordFiles, count_files
from ui.components.record_lists import RelatedRecords, Tasks, task_catalog, tasks_about
from ui.components.record_lists import is_done as task_is_done
from ui.components.record_rules import RuleRuns, manual_rules
from ui.components.record_stages import Stages
from ui.components.record_state import RecordState
from ui.components.record_timeline import Timeline
from ui.components.share_dialog import Shared
from ui.components.tabs import Tabs
from ui.components.why_dialog import ask_why
from ui.formats import ago, date_long, money
from ui.live import watch
from ui.place import record_url
from ui.session import records
from ui.text import t
from ui.values import field_label

theme.add_style('components/record.css')


class RecordPane:
    """Everything about one record. `narrow` puts the fields among the tabs, as in the drawer."""

    def __init__(self, catalog: str, id: int, *, on_gone: Callable[[], Any], narrow: bool = False) -> None:
        self._code, self._id, self._on_gone, self._narrow = catalog, id, on_gone, narrow

    async def draw(self) -> RecordView:
        """Read the record and draw it into the open slot.

        :raises NotFound: no such record, or not for this reader"""
        mine = records()
        self.catalog = mine.catalog(self._code)
        view = await mine.get(self._code, self._id)
        self.state = RecordState(self.catalog, view, self._on_gone)
        await self.state.learn_rights()
        self._editor = InPlace(self.state)
        with (
            ui.element('div')
            .classes('rc-root')
            .classes('rc-narrow' if self._narrow else 'rc-wide')
            .mark('record')
        ):
            await self._head(view)
            with ui.element('div').classes('rc-columns'):
                if not self._narrow:
                    with ui.element('div').classes('rc-left'):
                        draw_blocks(self.state, self._editor)
                with ui.element('div').classes('rc-right'):
                    await self._tabbed()
            watch(None, self._changed)
        return view

    async def _head(self, view: RecordView) -> None:
        title = self.catalog.field('title')
        with ui.element('div').classes('rc-head'):
            with ui.element('div').classes('rc-titleline'):
                with ui.element('div').classes('rc-title af-quiet'):
                    if title is not None:
                        self._editor.draw(title, bare=True, empty=t('Untitled'))
                await Shared(self.state).draw()
                await self._menu()
            await draw_colleague(self._code, self._id)
            if self.catalog.pipelines:
                Stages(self.state)
            with ui.element('div').classes('rc-figures af-quiet'):
                self._figures(view)

    async def _menu(self) -> None:
        rules = await manual_rules(self.state)
        with icon_button('more_horiz', t('More actions')).mark('record-menu'), ui.menu():
            for caption, run in rules:
                menu_item(caption, run, icon_name='bolt')
            menu_item(t('Copy the link'), self._copy_link, icon_name='link')
            menu_item(t('Who can and who cannot, and why'), self._why, icon_name='rule')
            if 'delete' in self.state.rights:
                menu_item(t('Delete'), self.state.remove, icon_name='delete', danger=True)

    async def _why(self) -> None:
        with ui.context.client.layout:
            await ask_why(self.catalog, self.state.view)

    def _copy_link(self) -> None:
        path = record_url(self._code, self._id)
        ui.run_javascript(
            'navigator.clipboard?.writeText(location.origin + (window.path_prefix || "")'
            f' + {json.dumps(path)})'
        )

    def _figures(self, view: RecordView) -> None:
        owner = self.catalog.field('owner')
        if owner is not None:
            self._editor.draw(owner)
        facts = ui.element('div').classes('rc-facts')

        def refreshed(fresh: RecordView) -> None:
            facts.clear()
            with facts:
                for caption, words, exact in key_figures(self.catalog, fresh):
                    with ui.element('div').classes('af-field').props(f'title="{exact}"' if exact else ''):
                        ui.label(caption).classes('af-label')
                        ui.label(words).classes('rc-fact a-num')

        refreshed(view)
        self.state.listen(refreshed)

    async def _tabbed(self) -> None:
        self._tabs = Tabs()
        if self._narrow:
            self._tabs.add('fields', t('Details'), lambda: draw_blocks(self.state, self._editor))
        self._tabs.add('timeline', t('Timeline'), self._draw_timeline)
        if task_catalog() is not None:
            self._tabs.add('tasks', t('Tasks'), self._draw_tasks)
        self._tabs.add('related', t('Related'), self._draw_related)
        self._tabs.add('files', t('Files'), self._draw_files)
        self._tabs.add('charts', t('Charts'), self._draw_charts)
        self._tabs.add('rules', t('Rules'), self._draw_rules)
        self._lists: dict[str, Any] = {}
        await self._count()
        self._tabs.count('files', await count_files(self.state))
        # Whoever was quick has chosen a tab while the counts were on their way.
        if not self._tabs.current:
            await self._tabs.show('fields' if self._narrow else 'timeline')

    async def _count(self) -> None:
        catalog, mine = task_catalog(), records()
        if catalog is not None:
            views = await tasks_about(catalog, self.state.view)
            self._tabs.count('tasks', sum(not task_is_done(catalog, view) for view in views))
        about = catalog.traits['task']['about'] if catalog is not None else ''
        related = await mine.related(self._code, self._id)
        self._tabs.count('related', sum(one.count for one in related if one.field != about))

    async def _draw_timeline(self) -> None:
        self._lists['timeline'] = timeline = Timeline(self.state).mark('timeline')
        await timeline.refresh()

    async def _draw_tasks(self) -> None:
        self._lists['tasks'] = tasks = Tasks(self.state, lambda count: self._tabs.count('tasks', count))
        await tasks.draw()

    async def _draw_related(self) -> None:
        self._lists['related'] = related = RelatedRecords(self.state)
        await related.draw()

    async def _draw_files(self) -> None:
        self._lists['files'] = attached = RecordFiles(
            self.state, lambda count: self._tabs.count('files', count)
        )
        await attached.draw()

    async def _draw_charts(self) -> None:
        await draw_charts(self.catalog, self.state.view)

    async def _draw_rules(self) -> None:
        self._lists['rules'] = runs = RuleRuns(self.state)
        await runs.draw()

    async def _changed(self, changes: tuple[Change, ...]) -> None:
        own = [c for c in changes if c.catalog == self._code and c.record_id == self._id]
        if own:
            if not await self.state.reload():
                return
            if 'timeline' in self._lists:
                await self._lists['timeline'].refresh()
            for code in ('rules', 'files'):
                if code in self._lists:
                    await self._lists[code].draw()
        if len(own) < len(changes) and self.state.view.deleted_at is None:
            await self._refresh_lists({c.catalog for c in changes})

    async def _refresh_lists(self, touched: set[str]) -> None:
        linking = {c.code for c in records().catalogs() if _may_link(c, self._code)}
        if not touched & linking:
            return
        await self._count()
        for code in ('tasks', 'related'):
            if code in self._lists:
                await self._lists[code].draw()


def key_figures(catalog: Catalog, view: RecordView) -> list[tuple[str, str, str]]:
    """Captions, values and exact tooltips of the few figures that matter most."""
    found: list[tuple[str, str, str]] = []
    where = catalog.stage(view.stage or '')
    value_field = where[0].value_field if where else catalog.card.get('money', '')
    spec, value = catalog.field(value_field), view.values.get(value_field)
    if spec is not None and isinstance(value, Money):
        found.append((field_label(spec), money(value), ''))
    entered = view.values.get('stage_at')
    if where and entered is not None:
        found.append((t('In this stage since'), ago(entered), date_long(entered)))
    created = view.values.get('created_at')
    if created is not None:
        found.append((t('Created'), ago(created), date_long(created)))
    return found


def _may_link(catalog: Catalog, target: str) -> bool:
    return any(s.type == 'link' and s.options.get('target') in (target, '*') for s in catalog.live_fields)
