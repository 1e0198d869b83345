"""The history of a record in sentences, and the short form of a new one."""

from store import Records
from store.layouts import layout_for
from ui.components.mini_card import short_fields
from ui.components.record_timeline import days, entry
from ui.reader import Reader, reading


async def test_the_history_is_told_newest_first_with_old_and_new_values(trade: Records) -> None:
    account = await trade.create('accounts', {'title': 'Acme'})
    deal = await trade.create('deals', {'title': 'Servers', 'amount': '100 EUR'})
    await trade.change('deals', deal.id, {'amount': '250 EUR', 'account': account.ref, 'heat': 'hot'})
    await trade.move('deals', deal.id, stage='talks')
    await trade.comment('deals', deal.id, '<b>Call</b> on Friday')
    (today,) = days(trade.catalog('deals'), await trade.history('deals', deal.id))
    said, moved, changed, created = today['entries']
    assert today['label'] == 'Today'
    assert (said['text'], said['comment']) == ('Ada Admin', '<b>Call</b> on Friday')
    assert moved['changes'] == [{'label': 'Stage', 'old': 'New', 'new': 'Talks'}]
    assert {(c['label'], c['old'], c['new']) for c in changed['changes']} == {
        ('Amount', '€100', '€250'),
        ('Account', '', 'Acme'),
        ('Heat', '', 'Hot'),
    }
    assert created['text'] == 'Ada Admin created this record'


async def test_a_change_is_told_in_the_readers_language(trade: Records) -> None:
    deal = await trade.create('deals', {'title': 'Servers', 'amount': '100 EUR'})
    await trade.move('deals', deal.id, stage='talks')
    with reading(Reader('ru', 'Europe/Moscow')):
        told = entry(trade.catalog('deals'), (await trade.history('deals', deal.id))[0])
    assert told['changes'][0]['old'] == 'Новая'


async def test_the_short_form_holds_whatever_saving_needs(trade: Records) -> None:
    deals = trade.catalog('deals')
    assert [spec.code for spec in short_fields(deals, None, {})] == ['title', 'amount', 'account']
    asked = {spec.code: spec.required for spec in short_fields(deals, 'talks', {'due': '2026-01-01'})}
    assert asked == {'title': True, 'amount': True, 'account': False, 'due': False}
    made = await trade.create('deals', {'title': 'x', 'amount': '1 EUR'}, stage='talks')
    assert made.stage == 'talks'


async def test_fields_stand_in_their_blocks_in_order(trade: Records) -> None:
    details = layout_for(trade.actor, trade.catalog('deals')).tabs[0]
    blocks = {block.label: block.fields for block in details.blocks}
    assert list(blocks) == ['', 'Papers']
    assert blocks['Papers'] == ('contract',)
