"""Rules: the list with how each is doing, and one rule as cards with its runs beside them."""

from typing import Any

from nicegui import ui

from automations import Rules, RuleView
from automations.spec import DEFAULT_ORIGINS
from store import Catalog, Invalid, NotFound, Problem
from ui.components import frame
from ui.components.basics import button, confirm, empty_state, icon_button, menu_item, pill, row, text, toast
from ui.components.rule_context import RuleContext
from ui.components.rule_editor import RuleEditor, faults_elsewhere, new_draft
from ui.components.rule_runs import decision_line, run_line, titles_of
from ui.components.rule_words import sentences
from ui.components.settings import listing
from ui.components.toast import tell
from ui.pages import Area, Nav, Page, may
from ui.place import Place, go
from ui.session import records, session
from ui.text import date_short, label, language, number, p, t, words, words_of

BROKEN_SHOWN = 5
IMPORT = 'import'
REFRESHED_S = 4.0
"""How often the runs beside a rule are read again."""


def _rules() -> Rules:
    return Rules(session().actor)


async def draw_rules(place: Place) -> None:
    """Every rule with its sentence, switch, last run, runs and errors of this week."""
    shelf = _Shelf(place)
    with frame.header(t('Rules')) as head:
        with head.filters:
            find = (
                ui.input(placeholder=t('Search'), value=place.query.get('q', ''))
                .props('clearable')
                .classes('a-find')
            )
        with head.actions:
            button(t('New rule'), lambda: go('/rules/new'), primary=True, icon='add')
    with frame.body(read=True), ui.element('div').classes('a-col a-gap-16'):
        await _needs_attention()
        shelf.box = ui.element('div').classes('a-card')
    find.on_value_change(lambda: shelf.search(find.value or ''))
    await shelf.read()


async def _needs_attention() -> None:
    """The latest runs that failed, if there are any: the first thing to look at."""
    broken = await _rules().broken(limit=BROKEN_SHOWN)
    if broken:
        names = {view.id: _name(view) for view in await _rules().list()}
        titles = await titles_of(broken)
        with listing(t('Needs attention')):
            for run in broken:
                run_line(run, titles, names.get(run.rule_id, t('Deleted rule')))


class _Shelf:
    """The list and what can be done with a line."""

    box: ui.element

    def __init__(self, place: Place) -> None:
        self._place, self._wanted = place, place.query.get('q', '')
        self._views: list[RuleView] = []
        self._said: list[str] = []

    async def read(self) -> None:
        """Read the rules and draw them."""
        self._views = await _rules().list()
        self._said = await sentences(session().actor, [view.rule for view in self._views])
        self._draw()

    def search(self, wanted: str) -> None:
        """Show the rules whose words fit."""
        self._wanted = wanted
        self._place.set_query(q=wanted, replace=True)
        self._draw()

    def _draw(self) -> None:
        self.box.clear()
        sought = self._wanted.casefold().split()
        shown = [
            (view, said)
            for view, said in zip(self._views, self._said, strict=True)
            if all(word in f'{_name(view)} {said}'.casefold() for word in sought)
        ]
        with self.box:
            if not self._views:
                empty_state(
                    t('Rules do the routine by themselves: they create tasks, remind, write letters.'),
                    t('New rule'), lambda: go('/rules/new'), icon_name='account_tree',
                )  # fmt: skip
            elif not shown:
                empty_state(t('Nothing found'))
            else:
                self._head()
            for view, said in shown:
                self._line(view, said)

    def _head(self) -> None:
        with ui.element('div').classes('ar-rule ar-rule--head'):
            text('')
            text(t('Rule'))
            text(t('Last run'), 'ar-wide')
            text(t('This week'), 'ar-wide ar-rule__end')
            text(t('Errors'), 'ar-wide ar-rule__end')

    def _line(self, view: RuleView, said: str) -> None:
        tally = view.tally
        last = date_short(tally.last.created_at) if tally.last else '—'
        with ui.element('div').classes('ar-rule').classes('' if view.is_on else 'ar-off'):
            switch = ui.switch(
                value=view.stored.enabled, on_change=lambda event: self._switch(view, event.value)
            )
            switch.props['aria-label'] = t('Rule is on')
            with ui.link(target=f'/rules/{view.id}').classes('ar-rule__words'):
                with row():
                    text(_name(view), 'a-strong a-ellipsis')
                    if view.stored.paused:
                        pill(t('Paused'), kind='warning').tooltip(words_of(view.stored.paused, {}))
                text(said, 'ar-rule__say')
                with ui.element('div').classes('ar-narrow a-meta'):
                    text(last)
                    text(t('{count} this week', count=number(tally.week)))
                    if tally.broken:
                        text(t('{count} with errors', count=number(tally.broken)), 'a-danger')
            text(last, 'ar-wide a-small a-muted')
            text(number(tally.week) if tally.week else '—', 'ar-wide ar-rule__end')
            text(number(tally.broken) if tally.broken else '—', 'ar-wide ar-rule__end').classes(
                'a-danger' if tally.broken else ''
            )
            with icon_button('more_horiz', t('Actions for {name}', name=_name(view)), small=True), ui.menu():
                menu_item(p('button', 'Open'), lambda: go(f'/rules/{view.id}'), icon_name='edit')
                menu_item(
                    t('Make a copy'), lambda: go(f'/rules/new?copy={view.id}'), icon_name='content_copy'
                )
                menu_item(t('Delete'), lambda: self._remove(view), icon_name='delete', danger=True)

    async def _switch(self, view: RuleView, enabled: bool) -> None:
        try:
            await _rules().switch(view.id, enabled=enabled)
        except Problem as problem:
            tell(problem)
        await self.read()

    async def _remove(self, view: RuleView) -> None:
        if await confirm(
            t('Delete the rule “{name}”? Its runs stay to be read.', name=_name(view)), t('Delete')
        ):
            await _rules().remove(view.id)
            await self.read()


