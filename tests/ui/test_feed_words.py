"""Messages for the page: plain text, of which addresses and names are told apart; and lines of the bell."""

from datetime import UTC, date, datetime, timedelta

import pytest

from store import Records, Ref, clock
from store.bell import Line
from store.feed import Message, edit, post, remove
from store.feed_reading import posts_of
from store.notifications import Notification
from tests.conftest import records_of
from ui.components.feed_words import drawn, pieces, weight
from ui.components.panel_lines import kinds, notice, said
from ui.formats import today
from ui.reader import Reader, reading
from ui.snoozing import snoozed_until

MAX = Ref(3, 'Max Member', 'person')


@pytest.mark.parametrize(
    ('text', 'links'),
    [
        ('see https://example.com/a?b=1.', ['https://example.com/a?b=1']),
        ('(http://example.com/x)', ['http://example.com/x']),
        ('https://en.example.org/wiki/Kanban_(board)!', ['https://en.example.org/wiki/Kanban_(board)']),
        ('https://a.example, https://b.example', ['https://a.example', 'https://b.example']),
        ('<a href="https://evil.example/<script>">', ['https://evil.example/']),
        ('javascript:alert(1) data:text/html,x ftp://x www.example.com', []),
        ('https://', []),
        ('', []),
    ],
)
def test_only_web_addresses_are_links_and_nothing_is_lost(text: str, links: list[str]) -> None:
    found = pieces(text)
    assert ''.join(piece['s'] for piece in found) == text
    assert [piece['h'] for piece in found if 'h' in piece] == links
    assert all(piece['h'] == piece['s'] for piece in found if 'h' in piece)


def test_names_are_marked_only_of_those_who_were_meant() -> None:
    found = pieces('@max member and @Anna, ask @Max Member', [MAX])
    assert [piece['s'] for piece in found if piece.get('p')] == ['@max member', '@Max Member']
    assert ''.join(piece['s'] for piece in found) == '@max member and @Anna, ask @Max Member'
    assert pieces('@Max', []) == [{'s': '@Max'}]
    odd = Ref(4, 'A.*(b', 'person')
    assert [piece['s'] for piece in pieces('hi @A.*(b!', [odd]) if piece.get('p')] == ['@A.*(b']


def test_weights_are_short() -> None:
    assert [weight(size) for size in (1, 200_000, 3_400_000)] == ['1 KB', '195 KB', '3.2 MB']


async def test_a_message_says_what_its_reader_may_do(trade: Records) -> None:
    max_ = await records_of('max', 'Max Member', role='member')
    deal = (await trade.create('deals', {'title': 'Fleet'})).id
    said_ = await post(max_.actor, 'deals', deal, Message('Hello'))
    for who, own, removable in ((max_, True, True), (trade, False, True)):
        one = (await posts_of(who.actor, 'deals', deal, [said_.id]))[said_.id]
        shown = drawn(one, who.actor)
        assert (shown['own'], shown['removable'], shown['edited']) == (own, removable, False)
    await edit(max_.actor, said_.id, 'Hi')
    await remove(trade.actor, said_.id)
    gone = drawn((await posts_of(max_.actor, 'deals', deal, [said_.id]))[said_.id], max_.actor)
    assert (gone['removed'], gone['edited'], gone['text']) == (True, False, '')


# Lines of the bell


def _line(title: str = '', *, closed: bool = False, **more: object) -> Line:
    given: dict[str, object] = {'id': 1, 'kind': 'event', 'created_at': clock.now(), **more}
    return Line(Notification(**given), title, closed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ('ahead', 'day_en', 'day_ru'), [(0, 'today', 'сегодня'), (1, 'tomorrow', 'завтра'), (4, '', '')]
)
def test_a_birthday_is_told_from_the_day_it_is_read(ahead: int, day_en: str, day_ru: str) -> None:
    day: date = today() + timedelta(days=ahead)
    line = _line('Maria', code='birthday', facts={'day': day.isoformat()})
    assert said(line).startswith(f'Birthday: Maria, {day_en}')
    assert 'overdue' not in said(line)
    with reading(Reader('ru')):
        assert said(line).startswith(f'День рождения: Maria, {day_ru}')


def test_a_field_is_named_in_the_readers_language() -> None:
    field = {'': 'Founded', 'ru': 'Основание'}
    line = _line('Acme', code='anniversary', facts={'day': today().isoformat(), 'field': field})
    assert said(line) == 'Founded: Acme, today'
    with reading(Reader('ru')):
        assert said(line) == 'Основание: Acme, сегодня'


def test_a_closed_line_gives_nothing_away() -> None:
    line = _line(closed=True, text='Secret fleet won', catalog='deals', record_id=5)
    shown = notice(line)
    assert 'Secret' not in str(shown)
    assert shown['href'] == ''
    rule = _line(closed=True, code='rule_failed', facts={'rule': 'Tidy'}, catalog='deals', record_id=5)
    assert 'Tidy' in said(rule)


def test_kinds_stand_in_their_order_with_what_is_unread() -> None:
    found = kinds({'system': (3, 0), 'task': (2, 1)})
    assert [(one['key'], one['unread']) for one in found] == [('task', 1), ('system', 0)]


# Snoozing

FRIDAY = datetime(2026, 3, 27, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ('choice', 'zone', 'until'),
    [
        ('hour', 'Europe/Berlin', '2026-03-27T21:30'),
        ('tomorrow', 'UTC', '2026-03-28T09:00'),
        ('tomorrow', 'Asia/Tokyo', '2026-03-29T00:00'),
        ('week', 'Europe/Berlin', '2026-03-30T07:00'),
        ('2026-03-29T10:00', 'Europe/Berlin', '2026-03-29T08:00'),
        ('2026-03-28T10:00', 'Europe/Berlin', '2026-03-28T09:00'),
    ],
)
def test_a_line_sleeps_until_a_moment_of_the_readers_own_zone(choice: str, zone: str, until: str) -> None:
    assert snoozed_until(choice, FRIDAY, zone) == datetime.fromisoformat(until).replace(tzinfo=UTC)


@pytest.mark.parametrize('choice', ['', 'never', '2026-03-01T10:00', '2126-03-01T10:00', '9999-12-31T23:59'])
def test_a_moment_that_is_none_is_refused(choice: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        snoozed_until(choice, FRIDAY, 'Europe/Berlin')
