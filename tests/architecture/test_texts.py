"""Everything people read goes through the translation, and Russian says all of it."""

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog

from tests.architecture.source import modules
from tools import texts
from ui.problem_words import SENTENCES

SPEAKERS = {
    *(
        f'ui.{name}'
        for name in ('label', 'button', 'notify', 'link', 'tooltip', 'input', 'textarea', 'checkbox')
    ),
    *(f'ui.{name}' for name in ('switch', 'number', 'tab', 'menu_item')),
    *('button', 'toast', 'menu_item', 'empty_state', 'pill', 'confirm', 'frame.header', 'place.set_title'),
}
"""Calls whose first argument a person reads."""
BLANK = re.compile(r'\{(\w+)\}')
LANGUAGES = [pytest.param(catalog, id=language) for language, _, catalog in texts.translations()]


def _said() -> Iterator[tuple[str, ast.expr]]:
    for module in modules():
        for call, name in module.calls():
            if module.name.startswith('ui.') and name in SPEAKERS and call.args:
                yield f'{module.place}:{call.lineno}', call.args[0]


def _is_wordy(text: object) -> bool:
    return isinstance(text, str) and bool(re.search(r'[A-Za-zА-Яа-я]{2}', text))


def test_no_words_reach_the_page_untranslated() -> None:
    bare = []
    for place, said in _said():
        parts = said.values if isinstance(said, ast.JoinedStr) else [said]
        bare += [f'{place} {p.value!r}' for p in parts if isinstance(p, ast.Constant) and _is_wordy(p.value)]
    assert bare == []


@pytest.mark.parametrize('catalog', LANGUAGES)
def test_a_language_says_everything(catalog: Catalog) -> None:
    assert [text.one for text in texts.missing(catalog)] == []


@pytest.mark.parametrize('catalog', LANGUAGES)
def test_a_language_fills_the_same_blanks(catalog: Catalog) -> None:
    wrong = []
    for message in catalog:
        one, *many = [message.id] if isinstance(message.id, str) else message.id
        said = [message.string] if isinstance(message.string, str) else list(message.string or ())
        blanks = set(BLANK.findall(' '.join((one, *many))))
        wrong += [one for text in said if message.id and text and set(BLANK.findall(text)) - blanks]
        # A plural form may leave its number out ("one deal"); everything else says every fact.
        wrong += [one for text in said if not many and text and blanks - set(BLANK.findall(text))]
    assert wrong == []


def test_every_refusal_that_is_raised_has_a_sentence() -> None:
    refusals = {'Refused', 'BadValue', 'NotFound', 'NotAllowed', 'Problem'}
    codes = {
        call.args[0].value
        for module in modules()
        for call, name in module.calls()
        if name.rpartition('.')[2] in refusals and call.args and isinstance(call.args[0], ast.Constant)
    }
    assert codes - set(SENTENCES) == set()
