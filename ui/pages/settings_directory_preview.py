"""What a synchronisation with the directory would do, person by person; and doing it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from nicegui import ui

from automations.attempt import attempt
from integrations import ldap_sync
from store import Problem, colleagues, directory, spawn
from store.colleagues import RoleName
from store.directory_plan import CHANGED, CREATED, DISABLED, KINDS, REFUSED, Line, Plan
from store.folding import fold
from ui import theme
from ui.components import frame
from ui.components.basics import (
    avatar,
    button,
    col,
    confirm,
    empty_state,
    pill,
    row,
    skeleton,
    text,
    toast,
)
from ui.components.settings import block
from ui.components.toast import tell
from ui.pages import Page, admins
from ui.place import Place, go
from ui.session import session
from ui.text import label, n, number, t, words, words_of

theme.add_style('components/people.css')
theme.add_style('components/import.css')

SHOWN = 300
ALL = ''
LOOKS = {CREATED: 'success', CHANGED: 'accent', DISABLED: 'warning', REFUSED: 'danger'}


async def draw_preview(place: Place) -> None:
    """The page; the directory is read once it stands."""
    await _Preview(place).draw()


class _Preview:
    """A plan in one tab."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._plan = Plan()
        self._roles: Mapping[str, RoleName] = {}
        self._done = (0, 0)
        self._shown: dict[str, tuple[ui.element, ui.label]] = {}

    async def draw(self) -> None:
        """Header, and the room for the table."""
        with frame.header(t('Preview'), back='/settings/directory') as head:
            with head.filters:
                find = ui.input(placeholder=t('Search'), value=self._place.query.get('q', ''))
                find.props('clearable').classes('a-find pp-find')
                self._kinds = ui.element('div').classes('pp-kinds').props('role=group')
                self._kinds.visible = False
            with head.actions:
                self._link = button(t('Link all'), self._link_all).mark('link-all')
                self._link.visible = False
                self._go = button(t('Apply'), self._apply, primary=True, icon='sync').mark('apply')
                self._go.set_enabled(False)
        find.on_value_change(lambda event: self._look(q=event.value or ''))
        with frame.body(read=True):
            self._work = ui.element('div')
            self._box = ui.element('div').classes('pp-page')
        with self._box:
            skeleton()
        ui.timer(0.05, self._read, once=True)

    async def _read(self) -> None:
        actor = session().actor
        try:
            self._plan = await ldap_sync.preview(actor)
            self._roles = {role.code: role for role in await colleagues.role_names(actor)}
        except Problem as problem:
            self._box.clear()
            with self._box:
                empty_state(words(problem), icon_name='cloud_off')
                with row().style('justify-content:center'):
                    button(t('To the settings'), lambda: go('/settings/directory'))
            return
        changing = any(self._plan.of(kind) for kind in (CREATED, CHANGED, DISABLED))
        self._go.set_enabled(changing)
        self._link.visible = any(line.person_id for line in self._plan.of(REFUSED))
        self._kinds.visible = bool(self._plan.lines)
        self._show()

    def _look(self, **asked: str) -> None:
        self._place.set_query(replace=True, **asked)
        self._show()

    def _show(self) -> None:
        if self._box.is_deleted or not self._plan.found:
            return
        asked = self._place.query
        kind, wanted = asked.get('kind', ALL), (fold(asked.get('q', '')) or '').split()
        self._draw_kinds(kind)
        lines = [one for one in self._plan.lines if kind in (ALL, one.kind) and _holds(one, wanted)]
        self._box.clear()
        with self._box:
            if not self._plan.lines:
                empty_state(
                    t('Everybody is as the directory says. Nothing would change.'), icon_name='task_alt'
                )
                return
            if not lines:
                empty_state(t('Nobody like this is in the preview.'), icon_name='search_off')
                return
            self._table(lines)

    def _draw_kinds(self, now: str) -> None:
        for kind, caption in {ALL: t('All'), **kind_names()}.items():
            if kind not in self._shown:
                self._shown[kind] = self._draw_kind(kind, caption)
            shown, count = self._shown[kind]
            shown.props['aria-pressed'] = 'true' if kind == now else 'false'
            count.set_text(number(len(self._plan.of(kind)) if kind else len(self._plan.lines)))

    def _draw_kind(self, kind: str, caption: str) -> tuple[ui.element, ui.label]:
        with (
            self._kinds,
            ui.element('button')
            .classes('pp-kind')
            .props('type=button')
            .mark(f'kind-{kind or "all"}') as shown,
        ):
            ui.label(caption)
            count = ui.label().classes('a-meta a-num')
        shown.on('click', lambda: self._look(kind=kind))
        return shown, count

    def _table(self, lines: Sequence[Line]) -> None:
        with ui.element('div').classes('a-card a-table-box'), ui.element('table').classes('a-table'):
            with ui.element('thead'), ui.element('tr'):
                for caption, classes in (
                    (t('Full name'), ''),
                    ('', ''),
                    (t('What happens'), ''),
                    ('', 'a-end'),
                ):
                    with ui.element('th').classes(classes):
                        ui.label(caption)
            with ui.element('tbody'):
                for line in lines[:SHOWN]:
                    self._line(line)
        if len(lines) > SHOWN:
            more = len(lines) - SHOWN
            text(
                n('{count} more line: search by name.', '{count} more lines: search by name.', more), 'a-meta'
            )

    def _line(self, line: Line) -> None:
        with ui.element('tr').mark('line'):
            with ui.element('td'), row():
                avatar(line.name, person_id=line.person_id)
                with col('a-gap-0'):
                    text(line.name, 'a-strong')
                    text(line.login, 'a-meta').tooltip(line.dn)
            with ui.element('td'):
                pill(kind_names()[line.kind], kind=LOOKS[line.kind])
            with ui.element('td'), col('a-gap-0'):
                for said in _said(line, self._roles):
                    text(said, 'a-small a-muted')
            with ui.element('td').classes('a-end'):
                if line.kind == REFUSED and line.person_id:
                    button(t('Link'), lambda: self._link_these([line]), small=True)

    # Linking

    async def _link_all(self) -> None:
        lines = [line for line in self._plan.of(REFUSED) if line.person_id]
        question = n(
            '{count} person of yours is linked with the entry of the same login, and signs in with its'
            ' password where the directory keeps it.',
            '{count} people of yours are linked with the entries of the same login, and sign in with their'
            ' passwords where the directory keeps them.',
            len(lines),
        )
        if await confirm(question, t('Link all')):
            await self._link_these(lines)

    async def _link_these(self, lines: Sequence[Line]) -> None:
        try:
            for line in lines:
                await directory.link(session().actor, line.person_id or 0, line.entry_id, line.dn)
        except Problem as problem:
            tell(problem)
        else:
            toast(n('{count} person linked', '{count} people linked', len(lines)))
        await self._read()

    # Doing it

    async def _apply(self) -> None:
        counts = self._plan.counts()
        question = t(
            'New: {created}, changed: {changed}, deactivated: {disabled}. Nobody is removed; who is'
            ' deactivated is signed out everywhere.',
            **{kind: counts[kind] for kind in (CREATED, CHANGED, DISABLED)},
        )
        if not await confirm(question, t('Apply')):
            return
        self._go.set_enabled(False)
        self._box.clear()
        with self._work, block(t('Synchronising')):
            bar = _Bar()
            timer = ui.timer(0.3, lambda: bar.show(*self._done))
        # It goes on when this tab is closed.
        work = attempt(ldap_sync.run(session().actor, self._progress), 'the synchronisation')
        came = await asyncio.shield(spawn(work, name='synchronise with the directory'))
        timer.deactivate()
        if came.problem is not None:
            tell(came.problem)
        elif came.result is not None:
            toast(t('Synchronised.'))
        go('/settings/directory')

    def _progress(self, done: int, total: int) -> None:
        self._done = (done, total)


