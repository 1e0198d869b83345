"""The blocks of a record page that are no fields: each is drawn once and follows what happens."""

from collections.abc import Callable, Iterable
from typing import Any

from store.layouts import Block, LayoutTab
from ui.components.record_charts import draw_charts
from ui.components.record_files import RecordFiles, count_files
from ui.components.record_lists import RelatedRecords, Tasks, chosen_links, is_done, task_catalog, tasks_about
from ui.components.record_rules import RuleRuns
from ui.components.record_state import RecordState
from ui.components.record_timeline import Timeline
from ui.session import records

OF_RECORD = ('timeline', 'rules', 'files')
"""Modules that follow the record itself."""
OF_OTHERS = ('tasks', 'related')
"""Modules that follow the records that lead to it."""


class Modules:
    """The modules of one open record; `told` hears how many there are in a block, by its code."""

    def __init__(self, state: RecordState, told: Callable[[str, int], Any]) -> None:
        self._state, self._told = state, told
        self._drawn: list[tuple[str, Any]] = []

    async def draw(self, block: Block) -> None:
        """A block's module into the open slot."""
        if block.module == 'charts':
            await draw_charts(self._state.catalog, self._state.view)
            return
        made = self._made(block)
        self._drawn.append((block.module, made))
        await self._show(made)

    def _made(self, block: Block) -> Any:
        def told(count: int) -> None:
            self._told(block.code, count)

        if block.module == 'timeline':
            return Timeline(self._state).mark('timeline')
        if block.module == 'tasks':
            return Tasks(self._state, told)
        if block.module == 'files':
            return RecordFiles(self._state, told)
        if block.module == 'rules':
            return RuleRuns(self._state)
        return RelatedRecords(self._state, block.links)

    @staticmethod
    async def _show(made: Any) -> None:
        await (made.refresh() if isinstance(made, Timeline) else made.draw())

    async def follow_record(self) -> None:
        """Draw anew what depends on the record itself."""
        await self._again(OF_RECORD)

    async def follow_others(self) -> None:
        """Draw anew what depends on records that lead here."""
        await self._again(OF_OTHERS)

    async def _again(self, modules: tuple[str, ...]) -> None:
        for module, made in self._drawn:
            if module in modules:
                await self._show(made)

    async def count(self, block: Block) -> None:
        """Say how many there are in a block that is not drawn yet."""
        if block.module == 'tasks':
            self._told(block.code, await self._open_tasks())
        elif block.module == 'related':
            self._told(block.code, await self._related(block.links))
        elif block.module == 'files':
            self._told(block.code, await count_files(self._state))

    async def _open_tasks(self) -> int:
        catalog = task_catalog()
        views = await tasks_about(catalog, self._state.view) if catalog is not None else []
        return sum(not is_done(catalog, view) for view in views if catalog is not None)

    async def _related(self, links: tuple[str, ...]) -> int:
        found = await records().related(self._state.catalog.code, self._state.view.id)
        return sum(one.count for one in chosen_links(found, links))


def is_offered(block: Block) -> bool:
    """Whether a block can show this reader anything: without a section for tasks there are none."""
    return block.module != 'tasks' or task_catalog() is not None


def counted(tabs: Iterable[LayoutTab]) -> dict[str, tuple[str, Block]]:
    """By the code of a block: the tab that is nothing but this block, which a number stands behind."""
    return {
        tab.blocks[0].code: (tab.code, tab.blocks[0])
        for tab in tabs
        if len(tab.blocks) == 1 and tab.blocks[0].module in ('tasks', 'related', 'files')
    }
