"""One’s own page: who one is, when one works, how one gets in, what one hears of, and one’s data."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from integrations.own_data import own_data
from store import FieldSpec, Problem, people, units
from store.own_email import change_own_email
from store.people import Person
from ui import theme
from ui.components import frame
from ui.components.basics import button, col, row, tell, text
from ui.components.own_settings import draw_own_settings
from ui.components.person_parts import unit_name
from ui.components.person_work import absence_block, hours_block, plain_values
from ui.components.photo_crop import PhotoCrop
from ui.components.profile_mailbox import mailbox_block
from ui.components.profile_notices import notices_block
from ui.components.profile_security import security_block
from ui.components.settings import ask, autosaved, block, language_choices, zone_choices
from ui.formats import today
from ui.pages import Page, everyone
from ui.place import Place, go, reload
from ui.session import records, session
from ui.text import t

theme.add_style('components/people.css')
RELOADS = frozenset({'language', 'theme', 'time_zone'})


async def draw_profile(_place: Place) -> None:
    """Everything about oneself, in sections with addresses of their own."""
    tab = session()
    me = await people.person(tab.actor, tab.person_id)
    sections: dict[str, tuple[str, Callable[[], Awaitable[None]]]] = {
        'me': (t('Personal'), lambda: _personal(me)),
        'work': (t('Work'), lambda: _work(me)),
        'mailbox': (t('Mailbox'), mailbox_block),
        'notices': (t('Notifications'), notices_block),
        'own': (t('Company settings'), draw_own_settings),
        'security': (t('Security'), security_block),
        'data': (t('My data'), _data),
    }
    with frame.header(t('Profile')) as head, head.actions:
        button(t('My rights'), lambda: go('/profile/rights'), icon='rule')
    with frame.body(narrow=True):
        with ui.element('nav').classes('pp-anchors') as anchors:
            for code, (caption, _) in sections.items():
                _anchor(code, caption)
        anchors.props['aria-label'] = t('Sections of this page')
        for code, (_, draw) in sections.items():
            with _section(code):
                await draw()


def _anchor(code: str, caption: str) -> None:
    """A way to a section; the scrolling part of the page is not the window, so the browser needs help."""
    with ui.element('a').props(f'href="#{code}"') as link:
        ui.label(caption)
    script = f'(e) => {{ e.preventDefault(); document.getElementById("{code}")?.scrollIntoView(' \
        '{behavior: "smooth", block: "start"}); }'  # fmt: skip
    link.on('click', js_handler=script)


@contextmanager
def _section(code: str) -> Iterator[None]:
    with ui.element('section').classes('pp-section').props(f'id={code}'):
        yield


async def _personal(me: Person) -> None:
    tab = session()
    working_in = [unit_name(one) for one in await units.list_units(tab.actor) if me.id in one.members]
    with block(''):
        with row('a-gap-16 a-wrap a-between'):
            with col('a-gap-0'):
                text(me.name, 'a-title')
                text(' · '.join(part for part in (me.login, ', '.join(working_in)) if part), 'a-muted')
            PhotoCrop(me, reload)
        autosaved(_specs(), _values(me), _save)
        if not _changes_email():
            with row('a-gap-8'):
                button(t('Change e-mail'), _ask_email, icon='mail')


def _changes_email() -> bool:
    """Whether the own e-mail is changed like any field: who manages people could do it by another way."""
    return session().actor.may_do('manage_people')


async def _ask_email() -> None:
    specs = [
        FieldSpec(code='email', label='E-mail', type='email', required=True),
        FieldSpec(
            code='current', label='Present password', type='text', required=True, options={'secret': True}
        ),
    ]

    async def save(values: dict[str, Any]) -> None:
        await change_own_email(session().actor, values['email'], current=values['current'])

    sentence = t('Links to a new password go there, so your present one is asked.')
    if await ask(t('Change e-mail'), specs, {}, save, t('Save'), sentence=sentence):
        reload()


def _specs() -> list[FieldSpec]:
    themes = [('system', t('As the device')), ('light', t('Light')), ('dark', t('Dark'))]
    return [
        FieldSpec(code='email', label='E-mail', type='email', read_only=not _changes_email()),
        FieldSpec(code='phone', label='Phone', type='phone'),
        FieldSpec(code='language', label='Language', type='choice', options={'choices': language_choices()}),
        FieldSpec(
            code='theme',
            label='Theme',
            type='choice',
            options={'choices': [{'key': key, 'label': word} for key, word in themes]},
        ),
        FieldSpec(code='time_zone', label='Time zone', type='choice', options={'choices': zone_choices()}),
    ]


def _values(me: Person) -> dict[str, Any]:
    tab = session()
    own = {'language': tab.language, 'theme': me.theme, 'time_zone': tab.zone}
    return {'email': me.email, 'phone': me.phone, **own}


async def _save(values: dict[str, Any]) -> None:
    tab = session()
    await people.change_person(tab.actor, tab.person_id, plain_values(values))
    if RELOADS.intersection(values):
        reload()


async def _work(me: Person) -> None:
    hours_block(me, _save)
    await absence_block(me, _save)


async def _data() -> None:
    async def take() -> None:
        made.props('loading')
        try:
            content = await own_data(records())
        except Problem as problem:
            tell(problem)
        else:
            ui.download.content(content, f'artel-{today().isoformat()}.zip', 'application/zip')
        finally:
            made.props(remove='loading')

    sentence = t('Your profile, sessions, choices and comments, and the records you are responsible for.')
    with block(t('My data'), sentence), row():
        made = button(t('Export my data'), take, icon='download')


PAGES = (Page(path='/profile', draw=draw_profile, title='Profile', allowed=everyone, is_private=True),)
