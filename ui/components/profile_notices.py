"""The part of the profile about notifications: what one wants to hear of, where, and when it is quiet."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import ui

from store import BadValue, FieldSpec, Invalid, Problem, digests, invitations
from store.notice_choices import DAILY, HOURLY, KEY, KINDS, NEVER, NoticeChoices
from store.system_settings import preferences, save_preference
from ui.components.basics import icon, text
from ui.components.controls.toggle import Toggle
from ui.components.panel_lines import ICONS, kind_name
from ui.components.settings import autosaved, block, listing
from ui.components.toast import tell
from ui.session import session
from ui.text import p, t


async def notices_block() -> None:
    """What the person wants to hear of, and where."""
    choices, turn = await _choices(), asyncio.Lock()
    with listing(t('Notifications')), ui.element('div').classes('pn-grid').mark('notice-kinds'):
        for caption in ('', t('Bell'), p('notice', 'E-mail')):
            text(caption, 'pn-head')
        for kind in KINDS:
            _kind(kind, choices, turn)
    with block(t('Letters and quiet hours'), t('In quiet hours nothing pops up and no letter is sent.')):
        autosaved(_specs(), _values(choices), _save)


def _kind(kind: str, choices: NoticeChoices, turn: asyncio.Lock) -> None:
    name = kind_name(kind)
    with ui.element('div').classes('pn-name'):
        icon(ICONS[kind])
        text(name, 'a-small')
    for field, chosen, where in (
        ('silent', choices.silent, t('Bell')),
        ('unmailed', choices.unmailed, p('notice', 'E-mail')),
    ):
        with ui.element('div').classes('pn-cell'):
            switch = partial(_switch, turn, kind, field)
            Toggle(kind not in chosen, on_set=switch, label=f'{name}: {where}').mark(f'{field}-{kind}')


async def _switch(turn: asyncio.Lock, kind: str, field: str, on: bool) -> None:
    # One after another: two quick switches each start from what the one before has left.
    async with turn:
        choices = await _choices()
        chosen: frozenset[str] = getattr(choices, field)
        changed: Any = {field: chosen - {kind} if on else chosen | {kind}}
        try:
            await save_preference(session().actor, KEY, replace(choices, **changed).to_plain())
        except Problem as problem:
            tell(problem)


async def _choices() -> NoticeChoices:
    return NoticeChoices.from_plain((await preferences(session().actor, KEY)).get(KEY))


def _specs() -> list[FieldSpec]:
    often = [(NEVER, t('Never')), (HOURLY, t('Every hour')), (DAILY, t('Every day'))]
    return [
        FieldSpec(
            code='digest',
            label='Letter with what is new',
            type='choice',
            required=True,
            hint=_missing(),
            options={'choices': [{'key': key, 'label': label} for key, label in often]},
        ),
        FieldSpec(code='at', label='Daily letter at', type='text'),
        FieldSpec(code='quiet_from', label='Quiet from', type='text', hint='20:00'),
        FieldSpec(code='quiet_until', label='Quiet until', type='text', hint='08:00'),
    ]


def _missing() -> str:
    """What stands in the way of letters; '' when they can be sent."""
    if not invitations.can_mail():
        return t('No mail server is set up, so no letter is sent; an administrator can set one up')
    if not session().person.email:
        return t('You have no e-mail address; enter it above')
    return ''


def _values(choices: NoticeChoices) -> dict[str, Any]:
    return {name: value for name, value in choices.to_plain().items() if isinstance(value, str)}


async def _save(values: dict[str, Any]) -> None:
    """Keep one choice; half a span of quiet hours is kept until its other end is known.

    :raises Invalid: a time that is none"""
    tab = session()
    plain = (await preferences(tab.actor, KEY)).get(KEY) or {}
    for code, value in values.items():
        plain[code] = _time(code, str(value or '')) if code != 'digest' else value
    choices = NoticeChoices.from_plain(plain)
    await save_preference(tab.actor, KEY, {**choices.to_plain(), **_half(plain)})
    if 'digest' in values or 'at' in values:
        await digests.begin(tab.actor, choices, tab.zone)


def _half(plain: dict[str, Any]) -> dict[str, Any]:
    return {code: plain.get(code, '') for code in ('quiet_from', 'quiet_until')}


def _time(code: str, typed: str) -> str:
    hour, _, minute = typed.strip().replace('.', ':').partition(':')
    if not typed.strip() and code != 'at':
        return ''
    if hour.isdecimal() and (minute or '0').isdecimal() and int(hour) < 24 and int(minute or 0) < 60:
        return f'{int(hour):02}:{int(minute or 0):02}'
    raise Invalid({code: BadValue('not_a_time')})
