"""What a bell shows: lines with the title of their record, unless the reader may no longer read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from store import notifications
from store.actor import Actor
from store.notifications import Notification
from store.records import Records
from store.values import Ref


@dataclass(frozen=True, slots=True)
class Line:
    """A notification with the title of its record; one that `is_closed` must not be told in its own words,
    for they may hold what its reader may no longer read."""

    notice: Notification
    title: str = ''
    is_closed: bool = False


async def lines(actor: Actor, *, kind: str = '', limit: int = 50, before: int | None = None) -> list[Line]:
    """The actor's lines, the latest first and none that sleep; `before` is the id to go on from."""
    found = await notifications.list_notifications(actor, kind=kind, limit=limit, before=before)
    return await titled(actor, found)


async def titled(actor: Actor, found: Sequence[Notification]) -> list[Line]:
    """The same with titles, as far as the actor may read them now."""
    refs = {Ref(one.record_id, '', one.catalog) for one in found if one.catalog and one.record_id}
    mine = Records(actor)
    known = {catalog.code for catalog in mine.catalogs()}
    titles = await mine.titles(ref for ref in refs if ref.catalog in known)
    made = []
    for one in found:
        place = (one.catalog, one.record_id or 0)
        is_about = bool(one.catalog and one.record_id)
        made.append(Line(one, titles.get(place, ''), is_about and place not in titles))
    return made
