"""The organisation: branches, divisions and departments, who leads them, who works there, what they hold."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from store import FieldSpec, Problem, Ref, colleagues, people, units
from store.people import Person
from store.units import KINDS, Unit
from ui import theme
from ui.components import frame
from ui.components.basics import avatar, button, confirm, empty_state, icon_button, row, text, toast
from ui.components.form import Field
from ui.components.kept_rows import KeptRows
from ui.components.person_parts import role_choices, unit_choices, unit_name
from ui.components.person_work import plain_values
from ui.components.settings import LANGUAGE_NAMES, ask, autosaved, block
from ui.components.toast import tell
from ui.components.unit_tree import UnitTree, kind_name
from ui.pages import Area, Page, may
from ui.place import Place
from ui.session import session
from ui.text import language, languages, n, t

theme.add_style('components/people.css')
LIMIT = 5000
TOP = '0'


async def draw_organization(place: Place) -> None:
    """The tree, and beside it the unit that is picked."""
    sheet = _Sheet(place)
    with frame.header(t('Organisation'), back='/settings') as head, head.actions:
        button(t('Add unit'), lambda: sheet.add(None), primary=True, icon='add')
    with frame.body(read=True):
        sheet.box = ui.element('div')
    await sheet.show()


class _Sheet:
    """The tree and the picked unit; everything is saved at once."""

    box: ui.element

    def __init__(self, place: Place) -> None:
        self._place = place
        self._known: list[Unit] = []
        self._everybody: dict[int, Person] = {}
        self._tree: UnitTree | None = None
        self._panel: _Panel | None = None
        self._asked = 0

    @property
    def _picked(self) -> Unit | None:
        number = self._place.query.get('unit', '')
        return next((one for one in self._known if str(one.id) == number), None)

    async def show(self) -> None:
        """Read everything and draw it; who asks again meanwhile has the last word."""
        self._asked += 1
        asked = self._asked
        await self._look()
        if asked != self._asked:
            return
        if not self._known:
            self._draw_nothing()
            return
        picked = self._picked
        if picked is not None and self._panel is not None and self._panel.unit_id == picked.id:
            return
        self._side.clear()
        self._panel = _Panel(picked, self._everybody, self._look) if picked is not None else None
        with self._side:
            await (self._panel.draw() if self._panel is not None else self._draw_hint())

    async def _look(self) -> None:
        """Read everything and draw the tree; what is being edited beside it stays, its people are shown."""
        actor = session().actor
        self._known = await units.list_units(actor)
        found = await people.list_people(actor, is_active=None, limit=LIMIT)
        self._everybody = {one.id: one for one in found}
        if self._known and self._tree is None:
            self._draw_both()
        picked = self._picked
        if self._known and self._tree is not None:
            self._tree.give(self._known, self._everybody, picked.id if picked else None)
        if picked is not None and self._panel is not None and self._panel.unit_id == picked.id:
            self._panel.give(picked)

    def _draw_nothing(self) -> None:
        self._tree = self._panel = None
        self.box.clear()
        with self.box:
            empty_state(
                t('Units say who leads whom, and roles given to one count for everybody in it and below.'),
                t('Add the first unit'),
                lambda: self.add(None),
                icon_name='account_tree',
            )

    def _draw_both(self) -> None:
        self.box.clear()
        with self.box, ui.element('div').classes('og'):
            self._tree = UnitTree(editable=True, on_pick=self._pick, on_move=self._move, on_act=self._act)
            self._side = ui.element('div').classes('og-side')

    async def _draw_hint(self) -> None:
        with block(t('How it works')):
            for sentence in (
                t('Pick a unit to say who leads it, who works there and which roles they hold.'),
                t('To move a unit with all below it, drag it, use its menu, or Alt and the arrows.'),
                t('Roles of a unit count for everybody in it and below it, from the moment they are given.'),
            ):
                text(sentence, 'a-small a-muted')

    async def _pick(self, unit_id: int) -> None:
        self._place.set_query(replace=True, unit=str(unit_id))
        await self.show()
        self._side.run_method('scrollIntoView', {'block': 'nearest', 'behavior': 'smooth'})

    async def _move(self, unit_id: int, parent: int | None, before: int | None) -> None:
        try:
            await units.move_unit(session().actor, unit_id, parent, before=before)
        except Problem as problem:
            tell(problem)
        await self.show()

    async def _act(self, unit_id: int, act: str) -> None:
        one = next((one for one in self._known if one.id == unit_id), None)
        if one is not None:
            deeds: dict[str, Callable[[Unit], Awaitable[None]]] = {
                'add': self.add, 'move': self._ask_move, 'remove': self._remove,
            }  # fmt: skip
            await deeds[act](one)

    async def add(self, parent: Unit | None) -> None:
        """Ask for a new unit, below another one or at the top."""
        made: list[Unit] = []

        async def save(given: dict[str, Any]) -> None:
            values = {**given, 'parent_id': parent.id if parent else None}
            made.append(await units.save_unit(session().actor, values))

        specs = [FieldSpec(code='name', label='Name', type='text', required=True), _kind_spec()]
        title = t('New unit in {name}', name=unit_name(parent)) if parent else t('New unit')
        kind = 'department' if parent else 'branch'
        if await ask(title, specs, {'kind': kind}, save, t('Add')):
            await self._pick(made[0].id) if self._known else await self._first(made[0])

    async def _first(self, made: Unit) -> None:
        self._place.set_query(replace=True, unit=str(made.id))
        await self.show()

    async def _ask_move(self, one: Unit) -> None:
        below = {one.id}
        for other in self._known:
            if other.parent_id in below:
                below.add(other.id)
        choices = [{'key': TOP, 'label': t('The top')}]
        choices += unit_choices([other for other in self._known if other.id not in below])
        spec = FieldSpec(
            code='into', label='Under', type='choice', required=True, options={'choices': choices}
        )

        async def save(given: dict[str, Any]) -> None:
            parent = None if given['into'] == TOP else int(given['into'])
            await units.move_unit(session().actor, one.id, parent)

        title = t('Move “{name}”', name=unit_name(one))
        if await ask(title, [spec], {'into': str(one.parent_id or TOP)}, save, t('Move')):
            await self.show()

    async def _remove(self, one: Unit) -> None:
        children = sum(other.parent_id == one.id for other in self._known)
        question = t('“{name}” is removed.', name=unit_name(one))
        if one.members or children:
            question += ' ' + t('Its people and the units below it move one level up.')
        if not await confirm(question, t('Remove')):
            return
        try:
            await units.remove_unit(session().actor, one.id, move_up=True)
        except Problem as problem:
            tell(problem)
        await self.show()


class _Panel:
    """The picked unit: its name, manager, roles and people."""

    def __init__(
        self, one: Unit, everybody: Mapping[int, Person], look: Callable[[], Awaitable[None]]
    ) -> None:
        self._unit, self._everybody, self._look = one, everybody, look
        self._turn = asyncio.Lock()

    @property
    def unit_id(self) -> int:
        """The unit that is shown."""
        return self._unit.id

    def give(self, one: Unit) -> None:
        """Show the people who are in it now; fields that may be edited at this moment stay."""
        self._unit = one
        self._title.set_text(unit_name(one))
        self._count.set_text(n('{count} person', '{count} people', len(one.members)))
        self._people.give(self._everybody[member] for member in one.members if member in self._everybody)

    async def draw(self) -> None:
        """Draw it into the open slot."""
        one = self._unit
        manager = self._everybody.get(one.manager_id or 0)
        specs = [
            FieldSpec(code='name', label='Name', type='text', required=True),
            *_name_specs(),
            _kind_spec(),
        ]
        values: dict[str, Any] = {'name': unit_name(one), 'kind': one.kind, 'manager_sees': one.manager_sees}
        values |= {f'name_{code}': one.names.get(code, '') for code in languages()}
        values['manager_id'] = Ref(manager.id, manager.name, 'person') if manager else None
        specs += [
            FieldSpec(code='manager_id', label='Manager', type='person'),
            FieldSpec(
                code='manager_sees',
                label='The manager sees the records of the whole branch',
                type='yes_no',
                hint='Records whose responsible person works here or below',
            ),
        ]
        with block(''):
            self._title = text('', 'a-h2').props('role=heading aria-level=2')
            autosaved(specs, values, self._save, two_columns=False)
            await self._roles()
        self._members()

    async def _save(self, given: dict[str, Any]) -> None:
        names = {code: given.pop(f'name_{code}') for code in languages() if f'name_{code}' in given}
        if 'name' in given and language() in self._unit.names:
            names[language()] = given['name']
        if names:
            given['names'] = {**self._unit.names, **names}
        self._unit = await units.save_unit(session().actor, plain_values(given), self._unit.id)
        await self._look()

    async def _roles(self) -> None:
        actor, one = session().actor, self._unit
        if not actor.may_do('manage_roles'):
            return
        spec = FieldSpec(
            code='roles',
            label='Roles',
            type='choices',
            options={'choices': role_choices(await colleagues.role_names(actor))},
            hint='Everybody in this unit and below it holds them',
        )

        async def save(given: dict[str, Any]) -> None:
            await units.set_unit_roles(session().actor, one.id, given['roles'] or ())

        autosaved([spec], {'roles': one.roles}, save, two_columns=False)

    def _members(self) -> None:
        with ui.element('section').classes('a-block a-block--flush'):
            with ui.element('div').classes('a-block__head'):
                self._count = text('', 'a-h2 a-grow').props('role=heading aria-level=2')
            self._people = KeptRows[Person](
                ui.element('div'),
                self._member,
                key=lambda one: one.id,
                root=lambda _: row('a-item').style('cursor:default'),
            )
            with ui.element('div').classes('a-pad'):
                spec = FieldSpec(code='person', label='Add somebody', type='person')
                self._adding = Field(spec, None, lambda field, who: self._join(who), empty=t('Name'))
        self.give(self._unit)

    def _member(self, person: Person) -> None:
        with ui.link(target=f'/settings/people/{person.id}').classes('a-row a-grow'):
            avatar(person.name, person_id=person.id)
            text(person.name, 'a-small a-strong a-ellipsis')
        taking = t('Take {name} out', name=person.name)
        icon_button('close', taking, lambda: self._take_out(person.id), small=True)

    async def _join(self, who: Ref | None) -> None:
        if who is not None:
            self._adding.show(None)
            await self._set(lambda members: [*members, who.id])

    async def _take_out(self, person_id: int) -> None:
        await self._set(lambda members: [one for one in members if one != person_id])

    async def _set(self, changed: Callable[[Sequence[int]], list[int]]) -> None:
        # One after another: two quick clicks each start from what the one before has left.
        async with self._turn:
            try:
                await units.set_members(session().actor, self._unit.id, changed(self._unit.members))
            except Problem as problem:
                tell(problem)
            else:
                toast(t('Saved'))
            await self._look()


def _kind_spec() -> FieldSpec:
    named = [{'key': kind, 'label': kind_name(kind)} for kind in KINDS]
    return FieldSpec(code='kind', label='Kind', type='choice', required=True, options={'choices': named})


def _name_specs() -> list[FieldSpec]:
    """The name in the other languages."""
    return [
        FieldSpec(
            code=f'name_{code}',
            label=t('Name ({language})', language=LANGUAGE_NAMES.get(code, code)),
            type='text',
        )
        for code in languages()
        if code != language()
    ]


PAGES = (
    Page(
        path='/settings/organization',
        draw=draw_organization,
        title='Organisation',
        allowed=may('manage_people'),
        area=Area(
            category='people',
            icon='account_tree',
            sentence='Branches and departments, their managers, people and roles',
            words='структура филиалы отделы департаменты подразделения руководитель departments tree',
            place=20,
        ),
    ),
)
