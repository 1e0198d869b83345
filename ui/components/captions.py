"""The names of what people made, in every language: a dialog with a line a language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from store import FieldSpec
from ui.components.basics import button, col, row, text
from ui.components.dialogs import answer_of
from ui.components.form import Form
from ui.components.settings import LANGUAGE_NAMES
from ui.text import language, languages, t

LONGEST = 200
ELSEWHERE = 'label'


@dataclass(frozen=True, slots=True)
class Captions:
    """A name for every language that has none of its own, and the names in `labels` by language."""

    label: str
    labels: Mapping[str, str] = field(default_factory=dict)


def renamed(captions: Captions, name: str) -> Captions:
    """With another name: in the reader's language where it has one there, else for all that have none."""
    tongue = language()
    if tongue in captions.labels:
        return Captions(captions.label, {**captions.labels, tongue: name})
    return Captions(name, captions.labels)


def spoken(captions: Captions) -> str:
    """The name in the reader's language."""
    return captions.labels.get(language()) or captions.label


async def ask_captions(given: Mapping[str, tuple[str, Captions]]) -> dict[str, Captions] | None:
    """Ask for translations, e.g. of {'label': ('Name of the section', captions)}; None: nothing changes."""
    forms: dict[str, Form] = {}

    def submit() -> None:
        if all(tuple(form.check() for form in forms.values())):
            dialog.submit({key: _read(form.values) for key, form in forms.items()})

    with ui.dialog() as dialog, ui.card().style('width:min(520px,100%)'):
        text(t('Name and translations'), 'a-title')
        text(
            t('Everybody sees the name in their own language; where it is empty, the first one.'),
            'a-small a-muted',
        )
        for key, (title, captions) in given.items():
            with col('a-gap-8'):
                if len(given) > 1:
                    text(title, 'a-h2')
                forms[key] = _form(captions, submit)
        with row('a-full').style('justify-content:flex-end'):
            button(t('Cancel'), lambda: dialog.submit(None))
            button(t('Save'), submit, primary=True)
        next(iter(forms.values())).start()
    answer = await answer_of(dialog)
    return answer if isinstance(answer, dict) else None


def _form(captions: Captions, submit: Any) -> Form:
    specs = [FieldSpec(code=ELSEWHERE, label='In all other languages', type='text', required=True)]
    specs += [
        FieldSpec(code=code, label=LANGUAGE_NAMES.get(code, code), type='text', id=1) for code in languages()
    ]
    values = {ELSEWHERE: captions.label, **{code: captions.labels.get(code) for code in languages()}}
    return Form(specs, values, on_submit=submit)


def _read(values: Mapping[str, Any]) -> Captions:
    named = {code: str(values[code])[:LONGEST] for code in languages() if values.get(code)}
    return Captions(str(values[ELSEWHERE])[:LONGEST], named)
