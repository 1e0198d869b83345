"""With whom a record is shared: faces beside its title, and the dialog that shares and ends sharing."""

import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from store import Change, FieldSpec, Invalid, Problem, Ref, shares
from store.shares import Share
from ui import theme
from ui.components.basics import avatar, button, col, empty_state, icon, icon_button, pill, row, text, toast
from ui.components.controls.picker import Picker
from ui.components.dialogs import answer_of
from ui.components.form import Form
from ui.components.kept_rows import KeptRows
from ui.components.record_state import RecordState
from ui.components.references import ref_of, search_people
from ui.components.toast import tell
from ui.components.why_words import until_words
from ui.live import Latest, watch
from ui.session import session
from ui.text import field_errors, language, t

theme.add_style('components/rights.css')
SHOWN = 3
READ, CHANGE = 'read', 'change'
Again = Callable[[], Awaitable[Any]]


class Shared:
    """Faces of those a record is shared with, and the way into the dialog."""

    def __init__(self, state: RecordState) -> None:
        self._state = state
        with ui.element('div').style('display:contents') as self._box:
            self._faces = KeptRows[tuple[Share, ...]](
                ui.element('div').style('display:contents'),
                self._draw_faces,
                key=lambda found: len(found) > 0,
                root=lambda _: ui.element('div').style('display:contents'),
            )
            self._opener = icon_button('person_add', t('Share'), self._open).mark('share')
            self._opener.visible = False

    async def draw(self) -> None:
        """Draw into the place of the title, and follow what changes."""
        await self._fill()
        with self._box:
            watch({self._state.catalog.code}, self._changed)

    async def _changed(self, changes: tuple[Change, ...]) -> None:
        mine = self._state.view.id
        if any(c.record_id == mine and c.kind in (shares.SHARED, shares.UNSHARED) for c in changes):
            await self._fill()

    async def _fill(self) -> None:
        actor, view = session().actor, self._state.view
        try:
            found = [one for one in await shares.shares_of(actor, view.catalog, view.id) if not one.has_ended]
            may = await shares.may_share(actor, view.catalog, view.id)
        except Problem:
            return
        self._faces.give([tuple(found)] if found else [])
        self._opener.visible = may or bool(found)

    def _draw_faces(self, found: tuple[Share, ...]) -> None:
        faces = ui.element('button').classes('sh-people').props('type=button').on('click', self._open)
        faces.props['title'] = t('Shared with {names}', names=', '.join(name_of(one) for one in found))
        with faces:
            for one in found[:SHOWN]:
                avatar(one.to if one.to.catalog == 'person' else name_of(one), 24)
            if len(found) > SHOWN:
                ui.label(f'+{len(found) - SHOWN}').classes('sh-more')

    async def _open(self) -> None:
        await share_dialog(self._state.view.ref, self._fill)


def name_of(share: Share) -> str:
    """Whom a share names, in the reader's language."""
    return str(json.loads(share.labels).get(language()) or share.to.title)


async def share_dialog(record: Ref, again: Again) -> None:
    """Who has it, and whom to give it to; `again` hears each change."""
    may = await shares.may_share(session().actor, record.catalog, record.id)
    with ui.dialog() as dialog, ui.card().style('width:min(520px,100%);max-width:520px').mark('share-dialog'):
        text(t('Share “{title}”', title=record.title), 'a-title a-ellipsis')
        sharing = _Sharing(record, again)
        if may:
            sharing.draw_form()
        sharing.draw_list(may)
        with row('a-full').style('justify-content:flex-end'):
            button(t('Close'), lambda: dialog.submit(None))
    await sharing.fill()
    await answer_of(dialog)


