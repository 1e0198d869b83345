"""Addresses: which are ours, which page an address belongs to, what a query change does."""

import pytest

from store.actor import Actor
from ui.pages import Page, admins, all_pages, everyone, page_of
from ui.place import Place, is_own, split, with_query

OUTSIDE = [
    '//evil.example', '/\\evil', 'https:evil', 'https://evil.example/', 'javascript:alert(1)', '', 'c/deals',
    '/x\ny', '/\u2028', 'data:text/html,x', '/ok\tno',
]  # fmt: skip


@pytest.mark.parametrize('url', OUTSIDE)
def test_addresses_that_lead_away_are_not_ours(url: str) -> None:
    assert not is_own(url)


@pytest.mark.parametrize('url', ['/', '/c/deals/board?record=1', '/c/deals/list?filter=%7B%7D#x'])
def test_own_addresses_are_ours(url: str) -> None:
    assert is_own(url)


def test_an_address_comes_apart_and_together_again() -> None:
    path, query = split('/c/deals/board/?q=%D0%B0+b&record=12')
    assert (path, query) == ('/c/deals/board', {'q': 'а b', 'record': '12'})
    assert split(with_query(path, query)) == (path, query)
    assert split('') == ('/', {})


def test_a_literal_segment_wins_over_a_name() -> None:
    found = page_of('/c/deals/board')
    assert found is not None
    assert found[0].path == '/c/{catalog}/board'
    assert found[1] == {'catalog': 'deals'}


def test_unknown_addresses_belong_to_nobody() -> None:
    assert page_of('/no/such/page/here') is None
    assert page_of('/c//board') is None


def test_every_page_says_who_may_open_it_and_the_settings_are_for_administrators() -> None:
    member = Actor(person_id=1, name='Max')
    for page in all_pages():
        assert page.allowed in (everyone, admins) or callable(page.allowed)
        if page.path.startswith('/settings'):
            assert not page.allowed(member), page.path


def test_a_page_takes_its_parameters() -> None:
    page = Page(path='/rules/{rule}', draw=_nothing, title='Rule', allowed=everyone)
    assert page.match('/rules/7') == {'rule': '7'}
    assert page.match('/rules') is None
    assert page.match('/rules/7/8') is None


async def _nothing(_place: Place) -> None:
    pass


def test_a_page_may_follow_its_query_itself() -> None:
    place = Place('/c/deals/board?record=1')
    seen: list[dict[str, str]] = []
    assert not place.follows_query
    place.on_query(seen.append)
    place.follow({'record': '2'})
    assert seen == [{'record': '2'}]
    assert place.url == '/c/deals/board?record=2'


def test_leaving_is_told_once() -> None:
    place, left = Place('/'), []
    place.on_leave(lambda: left.append(1))
    place.leave()
    place.leave()
    assert left == [1]
