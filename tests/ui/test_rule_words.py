"""An unfinished rule in words, and conditions on their way into the editor and back."""

from typing import Any

import pytest

from store import Records
from ui.components.rule_conditions import to_conditions, to_filter
from ui.components.rule_editor import new_draft
from ui.components.rule_words import draft_faults, draft_sentence, plainly, rule_words
from ui.reader import Reader, reading

WON = {'kind': 'stage_entered', 'options': {'kind': 'won'}}
TELL = {
    'action': 'notify',
    'options': {'to': ['role:bosses'], 'text': 'Won: {{ title }}, {{ amount | money }}'},
}


def said(trade: Records, language: str = 'en', **parts: Any) -> str:
    """A draft about deals as the editor says it."""
    catalogs = {catalog.code: catalog for catalog in trade.catalogs()}
    draft = {**new_draft('deals'), **parts}
    with reading(Reader(language)):
        words = rule_words({'role:bosses': 'Bosses'}, catalogs)
        return draft_sentence(draft, draft_faults(draft, catalogs), words)


async def test_a_draft_is_said_as_far_as_it_goes(trade: Records) -> None:
    assert said(trade).startswith('Choose what starts the rule')
    assert said(trade, triggers=[WON]) == 'Deals: when a record enters a won stage, …'
    half = {'kind': 'field_changed', 'options': {}}
    assert said(trade, triggers=[half]) == 'Deals: when a field changes …, …'


async def test_a_finished_draft_names_fields_and_roles(trade: Records) -> None:
    conditions = {'all': [{'path': 'amount', 'op': 'greater', 'value': 1000}]}
    sentence = said(trade, triggers=[WON], conditions=conditions, steps=[TELL])
    assert '“Amount”' in sentence
    assert 'the role “Bosses”' in sentence
    assert '[Name], [Amount]' in sentence
    assert '{' not in sentence


async def test_a_draft_is_said_in_russian_too(trade: Records) -> None:
    sentence = said(trade, 'ru', triggers=[WON], steps=[TELL])
    assert 'когда запись попадает на успешную стадию' in sentence
    assert 'роль «Bosses»' in sentence


@pytest.mark.parametrize(
    ('parts', 'place', 'code'),
    [
        ({}, 'triggers', 'required'),
        ({}, 'steps', 'required'),
        ({'triggers': [{'kind': 'field_changed', 'options': {}}]}, 'triggers.0.field', 'required'),
        ({'steps': [{'action': 'notify', 'options': {}}]}, 'steps.0.to', 'required'),
        (
            {'conditions': {'all': [{'path': 'salary', 'op': 'is', 'value': 1}]}},
            'conditions.0',
            'expr_unknown_name',
        ),
    ],
)
async def test_each_fault_has_its_place(trade: Records, parts: dict[str, Any], place: str, code: str) -> None:
    catalogs = {catalog.code: catalog for catalog in trade.catalogs()}
    found = draft_faults({**new_draft('deals'), **parts}, catalogs)
    assert found[place].code == code


@pytest.mark.parametrize(
    'plain',
    [
        {'all': []},
        {'all': [{'path': 'amount', 'op': 'greater', 'value': 5}]},
        {'any': [{'path': 'old.heat', 'op': 'empty'}, {'all': [{'expr': 'amount > 5'}]}]},
        {
            'all': [
                {'path': 'account.city', 'op': 'in', 'value': ['Moscow', 'Minsk']},
                {'path': 'heat', 'op': 'changed'},
            ]
        },
    ],
)
def test_conditions_come_back_from_the_editor_as_they_went_in(plain: dict[str, Any]) -> None:
    assert to_conditions(to_filter(plain)) == plain


async def test_blanks_of_a_text_are_read_as_fields(trade: Records) -> None:
    deals = trade.catalog('deals')
    assert plainly('“{{ title }} of {{ account.title }}”', deals) == '“[Name] of [Account]”'
    assert plainly('“{{ stage_label }}, {{ nothing }}”', deals) == '“[Stage], [nothing]”'
    assert plainly('“Won by {{ own…”.', deals) == '“Won by…”.'
