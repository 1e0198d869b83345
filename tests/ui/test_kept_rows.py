"""Lines of a list outlive a change: only what became different is drawn."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from nicegui import Client, ui
from nicegui.element import Element

from ui.components.kept_rows import KeptRows
from ui.components.ordered import Ordered


@pytest.fixture
async def home() -> AsyncIterator[Element]:
    """A box on a page that nobody looks at."""
    client = Client(ui.page('/kept-rows'), request=None)
    with client:
        made = ui.element('div')
    yield made
    client.delete()


def _said(box: Element) -> list[str]:
    return [one.text for one in box.descendants() if isinstance(one, ui.label)]


async def test_what_is_the_same_stays_the_same_element(home: Element) -> None:
    rows = KeptRows[tuple[int, str]](home, lambda one: _line(one[1]), key=lambda one: one[0])
    rows.give([(1, 'One'), (2, 'Two'), (3, 'Three')])
    one, two, three = home.default_slot.children
    inside = next(iter(two.default_slot.children))
    rows.give([(3, 'Three'), (2, 'Two'), (1, 'Another one')])
    assert home.default_slot.children == [three, two, one]
    assert two.default_slot.children == [inside]
    assert _said(home) == ['Three', 'Two', 'Another one']
    rows.give([(2, 'Two')])
    assert home.default_slot.children == [two]


def _line(words: str) -> None:
    ui.label(words)


async def test_a_line_that_can_show_another_value_is_not_drawn_again(home: Element) -> None:
    def draw(value: tuple[int, str]) -> Callable[[tuple[int, str]], None]:
        made = ui.label(value[1])

        def show(now: tuple[int, str]) -> None:
            made.set_text(now[1])

        return show

    rows = KeptRows[tuple[int, str]](home, draw, key=lambda one: one[0])
    rows.give([(1, 'One')])
    (label,) = [one for one in home.descendants() if isinstance(one, ui.label)]
    rows.give([(1, 'Changed')])
    assert _said(home) == ['Changed'] == [label.text]


async def test_an_empty_list_says_so_until_there_is_a_line(home: Element) -> None:
    rows = KeptRows[str](home, _line, key=lambda one: one, empty=lambda: ui.label('Nothing'))
    for values, shown in (([], ['Nothing']), ([], ['Nothing']), (['A'], ['A']), ([], ['Nothing'])):
        rows.give(values)
        assert _said(home) == shown


async def test_two_quick_steps_count_from_where_the_first_has_led(home: Element) -> None:
    told: list[list[str]] = []
    with home:
        lines = Ordered[str](told.append, _line, key=lambda one: one, name=lambda one: one)
    lines.give(['a', 'b', 'c'])
    for by in (1, 1, 1, -9):
        await lines.step('a', by)
    await lines.step('gone', 1)
    assert told == [['b', 'a', 'c'], ['b', 'c', 'a'], ['a', 'b', 'c']]


async def test_an_answer_to_the_first_step_does_not_take_back_the_second(home: Element) -> None:
    turn = asyncio.Lock()

    async def keep(keys: list[str]) -> None:
        async with turn:
            await asyncio.sleep(0)
            lines.give(keys)

    with home:
        lines = Ordered[str](keep, _line, key=lambda one: one, name=lambda one: one)
    lines.give(['a', 'b', 'c', 'd'])
    async with turn:
        first, second = (asyncio.create_task(lines.step('a', 1)) for _ in range(2))
        await asyncio.sleep(0)
    await first
    await lines.step('a', 1)
    await second
    assert _said(home) == ['b', 'c', 'd', 'a']
