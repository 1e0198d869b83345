"""Reasons for rights as sentences, in both languages."""

import json

import pytest

from store import FieldLevel, NotAllowed, Records, Ref, explaining, role_rights, shares
from store.actor import RIGHTS, Level
from store.explaining import ASKED, Reason
from tests.conftest import records_of
from ui.components.rights_matrix import level_hint, level_name, right_name
from ui.components.role_rights import changed, matrix_rows, place_of
from ui.components.why_words import SENTENCES, answer, field_answer, sentence
from ui.reader import Reader, reading
from ui.text import words

ROLE = {'role': 'r', 'label': 'Clerk', 'labels': json.dumps({'ru': 'Клерк'}), 'through': ''}
PLACE = {'said': 'stage', 'pipeline': 'sales', 'stage': 'won', 'owner': 'Sue', 'unit': 'North'}
SHARE = {'by': 'Ada', 'until': 1_800_000_000_000, 'ended': False, 'change': True, 'origin': 'hand'}
REASONS = [
    *(
        Reason(code, {}, False)
        for code in ('deactivated', 'administrator', 'in_bin', 'no_roles', 'unreadable')
    ),
    *(Reason('role', {**ROLE, **PLACE, 'level': 30, 'because': b}, True) for b in ('all', 'own', 'unit')),
    *(Reason('role', {**ROLE, **PLACE, 'level': level, 'because': ''}) for level in (0, 10, 20)),
    Reason('role', {**ROLE, **PLACE, 'said': 'pipeline', 'level': 10, 'owner': '', 'because': ''}),
    Reason('role', {**ROLE, **PLACE, 'said': 'every', 'through': 'North', 'level': 10, 'because': ''}),
    Reason('manager', {'unit': 'North', 'owner': 'Sue'}, True),
    Reason('share', SHARE, True),
    Reason('share', {**SHARE, **ROLE, 'ended': True}),
    Reason('share', {**SHARE, 'until': None, 'origin': 'default', 'change': False}, True),
    Reason('rule', {'rule': 1, 'name': 'VIP', 'roles': [ROLE]}, True),
    Reason('only_rule', {'rule': 1, 'name': 'VIP', 'roles': [ROLE]}, False),
    *(Reason('field_role', {**ROLE, 'level': level}) for level in (0, 10, 20)),
    Reason('field_role_silent', {**ROLE, 'level': 20}),
    Reason('field_read_only'),
]


@pytest.mark.parametrize('language', ['en', 'ru'])
async def test_every_reason_has_a_sentence(trade: Records, language: str) -> None:
    """N-13: no code reaches people, and no blank stays empty."""
    assert {reason.code for reason in REASONS} == set(SENTENCES)
    with reading(Reader(language)):
        said = [sentence(reason, 'Max', trade.catalog('deals')) for reason in REASONS]
        said += [answer(right, 'Max', allowed=yes) for right in ASKED for yes in (True, False)]
        said += [field_answer(level, 'Max', 'Amount') for level in FieldLevel]
        named = [right_name(right) for right in RIGHTS] + [level_name(level) for level in Level]
        named += [level_hint(level) for level in Level]
    assert len(set(said)) == len(said)
    for one in (*said, *named):
        assert one
        assert '{' not in one
        assert ('Клерк' in one) is False or language == 'ru'
    cyrillic = [any('а' <= letter <= 'я' for letter in one.lower()) for one in (*said, *named)]
    assert all(cyrillic) if language == 'ru' else not any(cyrillic)


async def test_the_chain_of_a_real_record_is_said(trade: Records) -> None:
    sue = await records_of('sue', 'Sue', role='seller')
    deal = await trade.create('deals', {'title': 'd', 'amount': '5 EUR'})
    await shares.share(trade.actor, deal.ref, Ref(sue.actor.person_id or 0, '', 'person'))
    why = await explaining.why_record(trade.actor, sue.actor.person_id or 0, 'deals', deal.id)
    with reading(Reader('en')):
        said = [sentence(reason, 'Sue', trade.catalog('deals')) for reason in why['read'].reasons]
    assert said == [
        'The role “Own records only” allows it for own records only, but Ada Admin is responsible here.',
        'Ada Admin shared it with Sue, only to see.',
    ]


async def test_a_refusal_names_what_is_missing(trade: Records) -> None:
    """C-17: in words, in both languages."""
    member = await records_of('max', 'Max', role='member')
    with pytest.raises(NotAllowed) as refused:
        await role_rights.set_operations(member.actor, 'member', set())
    with reading(Reader('en')):
        assert words(refused.value).startswith('You lack the right “Manage roles and rights”.')
    with reading(Reader('ru')):
        assert words(refused.value).startswith('Не хватает права «Управлять ролями и правами».')
        assert words(NotAllowed(right='change', catalog='deals')) == 'У вас нет права менять эту запись.'


async def test_a_line_of_the_matrix_follows_the_line_above_until_it_says_something(trade: Records) -> None:
    grants = await role_rights.grants_of(trade.actor, 'seller')
    rows = {row['key']: row for row in matrix_rows(grants, trade.catalogs())}
    assert [rows[key]['own'] for key in ('*', 'deals', 'deals/sales', 'deals/sales/won')] == [
        True, False, False, False,
    ]  # fmt: skip
    place = place_of('deals/sales/won')
    narrower = changed(grants, place, 'read', Level.NONE)
    assert narrower is not None
    assert narrower.read == Level.NONE
    assert narrower.change == grants.base('deals').change
    await role_rights.set_places(trade.actor, 'seller', 'deals', {('sales', 'won'): narrower})
    grants = await role_rights.grants_of(trade.actor, 'seller')
    rows = {row['key']: row for row in matrix_rows(grants, trade.catalogs())}
    assert rows['deals/sales/won']['own']
    assert rows['deals']['opened']
    assert changed(grants, place, 'read', None) is None
