"""The feed of records: messages with answers, likes and files, for those who may read the record, no others.

A message is a line 'commented' of the journal; what may be done to it afterwards lies beside it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from store import changes, clock, database, files, following, guard
from store.actor import BY_PERSON, Actor, Cause
from store.changes import Change, Entry
from store.fields import FIELD_TYPES
from store.notifications import Notice, notify
from store.operations import need_employee
from store.problems import BadValue, Invalid, NotAllowed, NotFound
from store.records import Records
from store.schema import FieldSpec
from store.values import Ref

EXCERPT = 160
_TEXT = FieldSpec(code='text', label='Text', type='long_text')
_on_touched: list[Callable[[str, int], None]] = []


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said: `mentioned` are people picked behind an @, where two have the same name, `attached`
    drafts in `store.files`, `reply_to` the message that is answered."""

    text: str
    mentioned: Sequence[int] = ()
    attached: Sequence[int] = ()
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that was sent, as the journal has it, and the names of those it mentions who may not read
    the record."""

    change: Change
    unreached: tuple[str, ...] = ()

    @property
    def id(self) -> int:
        """The message's id."""
        return self.change.id


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a message stands."""

    id: int
    catalog: str
    record_id: int
    author_id: int | None
    text: str
    is_removed: bool
    reply_to: int | None


def subscribe_touched(callback: Callable[[str, int], None]) -> Callable[[], None]:
    """Hear, after the commit, that a message of a record was edited, removed or liked.

    :return: a function that ends the subscription"""
    _on_touched.append(callback)
    return lambda: _on_touched.remove(callback)


async def post(
    actor: Actor, catalog: str, record_id: int, message: Message, *, cause: Cause = BY_PERSON
) -> Posted:
    """Say something on a record, or answer a message there; everybody who may read it may.

    :raises Invalid: neither text nor files
    :raises NotFound: no such record or message, or not for this actor"""
    need_employee(actor)
    records = Records(actor, cause)
    view = await records.get(catalog, record_id)
    said = _said(message.text, is_bare=not message.attached)
    above = await _thread(actor, catalog, record_id, message.reply_to)
    people = await following.named_in(said, message.mentioned)
    with guard.acting(actor):
        async with database.transaction():
            entry = Entry(record_id, changes.COMMENTED, view.version, {}, {}, said)
            (change,) = await changes.append(actor, cause, records.catalog(catalog), [entry])
            await _write_post(actor, change.id, above, people)
            sent = await files.publish(actor, change.id, catalog, record_id, message.attached)
            if not said and not sent:
                raise Invalid({'text': BadValue('required')})
            place = _Place(change.id, catalog, record_id, actor.person_id, said, False, above)
            unreached = await _tell(actor, place, people, view.owner.id if view.owner else None)
    return Posted(change, unreached)


def _said(text: str, *, is_bare: bool) -> str:
    said: str = FIELD_TYPES['long_text'].parse(text, _TEXT) or ''
    if not said and is_bare:
        raise Invalid({'text': BadValue('required')})
    return said


async def _thread(actor: Actor, catalog: str, record_id: int, reply_to: int | None) -> int | None:
    """The message that an answer belongs to: threads are one level deep."""
    if reply_to is None:
        return None
    place = await _place(actor, reply_to)
    if (place.catalog, place.record_id) != (catalog, record_id):
        raise NotFound(catalog='post', id=reply_to)
    return place.reply_to or place.id


async def _write_post(actor: Actor, id: int, above: int | None, people: Iterable[Ref]) -> None:
    await database.rows(
        'INSERT INTO posts (change_id, author_id, reply_to, mentions) VALUES (?, ?, ?, ?)'
        ' ON CONFLICT (change_id) DO UPDATE SET mentions = excluded.mentions',
        [id, actor.person_id, above, _mentions(people)],
    )


def _mentions(people: Iterable[Ref]) -> str:
    return json.dumps([[ref.id, ref.title] for ref in people], ensure_ascii=False)


async def _tell(actor: Actor, place: _Place, people: Sequence[Ref], owner_id: int | None) -> tuple[str, ...]:
    """Ring the bells of those mentioned, answered and following, as far as each may read the record now."""
    named = {ref.id: ref.title for ref in people if ref.id != actor.person_id}
    reached = await following.readers(place.catalog, place.record_id, named)
    await notify(reached, _notice(actor, place, 'mentioned'))
    told = {*reached, actor.person_id or 0}
    answered = await _answered(place)
    for code, wanted in (
        ('answered', answered),
        ('posted', await following.followers(place.catalog, place.record_id, owner_id)),
    ):
        may = await following.readers(place.catalog, place.record_id, [p for p in wanted if p not in told])
        await notify(may, _notice(actor, place, code))
        told.update(may)
    return tuple(name for id, name in named.items() if id not in reached)


async def _answered(place: _Place) -> list[int]:
    if place.reply_to is None:
        return []
    found = await database.rows('SELECT actor_id FROM changes WHERE id = ?', [place.reply_to])
    return [row['actor_id'] for row in found if row['actor_id']]


def _notice(actor: Actor, place: _Place, code: str) -> Notice:
    said = place.text if len(place.text) <= EXCERPT else place.text[: EXCERPT - 1].rstrip() + '…'
    return Notice(
        kind='mention',
        code=code if place.text else f'{code}_files',
        facts={'who': actor.name, 'said': said},
        catalog=place.catalog,
        record_id=place.record_id,
        key=f'post:{place.id}',
    )


async def edit(actor: Actor, post_id: int, text: str, *, mentioned: Sequence[int] = ()) -> tuple[str, ...]:
    """Put another text into one's own message; the earlier one is kept.

    :return: names of those newly mentioned who may not read the record
    :raises NotAllowed: somebody else's
    :raises NotFound: no such message, removed, or not for this actor"""
    need_employee(actor)
    place = await _own(actor, post_id)
    said = _said(text, is_bare=not (await files.files_of_posts(actor, [post_id])))
    people = await following.named_in(said, mentioned)
    if said == place.text:
        return ()
    with guard.acting(actor):
        async with database.transaction():
            await _keep_text(actor, place)
            await _write_post(actor, post_id, None, people)
            await database.rows(
                'UPDATE posts SET edited_at = ? WHERE change_id = ?', [clock.now_ms(), post_id]
            )
            await database.rows('UPDATE changes SET text = ? WHERE id = ?', [said, post_id])
            changed = _Place(post_id, place.catalog, place.record_id, place.author_id, said, False, None)
            before = {ref.id for ref in await following.named_in(place.text, mentioned)}
            fresh = [ref for ref in people if ref.id not in before]
            reached = await following.readers(
                place.catalog, place.record_id, [r.id for r in fresh if r.id != actor.person_id]
            )
            await notify(reached, _notice(actor, changed, 'mentioned'))
            _touch(place)
    return tuple(ref.title for ref in fresh if ref.id not in (*reached, actor.person_id))


async def remove(actor: Actor, post_id: int) -> None:
    """Take back one's own message with its files; administrators may take back anybody's.

    :raises NotAllowed: somebody else's"""
    need_employee(actor)
    place = await _own(actor, post_id, by_administrator=True)
    with guard.acting(actor):
        async with database.transaction():
            await _keep_text(actor, place)
            await database.rows(
                'INSERT INTO posts (change_id, author_id, removed_at, removed_by) VALUES (?, ?, ?, ?)'
                ' ON CONFLICT (change_id) DO UPDATE SET removed_at = excluded.removed_at,'
                " removed_by = excluded.removed_by, mentions = '[]'",
                [post_id, place.author_id, clock.now_ms(), actor.person_id],
            )
            await database.rows('UPDATE changes SET text = NULL WHERE id = ?', [post_id])
            await files.drop_of_post(actor, post_id)
            await database.rows('DELETE FROM notifications WHERE dedup_key = ?', [f'post:{post_id}'])
            _touch(place)


