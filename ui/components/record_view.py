"""A record in the drawer or on its own page: title, stages, key figures, fields, and what happened."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import ui

from store import Catalog, Change, Money, RecordView
from store.layouts import Block, Layout, LayoutTab, layout_code, layout_for
from ui import theme
from ui.components.basics import icon_button, menu_item
from ui.components.layout_modules import OF_OTHERS, Modules, counted, is_offered
from ui.components.layout_words import part_name
from ui.components.own_company import draw_own_badge, own_company_action
from ui.components.record_blocks import Blocks, InPlace
from ui.components.record_colleague import draw_colleague
from ui.components.record_rules import manual_rules
from ui.components.record_stages import Stages
from ui.components.record_state import RecordState
from ui.components.share_dialog import Shared
from ui.components.tabs import Tabs
from ui.components.why_dialog import ask_why
from ui.formats import ago, date_long, money
from ui.live import watch
from ui.place import go, record_url
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
        self._layout = _offered(layout_for(mine.actor, self.catalog))
        self._modules = Modules(self.state, self._told)
        self._blocks = Blocks(self.state, self._editor, self._modules)
        self._counted: dict[str, tuple[str, Block]] = {}
        with (
            ui.element('div')
            .classes('rc-root')
            .classes('rc-narrow' if self._narrow else 'rc-wide')
            .mark('record')
        ):
            await self._head(view)
            if self._layout.tabs:
                with ui.element('div').classes('rc-columns'):
                    await self._columns()
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
            draw_own_badge(self._code, self._id)
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
            if records().actor.may_do('edit_structure'):
                menu_item(t('Arrange this page'), self._arrange, icon_name='dashboard_customize')
            if (own := own_company_action(self.state)) is not None:
                menu_item(*own, icon_name='home_work')
            if 'delete' in self.state.rights:
                menu_item(t('Delete'), self.state.remove, icon_name='delete', danger=True)

    def _arrange(self) -> None:
        go(f'/settings/catalogs/{self._code}/layouts/{layout_code(records().actor, self.catalog)}')

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

    async def _columns(self) -> None:
        first, *rest = self._layout.tabs
        if self._narrow or not self._layout.beside:
            await self._tabbed(self._layout.tabs)
            return
        with ui.element('div').classes('rc-left'):
            await self._blocks.draw(first)
        if rest:
            await self._tabbed(rest)

    async def _tabbed(self, tabs: Sequence[LayoutTab]) -> None:
        with ui.element('div').classes('rc-right'):
            self._tabs, self._counted = Tabs(), counted(tabs)
            for tab in tabs:
                self._tabs.add(tab.code, part_name(tab), partial(self._blocks.draw, tab))
            await self._count(*OF_OTHERS, 'files')
            # Whoever was quick has chosen a tab while the counts were on their way.
            if not self._tabs.current:
                await self._tabs.show(tabs[0].code)

    def _told(self, block: str, count: int) -> None:
        if block in self._counted:
            self._tabs.count(self._counted[block][0], count)

    async def _count(self, *modules: str) -> None:
        for _, block in self._counted.values():
            if block.module in modules:
                await self._modules.count(block)

    async def _changed(self, changes: tuple[Change, ...]) -> None:
        own = [c for c in changes if c.catalog == self._code and c.record_id == self._id]
        if own:
            if not await self.state.reload():
                return
            await self._modules.follow_record()
        if len(own) < len(changes) and self.state.view.deleted_at is None:
            await self._refresh_lists({c.catalog for c in changes})

    async def _refresh_lists(self, touched: set[str]) -> None:
        linking = {c.code for c in records().catalogs() if _may_link(c, self._code)}
        if not touched & linking:
            return
        await self._count(*OF_OTHERS)
        await self._modules.follow_others()


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


def _offered(layout: Layout) -> Layout:
    """Without blocks that cannot show anything here."""
    tabs = (replace(tab, blocks=tuple(filter(is_offered, tab.blocks))) for tab in layout.tabs)
    return replace(layout, tabs=tuple(tab for tab in tabs if tab.blocks))


def _may_link(catalog: Catalog, target: str) -> bool:
    return any(s.type == 'link' and s.options.get('target') in (target, '*') for s in catalog.live_fields)
