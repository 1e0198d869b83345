"""What a caller may ask: every operator, nested groups, links, sorting by cursor, no way to inject."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from store import (
    Designer,
    FieldSpec,
    Filter,
    Level,
    Query,
    Records,
    Refused,
    Rights,
    clock,
    guard,
    people,
    roles,
)
from store.reading import from_cursor, to_cursor
from tests.conftest import records_of

NOW = datetime.fromisoformat('2026-03-02T09:00:00+00:00')


@pytest.fixture
async def four(trade: Records) -> Records:
    """Four deals of two accounts: hot a, cold b, won c, empty d."""
    acme = await trade.create('accounts', {'title': 'Acme', 'city': 'Самара'})
    ltd = await trade.create('accounts', {'title': 'Ёлка Ltd', 'city': 'Уфа 100%'})
    rows: list[dict[str, Any]] = [
        {
            'title': 'a', 'amount': '10', 'account': acme.id, 'heat': 'hot', 'tags': ['hot'],
            'paid': True, 'due': '2026-03-01T22:00:00Z', 'pieces': 1, 'phone': '8 916 123-45-67',
            'note': 'Позвонить Ёлкину',
        },
        {
            'title': 'b', 'amount': '20', 'account': ltd.id, 'heat': 'cold',
            'tags': ['hot', 'cold'], 'paid': False, 'due': '2026-03-02T08:00:00Z', 'pieces': 2,
            'about': acme.ref, 'helper': trade.actor.person_id,
        },
        {
            'title': 'c', 'amount': '30', 'stage': 'won', 'closed_on': '2026-02-27',
            'due': '2026-03-09T00:00:00Z',
        },
        {'title': 'd'},
    ]  # fmt: skip
    await trade.create_many('deals', rows)
    return trade


@pytest.fixture
def found(four: Records) -> Callable[..., Any]:
    """Titles that a plain filter finds."""

    async def titles(*conditions: Any, join: str = 'all', door: Records = four) -> str:
        query = Query(filter=Filter.from_plain({join: list(conditions)}), sort='title')
        with clock.at(NOW):
            return ''.join(view.title for view in (await door.find('deals', query)).records)

    return titles


@pytest.mark.parametrize(
    ('condition', 'titles'),
    [
        (['title', 'is', 'A'], 'a'),
        (['title', 'is_not', 'a'], 'bcd'),
        (['title', 'in', ['a', 'd']], 'ad'),
        (['amount', 'greater', 10], 'bc'),
        (['amount', 'greater_equal', '10 EUR'], 'abc'),
        (['amount', 'less', 20], 'a'),
        (['amount', 'between', [15, None]], 'bc'),
        (['amount', 'empty'], 'd'),
        (['amount', 'filled'], 'abc'),
        (['pieces', 'less_equal', 2], 'ab'),
        (['heat', 'is', 'hot'], 'a'),
        (['heat', 'is_not', 'hot'], 'bcd'),
        (['heat', 'in', ['hot', 'cold']], 'ab'),
        (['heat', 'not_in', ['hot']], 'bcd'),
        (['heat', 'is', None], 'cd'),
        (['tags', 'has_any', ['cold']], 'b'),
        (['tags', 'has_any', ['hot', 'cold']], 'ab'),
        (['tags', 'has_all', ['hot', 'cold']], 'b'),
        (['paid', 'is', True], 'a'),
        (['paid', 'is', 'нет'], 'b'),
        (['due', 'is', '2026-03-01'], 'a'),
        (['due', 'greater', '2026-03-02'], 'c'),
        (['due', 'less', '2026-03-02'], 'a'),
        (['due', 'between', ['2026-03-01', '2026-03-02']], 'ab'),
        (['due', 'last_days', 1], 'ab'),
        (['due', 'next_days', 7], 'c'),
        (['closed_on', 'last_days', 7], 'c'),
        (['closed_on', 'is', '2026-02-27'], 'c'),
        (['phone', 'contains', '916 123'], 'a'),
        (['note', 'contains', 'ёЛКИН'], 'a'),
        (['stage', 'is', 'won'], 'c'),
        (['stage', 'not_in', ['won']], 'abd'),
        (['stage_kind', 'is', 'open'], 'abd'),
        (['pipeline', 'is', 'sales'], 'abcd'),
        (['account', 'empty'], 'cd'),
        (['account.city', 'contains', 'САМ'], 'a'),
        (['account.city', 'contains', '100%'], 'b'),
        (['account.city', 'contains', '%'], 'b'),
        (['account.title', 'starts', 'елка'], 'b'),
        (['about', 'is', 'accounts:1'], 'b'),
        (['helper', 'is_me'], 'b'),
        (['owner', 'is_me'], 'abcd'),
    ],
)
async def test_each_operator_finds_what_it_says(
    found: Callable[..., Any], condition: list[Any], titles: str
) -> None:
    assert await found(condition) == titles


async def test_groups_nest(found: Callable[..., Any]) -> None:
    nested = {'any': [['heat', 'is', 'hot'], {'all': [['amount', 'greater', 15], ['stage', 'is', 'new']]}]}
    assert await found(nested) == 'ab'
    assert await found(['title', 'is', 'a'], ['title', 'is', 'd'], join='any') == 'ad'


async def test_a_day_is_the_day_where_the_asker_lives(found: Callable[..., Any]) -> None:
    moscow = await records_of('mila', 'Mila', role='member')
    await people.change_person(guard.SETUP, moscow.actor.person_id or 0, {'time_zone': 'Europe/Moscow'})
    actor = await people.actor_of_person(moscow.actor.person_id or 0)
    assert actor is not None
    door = Records(actor)
    assert await found(['due', 'is', '2026-03-02']) == 'b'
    assert await found(['due', 'is', '2026-03-02'], door=door) == 'ab'
    assert await found(['due', 'less', '2026-03-02'], door=door) == ''
    assert await found(['due', 'between', ['2026-03-02', '2026-03-08']], door=door) == 'ab'
    assert await found(['due', 'greater', '2026-03-02'], door=door) == 'c'


@pytest.mark.parametrize(
    'plain',
    [
        {'all': [['nope', 'is', 1]]},
        {'all': [["title' OR 1=1--", 'is', 1]]},
        {'all': [['title', 'drop', 1]]},
        {'all': [['amount', 'contains', '1']]},
        {'all': [['amount', 'greater', 'much']]},
        {'all': [['amount', 'greater', None]]},
        {'all': [['amount', 'between', [1]]]},
        {'all': [['title', 'in', 'text']]},
        {'all': [['title', 'in', ['x'] * 501]]},
        {'all': [['due', 'last_days', 'x']]},
        {'all': [['due', 'last_days', float('inf')]]},
        {'all': [['title', 'contains', 'a\x00']]},
        {'all': [['title', 'contains', '\ud800']]},
        {'all': [['stage_kind', 'is_not', 'open']]},
        {'all': [['pipeline', 'empty']]},
        {'all': [['account.nope', 'is', 1]]},
        {'all': [['account.title.title', 'is', 1]]},
        {'all': [['about.title', 'is', 1]]},
        {'none': []},
        {'all': 5},
        [],
        'text',
        {'all': [['title', 'is', 'x']] * 101},
    ],
)
async def test_a_bad_filter_is_refused_and_never_reaches_the_database(four: Records, plain: Any) -> None:
    with pytest.raises(Refused) as refused:
        await four.find('deals', Query(filter=Filter.from_plain(plain)))
    assert refused.value.code == 'bad_filter'


async def test_a_deep_filter_is_refused(four: Records) -> None:
    plain: dict[str, Any] = {'all': [['title', 'is', 'x']]}
    for _ in range(6):
        plain = {'all': [plain]}
    with pytest.raises(Refused):
        Filter.from_plain(plain)


async def test_a_filter_survives_an_address() -> None:
    plain = {'any': [['title', 'contains', 'Ёлка & "сыновья"'], {'all': [['amount', 'greater', 5]]}]}
    asked = Filter.from_plain(plain)
    assert Filter.from_text(asked.to_text()) == asked
    for hostile in ('{', '[' * 5000, 'null', '{"all":[["a"]]}'):
        with pytest.raises(Refused):
            Filter.from_text(hostile)


async def test_a_filter_through_a_link_keeps_the_rights_of_the_linked(four: Records) -> None:
    """Who may not read accounts learns nothing of them by asking for deals."""
    await roles.save_role(guard.SETUP, 'dealer', 'Dealer', {'deals': Rights(read=Level.ALL)})
    dealer = await records_of('dan', 'Dan', role='dealer')
    query = Query(filter=Filter.from_plain({'all': [['account.city', 'filled']]}))
    assert len((await four.find('deals', query)).records) == 2
    assert (await dealer.find('deals', query)).records == ()


async def test_sorting_by_a_link_or_a_person_tells_no_names_and_no_logins(four: Records) -> None:
    """Neither the order nor the cursor carries what the reader may not know."""
    await roles.save_role(guard.SETUP, 'dealer', 'Dealer', {'deals': Rights(read=Level.ALL)})
    dealer = await records_of('dan', 'Dan', role='dealer')
    for sort in ('-account', '-helper', 'owner'):
        cursor = (await dealer.find('deals', Query(sort=sort, limit=1))).cursor or ''
        value, _ = from_cursor(cursor, of_text=True)
        assert value in (None, 'ada admin'), sort
    by_link = [view.id for view in (await dealer.find('deals', Query(sort='account'))).records]
    assert by_link == sorted(by_link)
    assert (await four.find('deals', Query(sort='-account'))).records[0].title == 'b'


@pytest.mark.parametrize(
    ('condition', 'titles'),
    [
        (['heat', 'in', ['hot', None]], 'acd'),
        (['heat', 'not_in', ['hot', None]], 'b'),
        (['account', 'in', [1, None]], 'acd'),
        (['account', 'not_in', [1, None]], 'b'),
        (['account', 'not_in', [1]], 'bcd'),
        (['stage_kind', 'in', ['open']], 'abd'),
        (['pipeline', 'in', ['sales']], 'abcd'),
    ],
)
async def test_nothing_in_a_list_stands_for_the_empty_ones(
    found: Callable[..., Any], condition: list[Any], titles: str
) -> None:
    assert await found(condition) == titles


SORTS = ('title', 'amount', 'account', 'due', 'stage', 'heat', 'helper', 'id', 'created_at', 'paid')


@pytest.mark.parametrize('sort', [*SORTS, *(f'-{code}' for code in SORTS)])
async def test_pages_by_cursor_hold_everything_once_in_the_order_of_one_big_page(
    four: Records, sort: str
) -> None:
    rows = [
        {'title': f'{"ёеж"[n % 3]}{n}', 'amount': n % 5 or None, 'paid': [True, False, None][n % 3]}
        for n in range(40)
    ]
    await four.create_many('deals', rows)
    whole = [view.id for view in (await four.find('deals', Query(sort=sort, limit=100))).records]
    pages: list[int] = []
    cursor = None
    while True:
        page = await four.find('deals', Query(sort=sort, limit=7, after=cursor))
        pages += [view.id for view in page.records]
        cursor = page.cursor
        if cursor is None:
            break
    jumps = [
        view.id
        for start in range(0, 44, 11)
        for view in (await four.find('deals', Query(sort=sort, limit=11, offset=start))).records
    ]
    assert pages == whole == jumps
    assert len(set(whole)) == 44


async def test_a_forged_cursor_or_sort_is_refused(four: Records) -> None:
    for query in (
        Query(after='garbage'),
        Query(after=to_cursor('a', 1), sort='amount'),
        Query(after=to_cursor(5, 1), sort='title'),
        Query(after=to_cursor(5, 1), sort='account'),
        Query(after=to_cursor('hot', 1), sort='heat'),
        Query(after='WzEsICJ4Il0'),
        Query(after=to_cursor(1, 1 << 63)),
        Query(sort='amount', after=to_cursor(1 << 70, 1)),
        Query(sort='pieces', after=to_cursor(float('nan'), 1)),
        Query(sort='title', after=to_cursor('\ud800', 1)),
        Query(sort='nope'),
        Query(sort='title;DROP TABLE people'),
        Query(limit=0),
        Query(limit=100_000),
    ):
        with pytest.raises(Refused):
            await four.find('deals', query)


async def test_yo_sorts_next_to_ye_on_every_engine(trade: Records) -> None:
    await trade.create_many('accounts', [{'title': t} for t in ('Жук', 'Ёж', 'Еда', 'Ель', 'acme', 'Яма')])
    page = await trade.find('accounts', Query(sort='title'))
    assert [view.title for view in page.records] == ['acme', 'Еда', 'Ёж', 'Ель', 'Жук', 'Яма']


async def test_a_field_added_to_a_living_catalogue_is_asked_for_at_once(four: Records) -> None:
    designer = Designer(four.actor)
    await designer.add_field('deals', FieldSpec(code='city', label='City', type='text'))
    page = await four.find('deals', Query(filter=Filter.from_plain({'all': [['city', 'is', 'city']]})))
    assert page.records == ()
    await four.change('deals', 1, {'city': 'Уфа'})
    assert await four.count('deals', Filter.from_plain({'all': [['city', 'is', 'уфа']]})) == 1
    await designer.archive_field('deals', 'city')
    with pytest.raises(Refused):
        await four.count('deals', Filter.from_plain({'all': [['city', 'filled']]}))
    assert 'city' not in (await four.get('deals', 1)).values
    await designer.change_field('deals', 'city', archived=False)
    assert (await four.get('deals', 1))['city'] == 'Уфа'
