"""The board's cards from the store, in the rights of whoever looks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from store import NO_FILTER, Catalog, Condition, Filter, Pipeline, Query, Records, RecordView
from ui.components.basics import safe_color
from ui.components.views.board.cards import card_of
from ui.components.views.board.source import Card, CardPage, CardPlace, ColumnTotal, Move, StageHead
from ui.text import label


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreBoardSource:
    """One pipeline of a catalogue, narrowed by a filter and by words; a `BoardSource`.

    `records` is asked anew for each call, because rights may change while a board is open."""

    records: Callable[[], Records]
    catalog: Catalog
    pipeline: Pipeline
    filter: Filter = NO_FILTER
    text: str = ''

    async def column(self, stage: str, after: str | None, limit: int) -> CardPage:
        """The next cards of a stage in the order of the board."""
        mine = self.records()
        page = await mine.column(
            self.catalog.code, stage, filter=self.filter, text=self.text, limit=limit, after=after
        )
        return CardPage(await self._cards(mine, page.records), page.cursor)

    async def totals(self) -> Mapping[str, ColumnTotal]:
        """Count and sums of each stage, from SQL."""
        found = await self.records().stage_totals(
            self.catalog.code, self.pipeline.code, self.filter, self.text
        )
        return {
            code: ColumnTotal(
                total.count, {currency: f'{amount:f}' for currency, amount in total.sums.items()}
            )
            for code, total in found.items()
        }

    async def move(self, move: Move) -> None:
        """Put a card where the reader's hand put it."""
        await self.records().move(
            self.catalog.code,
            move.id,
            stage=move.stage,
            above=move.above,
            below=move.below,
            version=move.version,
        )

    async def add(self, stage: str, title: str) -> int:
        """Make a record of this title in this stage."""
        made = await self.records().create(self.catalog.code, {'title': title}, stage=stage)
        return made.id

    async def card(self, id: int) -> CardPlace | None:
        """A card with its neighbours, as the filter and the reader's rights show them."""
        mine, code = self.records(), self.catalog.code
        asked = self.filter.also(Condition('id', 'is', id), Condition('pipeline', 'is', self.pipeline.code))
        found = await mine.find(code, Query(filter=asked, text=self.text, limit=1))
        if not found.records:
            return None
        view: RecordView = found.records[0]
        above, below = await mine.neighbours(code, id, filter=self.filter, text=self.text)
        return CardPlace((await self._cards(mine, [view]))[0], view.stage or '', above, below)

    async def _cards(self, mine: Records, views: Sequence[RecordView]) -> list[Card]:
        granted = await mine.granted(self.catalog.code, views, 'move')
        return [card_of(view, self.catalog, fixed='move' not in granted[view.id]) for view in views]


def stage_heads(pipeline: Pipeline) -> tuple[StageHead, ...]:
    """The columns of a pipeline in the reader's language."""
    return tuple(
        StageHead(code=stage.code, name=label(stage), color=safe_color(stage.color), kind=stage.kind)
        for stage in pipeline.stages
    )
