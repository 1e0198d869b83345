"""Settings: one page of all areas, and the system's own settings."""

from dataclasses import replace
from typing import Any

from nicegui import ui

from store import FieldSpec, system_settings
from store.system_settings import SETTINGS
from ui.components import frame
from ui.components.basics import col, icon, text
from ui.components.settings import autosaved, block, language_choices, zone_choices
from ui.formats import SIGNS
from ui.pages import Nav, Page, admins
from ui.place import Place
from ui.session import session
from ui.text import t


def _areas() -> list[tuple[str, str, str, str]]:
    return [
        ('/settings/people', 'group', t('People'), t('Who works here, their roles and passwords')),
        ('/settings/roles', 'admin_panel_settings', t('Roles'), t('What each role may see and do')),
        (
            '/settings/catalogs',
            'view_module',
            t('Sections'),
            t('Fields, pipelines and stages of your records'),
        ),
        ('/settings/company', 'business', t('Company'), t('Name, currency, time zone, working days')),
        ('/settings/mail', 'mail', t('Outgoing mail'), t('The server that sends letters of your rules')),
        ('/settings/webhooks', 'webhook', t('Webhooks'), t('Where rules may send data inside your network')),
    ]


async def draw_settings(_place: Place) -> None:
    """All areas at a glance."""
    with frame.header(t('Settings')):
        pass
    with frame.body(read=True), ui.element('div').classes('a-areas'):
        for href, picture, title, sentence in _areas():
            with ui.link(target=href).classes('a-area'):
                icon(picture)
                with col('a-gap-0'):
                    text(title, 'a-strong')
                    text(sentence, 'a-small a-muted')


def _choices(spec: FieldSpec) -> FieldSpec:
    """A setting as a field of the form: closed lists for what can be listed."""
    listed = {'language': language_choices(), 'time_zone': zone_choices(), 'currency': _currencies()}
    if spec.code in listed:
        return replace(spec, type='choice', options={'choices': listed[spec.code]})
    if 'choices' in spec.options:
        named = [{**choice, 'label': t(choice['label'])} for choice in spec.options['choices']]
        return replace(spec, options={'choices': named})
    return spec


def _currencies() -> list[dict[str, str]]:
    return [{'key': code, 'label': f'{code} {sign}'} for code, sign in SIGNS.items()]


async def _draw_block(title: str, name: str, sentence: str) -> None:
    with frame.header(title, back='/settings'):
        pass
    specs = [_choices(spec) for spec in SETTINGS.values() if spec.block == name]
    values = {spec.code: system_settings.setting(spec.code) for spec in specs}
    with frame.body(narrow=True), block('', sentence):
        if sentence:
            text(sentence, 'a-small a-muted')
        autosaved(specs, values, _save)


async def _save(values: dict[str, Any]) -> None:
    await system_settings.change_settings(session().actor, values)


async def draw_company(_place: Place) -> None:
    """The company's own settings."""
    await _draw_block(t('Company'), 'Company', '')


async def draw_mail(_place: Place) -> None:
    """The mail server."""
    await _draw_block(t('Outgoing mail'), 'Outgoing mail', t('Rules send letters through this server.'))


async def draw_webhooks(_place: Place) -> None:
    """Where webhooks may go."""
    await _draw_block(
        t('Webhooks'), 'Webhooks', t('Addresses of your own network are refused unless they are listed here.')
    )


PAGES = (
    Page(
        path='/settings',
        draw=draw_settings,
        title='Settings',
        allowed=admins,
        nav=Nav(icon='settings', label='Settings', place=90, bottom=True),
    ),
    Page(path='/settings/company', draw=draw_company, title='Company', allowed=admins),
    Page(path='/settings/mail', draw=draw_mail, title='Outgoing mail', allowed=admins),
    Page(path='/settings/webhooks', draw=draw_webhooks, title='Webhooks', allowed=admins),
)
