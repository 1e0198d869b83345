"""A field whose value is chosen from a list, fixed or searched on the server."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui import events
from nicegui.element import Element

from store import Problem
from ui.text import t

Item = Mapping[str, Any]
"""What may be chosen: `id` and `title`; `color`, `note`, `href` and `catalog` where they fit."""

Search = Callable[[str], Awaitable[Sequence[Item]]]
Make = Callable[[str], Awaitable[Item | None]]


class Picker(Element, component='picker.js', default_classes='af-control-root'):
    """Pills, people or linked records to choose from; `on_set` gets the chosen items."""

    def __init__(
        self,
        chosen: Sequence[Item] = (),
        *,
        on_set: Callable[[list[Item]], Any],
        options: Sequence[Item] = (),
        search: Search | None = None,
        make: Make | None = None,
        **props: Any,
    ) -> None:
        super().__init__()
        self._chosen, self._on_set, self._search, self._make = list(chosen), on_set, search, make
        self._props['value'] = self._chosen
        self._props['options'] = list(options)
        self._props['remote'] = search is not None
        self._props['creatable'] = make is not None
        self._props['texts'] = {
            'search': t('Search'), 'nothing': t('Nothing found'), 'create': t('Create “%”'),
            'clear': t('Clear'), 'remove': t('Remove'),
        }  # fmt: skip
        for name, value in props.items():
            self._props[name] = value
        self.on('set', self._set)
        self.on('search', self._ask)
        self.on('make', self._create)

    @property
    def chosen(self) -> list[Item]:
        """What is chosen now."""
        return self._chosen

    def give(self, chosen: Sequence[Item]) -> None:
        """Show another value."""
        self._chosen = list(chosen)
        self._props['value'] = self._chosen

    def mark_invalid(self, wrong: bool) -> None:
        """Draw the field as refused, or as fine again."""
        if bool(self._props.get('invalid')) != wrong:
            self._props['invalid'] = wrong

    def _set(self, event: events.GenericEventArguments) -> Any:
        self.give(event.args or [])
        return self._on_set(self._chosen)

    async def _ask(self, event: events.GenericEventArguments) -> None:
        if self._search is None:
            return
        try:
            found = await self._search(str(event.args['text']))
        except Problem:
            found = []
        self.run_method('offer', event.args['seq'], list(found))

    async def _create(self, event: events.GenericEventArguments) -> None:
        if self._make is None:
            return
        made = await self._make(str(event.args))
        if made is None:
            return
        self.give([*self._chosen, made] if self._props.get('multiple') else [made])
        answer = self._on_set(self._chosen)
        if isinstance(answer, Awaitable):
            await answer
