"""The board's cards from the real store: what a card says, where it stands, who may see and move it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from store import Condition, Designer, FieldSpec, Filter, Invalid, NotAllowed, Records
from tests.conftest import records_of
from ui.components.views.board import CardPlace, Move, StoreBoardSource, snapshot, stage_heads
from ui.reader import Reader, reading

STAGES: list[Mapping[str, Any]] = [
    {'code': 'new', 'label': 'New', 'labels': {'ru': 'Новая'}, 'color': '#8b8d98'},
    {'code': 'talks', 'label': 'Talks', 'color': '#0090ff', 'required': ['amount']},
    {'code': 'won', 'label': 'Won', 'color': '#30a46c', 'kind': 'won'},
    {'code': 'lost', 'label': 'Lost', 'color': '#e5484d', 'kind': 'lost'},
]
HEAT = [{'key': 'hot', 'label': 'Hot', 'labels': {'ru': 'Горячий'}, 'color': '#e5484d'}]
FIELDS = (
    FieldSpec(code='amount', label='Amount', type='money', options={'currency': 'EUR'}),
    FieldSpec(code='account', label='Account', type='link', options={'target': 'accounts'}),
    FieldSpec(code='due', label='Due', type='date'),
    FieldSpec(code='heat', label='Heat', type='choice', options={'choices': HEAT}),
)
CARD = {'link': 'account', 'money': 'amount', 'date': 'due', 'choice': 'heat'}


@pytest.fixture
async def deals(as_admin: Records) -> Records:
    """The administrator of a store with deals on a pipeline."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('accounts', 'Accounts', 'Account')
    await designer.create_catalog('deals', 'Deals', 'Deal', card=CARD)
    for spec in FIELDS:
        await designer.add_field('deals', spec)
    await designer.add_pipeline('deals', 'sales', 'Sales', STAGES, value_field='amount')
    return as_admin


def board_of(mine: Records, **asked: Any) -> StoreBoardSource:
    catalog = mine.catalog('deals')
    return StoreBoardSource(records=lambda: mine, catalog=catalog, pipeline=catalog.pipelines[0], **asked)


async def titles(board: StoreBoardSource, stage: str = 'new') -> list[str]:
    return [card['title'] for card in (await board.column(stage, None, 100)).cards]


async def test_a_card_says_what_its_catalogue_chose_for_it(deals: Records) -> None:
    account = await deals.create('accounts', {'title': 'Acme'})
    values = {
        'title': 'Servers',
        'account': account.ref,
        'amount': '12.75 EUR',
        'due': '2026-03-01',
        'heat': 'hot',
    }
    made = await deals.create('deals', values)
    with reading(Reader('ru')):
        (card,) = (await board_of(deals).column('new', None, 30)).cards
    assert card['id'] == made.id
    assert card['version'] == 1
    assert card['link'] == 'Acme'
    assert card['money'] == {'amount': '12.75', 'currency': 'EUR'}
    assert card['due'] == '2026-03-01'
    assert card['pill'] == {'text': 'Горячий', 'color': '#e5484d'}
    assert card['owner']['initials'] == 'AA'
    assert card['since'].endswith('Z')
    assert 'fixed' not in card


async def test_an_empty_field_takes_no_room_on_a_card(deals: Records) -> None:
    await deals.create('deals', {'title': 'Bare', 'owner': None})
    (card,) = (await board_of(deals).column('new', None, 30)).cards
    assert set(card) == {'id', 'version', 'title', 'since'}


async def test_the_columns_are_named_in_the_readers_language(deals: Records) -> None:
    with reading(Reader('ru')):
        heads = stage_heads(deals.catalog('deals').pipelines[0])
    assert [(head.code, head.name, head.kind) for head in heads] == [
        ('new', 'Новая', 'open'), ('talks', 'Talks', 'open'), ('won', 'Won', 'won'), ('lost', 'Lost', 'lost'),
    ]  # fmt: skip


async def test_a_column_is_read_page_by_page_without_gap_or_double(deals: Records) -> None:
    await deals.create_many('deals', [{'title': f'{n:02d}'} for n in range(65)])
    board, seen, cursor = board_of(deals), [], None
    while True:
        page = await board.column('new', cursor, 30)
        seen += [card['title'] for card in page.cards]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [f'{n:02d}' for n in reversed(range(65))]