async def detach(actor: Actor, file_id: int) -> None:
    """Remove one's own file from a message; a message with nothing left in it is taken back.

    :raises NotAllowed: somebody else brought it"""
    need_employee(actor)
    info = await files.describe(actor, file_id)
    await files.remove(actor, file_id)
    if info.post_id is None:
        return
    place = await _place(actor, info.post_id)
    if not place.text and not await files.files_of_posts(actor, [info.post_id]):
        await remove(actor, info.post_id)
    _touch(place)


async def _own(actor: Actor, post_id: int, *, by_administrator: bool = False) -> _Place:
    place = await _place(actor, post_id)
    if place.is_removed:
        raise NotFound(catalog='post', id=post_id)
    is_own = place.author_id is not None and place.author_id == actor.person_id
    if not is_own and not (by_administrator and actor.is_admin):
        raise NotAllowed(right='change', catalog=place.catalog)
    return place


async def _keep_text(actor: Actor, place: _Place) -> None:
    await database.rows(
        'INSERT INTO post_texts (change_id, at, person_id, text) VALUES (?, ?, ?, ?)',
        [place.id, clock.now_ms(), actor.person_id, place.text],
    )


async def like(actor: Actor, post_id: int, *, is_on: bool) -> None:
    """Like a message, or no longer.

    :raises NotFound: no such message, or not for this actor"""
    need_employee(actor)
    place = await _place(actor, post_id)
    sql = (
        'INSERT INTO post_likes (change_id, person_id) VALUES (?, ?) ON CONFLICT DO NOTHING'
        if is_on
        else 'DELETE FROM post_likes WHERE change_id = ? AND person_id = ?'
    )
    with guard.acting(actor):
        async with database.transaction():
            await database.rows(sql, [post_id, actor.person_id or 0])
            _touch(place)


def _touch(place: _Place) -> None:
    def tell() -> None:
        for callback in tuple(_on_touched):
            callback(place.catalog, place.record_id)

    database.after_commit(tell)


async def _place(actor: Actor, post_id: int) -> _Place:
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT c.actor_id, c.record_id, c.text, k.code, p.removed_at, p.reply_to FROM changes c'
            ' JOIN catalogs k ON k.id = c.catalog_id LEFT JOIN posts p ON p.change_id = c.id'
            " WHERE c.id = ? AND c.kind = 'commented'",
            [post_id],
            read=True,
        )
    if not found:
        raise NotFound(catalog='post', id=post_id)
    row = found[0]
    await Records(actor).get(row['code'], row['record_id'])
    return _Place(
        post_id,
        row['code'],
        row['record_id'],
        row['actor_id'],
        row['text'] or '',
        row['removed_at'] is not None,
        row['reply_to'],
    )


async def earlier_texts(actor: Actor, post_id: int) -> list[tuple[int, str]]:
    """What a message said before, oldest first, with the moments (epoch ms) it was changed; for its author
    and administrators.

    :raises NotAllowed: somebody else's"""
    need_employee(actor)
    place = await _place(actor, post_id)
    if not actor.is_admin and place.author_id != actor.person_id:
        raise NotAllowed(right='read', catalog=place.catalog)
    with guard.acting(actor):
        found = await database.rows(
            'SELECT at, text FROM post_texts WHERE change_id = ? ORDER BY id', [post_id], read=True
        )
    return [(row['at'], row['text']) for row in found]
