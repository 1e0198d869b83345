"""What pages of settings share: blocks, forms that save each field when it is left, dialogs with a form."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from nicegui import ui

from store import FieldSpec, Invalid, Problem
from ui.components.basics import button, row, text
from ui.components.dialogs import answer_of
from ui.components.form import Form
from ui.components.toast import tell, toast
from ui.text import field_errors, languages, t

LANGUAGE_NAMES = {'en': 'English', 'ru': 'Русский'}
Save = Callable[[dict[str, Any]], Awaitable[Any]]


@contextmanager
def block(title: str, sentence: str = '') -> Iterator[ui.element]:
    """A bordered group of settings with its title."""
    with ui.element('section').classes('a-block') as made:
        if title:
            with ui.element('div').classes('a-col a-gap-4'):
                text(title, 'a-h2').props('role=heading aria-level=2')
                if sentence:
                    text(sentence, 'a-small a-muted')
        yield made


@contextmanager
def listing(title: str) -> Iterator[ui.element]:
    """A bordered list with its title; put its buttons into the yielded head."""
    with ui.element('section').classes('a-block a-block--flush'):
        with ui.element('div').classes('a-block__head') as head:
            text(title, 'a-h2 a-grow').props('role=heading aria-level=2')
        yield head


def autosaved(
    specs: Sequence[FieldSpec], values: Mapping[str, Any], save: Save, *, two_columns: bool = True
) -> Form:
    """A form that saves each field as soon as it is left, and ticks it."""

    async def changed(code: str, value: Any) -> None:
        try:
            await save({code: value if value is not None else ''})
        except Invalid as problem:
            form.refuse(field_errors(problem))
        except Problem as problem:
            tell(problem)
        else:
            form.fields[code].tick()

    form = Form(specs, values, on_change=changed, two_columns=two_columns)
    return form


async def ask(
    title: str,
    specs: Sequence[FieldSpec],
    values: Mapping[str, Any],
    save: Save,
    action: str,
    *,
    sentence: str = '',
) -> bool:
    """A dialog with a form that says what is wrong until `save` succeeds; True when it was saved."""

    async def submit() -> None:
        if not form.check():
            return
        try:
            await save({code: value for code, value in form.values.items() if value is not None})
        except Invalid as problem:
            form.refuse(field_errors(problem))
            left = [words for code, words in field_errors(problem).items() if code not in form.fields]
            if left:
                toast(left[0], kind='error')
        except Problem as problem:
            tell(problem)
        else:
            dialog.submit(True)

    with ui.dialog().props('persistent') as dialog, ui.card().style('width:min(480px,100%)'):
        text(title, 'a-title')
        if sentence:
            text(sentence, 'a-small a-muted')
        form = Form(specs, values, on_submit=submit)
        with row('a-full').style('justify-content:flex-end'):
            button(t('Cancel'), lambda: dialog.submit(False))
            button(action, submit, primary=True)
        form.start()
    return bool(await answer_of(dialog))


def language_choices() -> list[dict[str, str]]:
    """Every language of the product, in its own words."""
    return [{'key': code, 'label': LANGUAGE_NAMES.get(code, code)} for code in languages()]


@cache
def zone_choices() -> list[dict[str, str]]:
    """Every time zone that stands for a place."""
    places = sorted(
        zone
        for zone in available_timezones()
        if '/' in zone and not zone.startswith(('Etc/', 'posix', 'right', 'SystemV'))
    )
    return [{'key': zone, 'label': zone.replace('_', ' ')} for zone in ('UTC', *places)]
