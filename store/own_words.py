"""What a person has said about records, for the person."""

from dataclasses import dataclass
from datetime import datetime

from store import catalogs, changes, clock, database, guard
from store.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """A message on a record."""

    at: datetime
    catalog: str
    record_id: int
    text: str


async def own_comments(actor: Actor) -> list[Comment]:
    """What the actor has said, the oldest first; in catalogues that are gone it is left out."""
    with guard.acting(actor):
        found = await database.rows(
            'SELECT at, catalog_id, record_id, text FROM changes WHERE actor_id = ? AND kind = ?'
            ' AND text IS NOT NULL ORDER BY id',
            [actor.person_id or 0, changes.COMMENTED],
            read=True,
        )
    return [
        Comment(
            at=clock.from_ms(row['at']),
            catalog=catalogs.SCHEMA.code_of(row['catalog_id']),
            record_id=row['record_id'],
            text=row['text'],
        )
        for row in found
        if row['text'] and catalogs.SCHEMA.code_of(row['catalog_id'])
    ]
