"""Write docs/reference.md from the registries: `python -m tools.reference`."""

import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from automations.actions import ACTIONS
from automations.triggers import TRIGGERS
from integrations.exchange.reading import FORMATS
from store.fields import FIELD_TYPES
from store.query import OPERATORS
from store.schema import SYSTEM_FIELDS
from ui.components.inputs import INPUTS

FILE = Path(__file__).parents[1] / 'docs' / 'reference.md'
HEAD = """# Reference

Everything Artel knows by a key: written by `python -m tools.reference` from the registries, held by a test.
"""


def text() -> str:
    """The whole page."""
    parts = [
        HEAD,
        _table('Field types', 'store/fields', FIELD_TYPES, ('look', 'filters')),
        _fields('System fields', SYSTEM_FIELDS.values()),
        '## Filter operators\n\n' + ', '.join(f'`{operator}`' for operator in OPERATORS) + '\n',
        _table('Triggers', 'automations/triggers', TRIGGERS, ()),
        _table('Actions', 'automations/actions', ACTIONS, ()),
        _table('File formats', 'integrations/exchange/formats', FORMATS, ('extension', 'media_type')),
        _table('Inputs', 'ui/components/inputs', INPUTS, ()),
    ]
    return '\n'.join(parts)


def sentence(entry: object) -> str:
    """The first sentence of an entry's docstring, on one line."""
    return ' '.join((inspect.getdoc(type(entry)) or '').split('\n\n')[0].split())


def _table(title: str, folder: str, registry: Mapping[str, Any], columns: tuple[str, ...]) -> str:
    head = ['key', 'caption', *columns, 'options', 'what it is']
    rows = [
        [
            f'`{key}`',
            getattr(entry, 'label', ''),
            *(_cell(getattr(entry, column)) for column in columns),
            ', '.join(f'`{option.code}`' for option in getattr(entry, 'options', ())),
            sentence(entry),
        ]
        for key, entry in sorted(registry.items())
    ]
    return f'## {title}\n\nA file each in `{folder}/`.\n\n' + _markdown(head, rows)


def _fields(title: str, specs: Iterable[Any]) -> str:
    rows = [[f'`{s.code}`', s.label, s.type, 'yes' if s.read_only else ''] for s in specs]
    return f'## {title}\n\nEvery record has them.\n\n' + _markdown(
        ['code', 'caption', 'type', 'read only'], rows
    )


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    kept = [n for n in range(len(head)) if any(row[n] for row in rows)]
    lines = [[head[n] for n in kept], ['---'] * len(kept), *([row[n] for n in kept] for row in rows)]
    return ''.join(_line(cells) for cells in lines)


def _line(cells: list[str]) -> str:
    return '| ' + ' | '.join(cell.replace('|', '/') for cell in cells) + ' |\n'


def _cell(value: object) -> str:
    return ' '.join(f'`{part}`' for part in value) if isinstance(value, tuple) else f'`{value}`'


def main() -> None:
    """Write the page."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding='utf-8')
    print(f'{FILE.name}: {len(text().splitlines())} lines')


if __name__ == '__main__':
    main()
