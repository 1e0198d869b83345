"""Where a board's cards come from: the contract between the component and any store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Card = Mapping[str, Any]
"""A card as JSON: `id`, `version`, `title`, and where they apply `link` (text), `money` ({amount, currency}),
`due` (ISO day or moment), `since` (ISO moment), `pill` ({text, color}), `owner` ({title, initials, color}),
`fixed` (may not be moved)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StageHead:
    """What a column's head says of its stage, in the reader's words; `kind` is 'open', 'won' or 'lost'."""

    code: str
    name: str
    color: str
    kind: str = 'open'

    def to_json(self) -> dict[str, str]:
        """As the browser gets it."""
        return {'code': self.code, 'name': self.name, 'color': self.color, 'kind': self.kind}


@dataclass(frozen=True, slots=True)
class CardPage:
    """Some cards of a column in its order; `cursor` leads to the next ones, None at the end."""

    cards: Sequence[Card]
    cursor: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the browser gets it."""
        return {'cards': list(self.cards), 'cursor': self.cursor}


@dataclass(frozen=True, slots=True)
class ColumnTotal:
    """How many cards a stage holds and what they are worth: decimal strings by currency."""

    count: int = 0
    sums: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As the browser gets it."""
        sums = [{'currency': currency, 'amount': amount} for currency, amount in self.sums.items()]
        return {'count': self.count, 'sums': sums}


@dataclass(frozen=True, slots=True)
class CardPlace:
    """A card with its stage and the cards right above and below it, as this reader sees the column."""

    card: Card
    stage: str
    above: int | None = None
    below: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """What a reader's hand did: the card `id`, seen at `version`, left `origin` for a place in `stage`."""

    id: int
    origin: str
    stage: str
    above: int | None
    below: int | None
    version: int

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> 'Move':
        """The move a browser tells of.

        :raises ValueError: the browser lies"""
        above, below = (None if plain[name] is None else int(plain[name]) for name in ('above', 'below'))
        ids = {'id': int(plain['id']), 'version': int(plain['version'])}
        return cls(origin=str(plain['from']), stage=str(plain['to']), above=above, below=below, **ids)


class BoardSource(Protocol):
    """The cards one reader may see, in that reader's rights and filter. Refusals are raised as `Problem`."""

    async def column(self, stage: str, after: str | None, limit: int) -> CardPage:
        """The next cards of a stage; `after` is the cursor of the page before."""

    async def totals(self) -> Mapping[str, ColumnTotal]:
        """The total of each stage by its code; a stage without cards may be left out."""

    async def move(self, move: Move) -> None:
        """Do what the reader's hand did, or refuse."""

    async def add(self, stage: str, title: str) -> int:
        """Make a card of this title; gives its id."""

    async def card(self, id: int) -> CardPlace | None:
        """One card with its place; None when it is gone, filtered out or not for this reader."""
