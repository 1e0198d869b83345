"""The part of the profile about getting in: password, second factor, sessions, keys for the API."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from store import BadValue, FieldSpec, Invalid, Problem, people, second_factor, sessions
from store.second_factor import Factor, NewFactor
from store.sessions import ApiToken, Session
from ui.components.basics import button, col, confirm, icon, icon_button, pill, row, text, toast
from ui.components.dialogs import answer_of
from ui.components.kept_rows import KeptRows
from ui.components.second_factor import code_box, draw_new_factor, show_codes
from ui.components.settings import ask, listing
from ui.entrance import ticket_url
from ui.session import session
from ui.text import ago, date_long, field_errors, n, t, words, words_of

SECRET = {'secret': True}


async def security_block() -> None:
    """Password, second factor, sessions and keys of the person who looks."""
    if session().looker is not None:
        # Whoever looks through somebody's eyes learns nothing of how they get in.
        text(t('Only they themselves see this.'), 'a-small a-muted')
        return
    await _ways_in()
    await _sessions()
    if not session().actor.portal:
        await _tokens()


# Password and second factor


async def _ways_in() -> None:
    with listing(t('Signing in')):
        box = ui.element('div')

    async def fill() -> None:
        factor = await second_factor.factor_of(session().actor)
        box.clear()
        with box:
            _password_line()
            _factor(factor, fill)

    await fill()


def _password_line() -> None:
    is_elsewhere = session().person.by_directory
    with row('a-item').style('cursor:default'):
        icon('key')
        with col('a-grow a-gap-0'):
            text(t('Password'), 'a-small a-strong')
            if is_elsewhere:
                text(words_of('password_in_directory', {}), 'a-meta')
            else:
                text(t('A new password ends all your sessions and API keys.'), 'a-meta')
        if not is_elsewhere:
            button(t('Change password'), _change_password, small=True)


def _factor(factor: Factor, again: Any) -> None:
    with row('a-item a-wrap').style('cursor:default'):
        icon('phonelink_lock')
        with col('a-grow a-gap-0').style('flex-basis:180px'):
            with row('a-gap-8'):
                text(t('Second factor'), 'a-small a-strong')
                if factor.since:
                    pill(t('On'), kind='success')
            text(_factor_sentence(factor), 'a-meta')
        if factor.since is None:
            button(t('Turn on'), lambda: _turn_on(again), small=True)
            return
        button(t('New spare codes'), lambda: _renew_codes(again), small=True)
        button(t('Turn off'), lambda: _turn_off(again), small=True)


def _factor_sentence(factor: Factor) -> str:
    if factor.since is None:
        return t('With a code from your phone, a stolen password is not enough.')
    left = n('{count} spare code left', '{count} spare codes left', factor.codes_left)
    return f'{t("since {date}", date=date_long(factor.since))} · {left}'


def _current() -> FieldSpec:
    return FieldSpec(code='current', label='Present password', type='text', required=True, options=SECRET)


async def _turn_on(again: Any) -> None:
    made: list[NewFactor] = []

    async def save(values: dict[str, Any]) -> None:
        made.append(await second_factor.begin(session().actor, values['current']))

    if not await ask(t('Turn on the second factor'), [_current()], {}, save, t('Continue')):
        return
    codes = await _confirm_factor(made[0])
    if codes:
        await show_codes(codes)
        await _renew_session()
        await again()


async def _confirm_factor(fresh: NewFactor) -> list[str]:
    """A dialog with the picture that waits for the app's first code; the spare codes, empty when given up."""
    codes: list[str] = []

    async def submit() -> None:
        try:
            tab = session()
            codes.extend(await second_factor.confirm(tab.actor, box.value or '', keep=tab.session_id))
        except Problem as problem:
            box.props('error')
            box.props['error-message'] = field_errors(problem).get('code') or words(problem)
            box.run_method('select')
        else:
            dialog.submit(True)

    with ui.dialog().props('persistent') as dialog, ui.card().style('width:min(520px,100%)'):
        text(t('Turn on the second factor'), 'a-title')
        draw_new_factor(fresh)
        with ui.element('form').classes('a-col a-gap-16 a-full') as form:
            box = code_box(t('Code')).props('bottom-slots')
            with row('a-full').style('justify-content:flex-end'):
                button(t('Cancel'), lambda: dialog.submit(False)).props('type=button')
                button(t('Turn on'), primary=True).props('type=submit')
        form.on('submit.prevent', submit)
    await answer_of(dialog)
    return codes


async def _renew_session() -> None:
    """Give this browser a new session cookie, as after every proof of who somebody is."""
    fresh = await sessions.renew(session().token)
    if fresh is not None:
        # A whole new document: the router of the page knows nothing of the exchange of tickets.
        profile = '/portal/profile' if session().actor.portal else '/profile'
        ui.context.client.open(ticket_url(fresh.token, profile))


async def _renew_codes(again: Any) -> None:
    codes: list[str] = []

    async def save(values: dict[str, Any]) -> None:
        codes.extend(await second_factor.renew_codes(session().actor, values['current']))

    sentence = t('The old ones stop working.')
    if await ask(t('New spare codes'), [_current()], {}, save, t('Continue'), sentence=sentence):
        await show_codes(codes)
        await again()


