"""The organisation as a tree on the page: picked, moved, and asked for more."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nicegui import events
from nicegui.element import Element

from store import Ref
from store.people import Person
from store.units import Unit
from ui import theme
from ui.cells import face
from ui.components.person_parts import unit_name
from ui.text import n, t

theme.add_style('components/people.css')
FACES = 4
OnMove = Callable[[int, int | None, int | None], Any]


def kind_name(kind: str) -> str:
    """What a kind of unit is called."""
    return {'branch': t('Branch'), 'division': t('Division'), 'department': t('Department')}[kind]


class UnitTree(Element, component='unit_tree.js'):
    """Tells `on_pick` (unit), `on_move` (unit, parent, before), `on_act` (unit, 'add', 'move', 'remove')."""

    def __init__(
        self,
        *,
        editable: bool,
        on_pick: Callable[[int], Any],
        on_move: OnMove,
        on_act: Callable[[int, str], Any],
    ) -> None:
        super().__init__()
        self._on_pick, self._on_move, self._on_act = on_pick, on_move, on_act
        self._props['editable'] = editable
        self._props['words'] = {
            'tree': t('Organisation'),
            'fold': t('Fold or unfold'),
            'more': t('More actions'),
            'add': t('Add a unit below'),
            'move': t('Move to…'),
            'remove': t('Remove'),
        }
        self.on('pick', self._pick)
        self.on('move', self._move)
        self.on('act', self._act)

    def give(self, known: Iterable[Unit], everybody: Mapping[int, Person], selected: int | None) -> None:
        """Show these units."""
        known = list(known)
        parents = {one.parent_id for one in known}
        self._props['units'] = [_shown(one, one.id in parents, everybody) for one in known]
        self._props['selected'] = selected
        self.update()

    def _pick(self, event: events.GenericEventArguments) -> Any:
        return self._on_pick(int(event.args))

    def _move(self, event: events.GenericEventArguments) -> Any:
        asked = event.args
        return self._on_move(int(asked['id']), _id(asked['parent']), _id(asked['before']))

    def _act(self, event: events.GenericEventArguments) -> Any:
        return self._on_act(int(event.args['id']), str(event.args['act']))


def _id(value: Any) -> int | None:
    return int(value) if value is not None else None


def _shown(one: Unit, has_children: bool, everybody: Mapping[int, Person]) -> dict[str, Any]:
    manager = everybody.get(one.manager_id or 0)
    note = kind_name(one.kind) + (f' · {manager.name}' if manager else '')
    people = [everybody[member] for member in one.members if member in everybody]
    return {
        'id': one.id,
        'parent': one.parent_id,
        'depth': one.depth,
        'name': unit_name(one),
        'note': note,
        'children': has_children,
        'count': len(people),
        'countNote': n('{count} person', '{count} people', len(people)),
        'faces': [{**face(Ref(p.id, p.name, 'person')), 't': p.name} for p in people[:FACES]],
    }
