"""Reading the feed: messages as their readers see them, and what was said lately on records one follows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from store import clock, database, files, guard
from store.actor import Actor
from store.catalogs import SCHEMA
from store.files import FileInfo
from store.operations import need_employee
from store.query import Condition, Filter, Query
from store.records import Records
from store.values import Ref

LOOKED_THROUGH = 2000
"""How many messages of everybody are looked through for those on records one follows."""
_CHUNK = 200
_NAMED = 3
_SQL = (
    'SELECT c.id, c.at, c.catalog_id, c.record_id, c.actor_id, c.text, a.name, p.reply_to, p.mentions,'
    ' p.edited_at, p.removed_at FROM changes c LEFT JOIN people a ON a.id = c.actor_id'
    " LEFT JOIN posts p ON p.change_id = c.id WHERE c.kind = 'commented'"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A message. `mentions` are the people whose names stand behind an @ in it; `likers` are a few names of
    the `likes`; `answers` are those of a thread's first message, oldest first."""

    id: int
    at: datetime
    author: Ref | None
    catalog: str
    record_id: int
    text: str
    mentions: tuple[Ref, ...] = ()
    reply_to: int | None = None
    is_edited: bool = False
    is_removed: bool = False
    likes: int = 0
    is_liked: bool = False
    likers: tuple[str, ...] = ()
    files: tuple[FileInfo, ...] = ()
    answers: tuple['Post', ...] = ()
    title: str = ''


async def posts_of(actor: Actor, catalog: str, record_id: int, ids: Sequence[int]) -> dict[int, Post]:
    """Those of a record's changes that are messages, with everything about them, by id.

    :raises NotFound: no such record, or not for this actor"""
    need_employee(actor)
    await Records(actor).get(catalog, record_id)
    place = [SCHEMA[catalog].id, record_id]
    if not ids:
        return {}
    blanks = ', '.join('?' * len(ids))
    with guard.acting(actor):
        found = await database.rows(
            f'{_SQL} AND c.catalog_id = ? AND c.record_id = ? AND'
            f' (c.id IN ({blanks}) OR p.reply_to IN ({blanks})) ORDER BY c.id',
            [*place, *ids, *ids],
            read=True,
        )
    posts = await _completed(actor, [_post(row) for row in found])
    return {post.id: _with_answers(post, posts) for post in posts}


def _with_answers(post: Post, posts: Sequence[Post]) -> Post:
    return replace(post, answers=tuple(one for one in posts if one.reply_to == post.id))


def _post(row: Mapping[str, Any]) -> Post:
    catalog = next((c.code for c in SCHEMA if c.id == row['catalog_id']), '')
    return Post(
        id=row['id'],
        at=clock.from_ms(row['at']),
        author=Ref(row['actor_id'], row['name'] or '', 'person') if row['actor_id'] else None,
        catalog=catalog,
        record_id=row['record_id'],
        text=row['text'] or '',
        mentions=tuple(Ref(id, name, 'person') for id, name in json.loads(row['mentions'] or '[]')),
        reply_to=row['reply_to'],
        is_edited=row['edited_at'] is not None,
        is_removed=row['removed_at'] is not None,
    )


async def _completed(actor: Actor, posts: Sequence[Post]) -> list[Post]:
    """The same with likes and files."""
    ids = [post.id for post in posts]
    if not ids:
        return []
    with guard.acting(actor):
        found = await database.rows(
            'SELECT l.change_id, l.person_id, a.name FROM post_likes l JOIN people a ON a.id = l.person_id'
            f' WHERE l.change_id IN ({", ".join("?" * len(ids))}) ORDER BY l.id',
            ids,
            read=True,
        )
    attached = await files.files_of_posts(actor, ids)
    likers: dict[int, list[tuple[int, str]]] = {}
    for row in found:
        likers.setdefault(row['change_id'], []).append((row['person_id'], row['name']))
    return [_complete(post, likers.get(post.id, []), attached.get(post.id, []), actor) for post in posts]


def _complete(
    post: Post, likers: Sequence[tuple[int, str]], attached: Iterable[FileInfo], actor: Actor
) -> Post:
    return replace(
        post,
        likes=len(likers),
        is_liked=any(person_id == actor.person_id for person_id, _ in likers),
        likers=tuple(name for _, name in likers[:_NAMED]),
        files=tuple(attached),
    )


# What was said lately on records one follows


async def lately(actor: Actor, *, limit: int = 30, before: int | None = None) -> list[Post]:
    """Messages of others and oneself on records the actor follows and may read, the latest first."""
    need_employee(actor)
    found: list[Post] = []
    edge, seen = before, 0
    while len(found) < limit and seen < LOOKED_THROUGH:
        rows = await _latest(actor, edge)
        seen += len(rows)
        found += await _followed(actor, [_post(row) for row in rows])
        if len(rows) < _CHUNK:
            break
        edge = rows[-1]['id']
    return await _completed(actor, found[:limit])


async def unseen(actor: Actor, since: int) -> int:
    """How many messages of others came after the message `since` on records one follows; at most 99."""
    need_employee(actor)
    posts = await lately(actor, limit=99)
    mine = actor.person_id
    return sum(post.id > since and (post.author is None or post.author.id != mine) for post in posts)


async def _latest(actor: Actor, edge: int | None) -> list[dict[str, Any]]:
    older = ' AND c.id < ?' if edge is not None else ''
    with guard.acting(actor):
        return await database.rows(
            f'{_SQL}{older} AND p.removed_at IS NULL ORDER BY c.id DESC LIMIT ?',
            [*([edge] if edge is not None else []), _CHUNK],
            read=True,
        )


async def _followed(actor: Actor, posts: Sequence[Post]) -> list[Post]:
    """Those of these messages whose record the actor follows and may read, with its title."""
    by_catalog: dict[str, set[int]] = {}
    for post in posts:
        by_catalog.setdefault(post.catalog, set()).add(post.record_id)
    titles: dict[tuple[str, int], str] = {}
    mine = Records(actor)
    for catalog in (c.code for c in mine.catalogs() if c.code in by_catalog):
        ids = sorted(by_catalog[catalog])
        chosen = await _chosen(actor, catalog, ids)
        query = Query(filter=Filter((Condition('id', 'in', ids),)), sort='id', limit=len(ids))
        for view in (await mine.find(catalog, query)).records:
            is_owner = view.owner is not None and view.owner.id == actor.person_id
            if chosen.get(view.id, is_owner):
                titles[catalog, view.id] = view.title
    return [
        replace(post, title=titles[post.catalog, post.record_id])
        for post in posts
        if (post.catalog, post.record_id) in titles
    ]


async def _chosen(actor: Actor, catalog: str, ids: Sequence[int]) -> dict[int, bool]:
    """For records where the actor spoke or chose: whether they follow."""
    place = [actor.person_id or 0, SCHEMA[catalog].id, *ids]
    blanks = ', '.join('?' * len(ids))
    with guard.acting(actor):
        spoke = await database.rows(
            "SELECT DISTINCT record_id FROM changes WHERE kind = 'commented' AND actor_id = ?"
            f' AND catalog_id = ? AND record_id IN ({blanks})',
            place,
            read=True,
        )
        chose = await database.rows(
            'SELECT record_id, is_on FROM follows WHERE person_id = ? AND catalog_id = ?'
            f' AND record_id IN ({blanks})',
            place,
            read=True,
        )
    found = {row['record_id']: True for row in spoke}
    return found | {row['record_id']: bool(row['is_on']) for row in chose}
