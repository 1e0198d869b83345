"""The feed of a record: messages, answers, mentions and files, for those who may read the record."""

from pathlib import Path

import pytest

from store import Invalid, NotAllowed, NotFound, Records, feed, feed_reading, files, following, notifications
from store.feed import Message
from store.feed_reading import Post
from store.values import Ref
from tests.conftest import records_of

PNG = b'\x89PNG\r\n\x1a\n' + b'0' * 40


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    """Where the files of a test lie."""
    files.open_folder(tmp_path / 'files')
    return tmp_path / 'files'


@pytest.fixture
async def deal(trade: Records) -> int:
    return (await trade.create('deals', {'title': 'Fleet'})).id


@pytest.fixture
async def max_(trade: Records) -> Records:
    return await records_of('max', 'Max Member', role='member')


@pytest.fixture
async def sam(trade: Records) -> Records:
    """A seller: reads own records alone."""
    return await records_of('sam', 'Sam Seller', role='seller')


async def _said(who: Records, deal: int, text: str, **more: object) -> feed.Posted:
    return await feed.post(who.actor, 'deals', deal, Message(text, **more))  # type: ignore[arg-type]


async def _posts(who: Records, deal: int) -> list[Post]:
    history = await who.history('deals', deal)
    ids = [change.id for change in history if change.kind == 'commented']
    return list((await feed_reading.posts_of(who.actor, 'deals', deal, ids)).values())


async def _bell(who: Records) -> list[tuple[str, str]]:
    return [(one.code, one.facts['said']) for one in await notifications.list_notifications(who.actor)]


def _id(who: Records) -> int:
    assert who.actor.person_id is not None
    return who.actor.person_id


async def test_a_message_is_a_line_of_the_history(trade: Records, deal: int, max_: Records) -> None:
    await _said(max_, deal, 'They want a discount')
    (post,) = await _posts(trade, deal)
    assert (post.text, post.author) == ('They want a discount', Ref(_id(max_), 'Max Member', 'person'))
    assert [c.kind for c in await trade.history('deals', deal)] == ['commented', 'created']


async def test_nothing_is_said_with_nothing(trade: Records, deal: int) -> None:
    for message in (Message('  '), Message('', attached=[77])):
        with pytest.raises(Invalid):
            await feed.post(trade.actor, 'deals', deal, message)
    assert await _posts(trade, deal) == []


async def test_who_may_not_read_the_record_neither_reads_nor_says(
    trade: Records, deal: int, sam: Records
) -> None:
    said = await _said(trade, deal, 'Secret')
    with pytest.raises(NotFound):
        await _said(sam, deal, 'Hello')
    for deed in (
        feed_reading.posts_of(sam.actor, 'deals', deal, [said.id]),
        feed.like(sam.actor, said.id, is_on=True),
        feed.edit(sam.actor, said.id, 'Mine now'),
        feed.remove(sam.actor, said.id),
        following.follow(sam.actor, 'deals', deal, is_on=True),
        following.mentionable(sam.actor, 'deals', deal, 'm'),
    ):
        with pytest.raises(NotFound):
            await deed
    assert await feed_reading.lately(sam.actor) == []


# Mentions


async def test_a_mention_rings_the_bell(trade: Records, deal: int, max_: Records) -> None:
    posted = await _said(trade, deal, 'Look, @max member, and mail@max member')
    assert posted.unreached == ()
    assert await _bell(max_) == [('mentioned', 'Look, @max member, and mail@max member')]
    (post,) = await _posts(max_, deal)
    assert post.mentions == (Ref(_id(max_), 'Max Member', 'person'),)


async def test_who_may_not_read_the_record_is_named_and_not_told(
    trade: Records, deal: int, sam: Records
) -> None:
    posted = await _said(trade, deal, 'What do you think, @Sam Seller?')
    assert posted.unreached == ('Sam Seller',)
    assert await _bell(sam) == []


