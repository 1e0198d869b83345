"""The kanban board as one NiceGUI element: cards travel as JSON, never as elements.

::

    browser -> server   ready | load {stage, after, generation} | card_open {id} | quick_add {stage, title}
                        card_move {op, id, from, to, above, below, version} | clear_filter
    server -> browser   apply(ops, totals)          op: upsert of a card with its place, or remove of an id
                        page(stage, page, generation) | reject(op, message, totals) | added(stage, message)
                        reset(stages, snapshot)

The browser shows a move at once; the server decides and answers with the card's true place, or a refusal.
A board reads and pushes under one lock, so what a browser gets is always in the order of the store.
"""

import asyncio
import inspect
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nicegui.elements.sortable  # noqa: F401  puts SortableJS into the import map
from nicegui.dependencies import register_esm
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from store.problems import Invalid, Problem
from ui.components.toast import tell
from ui.components.views.board.source import BoardSource, CardPage, CardPlace, ColumnTotal, Move, StageHead
from ui.components.views.board.wording import board_texts
from ui.reader import reader
from ui.text import words
from ui.theme import add_style

PAGE = 30
"""Cards of one page of a column."""
MANY = 60
"""More changed cards than this are cheaper to read as a fresh board."""
PAUSE_S = 1.0
PARTS = Path(__file__).parent / 'parts'

register_esm('artel-board', PARTS, max_time=max(part.stat().st_mtime for part in PARTS.iterdir()))
add_style('components/views/board/parts/board.css')

Snapshot = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardHooks:
    """What a page does when the board asks; each may be async.

    `open(id)` shows a card; `lacking_move(move, refusal)` and `lacking_card(stage, title, refusal)` ask for
    the fields that a stage or a new card needs; `clear_filter()` shows every card again."""

    open: Callable[[int], Any]
    lacking_move: Callable[[Move, Invalid], Any] = lambda _, refusal: tell(refusal)
    lacking_card: Callable[[str, str, Invalid], Any] | None = None
    clear_filter: Callable[[], Any] = lambda: None


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardLook:
    """What a board offers: quick cards, a line for money under each name, and where a card's own page is
    (`address` and its id), for opening it in another tab."""

    may_add: bool = True
    with_sums: bool = True
    address: str = ''

    def to_json(self) -> dict[str, Any]:
        """As the browser gets it."""
        return {'mayAdd': self.may_add, 'sums': self.with_sums, 'address': self.address}


