"""Hiding a field rewrites search words beside other work; what is hidden is hidden from the first moment."""

from collections.abc import Mapping

import pytest

from store import (
    Level,
    Query,
    Records,
    Rights,
    database,
    guard,
    opening,
    people,
    reindexing,
    role_rights,
    roles,
    search,
)
from store.actor import FieldLevel
from store.catalogs import SCHEMA
from store.schema import Catalog
from tests.conftest import records_of

HIDDEN = FieldLevel.HIDDEN


@pytest.fixture(autouse=True)
def _big(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every catalogue is a big one, gone through two records at a time."""
    monkeypatch.setattr(reindexing, 'AT_ONCE', 0)
    monkeypatch.setattr(reindexing, 'CHUNK', 2)


@pytest.fixture
async def rita(trade: Records) -> Records:
    """Who reads all deals; four of them have a word in the note and one in the code."""
    await roles.save_role(guard.SETUP, 'reads', 'Reads', {'deals': Rights(read=Level.ALL, create=Level.ALL)})
    for number in range(4):
        values = {'title': f'deal {number}', 'note': f'falcon n{number}', 'code': f'turin {number}'}
        await trade.create('deals', values)
    return await records_of('rita', 'Rita', role='reads')


async def now(door: Records) -> Records:
    """The door of a person with their rights of this moment."""
    found = await people.actor_of_person(door.actor.person_id or 0)
    assert found is not None
    return Records(found)


async def hide(trade: Records, fields: Mapping[str, FieldLevel]) -> None:
    await role_rights.set_fields(trade.actor, 'reads', 'deals', fields)


async def found(door: Records, word: str) -> list[str]:
    """The titles of the deals with a word, by the list's search and by the search of everything alike."""
    mine = await now(door)
    listed = sorted(view.title for view in (await mine.find('deals', Query(text=word))).records)
    assert listed == sorted(ref.title for ref in await mine.search(word))
    assert len(listed) == await mine.count('deals', text=word)
    return listed


async def step() -> None:
    """One step, as the next ones would follow."""
    await reindexing.make_step(SCHEMA['deals'])


async def documents_of_deals() -> dict[int, str]:
    first = SCHEMA['deals'].id * search.SPAN
    with guard.acting(guard.SETUP):
        rows = await database.rows(
            'SELECT rowid AS id, words FROM search_docs WHERE rowid BETWEEN ? AND ?',
            [first, first + search.SPAN - 1],
        )
    return {row['id'] - first: row['words'] for row in rows}


EVERY = ['deal 0', 'deal 1', 'deal 2', 'deal 3']


async def test_what_is_hidden_is_not_found_from_that_moment_on(trade: Records, rita: Records) -> None:
    """Others find all the time; whoever may not see it finds the newest records first, by other words."""
    assert await found(rita, 'falcon') == EVERY
    await hide(trade, {'note': HIDDEN})
    assert await found(rita, 'falcon') == []
    assert await found(trade, 'falcon') == EVERY
    assert await found(rita, 'turin') == []
    await step()
    assert await found(rita, 'turin') == ['deal 2', 'deal 3']
    assert await found(rita, 'falcon') == []
    assert await found(trade, 'falcon turin') == EVERY
    assert await reindexing.catch_up() == 1
    assert await found(rita, 'turin') == EVERY
    assert await found(rita, 'falcon') == []
    assert await found(trade, 'falcon turin') == EVERY
    assert await reindexing.catch_up() == 0


async def test_others_write_meanwhile(trade: Records, rita: Records) -> None:
    """A record that is made or changed while words are rewritten is found by what it holds now."""
    await hide(trade, {'note': HIDDEN})
    await trade.create('deals', {'title': 'late', 'note': 'falcon', 'code': 'turin 9'})
    await trade.change('deals', 1, {'note': 'eagle'})
    assert await found(rita, 'turin') == ['late']
    await step()
    await trade.change('deals', 4, {'note': 'eagle'})
    await reindexing.catch_up()
    assert await found(trade, 'eagle') == ['deal 0', 'deal 3']
    assert await found(trade, 'falcon') == ['deal 1', 'deal 2', 'late']
    assert await found(rita, 'turin') == [*EVERY, 'late']
    assert await found(rita, 'eagle') == await found(rita, 'falcon') == []


async def test_it_is_gone_on_with_after_an_interruption(
    trade: Records, rita: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing but the database remembers how far it had come."""
    await hide(trade, {'note': HIDDEN})

    rewrite = reindexing.make_step

    async def cut_off(kind: Catalog) -> None:
        await rewrite(kind)
        raise InterruptedError

    monkeypatch.setattr(reindexing, 'make_step', cut_off)
    with pytest.raises(InterruptedError):
        await reindexing.catch_up()
    url = database.address()
    await opening.close_store()
    await opening.open_migrated(url)
    assert await found(rita, 'falcon') == []
    assert await found(rita, 'turin') == ['deal 2', 'deal 3']
    monkeypatch.setattr(reindexing, 'make_step', rewrite)
    assert await reindexing.catch_up() == 1
    assert await found(rita, 'turin') == EVERY
    assert await found(rita, 'falcon') == []


async def test_a_second_change_in_the_middle_hides_at_once_too(trade: Records, rita: Records) -> None:
    """Records reached and not reached hold words apart in different ways; neither shows what is hidden."""
    await hide(trade, {'note': HIDDEN})
    await step()
    await hide(trade, {'note': HIDDEN, 'code': HIDDEN})
    for _ in range(3):
        assert await found(rita, 'turin') == await found(rita, 'falcon') == []
        assert await found(trade, 'turin falcon') == EVERY
        await step()
    assert await found(rita, 'deal') == EVERY
    assert SCHEMA.rewriting == {}


async def test_what_is_shown_again_in_the_middle_is_found_again(trade: Records, rita: Records) -> None:
    """And no words are left over where closed fields lie."""
    before = await documents_of_deals()
    await hide(trade, {'note': HIDDEN})
    await step()
    await hide(trade, {})
    assert await found(trade, 'falcon turin') == EVERY
    assert await found(rita, 'falcon turin') == EVERY
    await reindexing.catch_up()
    assert await found(rita, 'falcon turin') == EVERY
    assert await documents_of_deals() == before


async def test_a_change_that_is_refused_rewrites_nothing(trade: Records, rita: Records) -> None:
    """The rights are as before, and so are the words."""
    before = await documents_of_deals()
    with pytest.raises(InterruptedError):
        await _refused(trade)
    assert SCHEMA.rewriting == {}
    assert await reindexing.catch_up() == 0
    assert await found(rita, 'falcon') == EVERY
    assert await documents_of_deals() == before


async def _refused(trade: Records) -> None:
    async with reindexing.closing(trade.actor):
        await database.rows(
            'INSERT INTO role_fields (role_id, catalog, field, level)'
            " SELECT id, 'deals', 'note', 0 FROM roles WHERE code = 'reads'"
        )
        raise InterruptedError
