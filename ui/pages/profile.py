"""One's own settings: language, theme, time zone, password, sessions, keys for the API."""

from typing import Any

from nicegui import ui

from store import BadValue, FieldSpec, Invalid, people, sessions
from store.sessions import ApiToken, Session
from ui.components import frame
from ui.components.basics import avatar, button, col, confirm, icon_button, pill, row, text, toast
from ui.components.dialogs import answer_of
from ui.components.settings import ask, autosaved, block, language_choices, listing, zone_choices
from ui.pages import Page, everyone
from ui.place import Place, reload
from ui.session import session
from ui.text import ago, date_long, t

RELOADS = frozenset({'language', 'theme', 'time_zone'})


async def draw_profile(_place: Place) -> None:
    """Everything about oneself."""
    tab = session()
    with frame.header(t('Profile')):
        pass
    with frame.body(narrow=True):
        with row('a-gap-16'):
            avatar(tab.person.name, 48)
            with col('a-gap-0'):
                text(tab.person.name, 'a-title')
                text(tab.person.login, 'a-muted')
        me = await people.person(tab.actor, tab.person_id)
        with block(t('Personal')):
            autosaved(_specs(), _values(me), _save)
        with block(t('Password'), t('A new password ends your other sessions and API keys.')), row():
            button(t('Change password'), _change_password)
        await _sessions()
        await _tokens()


def _specs() -> list[FieldSpec]:
    themes = [('system', t('As the device')), ('light', t('Light')), ('dark', t('Dark'))]
    return [
        FieldSpec(code='email', label='E-mail', type='email'),
        FieldSpec(code='language', label='Language', type='choice', options={'choices': language_choices()}),
        FieldSpec(
            code='theme',
            label='Theme',
            type='choice',
            options={'choices': [{'key': key, 'label': word} for key, word in themes]},
        ),
        FieldSpec(code='time_zone', label='Time zone', type='choice', options={'choices': zone_choices()}),
    ]


def _values(me: people.Person) -> dict[str, Any]:
    tab = session()
    return {'email': me.email, 'language': tab.language, 'theme': me.theme, 'time_zone': tab.zone}


async def _save(values: dict[str, Any]) -> None:
    tab = session()
    await people.change_person(tab.actor, tab.person_id, values)
    if RELOADS.intersection(values):
        reload()


async def _change_password() -> None:
    secret = {'secret': True}
    specs = [
        FieldSpec(code='current', label='Present password', type='text', required=True, options=secret),
        FieldSpec(
            code='password',
            label='New password',
            type='text',
            required=True,
            options=secret,
            hint='At least 12 characters. A sentence is easy to remember.',
        ),
        FieldSpec(code='again', label='New password again', type='text', required=True, options=secret),
    ]

    async def save(values: dict[str, Any]) -> None:
        if values['password'] != values['again']:
            raise Invalid({'again': BadValue('passwords_differ')})
        tab = session()
        await people.set_password(tab.actor, tab.person_id, values['password'], current=values['current'])

    await ask(
        t('Change password'),
        specs,
        {},
        save,
        t('Change password'),
        sentence=t('You will sign in again with the new password.'),
    )


async def _sessions() -> None:
    tab = session()
    with listing(t('Where you are signed in')):
        box = ui.element('div')

    async def fill() -> None:
        found = await sessions.list_sessions(tab.actor)
        box.clear()
        with box:
            for one in found:
                _session(one, is_this=one.id == tab.session_id, again=fill)

    await fill()


def _session(one: Session, *, is_this: bool, again: Any) -> None:
    with row('a-item').style('cursor:default'):
        with col('a-grow a-gap-0'):
            text(_device(one.agent), 'a-small a-strong a-ellipsis')
            seen = t('last seen {time}', time=ago(one.seen_at))
            text(' · '.join(part for part in (one.address, seen) if part), 'a-meta').tooltip(
                date_long(one.seen_at)
            )
        if is_this:
            pill(t('This browser'), kind='success')
            return

        async def end() -> None:
            await sessions.end_session(session().actor, one.id)
            await again()

        button(t('End'), end, small=True)


def _device(agent: str) -> str:
    """A browser and system for people: 'Firefox, Linux'."""
    browsers = (
        ('Edg', 'Edge'),
        ('OPR', 'Opera'),
        ('YaBrowser', 'Yandex'),
        ('Firefox', 'Firefox'),
        ('Chrome', 'Chrome'),
        ('Safari', 'Safari'),
    )
    systems = (
        ('Windows', 'Windows'),
        ('Android', 'Android'),
        ('iPhone', 'iPhone'),
        ('iPad', 'iPad'),
        ('Mac OS', 'macOS'),
        ('Linux', 'Linux'),
    )
    named = [next((name for mark, name in known if mark in agent), '') for known in (browsers, systems)]
    return ', '.join(name for name in named if name) or t('Unknown device')


async def _tokens() -> None:
    with listing(t('Keys for the API')) as head:
        box = ui.element('div')

    async def fill() -> None:
        found = await sessions.list_tokens(session().actor)
        box.clear()
        with box:
            if not found:
                text(t('A key lets a program work with your rights.'), 'a-empty a-empty--small')
            for one in found:
                _token(one, fill)

    async def add() -> None:
        made: list[ApiToken] = []

        async def save(values: dict[str, Any]) -> None:
            made.append(await sessions.create_token(session().actor, values['name']))

        spec = FieldSpec(code='name', label='What is it for?', type='text', required=True)
        if await ask(t('New key'), [spec], {}, save, t('Create')):
            await _show_secret(made[0].secret)
            await fill()

    with head:
        button(t('New key'), add, icon='add', small=True)
    await fill()


def _token(one: ApiToken, again: Any) -> None:
    with row('a-item').style('cursor:default'):
        with col('a-grow a-gap-0'):
            text(one.name, 'a-small a-strong a-ellipsis')
            used = t('used {time}', time=ago(one.used_at)) if one.used_at else t('never used')
            text(f'…{one.hint} · {used}', 'a-meta')

        async def revoke() -> None:
            if await confirm(
                t('Programs that use the key “{name}” will stop working.', name=one.name), t('Revoke')
            ):
                await sessions.revoke_token(session().actor, one.id)
                await again()

        icon_button('delete', t('Revoke'), revoke, small=True)


async def _show_secret(secret: str) -> None:
    def copy() -> None:
        ui.clipboard.write(secret)
        toast(t('Copied'))

    with ui.dialog().props('persistent') as dialog, ui.card().style('width:min(520px,100%)'):
        text(t('Your new key'), 'a-title')
        text(t('Copy it now: it is shown only this once.'), 'a-muted')
        with row('a-full a-secret'):
            text(secret, 'a-grow a-mono').style('overflow-wrap:anywhere')
            icon_button('content_copy', t('Copy'), copy)
        with row('a-full').style('justify-content:flex-end'):
            button(t('Done'), lambda: dialog.submit(True), primary=True)
    await answer_of(dialog)


PAGES = (Page(path='/profile', draw=draw_profile, title='Profile', allowed=everyone),)
