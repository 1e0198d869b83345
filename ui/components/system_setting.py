"""System settings as fields: closed lists for what can be listed, saved as soon as they are left."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from store import FieldSpec, system_settings
from store.system_settings import SETTINGS
from ui.components.form import Form
from ui.components.settings import autosaved, language_choices, zone_choices
from ui.formats import SIGNS
from ui.session import session
from ui.text import number, t

NONE = '—'


def as_field(spec: FieldSpec) -> FieldSpec:
    """A setting as a field of a form, its choices in the reader's language."""
    listed: dict[str, Callable[[], list[dict[str, str]]]] = {
        'language': language_choices,
        'time_zone': zone_choices,
        'currency': currencies,
    }
    if spec.code in listed:
        return replace(spec, type='choice', options={'choices': listed[spec.code]()})
    if 'choices' in spec.options:
        named = [{**choice, 'label': t(choice['label'])} for choice in spec.options['choices']]
        return replace(spec, options={'choices': named})
    return spec


def currencies() -> list[dict[str, str]]:
    """Every currency with a sign."""
    return [{'key': code, 'label': f'{code} {sign}'} for code, sign in SIGNS.items()]


def draw_settings_of(block: str, found: str = '') -> Form:
    """Draw the settings of a block; the cursor goes to the one that was `found` by the search."""
    specs = [
        as_field(spec) for spec in SETTINGS.values() if spec.block == block and not spec.options.get('hidden')
    ]
    values = {spec.code: system_settings.setting(spec.code) for spec in specs}
    form = autosaved(specs, values, save)
    if found in form.fields:
        form.fields[found].box.classes('a-found')
    return form


async def save(values: dict[str, Any]) -> None:
    """Save what was typed."""
    await system_settings.change_settings(session().actor, values)


def shown_value(spec: FieldSpec, value: Any) -> str:
    """A value as one reads it."""
    if spec.options.get('secret') or value in (None, '', 0, ()):
        return NONE
    names = {choice['key']: choice['label'] for choice in spec.options.get('choices', ())}
    if isinstance(value, (list, tuple)):
        return ', '.join(str(names.get(one, one)) for one in value)
    return number(value) if isinstance(value, int) else str(names.get(value, value))