class Board(Element, component='board.js'):
    """Columns of cards that can be opened, dragged and added; every change by anybody is pushed into it.

    :param first: what `snapshot` gave, to draw cards with the page itself; without it they follow
    """

    def __init__(
        self,
        source: BoardSource,
        stages: Sequence[StageHead],
        hooks: BoardHooks,
        *,
        first: Snapshot | None = None,
        look: BoardLook | None = None,
    ) -> None:
        super().__init__()
        self._source, self._hooks = source, hooks
        self._stages = tuple(stages)
        self._filtered = bool(first and first['filtered'])
        self._lock = asyncio.Lock()
        self._generation = 0
        self._ready = False
        self._stale = first is None
        self._answered: OrderedDict[int, int] = OrderedDict()
        who, look = reader(), look or BoardLook()
        self._props['stages'] = [stage.to_json() for stage in stages]
        self._props['first'] = first
        self._props['options'] = {
            'texts': board_texts(),
            'locale': who.language,
            'zone': who.zone,
            **look.to_json(),
        }
        self.on('ready', self._opened)
        self.on('load', self._load)
        self.on('card_move', self._move)
        self.on('card_open', lambda e: hooks.open(int(e.args['id'])))
        self.on('quick_add', self._add)
        self.on('clear_filter', lambda _: hooks.clear_filter())

    # ---- what the page calls

    async def show(
        self, source: BoardSource, stages: Sequence[StageHead] | None = None, *, filtered: bool
    ) -> None:
        """Show other cards: another filter, another pipeline."""
        self._source, self._filtered = source, filtered
        if stages is not None:
            self._stages = tuple(stages)
        await self.reload()

    async def reload(self) -> None:
        """Read the board anew."""
        if not self._ready:
            self._stale = True
            return
        async with self._lock:
            await self._reset()

    async def refresh(self, versions: Mapping[int, int]) -> None:
        """Push what became of these cards: id and the version they have reached."""
        if not self._ready:
            self._stale = True
            return
        news = [id for id, version in versions.items() if self._answered.get(id, -1) < version]
        if not news:
            return
        async with self._lock:
            if len(news) <= MANY:
                await self._push([await self._op(id) for id in news])
                return
            await self._reset()
        # An import changes thousands of cards, bundle by bundle: nobody reads a board that redraws faster.
        await asyncio.sleep(PAUSE_S)

    async def replace(self, id: int) -> None:
        """Push the place of a card that stayed what it is."""
        if self._ready:
            async with self._lock:
                await self._push([await self._op(id)])
        else:
            self._stale = True

    def point_at(self, id: int | None) -> None:
        """Mark the card whose record is open beside the board; None marks none."""
        self._send('point', id)

    # ---- what the browser asks

    async def _opened(self) -> None:
        # The cards live in the browser now; kept in the props they would be sent again with every update.
        with self._props.suspend_updates():
            self._props['first'] = None
        self._ready = True
        if self._stale:
            self._stale = False
            await self.reload()

    async def _load(self, event: GenericEventArguments) -> None:
        stage, after, generation = event.args['stage'], event.args['after'], event.args['generation']
        async with self._lock:
            if generation != self._generation or not self._has(stage):
                return
            try:
                page = await self._source.column(stage, after, PAGE)
            except Problem as problem:
                page = CardPage([])
                tell(problem)
            self._send('page', stage, page.to_json(), generation)

    async def _move(self, event: GenericEventArguments) -> None:
        move = Move.from_json(event.args)
        try:
            async with self._lock:
                await self._do(move, str(event.args['op']))
        except Invalid as problem:
            await _answer(self._hooks.lacking_move, move, problem)
        except Problem as problem:
            tell(problem)

    async def _do(self, move: Move, op: str) -> None:
        try:
            await self._source.move(move)
        except Problem as problem:
            self._send('reject', op, words(problem), _json(await self._totals()))
            raise
        place = await self._source.card(move.id)
        if place is not None:
            self._remember(place)
        await self._push([_op(move.id, place, op)])

    async def _add(self, event: GenericEventArguments) -> None:
        stage, title = event.args['stage'], str(event.args['title']).strip()
        if not self._has(stage) or not title:
            return
        message, lacking = '', None
        try:
            async with self._lock:
                await self._push([await self._op(await self._source.add(stage, title))])
        except Invalid as problem:
            lacking = problem
        except Problem as problem:
            message = words(problem)
        if lacking is not None and self._hooks.lacking_card is None:
            message = words(lacking)
        self._send('added', stage, message)
        if lacking is not None and self._hooks.lacking_card is not None:
            await _answer(self._hooks.lacking_card, stage, title, lacking)

    def _send(self, method: str, *given: Any) -> None:
        # Reading takes a while, and the reader may have gone to another page meanwhile.
        if not self.is_deleted:
            self.run_method(method, *given)

    # ---- inside the lock

    async def _reset(self) -> None:
        self._generation += 1
        self._answered.clear()
        fresh = await snapshot(
            self._source, self._stages, filtered=self._filtered, generation=self._generation
        )
        self._send('reset', [stage.to_json() for stage in self._stages], fresh)

    async def _op(self, id: int) -> dict[str, Any]:
        return _op(id, await self._source.card(id))

    async def _push(self, ops: list[dict[str, Any]]) -> None:
        # The cards go ahead: over a hundred thousand of them the totals take a moment.
        self._send('apply', ops, {})
        self._send('apply', [], _json(await self._totals()))

    async def _totals(self) -> dict[str, ColumnTotal]:
        found = await self._source.totals()
        return {stage.code: found.get(stage.code, ColumnTotal()) for stage in self._stages}

    def _has(self, stage: str) -> bool:
        return any(head.code == stage for head in self._stages)

    def _remember(self, place: CardPlace) -> None:
        # The same change comes back as news a moment later and need not be read again.
        self._answered[place.card['id']] = place.card['version']
        self._answered.move_to_end(place.card['id'])
        while len(self._answered) > 200:
            self._answered.popitem(last=False)


async def snapshot(
    source: BoardSource, stages: Sequence[StageHead], *, filtered: bool = False, generation: int = 0
) -> Snapshot:
    """Totals and the first cards of each column, as `Board(first=…)` takes them."""
    # One after the other: a task of its own would not know whose tab it reads for.
    pages = [await source.column(stage.code, None, PAGE) for stage in stages]
    found = await source.totals()
    return {
        'columns': {stage.code: page.to_json() for stage, page in zip(stages, pages, strict=True)},
        'totals': _json({stage.code: found.get(stage.code, ColumnTotal()) for stage in stages}),
        'filtered': filtered,
        'generation': generation,
    }


async def _answer(hook: Callable[..., Any], *given: Any) -> None:
    answer = hook(*given)
    if inspect.isawaitable(answer):
        await answer


def _json(totals: Mapping[str, ColumnTotal]) -> dict[str, Any]:
    return {code: total.to_json() for code, total in totals.items()}


def _op(id: int, place: CardPlace | None, op: str = '') -> dict[str, Any]:
    if place is None:
        return {'kind': 'remove', 'id': id}
    where = {'stage': place.stage, 'above': place.above, 'below': place.below}
    return {'kind': 'upsert', 'op': op, 'card': dict(place.card), **where}
