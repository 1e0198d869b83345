"""The company's directory (LDAP): where it is, who is read from it, their roles, the schedule, its runs."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from integrations import ldap_directory
from store import Invalid, Problem, colleagues, directory_runs, system_settings
from store.directory_plan import Entry
from store.directory_runs import DirectoryRun
from store.directory_settings import groups_of, lines_of
from store.setting_list_directory import ACTIVE_DIRECTORY, DIRECTORY, DIRECTORY_SETTINGS, OPEN_LDAP
from store.system_settings import setting
from ui.components import frame
from ui.components.basics import button, col, empty_state, icon, icon_button, pill, row, text, toast
from ui.components.form import Form
from ui.components.settings import autosaved, block, listing
from ui.components.system_setting import as_field, save
from ui.components.toast import tell
from ui.formats import ago, date_long
from ui.pages import Area, Page, admins
from ui.place import Place, go
from ui.session import session
from ui.text import field_errors, label, t, words, words_of

PREVIEW = '/settings/directory/preview'
SERVER = ('host', 'security', 'port', 'ca', 'user', 'password')
PEOPLE = ('base', 'filter', 'disabled_filter')
ATTRIBUTES = ('id', 'login', 'name', 'email', 'phone', 'department', 'group')
USE = ('sign_in', 'hours')
FIELD_OF: Mapping[str, str] = {
    'directory_no_host': 'host',
    'directory_no_such_host': 'host',
    'directory_address_refused': 'host',
    'directory_no_connection': 'host',
    'directory_slow': 'host',
    'directory_certificate': 'ca',
    'directory_bad_ca': 'ca',
    'directory_no_tls': 'security',
    'directory_bind_failed': 'password',
    'directory_no_base': 'base',
    'directory_bad_filter': 'filter',
    'directory_empty': 'filter',
    'directory_cut_off': 'filter',
    'directory_no_id': 'id_attribute',
}
"""Beside which setting a refusal is said."""
_SPECS = {spec.code: spec for spec in DIRECTORY_SETTINGS}


async def draw_directory(place: Place) -> None:
    """The page."""
    await _Directory(place).draw()


class _Directory:
    """The settings of the directory in one tab."""

    def __init__(self, place: Place) -> None:
        self._found = place.query.get('find', '')
        self._forms: list[Form] = []
        self._turn = asyncio.Lock()

    async def draw(self) -> None:
        """Header, settings in blocks, the runs."""
        with frame.header(t('Company directory'), back='/settings') as head, head.actions:
            button(t('Preview'), lambda: go(PREVIEW), primary=True, icon='preview').mark('preview')
        with frame.body(narrow=True):
            self._state = ui.element('div')
            with block(t('Server'), t('LDAP: Active Directory, OpenLDAP, FreeIPA and others.')):
                self._form(SERVER)
                with row('a-gap-12 a-wrap'):
                    self._try = button(t('Test connection'), self._test, icon='lan').mark('test-connection')
                self._sample = ui.element('div')
            with block(t('Who is read')):
                with row('a-gap-8 a-wrap'):
                    text(t('Fill in for'), 'a-small a-muted')
                    button(t('Active Directory'), lambda: self._preset(ACTIVE_DIRECTORY), small=True)
                    button(t('OpenLDAP'), lambda: self._preset(OPEN_LDAP), small=True)
                self._form(PEOPLE, two_columns=False)
            with block(t('Attributes'), t('What each value is called in your directory.')):
                self._form([f'{one}_attribute' for one in ATTRIBUTES])
            await _Groups().draw()
            with block(t('Signing in and schedule')):
                self._form(USE)
            self._runs = ui.element('div')
        await self._show_runs()

    def _form(self, names: Sequence[str], *, two_columns: bool = True) -> None:
        specs = [as_field(_SPECS[f'directory_{name}']) for name in names]
        values = {spec.code: system_settings.setting(spec.code) for spec in specs}
        form = autosaved(specs, values, self._save, two_columns=two_columns)
        for code in {self._found} & set(form.fields):
            form.fields[code].box.classes('a-found')
        self._forms.append(form)

    async def _save(self, values: dict[str, Any]) -> None:
        async with self._turn:
            await save(values)

    async def _preset(self, values: Mapping[str, str]) -> None:
        try:
            await save(dict(values))
        except Problem as problem:
            tell(problem)
            return
        for form in self._forms:
            form.show(values)
        toast(t('Filled in. Look at the branch, then test the connection.'))

    # Testing

    async def _test(self) -> None:
        self._try.props('loading')
        self._sample.clear()
        self._say({})
        try:
            # A field that is left by this very click is saved first.
            async with self._turn:
                found = await ldap_directory.test()
        except Problem as problem:
            self._refuse(problem)
        else:
            with self._sample:
                _draw_sample(found.people)
        finally:
            self._try.props(remove='loading')

    def _refuse(self, problem: Problem) -> None:
        code = FIELD_OF.get(problem.code)
        if code:
            self._say({f'directory_{code}': words(problem)})
        with self._sample, row('a-note').mark('test-refused'):
            icon('error')
            text(words(problem), 'a-grow')

    def _say(self, errors: Mapping[str, str]) -> None:
        for form in self._forms:
            form.refuse({code: errors.get(code, '') for code in form.fields})

    # Runs

    async def _show_runs(self) -> None:
        runs = await directory_runs.list_runs(session().actor)
        is_scheduled = await directory_runs.is_scheduled()
        self._state.clear()
        with self._state:
            _draw_state(runs[0] if runs else None, is_scheduled=is_scheduled)
        self._runs.clear()
        with self._runs, listing(t('Runs')):
            if not runs:
                empty_state(t('Nothing was synchronised yet.'), icon_name='sync')
            for one in runs:
                _draw_run(one)


class _Groups:
    """Which group gives which role: a line for each."""

    def __init__(self) -> None:
        self._lines = [list(pair) for pair in groups_of(str(setting('directory_groups')))]

    async def draw(self) -> None:
        """The block with its lines."""
        actor = session().actor
        self._roles = {
            one.code: label(one) for one in await colleagues.role_names(actor) if not one.is_portal
        }
        sentence = t(
            'Who leaves a group loses the role it gave; roles given by hand stay. * stands for everybody in'
            ' the directory.'
        )
        with block(t('Roles of groups'), sentence):
            self._box = col('a-gap-8 a-full').mark('groups')
            button(t('Add group'), self._add, icon='add', quiet=True, small=True).style(
                'align-self:flex-start'
            )
        self._fill()

    def _fill(self, focus: int = -1) -> None:
        self._box.clear()
        with self._box:
            for place in range(len(self._lines)):
                self._line(place, focus=place == focus)

    def _line(self, place: int, *, focus: bool) -> None:
        group, role = self._lines[place]
        known = {**({} if role in self._roles or not role else {role: role}), **self._roles}
        with row('a-full a-gap-8').mark('group'):
            name = ui.input(value=group, placeholder=t('Group: its name or DN')).classes('a-grow')
            name.props['aria-label'] = t('Group')
            name.props('autofocus' if focus else '')
            name.on('blur', lambda: self._set(place, 0, name.value))
            name.on('keydown.enter', lambda: self._set(place, 0, name.value))
            chosen = ui.select(known, value=role or None).style('width:min(220px,40%);flex:none')
            chosen.props['aria-label'] = t('Role')
            chosen.on_value_change(lambda event: self._set(place, 1, event.value))
            icon_button('close', t('Remove'), lambda: self._remove(place), small=True)

    def _add(self) -> None:
        self._lines.append(['', next(iter(self._roles), '')])
        self._fill(len(self._lines) - 1)

    async def _set(self, place: int, part: int, value: Any) -> None:
        fresh = str(value or '').strip()
        if place < len(self._lines) and self._lines[place][part] != fresh:
            self._lines[place][part] = fresh
            await self._save()

    async def _remove(self, place: int) -> None:
        del self._lines[place]
        self._fill()
        await self._save()

    async def _save(self) -> None:
        whole = [(group, role) for group, role in self._lines if group and role]
        try:
            await save({'directory_groups': lines_of(whole)})
        except Invalid as problem:
            toast(next(iter(field_errors(problem).values())), kind='error')
        except Problem as problem:
            tell(problem)
        else:
            toast(t('Saved'))


def _draw_sample(people: Sequence[Entry]) -> None:
    said = t('Connected. Some of those who are there:')
    with col('a-gap-8').mark('sample'):
        with row('a-gap-8'):
            icon('check_circle')
            text(said, 'a-small a-strong')
        with ui.element('div').classes('a-table-box'), ui.element('table').classes('a-table'):
            with ui.element('thead'), ui.element('tr'):
                for caption in (t('Full name'), t('Login'), t('E-mail'), t('Groups')):
                    with ui.element('th'):
                        ui.label(caption)
            with ui.element('tbody'):
                for one in people:
                    with ui.element('tr'):
                        for value in (one.name, one.login, one.email, str(len(one.groups) or '')):
                            with ui.element('td'):
                                ui.label(value or '—')


def _draw_state(last: DirectoryRun | None, *, is_scheduled: bool) -> None:
    """What has to be known at a glance: that it failed, or that the schedule waits for somebody."""
    hours = int(setting('directory_hours'))
    if last is not None and last.problem:
        with row('a-note').mark('last-failed'):
            icon('error')
            said = words_of(last.problem, dict(last.facts))
            text(t('The last run failed: {why}', why=said), 'a-grow')
    elif hours and not is_scheduled:
        with row('a-note').mark('schedule-waits'):
            icon('schedule')
            text(t('The schedule begins once you have applied a preview with these settings.'), 'a-grow')
            button(t('Preview'), lambda: go(PREVIEW), small=True)
    elif last is not None:
        with row('a-note').mark('last-run'):
            icon('sync')
            text(t('Last run {when}: {counts}', when=ago(last.started_at), counts=_counted(last)), 'a-grow')


def _draw_run(one: DirectoryRun) -> None:
    with row('a-item').style('cursor:default').mark('run'):
        icon('sync_problem' if one.problem else 'sync')
        with col('a-grow a-gap-0'):
            when = text(ago(one.started_at), 'a-strong a-small')
            when.tooltip(date_long(one.started_at))
            text(words_of(one.problem, dict(one.facts)) if one.problem else _counted(one), 'a-meta')
        text(one.by or t('by schedule'), 'a-meta a-desk')
        if one.finished_at is None:
            pill(t('Under way'))
        elif one.problem:
            pill(t('Failed'), kind='danger')
        else:
            pill(t('Done'), kind='success')


def _counted(one: DirectoryRun) -> str:
    counts = {
        kind: one.counts.get(kind, 0) for kind in ('found', 'created', 'changed', 'disabled', 'refused')
    }
    return t(
        'found {found} · new {created} · changed {changed} · deactivated {disabled} · left out {refused}',
        **counts,
    )


PAGES = (
    Page(
        path='/settings/directory',
        draw=draw_directory,
        title='Company directory',
        allowed=admins,
        area=Area(
            category='people',
            icon='contact_mail',
            sentence='Take people and roles over from LDAP or Active Directory, sign in with its password',
            words='ldap лдап active directory ад каталог синхронизация домен openldap freeipa sync people',
            blocks=(DIRECTORY,),
            place=15,
        ),
    ),
)
