"""The customer's own page: name, telephone, language, and how they get in."""

from typing import Any

from nicegui import ui

from store import FieldSpec, people
from ui.components.basics import text
from ui.components.profile_security import security_block
from ui.components.settings import autosaved, block, language_choices, zone_choices
from ui.session import Tab, company_name, session
from ui.text import t

RELOADS = frozenset({'language', 'theme', 'time_zone'})


async def draw_profile(tab: Tab) -> None:
    """Draw the page into the open slot."""
    ui.page_title(f'{t("Profile")} · {company_name()}')
    me = await people.person(tab.actor, tab.person_id)
    themes = [('system', t('As the device')), ('light', t('Light')), ('dark', t('Dark'))]
    specs = [
        FieldSpec(code='name', label='Full name', type='text', required=True),
        FieldSpec(code='email', label='E-mail', type='text', read_only=True),
        FieldSpec(code='phone', label='Phone', type='phone'),
        _listed('language', 'Language', language_choices()),
        _listed('time_zone', 'Time zone', zone_choices()),
        _listed('theme', 'Theme', [{'key': key, 'label': words} for key, words in themes]),
    ]

    async def save(given: dict[str, Any]) -> None:
        here = session()
        await people.change_person(here.actor, here.person_id, given)
        if RELOADS.intersection(given):
            ui.navigate.reload()

    text(t('Profile'), 'pt-head__title').props('role=heading aria-level=1')
    with block(''):
        shown = {spec.code: getattr(me, spec.code) for spec in specs}
        autosaved(specs, shown | {'language': tab.language, 'time_zone': tab.zone}, save)
    await security_block()


def _listed(code: str, caption: str, choices: list[dict[str, str]]) -> FieldSpec:
    return FieldSpec(code=code, label=caption, type='choice', options={'choices': choices})
