"""Lookups: the values of choice fields, with names, colours, order; put away, merged, counted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
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
from ui.live import Latest
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
            values.draw()
        with head:
            button(t('Add value'), values.add, icon='add', small=True)
        await values.fill()
        with row('a-note'):
            icon('info')
            text(
                t('A value that is put away stays on the records that have it and cannot be chosen anew.'),
                'a-small',
            )


@dataclass(frozen=True, slots=True)
class _Value:
    """A value as its line shows it: what was chosen for it, and how many records hold it."""

    choice: Choice
    count: int
    is_alone: bool

    @property
    def key(self) -> str:
        """What records hold."""
        return str(self.choice['key'])

    @property
    def name(self) -> str:
        """What it is called."""
        return choice_label(self.choice)

    @property
    def color(self) -> str:
        """Its colour, grey when it has none."""
        return safe_color(str(self.choice.get('color') or GREY))


class _Line:
    """One value being edited; `show` puts another state of it into the same inputs."""

    def __init__(self, values: '_Values', value: _Value) -> None:
        self._values, self.value = values, value
        key = value.key
        self._color = ui.element('input').classes('a-lines__color').props('type=color')
        self._color.props['aria-label'] = t('Colour')
        self._color.on(
            'change', lambda e: values.recolor(key, str(e.args)), js_handler='(e) => emit(e.target.value)'
        )
        self._name = ui.input(value=value.name).classes('a-grow')
        self._name.props['aria-label'] = t('Name')
        for event in ('blur', 'keydown.enter'):
            self._name.on(event, lambda: values.rename(key, str(self._name.value or '')))
        self._away = pill(t('Put away'))
        self._used = ui.link('', values.asked(key)).classes('a-link a-meta a-num a-nowrap')
        self._free = text(t('Not used'), 'a-meta a-nowrap a-desk a-value__free')
        with icon_button('more_horiz', '', small=True) as self._more, ui.menu():
            self._menu(key)
        self.show(value)

    def _menu(self, key: str) -> None:
        values = self._values
        menu_item(t('Translations'), lambda: values.translate(key), icon_name='translate')
        put = values.put
        self._use = menu_item(t('Use again'), lambda: put(key, inactive=False), icon_name='unarchive')
        self._put = menu_item(t('Put away'), lambda: put(key, inactive=True), icon_name='archive')
        self._merge = menu_item(t('Merge with another'), lambda: values.merge(self.value), icon_name='merge')
        self._delete = menu_item(t('Delete'), lambda: values.remove(key), icon_name='delete', danger=True)

    def show(self, value: _Value) -> None:
        """Show the value as it is now."""
        before, self.value = self.value, value
        is_away = bool(value.choice.get('inactive'))
        self._color.props['value'] = value.color
        if value.name != before.name:
            self._name.set_value(value.name)
        for part in (self._color, self._name):
            part.classes(add='a-value--away' if is_away else '', remove='' if is_away else 'a-value--away')
        self._used.set_text(n('{count} record', '{count} records', value.count))
        self._more.props['aria-label'] = self._more.props['title'] = t('Actions for {name}', name=value.name)
        for part, is_shown in (
            (self._away, is_away), (self._use, is_away), (self._put, not is_away),
            (self._used, value.count > 0), (self._free, not value.count), (self._delete, not value.count),
            (self._merge, not value.is_alone),
        ):  # fmt: skip
            part.set_visibility(is_shown)


class _Values:
    """The values of one lookup; each change is saved at once and counts everywhere from the next page on."""

    box: Ordered[_Value]

    def __init__(self, catalog: str, field: str) -> None:
        self._catalog = catalog
        self._field = field
        self._turn = asyncio.Lock()
        self.fill = Latest(self._fill)

    def draw(self) -> None:
        """Draw the list, still without its lines."""
        self.box = Ordered[_Value](
            self._arrange,
            lambda value: _Line(self, value).show,
            key=lambda value: value.key,
            name=lambda value: value.name,
        )

    @property
    def _spec(self) -> FieldSpec:
        spec = records().catalog(self._catalog).field(self._field)
        if spec is None:
            raise NotFound('no_such_field', field=self._field)
        return spec

    @property
    def _now(self) -> list[dict[str, Any]]:
        return [dict(value) for value in lookups.values_of(self._spec)]

    def asked(self, key: str) -> str:
        """The address of the records that hold a value."""
        is_many = self._spec.type == 'choices'
        condition = Condition(self._field, 'has_any' if is_many else 'is', [key] if is_many else key)
        return with_query(catalog_url(self._catalog, 'list'), {'filter': Filter((condition,)).to_text()})

    async def _fill(self) -> None:
        counts = await lookups.used(session().actor, self._catalog, self._field)
        now = self._now
        self.box.give(_Value(one, counts.get(str(one['key']), 0), len(now) == 1) for one in now)

    async def _save(self, changed: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> bool:
        # One after another: two quick changes each start from what the one before has left.
        async with self._turn:
            try:
                await lookups.save_values(session().actor, self._catalog, self._field, changed(self._now))
            except Problem as problem:
                tell(problem)
                return False
            finally:
                await self.fill()
        return True

    async def put(self, key: str, **parts: Any) -> None:
        """Change parts of a value."""
        await self._save(lambda now: [{**one, **parts} if one['key'] == key else one for one in now])

    async def _arrange(self, keys: list[str]) -> None:
        place = {key: at for at, key in enumerate(keys)}
        await self._save(lambda now: sorted(now, key=lambda one: place.get(str(one['key']), len(place))))

    async def recolor(self, key: str, color: str) -> None:
        """Give a value another colour."""
        await self.put(key, color=safe_color(color).lower())

    async def rename(self, key: str, name: str) -> None:
        """Give a value another name, in the reader's language where it has one there."""
        value = next((value for value in self._now if value['key'] == key), None)
        if value is None or not name.strip() or name.strip() == choice_label(value):
            return
        named = renamed(Captions(value['label'], value.get('labels') or {}), name.strip())
        await self.put(key, label=named.label, labels=dict(named.labels))

    async def translate(self, key: str) -> None:
        """Ask for its name in every language."""
        value = next(value for value in self._now if value['key'] == key)
        answer = await ask_captions(
            {'label': (t('Name'), Captions(value['label'], value.get('labels') or {}))}
        )
        if answer:
            await self.put(key, label=answer['label'].label, labels=dict(answer['label'].labels))

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

    async def remove(self, key: str) -> None:
        """Take a value away that no record holds; the toast brings it back."""
        before = self._now
        gone = next(value for value in before if value['key'] == key)
        if await self._save(lambda now: [value for value in now if value['key'] != key]):
            toast(
                t('“{name}” is deleted.', name=choice_label(gone)), undo=lambda: self._save(lambda _: before)
            )

    async def merge(self, value: _Value) -> None:
        """Ask which value the records of this one get, and give it to them; the toast undoes it."""
        others = [
            {'key': str(one['key']), 'label': choice_label(one), 'color': one.get('color', '')}
            for one in self._now
            if one['key'] != value.key
        ]
        made: list[Merged] = []

        async def save(values: dict[str, Any]) -> None:
            made.append(
                await lookups.merge(session().actor, self._catalog, self._field, value.key, values['kept'])
            )

        spec = FieldSpec(
            code='kept', label='Value that stays', type='choice', required=True, options={'choices': others}
        )
        sentence = n(
            '{count} record gets the other value, and “{name}” is gone.',
            '{count} records get the other value, and “{name}” is gone.',
            value.count,
            name=value.name,
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