def _name(view: RuleView) -> str:
    return view.rule.called(language())


def _version(view: RuleView) -> str:
    when = date_short(view.stored.changed_at)
    return t('Version {number}, changed {when}', number=view.stored.number, when=when)


async def draw_new(place: Place) -> None:
    """An empty rule, or a copy of another one."""
    if copied := place.query.get('copy', ''):
        plain = (await _rules().get(_number(copied))).rule.to_plain()
        plain |= {'key': '', 'name': t('{name} (copy)', name=plain['name']), 'names': {}, 'enabled': True}
        await _Sheet(place, plain, None).draw()
        return
    offered = records().catalogs()
    if not offered:
        raise NotFound
    wanted = place.query.get('catalog', '')
    first = next((one for one in offered if one.code == wanted), None) or next(
        (one for one in offered if one.pipelines), offered[0]
    )
    await _Sheet(place, new_draft(first.code), None).draw()


async def draw_rule(place: Place) -> None:
    """One rule as cards, with its runs."""
    view = await _rules().get(_number(place.params['rule']))
    place.set_title(_name(view))
    await _Sheet(place, view.rule.to_plain(), view).draw()


def _number(text_given: str) -> int:
    if not text_given.isdecimal() or len(text_given) > 15:
        raise NotFound('no_such_rule', id=text_given[:20])
    return int(text_given)


