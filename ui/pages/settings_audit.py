"""The audit log: who came in, was refused, exported or changed rights; and that nobody touched it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from integrations.audit_export import export_audit
from integrations.exchange.export import FORMATS
from store import NotFound, Problem, audit, audit_keeping, people
from store.audit import AuditEntry
from ui import theme
from ui.components import frame
from ui.components.audit_words import ICONS, WARNING, kind_names, sentence
from ui.components.basics import (
    OnClick,
    button,
    empty_state,
    icon,
    icon_button,
    menu_item,
    pill,
    row,
    tell,
    text,
)
from ui.components.dashboard_choices import choice_button, period_choice
from ui.components.dashboard_period import Period
from ui.exports import fresh_path, offer
from ui.formats import date_only, today
from ui.pages import Area, Page, may
from ui.place import Place, go
from ui.session import records, session
from ui.text import date_long, language, t, time_only

theme.add_style('components/audit.css')
theme.add_style('components/dashboard.css')

PAGE = 60
CHECKED = 20_000
"""So many of the latest lines are checked when the page opens; a click checks all."""


async def draw_audit(place: Place) -> None:
    """The lines, the latest first."""
    await _Log(place).draw()


class _Log:
    """The page: choices above, lines by day below."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._names: dict[int, str] = {}
        self._last: int | None = None
        self._day = ''
        self._roles: dict[str, str] = {}

    async def draw(self) -> None:
        """Header, choices, first lines; then the check of the chain."""
        with frame.header(t('Audit log'), back='/settings') as head, head.actions:
            self._seal = ui.element('div')
            if session().actor.may_do('export'):
                self._draw_export()
        with frame.body(read=True):
            self._home = ui.element('div').classes('a-col a-gap-16')
        with self._home:
            self._choices = row('a-wrap a-gap-8')
            self._list = ui.element('div')
            self._foot = row('a-full').style('justify-content:center')
            ui.timer(0, lambda: self._check(CHECKED), once=True)
        self._roles = {
            code: labels.get(language()) or label
            for code, (label, labels) in (await audit_keeping.role_labels(session().actor)).items()
        }
        self._place.on_query(self._follow)
        await self._show()

    async def _follow(self, _query: dict[str, str]) -> None:
        await self._show()

    async def _choose(self, **query: str | None) -> None:
        # The menu that was clicked is drawn anew, so nothing may be done in its place.
        with self._home:
            self._place.set_query(replace=False, **query)
            await self._show()

    async def _show(self) -> None:
        self._last, self._day = None, ''
        await self._draw_choices()
        self._list.clear()
        await self._more()

    # Choices

    async def _draw_choices(self) -> None:
        kind, person_id = self._asked_kind(), self._asked_person()
        person = (await self._named({person_id}))[person_id] if person_id else ''
        self._choices.clear()
        with self._choices:
            _kind_choice(kind, lambda chosen: self._choose(kind=chosen or None))
            _person_choice(person, lambda chosen: self._choose(person=chosen or None))
            period_choice(self._period(), lambda chosen: self._choose(**chosen.query()))
            if self._is_narrowed():
                button(t('Clear'), self._clear, quiet=True, small=True)

    async def _clear(self) -> None:
        await self._choose(kind=None, person=None, period=None, **{'from': None, 'to': None})

    def _is_narrowed(self) -> bool:
        return any(self._place.query.get(key) for key in ('kind', 'person', 'period'))

    def _asked_kind(self) -> str:
        return self._place.query.get('kind', '')[:40]

    def _asked_person(self) -> int | None:
        text_asked = self._place.query.get('person', '')
        return int(text_asked) if text_asked.isdecimal() and len(text_asked) < 16 else None

    def _period(self) -> Period:
        return Period.of_query(self._place.query) if 'period' in self._place.query else Period('all')

    def _between(self) -> tuple[datetime | None, datetime | None]:
        """The chosen days as moments of the reader's zone."""
        first, last = self._period().span(today())
        zone = ZoneInfo(session().zone)
        return (
            datetime.combine(first, time(), zone).astimezone(UTC) if first else None,
            datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC) if last else None,
        )

    # Taking it home

    def _draw_export(self) -> None:
        with icon_button('download', t('Export')).mark('export'), ui.menu().classes('a-menu'):
            for key, name in FORMATS.items():
                menu_item(name, partial(self._export, key)).mark(f'export-{key}')

    async def _export(self, ending: str) -> None:
        kind, path = self._asked_kind(), fresh_path(ending)
        try:
            await export_audit(
                session().actor,
                path,
                headings=(t('Line'), t('When'), t('Who'), t('Kind'), t('What'), t('Address'), t('Details')),
                say=self._said,
                zone=ZoneInfo(session().zone),
                kinds=(kind,) if kind else (),
                person_id=self._asked_person(),
                between=self._between(),
                ending=ending,
                language=language(),
            )
        except Problem as problem:
            tell(problem)
            return
        name = f'{t("Audit log")} {today():%Y-%m-%d}.{ending}'
        ui.download(offer(session().person_id, path, name), name)

    def _said(self, line: AuditEntry) -> str:
        about_id = _about(line)
        about = self._names.get(about_id, '') if about_id and about_id != line.person_id else ''
        return sentence(self._spoken(line), about)

    def _spoken(self, line: AuditEntry) -> AuditEntry:
        """The line with its role as people call it."""
        role = line.facts.get('role')
        shown = self._roles.get(str(role), line.facts.get('label') or role)
        return replace(line, facts={**line.facts, 'role': shown}) if role else line

    # Lines

    async def _more(self) -> None:
        kind = self._asked_kind()
        lines = await audit.entries(
            session().actor,
            kinds=(kind,) if kind else (),
            person_id=self._asked_person(),
            between=self._between(),
            before=self._last,
            limit=PAGE + 1,
        )
        shown = lines[:PAGE]
        await self._named({one for line in shown for one in (line.person_id, _about(line)) if one})
        with self._list:
            self._draw_lines(shown)
        self._foot.clear()
        with self._foot:
            if len(lines) > PAGE:
                button(t('Show earlier'), self._more, small=True)

    def _draw_lines(self, lines: Sequence[AuditEntry]) -> None:
        if not lines and self._last is None:
            self._draw_nothing()
        for day, group in groupby(lines, lambda line: date_only(line.at)):
            if day != self._day:
                text(day, 'a-audit__day').props('role=heading aria-level=2')
                self._day = day
            with ui.element('div').classes('a-audit'):
                for line in group:
                    self._line(line)
        if lines:
            self._last = lines[-1].id

    def _draw_nothing(self) -> None:
        if self._is_narrowed():
            empty_state(t('Nothing like this has happened.'), t('Clear'), self._clear, icon_name='search_off')
        else:
            sentence_shown = t(
                'Here will be who signed in, was refused, exported, or changed rights and settings.'
            )
            empty_state(sentence_shown, t('To the settings'), lambda: go('/settings'), icon_name='policy')

    def _line(self, line: AuditEntry) -> None:
        about_id = _about(line)
        about = self._names.get(about_id, '') if about_id and about_id != line.person_id else ''
        who = self._names.get(line.person_id or 0, '') or _nobody(line)
        with ui.element('details'):
            with ui.element('summary'):
                icon(ICONS.get(line.kind, 'info')).classes('a-audit__warning' if line.kind in WARNING else '')
                with ui.element('div').classes('a-audit__what'):
                    if who:
                        with ui.element('b'):
                            text(who).style('display:inline')
                    with ui.element('span'):
                        text(sentence(self._spoken(line), about)).style('display:inline')
                text(line.address, 'a-audit__address')
                text(time_only(line.at), 'a-audit__time')
            _facts(line)

    async def _named(self, ids: set[int]) -> dict[int, str]:
        """The names of these people as they are today; a number for who is unknown."""
        for one in ids - self._names.keys():
            try:
                self._names[one] = (await people.person(session().actor, one)).name
            except NotFound:
                self._names[one] = f'#{one}'
        return self._names

    # The chain

    async def _check(self, latest: int | None) -> None:
        self._badge(t('Checking…'), '', t('Each line is sealed with the one before it.'))
        broken = await audit_keeping.verify(session().actor, latest=latest)
        if broken is None:
            self._badge(
                t('Unbroken'), 'success', t('No line was changed, added or taken out. Click to check all.')
            )
        else:
            hint = t('This line is not as it was written: somebody changed the database by hand.')
            self._badge(t('Broken at line {number}', number=broken), 'danger', hint)

    def _badge(self, shown: str, kind: str, hint: str) -> None:
        self._seal.clear()
        with self._seal:
            badge = pill(shown, kind=kind).classes('a-audit__seal').props('role=button tabindex=0')
            badge.props['title'] = hint
            badge.on('click', lambda: self._check(None))
            badge.on('keydown.enter', lambda: self._check(None))


