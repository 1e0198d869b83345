"""The bell's lines: titles only of records that their reader may read at this moment."""

from store import Records, bell
from store.notifications import Notice, notify
from tests.conftest import records_of


async def test_a_line_about_a_record_one_lost_is_closed(trade: Records) -> None:
    sam = await records_of('sam', 'Sam Seller', role='seller')
    deal = (await trade.create('deals', {'title': 'Secret fleet', 'owner': sam.actor.person_id})).id
    told = Notice(kind='process', text='Secret fleet moved', catalog='deals', record_id=deal)
    await notify([sam.actor.person_id or 0], told)
    await notify([sam.actor.person_id or 0], Notice(kind='system', text='Hello'))
    hello, line = await bell.lines(sam.actor)
    assert (hello.title, hello.is_closed) == ('', False)
    assert (line.title, line.is_closed) == ('Secret fleet', False)
    await trade.change('deals', deal, {'owner': trade.actor.person_id})
    _, line = await bell.lines(sam.actor)
    assert (line.title, line.is_closed) == ('', True)
    assert [one.title for one in await bell.lines(trade.actor)] == []


async def test_a_line_about_a_catalogue_that_is_gone_is_closed(trade: Records) -> None:
    me = trade.actor.person_id or 0
    await notify([me], Notice(kind='process', text='Old', catalog='nothing', record_id=5))
    (line,) = await bell.lines(trade.actor)
    assert line.is_closed