class _Bar:
    """How far a run is; without an end while the directory is read."""

    def __init__(self) -> None:
        with row('a-between'):
            self._said = text(t('Reading the directory'), 'a-small')
            self._share = text('', 'a-meta a-num')
        with (
            ui.element('span').classes('im-bar im-bar--wide im-bar--endless').props('role=progressbar') as bar
        ):
            self._fill = ui.element('span').style('width:40%')
        self._bar = bar

    def show(self, done: int, total: int) -> None:
        """Draw what is done."""
        if not total:
            return
        self._said.text = t('Taking people over')
        self._share.text = f'{number(done)} / {number(total)}'
        self._bar.classes(remove='im-bar--endless')
        self._fill.style(f'width:{done / total * 100:.0f}%')
        self._bar.props(f'aria-valuenow={done} aria-valuemin=0 aria-valuemax={total}')


def kind_names() -> dict[str, str]:
    """What becomes of people, in the order they see."""
    names = (t('Will be added'), t('Will change'), t('Will be deactivated'), t('Left out'))
    return dict(zip(KINDS, names, strict=True))


def _holds(line: Line, wanted: Sequence[str]) -> bool:
    said = fold(f'{line.name} {line.login} {line.dn}') or ''
    return all(word in said for word in wanted)


def _said(line: Line, roles: Mapping[str, RoleName]) -> list[str]:
    """What happens to somebody, in lines."""
    if line.code:
        return [words_of(line.code, dict(line.facts))]
    said = []
    fields = _field_names()
    if line.kind == CREATED:
        said.append(
            ' · '.join(str(line.values[code]) for code in ('email', 'department') if line.values.get(code))
        )
    elif changed := [name for code, name in fields.items() if code in line.values]:
        said.append(', '.join(changed))
    if line.roles:
        said.append(t('Gets: {roles}', roles=_named(line.roles, roles)))
    if line.no_roles:
        said.append(t('Loses: {roles}', roles=_named(line.no_roles, roles)))
    if line.left_out:
        names = ', '.join(fields[code] for code in line.left_out)
        said.append(t('Does not fit and stays as it is: {fields}', fields=names))
    return [one for one in said if one] or ([t('Moved in the directory')] if line.kind == CHANGED else [])


def _named(codes: Collection[str], roles: Mapping[str, RoleName]) -> str:
    return ', '.join(label(roles[code]) if code in roles else code for code in sorted(codes))


def _field_names() -> dict[str, str]:
    return {
        'name': t('Full name'),
        'login': t('Login'),
        'email': t('E-mail'),
        'phone': t('Phone'),
        'department': t('Department'),
        'is_active': t('Active again'),
    }


PAGES = (Page(path='/settings/directory/preview', draw=draw_preview, title='Preview', allowed=admins),)