async def _turn_off(again: Any) -> None:
    code = FieldSpec(
        code='code',
        label='Code',
        type='text',
        required=True,
        hint='From the app on your phone, or one of your spare codes',
    )

    async def save(values: dict[str, Any]) -> None:
        await second_factor.turn_off(session().actor, values['current'], values['code'])

    sentence = t('Your password alone will be enough to sign in.')
    title = t('Turn off the second factor')
    if await ask(title, [_current(), code], {}, save, t('Turn off'), sentence=sentence):
        toast(t('The second factor is off'))
        await again()


async def _change_password() -> None:
    specs = [
        _current(),
        FieldSpec(
            code='password',
            label='New password',
            type='text',
            required=True,
            options=SECRET,
            hint='At least 12 characters. A sentence is easy to remember.',
        ),
        FieldSpec(code='again', label='New password again', type='text', required=True, options=SECRET),
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


# Sessions


async def _sessions() -> None:
    with listing(t('Where you are signed in')) as head:
        lines = KeptRows[Session](
            ui.element('div'), lambda one: _session(one, fill), key=lambda one: one.id, root=_item
        )
    with head:
        end_others = button(t('End all others'), lambda: _end_others(fill), small=True)

    async def fill() -> None:
        tab = session()
        found = await sessions.list_sessions(tab.actor)
        end_others.set_visibility(len(found) > 1)
        lines.give(sorted(found, key=lambda one: one.id != tab.session_id))

    await fill()


async def _end_others(again: Any) -> None:
    tab = session()
    ended = await sessions.end_other_sessions(tab.actor, tab.session_id)
    toast(n('{count} session ended', '{count} sessions ended', ended))
    await again()


def _item(_value: object) -> ui.element:
    return row('a-item').style('cursor:default')


def _session(one: Session, again: Any) -> Callable[[Session], None]:
    icon(_picture(one.agent))
    with col('a-grow a-gap-0'):
        text(device(one.agent), 'a-small a-strong a-ellipsis')
        about = text('', 'a-meta')

    def show(now: Session) -> None:
        since = t('since {date}', date=date_long(now.created_at))
        seen = t('last seen {time}', time=ago(now.seen_at))
        about.set_text(' · '.join(part for part in (now.address, since, seen) if part))

    async def end() -> None:
        await sessions.end_session(session().actor, one.id)
        await again()

    if one.id == session().session_id:
        pill(t('This browser'), kind='success')
    else:
        button(t('End'), end, small=True)
    show(one)
    return show


def _picture(agent: str) -> str:
    return 'smartphone' if any(mark in agent for mark in ('Android', 'iPhone', 'Mobile')) else 'computer'


def device(agent: str) -> str:
    """A browser and system for people: 'Firefox, Linux'."""
    browsers = (
        ('Edg', 'Edge'),
        ('OPR', 'Opera'),
        ('YaBrowser', 'Yandex'),
        ('Firefox', 'Firefox'),
        ('FxiOS', 'Firefox'),
        ('CriOS', 'Chrome'),
        ('Chrome', 'Chrome'),
        ('Safari', 'Safari'),
    )
    systems = (
        ('Windows', 'Windows'),
        ('Android', 'Android'),
        ('iPhone', 'iPhone'),
        ('iPad', 'iPad'),
        ('Mac OS', 'macOS'),
        ('CrOS', 'ChromeOS'),
        ('Linux', 'Linux'),
    )
    named = [next((name for mark, name in known if mark in agent), '') for known in (browsers, systems)]
    return ', '.join(name for name in named if name) or t('Unknown device')


# Keys for the API


async def _tokens() -> None:
    with listing(t('Keys for the API')) as head:
        lines = KeptRows[ApiToken](
            ui.element('div'),
            lambda one: _token(one, fill),
            key=lambda one: one.id,
            root=_item,
            empty=lambda: text(t('A key lets a program work with your rights.'), 'a-empty a-empty--small'),
        )

    async def fill() -> None:
        lines.give(await sessions.list_tokens(session().actor))

    async def add() -> None:
        made: list[ApiToken] = []

        async def save(values: dict[str, Any]) -> None:
            made.append(await sessions.create_token(session().actor, values['name']))

        spec = FieldSpec(code='name', label='What is it for?', type='text', required=True)
        if await ask(t('New key'), [spec], {}, save, t('Create')):
            await _show_secret(made[0].secret)
            await fill()

    if session().actor.may_do('api_keys'):
        with head:
            button(t('New key'), add, icon='add', small=True)
    await fill()


def _token(one: ApiToken, again: Any) -> None:
    with col('a-grow a-gap-0'):
        text(one.name, 'a-small a-strong a-ellipsis')
        used = t('used {time}', time=ago(one.used_at)) if one.used_at else t('never used')
        text(f'…{one.hint} · {used}', 'a-meta')

    async def revoke() -> None:
        question = t('Programs that use the key “{name}” will stop working.', name=one.name)
        if await confirm(question, t('Revoke')):
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
