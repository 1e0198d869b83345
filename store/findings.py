"""What an examination of the store finds, and small questions that its checks share."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from store import database

SHOWN = 5
"""How many ids a finding names."""
Repair = Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is not as it should be: a code with facts; `repair` is there where mending is safe."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    repair: Repair | None = field(default=None, compare=False, repr=False)
    is_repaired: bool = False

    async def repaired(self) -> 'Finding':
        """The finding after its repair, itself when there is none."""
        if self.repair is None:
            return self
        await self.repair()
        return replace(self, is_repaired=True)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            'code': self.code,
            'facts': dict(self.facts),
            'repairable': self.repair is not None,
            'repaired': self.is_repaired,
        }


def about(ids: Sequence[Any]) -> dict[str, Any]:
    """The facts of a finding about several rows: how many, and the first of them."""
    return {'count': len(ids), 'ids': ', '.join(str(one) for one in ids[:SHOWN])}


async def ids_of(sql: str, args: Sequence[Any] = ()) -> list[int]:
    """The `id`s that a question gives."""
    return [row['id'] for row in await database.rows(sql, args)]
