"""The own e-mail: whoever changes it can have a new password sent there, so the present one is asked."""

from store import people, proofs
from store.actor import Actor
from store.operations import need_employee
from store.people import Person
from store.problems import NotAllowed


async def change_own_email(actor: Actor, email: str, *, current: str) -> Person:
    """Give oneself another e-mail; a tab left open is not enough for that.

    :raises Invalid: field 'email' or 'current'
    :raises NotAllowed: to customers, who are known by theirs"""
    need_employee(actor)
    if actor.person_id is None or actor.read_only:
        raise NotAllowed(right='read_only')
    await proofs.need_current(actor.person_id, current)
    return await people.change_person(actor, actor.person_id, {'email': email}, is_proven=True)
