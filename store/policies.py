"""Who may do what with which record, as SQL and as truths; every reason for a right is here."""

from typing import Any

from store.actor import Actor, Level
from store.problems import NotAllowed
from store.schema import Catalog

Sql = tuple[str, list[Any]]


def reach(level: Level, actor: Actor) -> Sql:
    """The condition on a record's row `t` that a level stands for."""
    if level >= Level.ALL:
        return '1 = 1', []
    if level >= Level.OWN and actor.person_id is not None:
        return 't.owner_id = ?', [actor.person_id]
    return '1 = 0', []


def readable(actor: Actor, catalog: Catalog) -> Sql:
    """The condition that narrows every query to what the actor may read."""
    return reach(actor.rights(catalog.code).read, actor)


def may_read_of(row: str, actor: Actor, catalog: Catalog) -> str:
    """The same condition on another alias and without arguments, for expressions that are repeated."""
    text, args = readable(actor, catalog)
    return text.replace('t.', f'{row}.').replace('?', str(int(args[0])) if args else '')


def words_of_people(actor: Actor) -> str:
    """What a search for people looks in: their logins are for administrators."""
    return 'folded' if actor.is_admin else "fold(name || ' ' || email)"


def may(actor: Actor, right: str, catalog: str, owner_id: int | None) -> bool:
    """Whether the actor has `right` ('read', 'change', 'delete', 'create') on a record of this owner."""
    level: Level = getattr(actor.rights(catalog), right)
    return level >= Level.ALL or (level >= Level.OWN and owner_id is not None and owner_id == actor.person_id)


def require(actor: Actor, right: str, catalog: str, owner_id: int | None) -> None:
    """Refuse unless `may`.

    :raises NotAllowed: with the right and the catalogue"""
    if not may(actor, right, catalog, owner_id):
        raise NotAllowed(right=right, catalog=catalog)
