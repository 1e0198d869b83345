"""A filter is offered, edited and said in words."""

from store import Condition, Filter, Records, Ref
from ui.components.filter_editor import Group, Row, value_spec
from ui.components.filter_fields import describe, plain_value, refs_of
from ui.components.filter_fields import fields_of as fields_for
from ui.reader import Reader, reading

NAMES = {('accounts', 1): 'Acme', ('person', 1): 'Ada Admin'}


def words(trade: Records, condition: Condition) -> str:
    fields = fields_for(trade.catalog('deals'), trade.catalogs())
    return describe(condition, fields[condition.field], NAMES)


async def test_conditions_are_said_in_words(trade: Records) -> None:
    assert words(trade, Condition('amount', 'greater', 5000)) == 'Amount is more than €5,000'
    assert words(trade, Condition('stage', 'in', ['new', 'won'])) == 'Stage is one of New, Won'
    assert words(trade, Condition('account', 'is', 'accounts:1')) == 'Account: Acme'
    assert words(trade, Condition('owner', 'is_me')) == 'Responsible: me'
    assert words(trade, Condition('due', 'last_days', 7)) == 'Due: last 7 days'
    assert words(trade, Condition('due', 'between', ['2020-01-05', None])) == 'Due is between Jan 5, 2020 – …'
    assert words(trade, Condition('account.city', 'contains', 'Sam')) == 'Account → City contains “Sam”'
    assert words(trade, Condition('stage_kind', 'is', ['won', 'lost'])) == 'State: Won, Lost'


async def test_what_a_colleague_may_not_know_is_not_in_the_address(trade: Records) -> None:
    link = trade.catalog('deals').field('account')
    assert link is not None
    assert plain_value(Ref(1, 'Secret Ltd', 'accounts'), link) == 'accounts:1'
    fields = fields_for(trade.catalog('deals'), trade.catalogs())
    found = refs_of(Condition('account', 'in', ['accounts:1', 2]), fields['account'])
    assert [(ref.catalog, ref.id) for ref in found] == [('accounts', 1), ('accounts', 2)]


async def test_choices_and_stages_speak_the_readers_language(trade: Records) -> None:
    with reading(Reader('ru', 'Europe/Moscow')):
        fields = fields_for(trade.catalog('deals'), trade.catalogs())
        assert describe(Condition('heat', 'is', 'hot'), fields['heat'], {}).endswith('Горячий')
        assert describe(Condition('stage', 'is', 'new'), fields['stage'], {}).endswith('Новая')


def test_a_half_made_condition_is_no_part_of_the_filter() -> None:
    group = Group('all', [Row(), Row('amount', 'greater'), Row('owner', 'is_me'), Group('any', [Row()])])
    assert group.filter() == Filter((Condition('owner', 'is_me'),))


def test_a_filter_survives_the_editor() -> None:
    asked = Filter(
        (Condition('a', 'is', 1), Filter((Condition('b', 'empty'), Condition('c', 'is', 2)), 'any'))
    )
    assert Group.of(asked).filter() == asked


async def test_a_condition_is_typed_more_simply_than_the_field(trade: Records) -> None:
    fields = fields_for(trade.catalog('deals'), trade.catalogs())
    assert value_spec(fields['amount'], 'greater').type == 'number'
    assert value_spec(fields['created_at'], 'is').type == 'date'
    assert value_spec(fields['due'], 'last_days').type == 'number'
    assert value_spec(fields['heat'], 'in').type == 'choices'
    assert not value_spec(fields['title'], 'is').required
