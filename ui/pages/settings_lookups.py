"""Lookups: the values of choice fields, with names, colours, order; put away, merged, counted."""

from functools import partial
from typing import Any

from nicegui import ui

from store import Catalog, Condition, FieldSpec, Filter, NotFound, Problem, lookups
from store.lookups import CHOSEN, Choice, Merged
from ui.codes import code_of
from ui.components import frame
from ui.components.basics import (
    button,
    col,
    empty_state,
    icon,
    icon_button,
    menu_item,
    pill,
    row,
    safe_color,
    text,
    toast,
)
from ui.components.captions import Captions, ask_captions, renamed
from ui.components.ordered import Ordered
from ui.components.settings import ask, listing
from ui.components.toast import tell
from ui.pages import Area, Find, Page, may
from ui.place import Place, catalog_url, with_query
from ui.session import records, session
from ui.text import label, n, t
from ui.theme import PALETTE
from ui.values import choice_label, field_label

GREY = '#8a8f98'
SHOWN = 6


async def draw_lookups(_place: Place) -> None:
    """Every choice field of every section with its values."""
    with frame.header(t('Lookups'), back='/settings'):
        pass
    with frame.body(narrow=True):
        found = [(kind, [f for f in kind.live_fields if f.type in CHOSEN]) for kind in records().catalogs()]
        found = [(kind, fields) for kind, fields in found if fields]
        if not found:
            empty_state(
                t('Fields with a list of values appear here, for example the source of a deal.'),
                icon_name='list_alt',
            )
        for kind, fields in found:
            with ui.element('section').classes('a-block a-block--flush'):
                with ui.element('div').classes('a-block__head'):
                    icon(kind.icon).style('font-size:18px;color:var(--a-text-3)')
                    text(label(kind), 'a-h2 a-grow').props('role=heading aria-level=2')
                for spec in fields:
                    _summary(kind, spec)


def _summary(kind: Catalog, spec: FieldSpec) -> None:
    values = lookups.values_of(spec)
    with ui.link(target=f'/settings/lookups/{kind.code}/{spec.code}').classes('a-item'):
        with col('a-grow a-gap-4'):
            text(field_label(spec), 'a-strong a-small')
            with row('a-gap-4 a-wrap'):
                for value in [value for value in values if not value.get('inactive')][:SHOWN]:
                    pill(choice_label(value), str(value.get('color') or GREY))
        text(n('{count} value', '{count} values', len(values)), 'a-meta a-num a-nowrap')


async def draw_lookup(place: Place) -> None:
    """The values of one field."""
    kind = records().catalog(place.params['catalog'])
    spec = kind.field(place.params['field'])
    if spec is None or spec.type not in CHOSEN:
        raise NotFound('no_such_field', field=place.params['field'][:60])
    place.set_title(field_label(spec))
    values = _Values(kind.code, spec.code)
    with frame.header(f'{label(kind)}: {field_label(spec)}', back='/settings/lookups'):
        pass
    with frame.body(narrow=True):
        with listing(t('Values')) as head:
            values.box = Ordered(values.arrange)
        with head:
            button(t('Add value'), values.add, icon='add', small=True)
        await values.fill()
        with row('a-note'):
            icon('info')
            text(
                t('A value that is put away stays on the records that have it and cannot be chosen anew.'),
                'a-small',
            )


