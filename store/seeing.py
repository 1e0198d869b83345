"""Looking at the product through somebody else's eyes: which sessions do; nothing can be written then."""

from store import actors, audit, guard
from store.actor import Actor
from store.problems import NotAllowed, NotFound

_eyes: dict[int, int] = {}
"""Whose eyes a session looks through; gone with the process, which gives everybody their own back."""


async def begin(actor: Actor, session_id: int, person_id: int) -> Actor:
    """Look as another person from now on, in every tab of the session.

    :raises NotAllowed: without operation 'run_as', onto an administrator, or while one looks already
    :raises NotFound: unknown or deactivated"""
    if actor.read_only:
        raise NotAllowed(right='read_only')
    if person_id == actor.person_id:
        return actor
    seen = await actors.actor_as(actor, person_id)
    await audit.note(actor, 'seen_as', person_id=person_id, name=seen.name, what='began')
    _eyes[session_id] = person_id
    return seen


async def end(actor: Actor, session_id: int) -> None:
    """Look with one's own eyes again; `actor` is who really looks."""
    person_id = _eyes.pop(session_id, None)
    if person_id is not None:
        await audit.note(actor, 'seen_as', person_id=person_id, what='ended')


async def eyes_of(actor: Actor, session_id: int) -> Actor:
    """As whom a session of the actor looks now: somebody else without hands, or the actor.

    It ends by itself when the right to do so is gone, or the person."""
    person_id = _eyes.get(session_id)
    if person_id is None:
        return actor
    try:
        return await actors.actor_as(actor, person_id)
    except (NotAllowed, NotFound):
        await end(actor, session_id)
        return actor


def look_only() -> None:
    """From here on this task writes nothing, whoever acts in it."""
    guard.tie()


def forget() -> None:
    """Give everybody their own eyes back, as when another database is opened."""
    _eyes.clear()