async def test_of_two_of_one_name_the_picked_one_is_meant(trade: Records, deal: int) -> None:
    first, second = [await records_of(login, 'Anna Berg', role='member') for login in ('anna', 'anna2')]
    await _said(trade, deal, 'Hello @Anna Berg')
    assert (await _bell(first), await _bell(second)) == ([], [])
    await _said(trade, deal, 'Hello @Anna Berg', mentioned=[_id(second)])
    assert (await _bell(first), len(await _bell(second))) == ([], 1)


async def test_the_longest_name_is_meant_and_only_whole(trade: Records, deal: int, max_: Records) -> None:
    longer = await records_of('max2', 'Max Member Junior', role='member')
    assert [ref.id for ref in await following.named_in('@Max Member Junior!')] == [_id(longer)]
    assert [ref.id for ref in await following.named_in('@Max Member, hi')] == [_id(max_)]
    assert await following.named_in('@Max Membership') == []


async def test_only_readers_are_offered_behind_an_at(
    trade: Records, deal: int, max_: Records, sam: Records
) -> None:
    found = await following.mentionable(trade.actor, 'deals', deal, 'm')
    assert [ref.title for ref in found] == ['Ada Admin', 'Max Member']


# Following


async def test_owner_and_those_who_spoke_follow_and_may_stop(
    trade: Records, deal: int, max_: Records
) -> None:
    vera = await records_of('vera', 'Vera Viewer', role='viewer')
    assert await following.follows(trade.actor, 'deals', deal)
    assert not await following.follows(max_.actor, 'deals', deal)
    await _said(max_, deal, 'One')
    await following.follow(vera.actor, 'deals', deal, is_on=True)
    await following.follow(trade.actor, 'deals', deal, is_on=False)
    await _said(max_, deal, 'Two')
    assert [said for _, said in await _bell(trade)] == ['One']
    assert await _bell(vera) == [('posted', 'Two')]
    assert await _bell(max_) == []
    await following.follow(trade.actor, 'deals', deal, is_on=True)
    await _said(vera, deal, 'Three')
    assert await _bell(max_) == [('posted', 'Three')]
    assert [said for _, said in await _bell(trade)] == ['Three', 'One']


async def test_a_follower_who_lost_the_record_hears_nothing_more(
    trade: Records, deal: int, sam: Records
) -> None:
    await trade.change('deals', deal, {'owner': _id(sam)})
    await _said(sam, deal, 'Mine')
    await trade.change('deals', deal, {'owner': _id(trade)})
    await _said(trade, deal, 'Ours again')
    assert await _bell(sam) == []
    assert await feed_reading.lately(sam.actor) == []


async def test_the_feed_holds_what_one_follows(trade: Records, deal: int, max_: Records) -> None:
    other = (await trade.create('deals', {'title': 'Other'})).id
    await _said(trade, deal, 'One')
    await _said(trade, other, 'Elsewhere')
    assert await feed_reading.lately(max_.actor) == []
    await following.follow(max_.actor, 'deals', deal, is_on=True)
    assert [(post.title, post.text) for post in await feed_reading.lately(max_.actor)] == [('Fleet', 'One')]
    assert await feed_reading.unseen(max_.actor, 0) == 1
    assert [post.text for post in await feed_reading.lately(trade.actor)] == ['Elsewhere', 'One']
    assert await feed_reading.unseen(trade.actor, 0) == 0
    assert len(await feed_reading.lately(trade.actor, limit=1)) == 1


# Answers, likes, files


async def test_answers_form_one_level_and_are_told(trade: Records, deal: int, max_: Records) -> None:
    first = await _said(max_, deal, 'One?')
    await following.follow(max_.actor, 'deals', deal, is_on=False)
    answer = await _said(trade, deal, 'Yes.', reply_to=first.id)
    await _said(trade, deal, 'And no.', reply_to=answer.id)
    post = next(post for post in await _posts(trade, deal) if post.id == first.id)
    assert [one.text for one in post.answers] == ['Yes.', 'And no.']
    assert await _bell(max_) == [('answered', 'And no.'), ('answered', 'Yes.')]
    other = (await trade.create('deals', {'title': 'Other'})).id
    with pytest.raises(NotFound):
        await _said(trade, other, 'Wrong place', reply_to=first.id)