class _Values:
    """The lines of one lookup; each change is saved at once and counts everywhere from the next page on."""

    box: Ordered

    def __init__(self, catalog: str, field: str) -> None:
        self._catalog = catalog
        self._field = field

    @property
    def _spec(self) -> FieldSpec:
        spec = records().catalog(self._catalog).field(self._field)
        if spec is None:
            raise NotFound('no_such_field', field=self._field)
        return spec

    @property
    def _now(self) -> list[dict[str, Any]]:
        return [dict(value) for value in lookups.values_of(self._spec)]

    async def fill(self) -> None:
        """Draw the values as they are, with how many records hold each."""
        values = self._now
        counts = await lookups.used(session().actor, self._catalog, self._field)
        self.box.clear()
        for place, value in enumerate(values, 1):
            at = t('{place} of {all}', place=place, all=len(values))
            with self.box.line(str(value['key']), choice_label(value), at) as line:
                line.classes('a-value--away' if value.get('inactive') else '')
                self._line(value, counts.get(str(value['key']), 0))

    def _line(self, value: Choice, count: int) -> None:
        key = str(value['key'])
        color = ui.element('input').classes('a-lines__color')
        color.props(f'type=color value={safe_color(str(value.get("color") or GREY))}')
        color.props['aria-label'] = t('Colour')
        color.on('change', partial(self._recolor, key), js_handler='(e) => emit(e.target.value)')
        name = ui.input(value=choice_label(value)).classes('a-grow')
        name.props['aria-label'] = t('Name')
        name.on('blur', lambda: self._rename(key, str(name.value or '')))
        name.on('keydown.enter', lambda: self._rename(key, str(name.value or '')))
        if value.get('inactive'):
            pill(t('Put away'))
        if count:
            asked = Filter((Condition(self._field, 'has_any' if self._is_many else 'is', self._asked(key)),))
            href = with_query(catalog_url(self._catalog, 'list'), {'filter': asked.to_text()})
            ui.link(n('{count} record', '{count} records', count), href).classes(
                'a-link a-meta a-num a-nowrap'
            )
        else:
            text(t('Not used'), 'a-meta a-nowrap a-desk')
        with (
            icon_button('more_horiz', t('Actions for {name}', name=choice_label(value)), small=True),
            ui.menu(),
        ):
            self._menu(value, count)

    @property
    def _is_many(self) -> bool:
        return self._spec.type == 'choices'

    def _asked(self, key: str) -> Any:
        return [key] if self._is_many else key

    def _menu(self, value: Choice, count: int) -> None:
        key = str(value['key'])
        menu_item(t('Translations'), partial(self._translate, key), icon_name='translate')
        if value.get('inactive'):
            menu_item(t('Use again'), partial(self._put, key, inactive=False), icon_name='unarchive')
        else:
            menu_item(t('Put away'), partial(self._put, key, inactive=True), icon_name='archive')
        if len(self._now) > 1:
            menu_item(t('Merge with another'), partial(self._merge, value, count), icon_name='merge')
        if not count:
            menu_item(t('Delete'), partial(self._remove, key), icon_name='delete', danger=True)

    async def _save(self, values: list[dict[str, Any]]) -> bool:
        try:
            await lookups.save_values(session().actor, self._catalog, self._field, values)
        except Problem as problem:
            tell(problem)
            await self.fill()
            return False
        await self.fill()
        return True

    async def _put(self, key: str, **parts: Any) -> None:
        await self._save([{**value, **parts} if value['key'] == key else value for value in self._now])

    async def arrange(self, keys: list[str]) -> None:
        """Put the values into this order."""
        by_key = {str(value['key']): value for value in self._now}
        await self._save([by_key[key] for key in keys if key in by_key])

    async def _recolor(self, key: str, event: Any) -> None:
        await self._put(key, color=safe_color(str(event.args)).lower())

    async def _rename(self, key: str, name: str) -> None:
        value = next((value for value in self._now if value['key'] == key), None)
        if value is None or not name.strip() or name.strip() == choice_label(value):
            return
        named = renamed(Captions(value['label'], value.get('labels') or {}), name.strip())
        await self._put(key, label=named.label, labels=dict(named.labels))

    async def _translate(self, key: str) -> None:
        value = next(value for value in self._now if value['key'] == key)
        answer = await ask_captions(
            {'label': (t('Name'), Captions(value['label'], value.get('labels') or {}))}
        )
        if answer:
            await self._put(key, label=answer['label'].label, labels=dict(answer['label'].labels))

    async def add(self) -> None:
        """Ask for the name of a new value."""

        async def save(values: dict[str, Any]) -> None:
            now = self._now
            taken = {str(value['key']) for value in now}
            key = code_of(values['label'], taken, 'value')
            color = PALETTE[len(now) % len(PALETTE)]
            made = {'key': key, 'label': values['label'], 'color': color}
            await lookups.save_values(session().actor, self._catalog, self._field, [*now, made])

        spec = FieldSpec(code='label', label='Name', type='text', required=True)
        if await ask(t('Add value'), [spec], {}, save, t('Add')):
            await self.fill()

    async def _remove(self, key: str) -> None:
        before = self._now
        gone = next(value for value in before if value['key'] == key)
        if await self._save([value for value in before if value['key'] != key]):
            toast(t('“{name}” is deleted.', name=choice_label(gone)), undo=lambda: self._save(before))

    async def _merge(self, value: Choice, count: int) -> None:
        others = [
            {'key': str(one['key']), 'label': choice_label(one), 'color': one.get('color', '')}
            for one in self._now
            if one['key'] != value['key']
        ]
        made: list[Merged] = []

        async def save(values: dict[str, Any]) -> None:
            made.append(
                await lookups.merge(
                    session().actor, self._catalog, self._field, str(value['key']), values['kept']
                )
            )

        spec = FieldSpec(
            code='kept', label='Value that stays', type='choice', required=True, options={'choices': others}
        )
        sentence = n(
            '{count} record gets the other value, and “{name}” is gone.',
            '{count} records get the other value, and “{name}” is gone.',
            count,
            name=choice_label(value),
        )
        if not await ask(t('Merge with another'), [spec], {}, save, t('Merge'), sentence=sentence):
            return
        await self.fill()

        async def back() -> None:
            await lookups.unmerge(session().actor, made[0])
            await self.fill()

        toast(n('{count} record merged', '{count} records merged', made[0].records), undo=back)


PAGES = (
    Page(
        path='/settings/lookups',
        draw=draw_lookups,
        title='Lookups',
        allowed=may('edit_lookups'),
        area=Area(
            category='data',
            icon='list_alt',
            sentence='Values of choice fields: names, colours, order',
            words='справочники значения списки выбор lookups picklists dictionaries values choices',
            finds=(
                Find(label='Merge two values', words='объединить слияние дубли значения merge'),
                Find(label='Values that are put away', words='неактивные значения скрыть inactive archive'),
            ),
            place=20,
        ),
    ),
    Page(
        path='/settings/lookups/{catalog}/{field}',
        draw=draw_lookup,
        title='Lookup',
        allowed=may('edit_lookups'),
    ),
)