class _Sheet:
    """The page of one rule: name and catalogue, the cards, the sentence, the runs."""

    _save_button: ui.button
    _flow: ui.element
    _runs: ui.element
    _name: ui.input
    _sentence: ui.label
    _title: ui.label
    _version: ui.label

    def __init__(self, place: Place, plain: dict[str, Any], view: RuleView | None) -> None:
        self._place, self._plain, self._view = place, plain, view
        self._editor: RuleEditor | None = None
        self._shown: object = None

    async def draw(self) -> None:
        """Draw everything."""
        self._header()
        with frame.body(), ui.element('div').classes('ar-page'):
            with ui.element('div').classes('a-grow'):
                self._about()
                self._flow = ui.element('div')
            with ui.element('aside').classes('ar-aside'):
                self._sentence = text('', 'ar-say')
                self._sentence.props['aria-live'] = 'polite'
                if self._view is not None:
                    self._state(self._view)
                    self._runs = ui.element('div')
        await self._draw_cards()
        if self._view is not None:
            await self._show_runs()
            ui.timer(REFRESHED_S, self._show_runs)

    def _header(self) -> None:
        title = _name(self._view) if self._view else t('New rule')
        with frame.header(title, back='/rules') as head, head.actions:
            self._title = head.title
            if self._view is not None:
                number_of = self._view.id
                with icon_button('more_horiz', t('More')), ui.menu():
                    menu_item(
                        t('Make a copy'), lambda: go(f'/rules/new?copy={number_of}'), icon_name='content_copy'
                    )
                    menu_item(t('Delete'), self._remove, icon_name='delete', danger=True)
            self._save_button = button(
                t('Save') if self._view else t('Create rule'), self._save, primary=True
            )
            self._save_button.set_enabled(self._view is None)

    def _about(self) -> None:
        with ui.element('div').classes('a-card ar-about'):
            shown = _name(self._view) if self._view else self._plain['name']
            self._name = ui.input(t('Name'), value=shown).props('maxlength=200')
            self._name.on_value_change(lambda event: self._named(event.value or ''))
            if self._view is None:
                self._name.props('autofocus')
            options = {catalog.code: label(catalog) for catalog in records().catalogs()}
            kind = ui.select(options, label=t('Records'), value=self._plain['catalog'])
            kind.set_enabled(self._view is None)
            kind.on_value_change(lambda event: self._about_catalog(event.value))
            imported = ui.checkbox(
                t('Also for records that come from an import'), value=IMPORT in self._origins()
            )
            imported.on_value_change(lambda event: self._for_imports(event.value))

    def _origins(self) -> list[str]:
        return list(self._plain.get('origins', DEFAULT_ORIGINS))

    def _for_imports(self, wanted: bool) -> None:
        others = [origin for origin in self._origins() if origin != IMPORT]
        self._plain['origins'] = [*others, IMPORT] if wanted else others
        self._changed()

    async def _draw_cards(self) -> None:
        self._flow.clear()
        context = await RuleContext.of(self._catalog())
        with self._flow:
            self._editor = RuleEditor(self._plain, context, self._changed)
            await self._editor.draw(self._sentence)

    def _catalog(self) -> Catalog:
        return records().catalog(self._plain['catalog'])

    async def _about_catalog(self, code: str) -> None:
        kept = self._plain['name']
        self._plain = {**new_draft(code), 'name': kept}
        await self._draw_cards()

    def _named(self, name: str) -> None:
        mine = language()
        if self._view is None or self._plain['language'] == mine:
            self._plain['name'] = name
        if mine in self._plain.get('names', {}) or self._plain['language'] != mine:
            self._plain['names'] = {**self._plain.get('names', {}), mine: name}
        self._name.props(remove='error')
        self._changed()

    def _changed(self) -> None:
        self._save_button.set_enabled(True)

    def _state(self, view: RuleView) -> None:
        with ui.element('div').classes('a-card'):
            with ui.element('div').classes('ar-switch'):
                switch = ui.switch(
                    value=view.stored.enabled, on_change=lambda event: self._switch(event.value)
                )
                switch.props['aria-label'] = t('Rule is on')
                with ui.element('div').classes('a-grow'):
                    text(t('Rule is on'), 'a-strong')
                    self._version = text(_version(view), 'a-meta')
            if view.stored.paused:
                text(words_of(view.stored.paused, {}), 'a-small a-pad a-danger')

    async def _switch(self, enabled: bool) -> None:
        if self._view is None:
            return
        try:
            self._view = await _rules().switch(self._view.id, enabled=enabled)
            self._plain['enabled'] = enabled
        except Problem as problem:
            tell(problem)

    async def _show_runs(self) -> None:
        """Read runs and decisions; draw only when something is new."""
        if self._view is None:
            return
        mine = _rules()
        runs = await mine.runs(self._view.id, limit=15)
        decisions = await mine.decisions(self._view.id, limit=8)
        found = ([(run.id, run.status) for run in runs], [(one.at, one.record_id) for one in decisions])
        if found == self._shown:
            return
        self._shown = found
        titles = await titles_of([*runs, *decisions])
        self._runs.clear()
        with self._runs, ui.element('div').classes('a-col a-gap-16'):
            with listing(t('Runs')):
                if not runs:
                    text(t('It has not run yet.'), 'a-small a-muted a-pad')
                for run in runs:
                    run_line(run, titles)
            if decisions:
                with listing(t('Did not run')):
                    for decision in decisions:
                        decision_line(decision, titles)

    async def _save(self) -> None:
        if not self._plain['name'].strip():
            self._name.props('error').props['error-message'] = words_of('required', {})
            self._name.run_method('focus')
        if self._editor is None or self._editor.refuse() or not self._plain['name'].strip():
            self._tell_other_faults()
            return
        try:
            if self._view is None:
                self._view = await _rules().create(self._plain)
                toast(t('The rule works from now on'), kind='success')
                go(f'/rules/{self._view.id}')
                return
            self._view = await _rules().change(self._view.id, self._plain)
        except Invalid as problem:
            self._editor.refuse(problem.errors)
        except Problem as problem:
            tell(problem)
        else:
            toast(t('Saved'))
            self._save_button.set_enabled(False)
            self._title.set_text(_name(self._view))
            self._version.set_text(_version(self._view))

    def _tell_other_faults(self) -> None:
        elsewhere = faults_elsewhere(self._editor.faults) if self._editor else ()
        if elsewhere:
            toast(words(elsewhere[0]), kind='error')

    async def _remove(self) -> None:
        if self._view is None:
            return
        name = _name(self._view)
        if await confirm(t('Delete the rule “{name}”? Its runs stay to be read.', name=name), t('Delete')):
            await _rules().remove(self._view.id)
            go('/rules')


PAGES = (
    Page(
        path='/rules',
        draw=draw_rules,
        title='Rules',
        allowed=may('edit_processes'),
        nav=Nav(icon='account_tree', label='Rules', place=40),
        area=Area(
            category='processes',
            icon='account_tree',
            sentence='What happens by itself: when, under which conditions, what',
            words='правила автоматизация роботы процессы триггеры rules automation triggers workflow',
        ),
    ),
    Page(path='/rules/new', draw=draw_new, title='New rule', allowed=may('edit_processes')),
    Page(path='/rules/{rule}', draw=draw_rule, title='Rule', allowed=may('edit_processes')),
)