class _Sharing:
    """The form of a new share and the list of those there are."""

    def __init__(self, record: Ref, again: Again) -> None:
        self._record, self._again = record, again
        self.fill = Latest(self._fill)
        self._to: list[Ref] = []

    def draw_form(self) -> None:
        """Whom, what, until when."""
        ways = [{'key': READ, 'label': t('See')}, {'key': CHANGE, 'label': t('See and change')}]
        with col('a-gap-4'):
            text(t('Person or role'), 'af-label')
            self._picker = Picker(
                look='person',
                search=_search,
                label=t('Person or role'),
                placeholder=t('Person or role'),
                on_set=lambda items: self._to.__setitem__(slice(None), [ref_of(one) for one in items]),
            ).mark('share-with')
        specs = [
            FieldSpec(code='way', label='May', type='choice', required=True, options={'choices': ways}),
            FieldSpec(code='until', label='Until and including', type='date'),
        ]
        self._form = Form(specs, {'way': READ}, two_columns=True)
        with row('a-full').style('justify-content:flex-end'):
            button(t('Share'), self._share, primary=True).mark('share-now')

    async def _share(self) -> None:
        if not self._to:
            toast(t('Choose a person or a role first.'), kind='error')
            return
        values = self._form.values
        try:
            until = end_of_day(values['until']) if values['until'] else None
            await shares.share(
                session().actor, self._record, self._to[0], change=values['way'] == CHANGE, until=until
            )
        except Invalid as problem:
            errors = field_errors(problem)
            self._form.refuse(errors)
            if 'to' in errors:
                toast(errors['to'], kind='error')
            return
        except Problem as problem:
            tell(problem)
            return
        self._to.clear()
        self._picker.give([])
        await self._changed()

    async def _changed(self) -> None:
        await self.fill()
        await self._again()

    def draw_list(self, may: bool) -> None:
        """Draw the list, still without its lines; with `may` each can be ended."""
        self._lines = KeptRows[Share](
            ui.element('div'),
            lambda one: self._line(one, may),
            key=lambda one: one.id,
            root=lambda _: ui.element('div').classes('sh-line'),
            empty=lambda: empty_state(t('The record is shared with nobody.')).classes('a-empty--small'),
        )

    async def _fill(self) -> None:
        self._lines.give(await shares.shares_of(session().actor, self._record.catalog, self._record.id))

    def _line(self, one: Share, may: bool) -> None:
        ended = 'sh-ended' if one.has_ended else ''
        if one.to.catalog == 'role':
            with ui.element('span').classes(f'wy-mark {ended}').style('width:26px;height:26px'):
                icon('groups')
        else:
            avatar(one.to, 26).classes(ended)
        with col('a-grow a-gap-0').classes(ended):
            text(name_of(one), 'a-small a-strong a-ellipsis')
            text(_note(one), 'a-meta')
        pill(t('See and change') if one.change else t('See')).classes(ended)
        if may:
            ending = f'{t("End sharing")}: {name_of(one)}'
            icon_button('close', ending, lambda: self._end(one), small=True)

    async def _end(self, one: Share) -> None:
        try:
            await shares.unshare(session().actor, self._record.catalog, one.id)
        except Problem as problem:
            tell(problem)
        await self._changed()


def _note(one: Share) -> str:
    if one.origin == shares.BY_DEFAULT:
        return t('by default rights')
    ended = t('ended') if one.has_ended else until_words(one.until)
    given = t('from {who}', who=one.given_by.title) if one.given_by else ''
    return ' · '.join(part for part in (given, ended) if part)


async def _search(wanted: str) -> list[dict[str, Any]]:
    """Roles and people whose names fit."""
    roles = []
    for ref, labels in await shares.role_refs(session().actor):
        name = str(json.loads(labels).get(language()) or ref.title)
        if wanted.strip().casefold() in name.casefold():
            roles.append({'id': f'role/{ref.id}', 'title': name, 'note': t('Role')})
    return [*(await search_people(wanted)), *roles[:6]]


def end_of_day(day: date) -> datetime:
    """The last moment of a day where the reader lives."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(session().zone))