async def test_a_like_counts_once_and_can_be_taken_back(trade: Records, deal: int, max_: Records) -> None:
    said = await _said(trade, deal, 'We won')
    for _ in range(2):
        await feed.like(max_.actor, said.id, is_on=True)
    (post,) = await _posts(max_, deal)
    assert (post.likes, post.is_liked, post.likers) == (1, True, ('Max Member',))
    await feed.like(max_.actor, said.id, is_on=False)
    assert (await _posts(trade, deal))[0].likes == 0


async def test_files_go_with_their_message(trade: Records, deal: int, max_: Records) -> None:
    draft = await files.keep(trade.actor, 'plan.png', PNG, kind='draft', catalog='deals', record_id=deal)
    said = await _said(trade, deal, '', attached=[draft.id])
    (post,) = await _posts(max_, deal)
    assert [info.name for info in post.files] == ['plan.png']
    assert (await files.open_file(max_.actor, draft.id))[0].id == draft.id
    await feed.remove(trade.actor, said.id)
    with pytest.raises(NotFound):
        await files.open_file(max_.actor, draft.id)


async def test_somebody_elses_draft_cannot_be_sent(trade: Records, deal: int, max_: Records) -> None:
    draft = await files.keep(trade.actor, 'plan.png', PNG, kind='draft', catalog='deals', record_id=deal)
    with pytest.raises(Invalid):
        await _said(max_, deal, '', attached=[draft.id])


# Editing and taking back


async def test_an_edited_message_keeps_what_it_said(trade: Records, deal: int, max_: Records) -> None:
    said = await _said(max_, deal, 'Ten percent')
    with pytest.raises(NotAllowed):
        await feed.edit(trade.actor, said.id, 'Mine')
    vera = await records_of('vera', 'Vera Viewer', role='viewer')
    await feed.edit(max_.actor, said.id, 'Twelve percent, @Vera Viewer')
    (post,) = await _posts(trade, deal)
    assert (post.text, post.is_edited) == ('Twelve percent, @Vera Viewer', True)
    assert await _bell(vera) == [('mentioned', 'Twelve percent, @Vera Viewer')]
    assert [text for _, text in await feed.earlier_texts(max_.actor, said.id)] == ['Ten percent']
    with pytest.raises(NotAllowed):
        await feed.earlier_texts(vera.actor, said.id)


async def test_a_message_taken_back_leaves_only_its_place(trade: Records, deal: int, max_: Records) -> None:
    said = await _said(max_, deal, 'Oops @Ada Admin')
    assert len(await _bell(trade)) == 1
    await feed.remove(max_.actor, said.id)
    (post,) = await _posts(trade, deal)
    assert (post.text, post.is_removed, post.mentions) == ('', True, ())
    assert await _bell(trade) == []
    assert [c.text for c in await trade.history('deals', deal) if c.kind == 'commented'] == ['']
    assert [text for _, text in await feed.earlier_texts(trade.actor, said.id)] == ['Oops @Ada Admin']
    with pytest.raises(NotFound):
        await feed.edit(max_.actor, said.id, 'Again')
    assert await feed_reading.lately(max_.actor) == []


async def test_an_old_comment_is_a_message_too(trade: Records, deal: int, max_: Records) -> None:
    change = await max_.comment('deals', deal, 'From the API')
    await feed.like(trade.actor, change.id, is_on=True)
    await _said(trade, deal, 'Thanks', reply_to=change.id)
    post = next(post for post in await _posts(max_, deal) if post.id == change.id)
    assert (post.text, post.likes, [one.text for one in post.answers]) == ('From the API', 1, ['Thanks'])
    await feed.remove(max_.actor, change.id)
    assert (await _posts(max_, deal))[0].is_removed


async def test_others_hear_of_likes_and_edits(trade: Records, deal: int) -> None:
    heard: list[tuple[str, int]] = []
    stop = feed.subscribe_touched(lambda catalog, id: heard.append((catalog, id)))
    said = await _said(trade, deal, 'One')
    await feed.like(trade.actor, said.id, is_on=True)
    await feed.edit(trade.actor, said.id, 'Two')
    await feed.remove(trade.actor, said.id)
    stop()
    assert heard == [('deals', deal)] * 3