async def test_the_first_view_holds_cards_and_the_totals_of_all_of_them(deals: Records) -> None:
    await deals.create_many('deals', [{'title': f'{n}', 'amount': '10 EUR'} for n in range(40)])
    await deals.create('deals', {'title': 'dollars', 'amount': '7 USD'})
    board = board_of(deals)
    first = await snapshot(board, stage_heads(board.pipeline))
    assert len(first['columns']['new']['cards']) == 30
    assert first['columns']['new']['cursor']
    assert first['columns']['won'] == {'cards': [], 'cursor': None}
    assert first['totals']['new']['count'] == 41
    sums = {s['currency']: s['amount'] for s in first['totals']['new']['sums']}
    assert {currency: float(amount) for currency, amount in sums.items()} == {'EUR': 400, 'USD': 7}


async def test_a_dropped_card_stands_between_the_two_it_was_dropped_between(deals: Records) -> None:
    a, b, c = await deals.create_many('deals', [{'title': title} for title in 'abc'])
    board = board_of(deals)
    await board.move(Move(id=a.id, origin='new', stage='new', above=c.id, below=b.id, version=1))
    assert await titles(board) == ['c', 'a', 'b']
    place = await board.card(a.id)
    assert place is not None
    assert (place.stage, place.above, place.below) == ('new', c.id, b.id)


async def test_a_card_outside_of_the_filter_is_nowhere(deals: Records) -> None:
    hot, cold = await deals.create_many('deals', [{'title': 'hot', 'heat': 'hot'}, {'title': 'cold'}])
    board = board_of(deals, filter=Filter((Condition('heat', 'is', 'hot'),)))
    assert await board.card(cold.id) is None
    assert isinstance(await board.card(hot.id), CardPlace)
    await deals.change('deals', hot.id, {'heat': None})
    assert await board.card(hot.id) is None
    assert (await board.totals())['new'].count == 0


async def test_words_narrow_cards_and_totals_alike(deals: Records) -> None:
    await deals.create_many('deals', [{'title': 'Server racks'}, {'title': 'Chairs'}])
    board = board_of(deals, text='server')
    assert await titles(board) == ['Server racks']
    assert (await board.totals())['new'].count == 1


async def test_a_seller_sees_and_counts_only_the_own_cards(deals: Records) -> None:
    seller = await records_of('sue', 'Sue Seller', role='seller')
    theirs = await deals.create('deals', {'title': 'theirs', 'amount': '5'})
    await seller.create('deals', {'title': 'mine', 'amount': '7'})
    board = board_of(seller)
    assert await titles(board) == ['mine']
    assert (await board.totals())['new'].count == 1
    assert await board.card(theirs.id) is None


async def test_a_viewer_gets_cards_that_do_not_move(deals: Records, as_viewer: Records) -> None:
    made = await deals.create('deals', {'title': 'a'})
    board = board_of(as_viewer)
    (card,) = (await board.column('new', None, 30)).cards
    assert card['fixed'] is True
    with pytest.raises(NotAllowed):
        await board.move(Move(id=made.id, origin='new', stage='won', above=None, below=None, version=1))
    with pytest.raises(NotAllowed):
        await board.add('new', 'b')


async def test_a_stage_that_requires_an_amount_says_so_and_the_card_stays(deals: Records) -> None:
    made = await deals.create('deals', {'title': 'a'})
    board = board_of(deals)
    move = Move(id=made.id, origin='new', stage='talks', above=None, below=None, version=1)
    with pytest.raises(Invalid) as refusal:
        await board.move(move)
    assert set(refusal.value.errors) == {'amount'}
    assert await titles(board) == ['a']
    await deals.change('deals', made.id, {'amount': '3'})
    await board.move(replace(move, version=2))
    assert await titles(board, 'talks') == ['a']


async def test_a_quick_card_starts_in_its_column_on_top(deals: Records) -> None:
    await deals.create('deals', {'title': 'old', 'stage': 'won'})
    board = board_of(deals)
    place = await board.card(await board.add('won', 'quick'))
    assert place is not None
    assert (place.stage, place.above) == ('won', None)
    assert await titles(board, 'won') == ['quick', 'old']


async def test_a_hostile_stage_colour_never_reaches_the_page(deals: Records) -> None:
    pipeline = deals.catalog('deals').pipelines[0]
    bad = replace(pipeline.stages[0], color='red;background:url(//evil)')
    heads = stage_heads(replace(pipeline, stages=(bad, *pipeline.stages[1:])))
    plain: Mapping[str, str] = heads[0].to_json()
    assert 'evil' not in plain['color']
