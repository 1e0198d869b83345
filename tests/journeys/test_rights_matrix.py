"""Role by operation by channel: what anybody may do is the same at every door, and no door is forgotten."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from automations import Rules
from integrations.exchange.targets import target_of
from store import NotFound, Records, Ref, feed, feed_reading, files, following, guard, shares
from store.figures import Lens
from store.query import Condition, Filter, Query
from store.reports import Report
from store.stage_times import stage_times
from tests.journeys import rights_world as world_of
from tests.journeys.rights_world import (
    GONE,
    INVALID,
    NO,
    OK,
    READERS,
    THINGS,
    World,
    contents,
    knows,
    may,
    may_arrive,
    outcome,
    readable,
    worth,
)
from ui.reader import Reader as Words
from ui.reader import reading
from ui.rows import block, changed_rows

Deed = Callable[[Records, int], Awaitable[Any]]
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
async def world(database: str, tmp_path: Path) -> World:
    """The company with every kind of reader and record."""
    files.open_folder(tmp_path / 'files')
    return await world_of.built()


def ref(id: int) -> Ref:
    return Ref(id, '', 'deals')


async def _within(door: Records, id: int) -> Any:
    async with door.transaction():
        return await door.get('deals', id)


async def _share(door: Records, id: int) -> Any:
    people = await door.suggest('person', 'bea')
    # A customer is told of nobody, and guesses.
    return await shares.share(door.actor, ref(id), people[0] if people else Ref(1, '', 'person'))


async def _keep(door: Records, id: int) -> Any:
    return await files.keep(door.actor, 'x', b'words', kind='attachment', catalog='deals', record_id=id)


async def _post(door: Records, id: int) -> Any:
    return await feed.post(door.actor, 'deals', id, feed.Message('hello'))


# What is done with one record, with the right it takes beyond reading.
READING: dict[str, Deed] = {
    'get': lambda door, id: door.get('deals', id),
    'transaction': _within,
    'history': lambda door, id: door.history('deals', id),
    'related': lambda door, id: door.related('deals', id),
    'files_of': lambda door, id: files.files_of(door.actor, 'deals', id),
    'follows': lambda door, id: following.follows(door.actor, 'deals', id),
    'mentionable': lambda door, id: following.mentionable(door.actor, 'deals', id, 'o'),
    'posts_of': lambda door, id: feed_reading.posts_of(door.actor, 'deals', id, [1]),
    'shares_of': lambda door, id: shares.shares_of(door.actor, 'deals', id),
    'stage_times': lambda door, id: stage_times(door.actor, 'deals', id),
    'traces': lambda door, id: Rules(door.actor).of_record('deals', id),
}
SAYING: dict[str, Deed] = {
    'comment': lambda door, id: door.comment('deals', id, 'hello'),
    'post': _post,
    'keep a file': _keep,
    'follow': lambda door, id: following.follow(door.actor, 'deals', id, is_on=True),
}
CHANGING: dict[str, tuple[str, Deed]] = {
    'change': ('change', lambda door, id: door.change('deals', id, {'title': 'x'})),
    'change_many': ('change', lambda door, id: door.change_many('deals', [id], {'title': 'x'})),
    'change_each': ('change', lambda door, id: door.change_each('deals', [(id, {'title': 'x'})])),
    'give away': ('change', lambda door, id: door.change('deals', id, {'owner': None})),
    'move': ('move', lambda door, id: door.move('deals', id, stage='lost')),
    'change the stage': ('move', lambda door, id: door.change('deals', id, {'stage': 'lost'})),
    'remove': ('delete', lambda door, id: door.remove('deals', id)),
    'remove_many': ('delete', lambda door, id: door.remove_many('deals', [id])),
    'share': ('change', _share),
}
INSIDE = set(SAYING) | set(READING) - {'get', 'transaction', 'related'}
"""What customers are refused, whichever record it is about."""
SETS = {'find', 'column', 'count', 'stage_totals', 'neighbours', 'search', 'suggest', 'titles', 'granted'}
MAKING = {'create', 'create_many', 'add_many'}
SHAPE = {'catalog', 'catalogs', 'may'}


def test_no_method_of_the_door_is_without_a_row() -> None:
    """A new method fails here until the matrix has a row for it."""
    methods = {n for n, _ in inspect.getmembers(Records, inspect.isfunction) if not n.startswith('_')}
    listed = {*READING, *SAYING, *CHANGING, 'restore'} & methods
    assert methods == listed | SETS | MAKING | SHAPE


def expected(login: str, name: str, right: str, operation: str = '') -> str:
    """What should come of a deed that takes a right and an operation."""
    thing, reader = THINGS[name], READERS[login]
    if not may(login, 'read', thing):
        return GONE
    has = reader.is_admin or not operation or operation in reader.operations
    return OK if has and may(login, right, thing) else NO


async def held(
    world: World, login: str, deeds: dict[str, tuple[Deed, str]], *, deleted: bool = False
) -> list[str]:
    """The deeds of one reader that did not come out as expected; first refusals, which change nothing."""
    door = world.doors[login]
    wrong = []
    for is_ok in (False, True):
        before = await contents()
        for what, (deed, right) in deeds.items():
            for name, id in world.ids.items():
                wanted = _wanted(login, name, what, right, deleted=deleted)
                if (wanted == OK) is is_ok:
                    came = await outcome(partial(deed, door, id), undo=is_ok)
                    wrong += [f'{login}: {what} «{name}»: {came}, not {wanted}'] if came != wanted else []
        if await contents() != before:
            wrong.append(f'{login}: {"what was taken back" if is_ok else "a refusal"} left a trace')
    return wrong


def _wanted(login: str, name: str, what: str, right: str, *, deleted: bool) -> str:
    is_customer = READERS[login].is_customer
    if is_customer and what in INSIDE:
        return NO
    if what == 'keep a file' and READERS[login].only_looks:
        return NO
    if THINGS[name].is_deleted != deleted:
        return GONE
    wanted = expected(login, name, *right.split())
    arrives = right != 'move' or may_arrive(login, THINGS[name], 'lost')
    if is_customer:
        # Who is responsible is not theirs to say.
        arrives = what != 'give away'
    return INVALID if wanted == OK and not arrives else wanted


@pytest.mark.timeout(400)
async def test_each_record_by_the_door(world: World) -> None:
    """Read, say, change, move, delete and share each record, in the store."""
    wrong = [line for login in READERS for line in await _by_the_door(world, login)]
    assert not wrong, '\n'.join(wrong)


async def _by_the_door(world: World, login: str) -> list[str]:
    writing = 'read' if not READERS[login].only_looks else 'change'
    return await held(
        world,
        login,
        {
            **{what: (deed, 'read') for what, deed in READING.items()},
            **{what: (deed, writing) for what, deed in SAYING.items()},
            **{
                what: (deed, f'{right} share' if what == 'share' else right)
                for what, (right, deed) in CHANGING.items()
            },
        },
    )


async def test_the_recycle_bin_by_the_door(world: World) -> None:
    """What is deleted is read in the bin by whoever read it before, and restored by whoever may delete it."""
    deeds: dict[str, tuple[Deed, str]] = {
        'get': (lambda door, id: door.get('deals', id, deleted=True), 'read'),
        'restore': (lambda door, id: door.restore('deals', id), 'delete restore'),
    }
    wrong = [line for login in READERS for line in await held(world, login, deeds, deleted=True)]
    assert not wrong, '\n'.join(wrong)


async def test_making_records(world: World) -> None:
    """A new record for oneself, a colleague, a stranger; at the start and in a stage of other rights."""
    wrong = [line for login in READERS for line in await _makes(world, login)]
    assert not wrong, '\n'.join(wrong)


async def _makes(world: World, login: str) -> list[str]:
    door = world.doors[login]
    own = door.actor.person_id
    makers: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
        'create': lambda values: door.create('deals', values),
        'create_many': lambda values: door.create_many('deals', [values]),
        'add_many': lambda values: door.add_many('deals', [values]),
    }
    wrong = []
    for stage in ('new', 'won', 'talks'):
        for owner, id in {login: own, **{who: world.people[who] for who in ('max', 'bea', 'sid')}}.items():
            wanted = _made(login, stage, owner)
            values = {'title': 'made', 'stage': stage, 'owner': id}
            for what, make in makers.items():
                came = await outcome(partial(make, values), undo=wanted == OK)
                if came != wanted:
                    wrong.append(f'{login}: {what} in {stage} for {owner}: {came}, not {wanted}')
    return wrong


def _made(login: str, stage: str, owner: str) -> str:
    reader = READERS[login]
    if not knows(login):
        return GONE
    if reader.is_admin:
        return OK
    level = reader.places.get(stage, reader.levels)['create']
    if reader.only_looks or {'none'} == {
        reader.levels['create'],
        *(p['create'] for p in reader.places.values()),
    }:
        return NO
    if reader.is_customer:
        return INVALID
    own = owner == login or (level == 'unit' and owner in reader.colleagues)
    return OK if level == 'all' or (level != 'none' and own) else INVALID


# Sets of records: lists, counts, sums, searches


async def _pages(door: Records, query: dict[str, Any]) -> list[int]:
    found: list[int] = []
    after: str | None = None
    while True:
        page = await door.find('deals', Query(limit=3, after=after, **query))
        found += [view.id for view in page.records]
        after = page.cursor
        if after is None:
            return found


async def test_sets_of_records_hold_what_may_be_read_and_nothing_else(world: World) -> None:
    """Lists by every sort, filters, columns, counts, sums, searches, suggestions, names."""
    for login in READERS:
        await _sets(world, login)


async def _sets(world: World, login: str) -> None:
    door, wanted = world.doors[login], readable(login)
    every = list(world.ids.values())
    names = await door.titles([ref(id) for id in every])
    assert {world.name(id) for _, id in names} == wanted
    assert {world.name(found.id) for found in await door.search('zebra', limit=50)} == wanted
    given = {
        id: 'read' in rights
        for id, rights in (await door.granted('deals', await _views(world), 'read')).items()
    }
    live = {id for id, yes in given.items() if yes and not THINGS[world.name(id)].is_deleted}
    assert {world.name(id) for id in live} == wanted
    if not knows(login):
        assert await outcome(lambda: door.find('deals'), undo=False) == GONE
        assert await outcome(lambda: door.count('deals'), undo=False) == GONE
        assert await outcome(lambda: door.suggest('deals', 'z'), undo=False) == GONE
        assert await outcome(lambda: door.stage_totals('deals'), undo=False) == GONE
        assert door.catalogs() == ()
        return
    for sort in ('-id', 'title', '-amount', 'stage', 'owner', 'parent', 'code', 'updated_by'):
        assert {world.name(id) for id in await _pages(door, {'sort': sort})} == wanted, sort
    for condition in (Condition('title', 'contains', 'zebra'), Condition('amount', 'greater', 0)):
        assert {world.name(id) for id in await _pages(door, {'filter': Filter((condition,))})} == wanted
    assert {world.name(id) for id in await _pages(door, {'text': 'zebra'})} == wanted
    assert await door.count('deals') == await door.count('deals', text='zebra') == len(wanted)
    assert {world.name(one.id) for one in await door.suggest('deals', 'zebra', limit=50)} == wanted
    await _board(world, login, wanted)


async def _views(world: World) -> list[Any]:
    setup = Records(guard.SETUP)
    return [await setup.get('deals', id, deleted=THINGS[name].is_deleted) for name, id in world.ids.items()]


async def _board(world: World, login: str, wanted: set[str]) -> None:
    door = world.doors[login]
    totals = await door.stage_totals('deals')
    for stage, total in totals.items():
        here = {name for name in wanted if THINGS[name].stage == stage}
        cards = [view.id for view in (await door.column('deals', stage)).records]
        assert {world.name(id) for id in cards} == here
        assert (total.count, int(total.sums.get('EUR', 0))) == (len(here), worth(here)), stage
        for above, below in pairwise(cards):
            assert (await door.neighbours('deals', above))[1] == below
    seen_parent = 'shared to read' in wanted
    if seen_parent:
        (linked,) = await door.related('deals', world.ids['shared to read'])
        assert linked.count == len(wanted - {'shared to read'})


async def test_lists_reports_and_import_keys_agree_with_the_door(world: World) -> None:
    """The rows of the grid, live changes of it, the figures of dashboards, what an import can match."""
    for login in READERS:
        await _lists(world, login)


async def _lists(world: World, login: str) -> None:
    door, wanted = world.doors[login], readable(login)
    if not knows(login):
        assert await outcome(lambda: block(door, 'deals', {}), undo=False) == GONE
        assert await outcome(lambda: target_of(door, 'deals'), undo=False) == GONE
        with pytest.raises(NotFound):
            Report(door.actor, Lens(catalog='deals', pipeline='sales'))
        return
    with reading(Words('en')):
        shown = await block(door, 'deals', {'end': 100, 'count': True, 'columns': ['amount', 'parent']})
        changed = await changed_rows(door, 'deals', list(world.ids.values()), {})
    assert {world.name(row['id']) for row in shown['rows']} == wanted
    assert shown['total'] == len(wanted)
    assert {world.name(row['id']) for row in changed} == wanted
    if 'shared to read' not in wanted:
        assert 'shared to read' not in str(shown)
    keys = await (await target_of(door, 'deals')).find_by('code', [f'K{n}' for n in range(len(THINGS))])
    assert {world.name(hit.id) for hits in keys.values() for hit in hits} == wanted
    await _figures(Report(door.actor, Lens(catalog='deals', pipeline='sales')), wanted)


async def _figures(report: Report, wanted: set[str]) -> None:
    still_open = {name for name in wanted if THINGS[name].stage in ('new', 'talks')}
    won = {name for name in wanted if THINGS[name].stage == 'won'}
    open_value, won_value = await report.open_value(), await report.won_value()
    assert int(open_value.sums.get('EUR', 0)) == worth(still_open)
    assert int(won_value.sums.get('EUR', 0)) == worth(won)
    assert (await report.funnel()).points[0].count == len(wanted)
    for series in (await report.won_by_owner(), await report.won_by_month()):
        assert sum(int(point.value) for one in series for point in one.points) == worth(won)
    by_stage = await report.open_by_stage()
    assert sum(int(point.value) for one in by_stage for point in one.points) == worth(still_open)
    stays = sum(point.count for point in (await report.days_in_stage()).points)
    assert stays == len(still_open)
    assert (await report.win_rate()).count == len(won | {n for n in wanted if THINGS[n].stage == 'lost'})
