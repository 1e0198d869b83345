"""Rights as a matrix of levels: sections, their pipelines and stages down, rights across."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from store.actor import RIGHTS, Level
from ui import theme
from ui.text import t

theme.add_style('components/rights.css')

Row = Mapping[str, Any]
"""`key`, `label`, `depth` (0 section, 1 pipeline, 2 stage), `cells` by right with `level`; `parents` are
keys of rows that must be open for it to be seen, `own` whether it says something of its own, `resets`
whether it can follow the row above."""
OnSet = Callable[[str, str, Level | None], Any]


class RightsMatrix(Element, component='rights_matrix.js'):
    """All levels at once; `on_set(row, right, level)` hears a choice, level None follows the row above."""

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        on_set: OnSet | None = None,
        on_reset: Callable[[str], Any] | None = None,
    ) -> None:
        super().__init__()
        self._props['rows'] = list(rows)
        self._props['readonly'] = on_set is None
        self._props['columns'] = [
            {'key': right, 'label': right_name(right), 'hint': _hint(right)} for right in RIGHTS
        ]
        self._props['levels'] = [
            {'value': int(level), 'label': level_name(level), 'hint': level_hint(level)} for level in Level
        ]
        self._props['texts'] = {
            'label': t('Rights'),
            'name': t('Section'),
            'reset': t('As above'),
            'asAbove': t('As above'),
            'asChange': t('As change'),
        }
        if on_set is not None:
            self.on('set', lambda event: on_set(*_chosen(event)))
        if on_reset is not None:
            self.on('reset', lambda event: on_reset(str(event.args['row'])))

    def give(self, rows: Sequence[Row]) -> None:
        """Show other levels."""
        self._props['rows'] = list(rows)


def _chosen(event: GenericEventArguments) -> tuple[str, str, Level | None]:
    level = event.args['level']
    right = str(event.args['right'])
    return (
        str(event.args['row']),
        right if right in RIGHTS else RIGHTS[0],
        None if level is None else Level(int(level)),
    )


def right_name(right: str) -> str:
    """What a right is called."""
    return {
        'create': t('Create'),
        'read': t('See'),
        'change': t('Change'),
        'delete': t('Delete'),
        'move': t('Move'),
        'export': t('Export'),
    }.get(right, right)


def _hint(right: str) -> str:
    return {
        'create': t('Make new records'),
        'read': t('See records everywhere: lists, boards, search, reports'),
        'change': t('Change fields of records'),
        'delete': t('Put records into the recycle bin'),
        'move': t('Take cards to another stage'),
        'export': t('Take records out as a file'),
    }[right]


def level_name(level: Level) -> str:
    """What a level is called."""
    return {
        Level.NONE: t('Nothing'),
        Level.OWN: t('Own'),
        Level.UNIT: t('My unit'),
        Level.ALL: t('All'),
    }[level]


def level_hint(level: Level) -> str:
    """What a level means."""
    return {
        Level.NONE: t('No records'),
        Level.OWN: t('Records one is responsible for'),
        Level.UNIT: t('Records of one’s unit and the units below'),
        Level.ALL: t('Records of everybody'),
    }[level]
