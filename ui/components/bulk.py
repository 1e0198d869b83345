"""Actions on many records at once: change a field, hand over, move, delete; each can be undone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from store import Catalog, Condition, Filter, NotAllowed, Problem, Query, RecordView, Refused
from ui.components.basics import button, tell, toast
from ui.components.controls.picker import Picker
from ui.components.filter_fields import fields_of
from ui.components.form import Field
from ui.components.record_rules import start_rule
from ui.session import records
from ui.text import field_errors, n, t, words
from ui.values import field_label

RULE = 'rule:'
CHUNK = 500
"""Records of one transaction: others get their turn between chunks."""


def actions_for(catalog: Catalog, rules: Sequence[tuple[int, str]] = ()) -> list[dict[str, Any]]:
    """What this person may do with a selection; `rules` are those that wait for a button."""
    mine = records()
    found: list[dict[str, Any]] = []
    may_do = mine.actor.may_do
    if mine.may('change', catalog.code) and may_do('bulk_change'):
        if catalog.pipelines:
            found.append({'key': 'stage', 'label': t('Move to stage')})
        found.append({'key': 'owner', 'label': t('Hand over')})
        found.append({'key': 'field', 'label': t('Change a field')})
        found += [{'key': f'{RULE}{rule_id}', 'label': caption} for rule_id, caption in rules]
    if mine.may('delete', catalog.code) and may_do('bulk_delete'):
        found.append({'key': 'delete', 'label': t('Delete'), 'danger': True})
    return found


class Bulk:
    """Does what was chosen for a selection: ids, or everything that a filter matches."""

    def __init__(self, catalog: Catalog, done: Callable[[], Any]) -> None:
        self._catalog, self._done = catalog, done

    async def do(self, key: str, ids: Sequence[int] | None, asked: Filter, text: str) -> None:
        """Start an action of `actions_for`; `ids` None means all that match."""
        try:
            views = await self._views(ids, asked, text)
            if key == 'delete':
                await self._delete(await self._permitted(views, 'delete'))
            elif key.startswith(RULE):
                await start_rule(int(key.removeprefix(RULE)), [view.id for view in views])
                self._done()
            else:
                permitted = await self._permitted(views, 'move' if key == 'stage' else 'change')
                left = len(views) - len(permitted)
                _Change(self._catalog, permitted, key, self._done, left=left).open()
        except Problem as problem:
            tell(problem)

    async def _views(self, ids: Sequence[int] | None, asked: Filter, text: str) -> list[RecordView]:
        wanted = None if ids is None else set(ids)
        if wanted is not None and len(wanted) <= CHUNK:
            chosen = Filter((Condition('id', 'in', sorted(wanted)),))
            query = Query(filter=chosen, sort='id', limit=CHUNK)
            return list((await records().find(self._catalog.code, query)).records)
        found: list[RecordView] = []
        after: str | None = None
        while True:
            query = Query(filter=asked, text=text, sort='id', limit=1000, after=after)
            page = await records().find(self._catalog.code, query)
            found += [view for view in page.records if wanted is None or view.id in wanted]
            after = page.cursor
            if after is None:
                return found

    async def _permitted(self, views: Sequence[RecordView], right: str) -> list[RecordView]:
        """Those of the records that this person has the right to; the others stay as they are.

        :raises NotAllowed: there are none"""
        granted = await records().granted(self._catalog.code, views, right)
        found = [view for view in views if right in granted[view.id]]
        if views and not found:
            raise NotAllowed(right=right, catalog=self._catalog.code)
        return found

    async def _delete(self, views: Sequence[RecordView]) -> None:
        mine, code = records(), self._catalog.code
        gone: list[int] = []
        for part in chunks(views):
            await mine.remove_many(code, [view.id for view in part])
            gone += [view.id for view in part]
        self._done()

        async def undo() -> None:
            again = records()
            for part in chunks(gone):
                async with again.transaction():
                    for id in part:
                        await again.restore(code, id)

        toast(n('{count} record deleted', '{count} records deleted', len(gone)), undo=undo)


class _Change:
    """Asks for the new value, then changes all records to it."""

    def __init__(
        self,
        catalog: Catalog,
        views: Sequence[RecordView],
        key: str,
        done: Callable[[], Any],
        *,
        left: int = 0,
    ) -> None:
        self._catalog, self._views, self._done = catalog, views, done
        known = fields_of(catalog, ())
        self._specs = {
            code: field.spec
            for code, field in known.items()
            if '.' not in code
            and field.is_offered
            and not field.spec.read_only
            and _is_settable(field.spec.type, code)
        }
        self._code = key if key in self._specs else ''
        self._field: Field | None = None
        with ui.dialog() as self._dialog, ui.element('div').classes('rc-dialog'):
            count = n('Change {count} record', 'Change {count} records', len(views))
            ui.label(count).classes('rc-dialog__title')
            if left:
                told = n(
                    '{count} record stays as it is: you may not change it',
                    '{count} records stay as they are: you may not change them',
                    left,
                )
                ui.label(told).classes('rc-dialog__note')
            if key == 'field':
                self._chooser()
            self._box = ui.element('div')
            with ui.element('div').classes('rc-dialog__foot'):
                button(t('Cancel'), self._dialog.close)
                button(t('Change'), self._apply, primary=True)
        self._draw()

    def open(self) -> None:
        """Show the question."""
        self._dialog.open()

    def _chooser(self) -> None:
        options = [{'id': code, 'title': field_label(spec)} for code, spec in self._specs.items()]

        def chosen(items: list[Any]) -> None:
            self._code = str(items[0]['id'])
            self._draw()

        with ui.element('div').classes('af-field'):
            ui.label(t('Field')).classes('af-label')
            Picker(options=options, look='plain', label=t('Field'), on_set=chosen, clearable=False)

    def _draw(self) -> None:
        self._box.clear()
        if self._code:
            with self._box:
                self._field = Field(self._specs[self._code], None, lambda _field, _value: None)

    async def _apply(self) -> None:
        if self._field is None or self._field.error:
            return
        value, code = self._field.value, self._code
        before: dict[Any, list[int]] = defaultdict(list)
        for view in self._views:
            before[view.values.get(code)].append(view.id)
        try:
            await change_all(self._catalog.code, [view.id for view in self._views], {code: value})
        except Problem as problem:
            self._field.refuse(field_errors(problem).get(code) or words(problem))
            return
        self._dialog.close()
        self._done()

        async def undo() -> None:
            for old, ids in before.items():
                await change_all(self._catalog.code, ids, {code: old})

        toast(n('{count} record changed', '{count} records changed', len(self._views)), undo=undo)


async def change_all(catalog: str, ids: Sequence[int], values: dict[str, Any]) -> None:
    """The same change of many records, a chunk a transaction.

    :raises Refused: there are none"""
    if not ids:
        raise Refused('nothing_chosen')
    for part in chunks(ids):
        await records().change_many(catalog, part, values)


def chunks(items: Sequence[Any]) -> list[Sequence[Any]]:
    """The items in parts of one transaction each."""
    return [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]


def _is_settable(kind: str, code: str) -> bool:
    return kind != 'auto_number' and code not in ('title', 'number', 'stage_kind', 'pipeline')