def _nobody(line: AuditEntry) -> str:
    """What stands in place of a name where nobody was signed in."""
    return '' if line.kind in WARNING else t('System')


def _about(line: AuditEntry) -> int | None:
    about = line.facts.get('person_id')
    return about if isinstance(about, int) and not isinstance(about, bool) else None


def _facts(line: AuditEntry) -> None:
    with ui.element('dl'):
        _fact(t('When'), f'{date_long(line.at)}, {line.at:%Y-%m-%d %H:%M:%S} UTC')
        _fact(t('Line'), f'{line.id} · {line.kind}')
        for name, value in line.facts.items():
            _fact(name, str(value))


def _fact(name: str, value: str) -> None:
    with ui.element('dt'):
        text(name)
    with ui.element('dd'):
        text(value)


Choose = Callable[[str], Awaitable[Any]]


def _option(shown: str, on_click: OnClick, *, is_on: bool) -> None:
    menu_item(shown, on_click).classes('a-dash__on' if is_on else '')


def _kind_choice(chosen: str, on_choose: Choose) -> None:
    names = kind_names()
    everything = t('Everything')
    with (
        choice_button(names.get(chosen, everything), 'filter_list', t('Kind')),
        ui.menu().classes('a-dash__menu'),
    ):
        _option(everything, lambda: on_choose(''), is_on=not chosen)
        for code, name in names.items():
            _option(name, lambda code=code: on_choose(code), is_on=code == chosen)


def _person_choice(chosen: str, on_choose: Choose) -> None:
    """By or about one person, found by typing."""
    with (
        choice_button(chosen or t('Everybody'), 'person', t('Person')),
        ui.menu().classes('a-dash__menu'),
    ):
        with ui.element('div').classes('a-dash__search'):
            search = ui.input(placeholder=t('Find a person')).props('autofocus debounce=200')
            search.props['aria-label'] = t('Find a person')
        found = ui.element('div')

    async def refresh() -> None:
        offered = await records().suggest('person', str(search.value or ''), limit=12)
        found.clear()
        with found:
            _option(t('Everybody'), lambda: on_choose(''), is_on=not chosen)
            for one in offered:
                _option(one.title, lambda id=one.id: on_choose(str(id)), is_on=one.title == chosen)

    search.on_value_change(refresh)
    ui.timer(0, refresh, once=True)


PAGES = (
    Page(
        path='/settings/audit',
        draw=draw_audit,
        title='Audit log',
        allowed=may('view_audit'),
        area=Area(
            category='maintenance',
            icon='policy',
            sentence='Who signed in, was refused, exported, changed rights and settings',
            words='журнал аудита безопасность входы отказы экспорт логи audit log security history',
            place=20,
        ),
    ),
)
