"""Several of a list of coloured values."""

from collections.abc import Mapping
from typing import Any, ClassVar

from store.fields import FieldType
from store.fields.choice import find_choice
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading


class Choices(FieldType):
    """Several of a list of values; stored as `,hot,cold,` so that one LIKE finds each."""

    key = 'choices'
    label = 'Multiple choice'
    look = 'choices'
    filters = ('has_any', 'has_all', 'empty', 'filled')
    options = (FieldSpec(code='choices', label='Values', type='long_text'),)
    sample_options: ClassVar[Mapping[str, Any]] = {
        'choices': [{'key': 'a', 'label': 'A'}, {'key': 'b', 'label': 'B', 'labels': {'ru': 'Б'}}]
    }
    samples = (('a',), ('a', 'b'))
    rubbish = ('c', ['a', 'c'], 5)

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """Keys in the order of the field's values."""
        items = raw.replace(';', ',').split(',') if isinstance(raw, str) else raw
        if not isinstance(items, list | tuple | set | frozenset) or not all(
            isinstance(i, str) for i in items
        ):
            raise BadValue('no_such_choice', value=str(raw)[:100])
        keys = {find_choice(item, spec) for item in items if item.strip()}
        return tuple(c['key'] for c in spec.options.get('choices', ()) if c['key'] in keys) or None

    def show(self, value: Any, spec: FieldSpec) -> str:
        """Keys with commas."""
        return ', '.join(value or ())

    def to_json(self, value: Any, spec: FieldSpec) -> Any:
        """A list of keys."""
        return None if value is None else list(value)

    def encode(self, value: Any, spec: FieldSpec) -> tuple[Any, ...]:
        """Keys between commas."""
        return (f',{",".join(value)},' if value else None,)

    def decode(self, cells: tuple[Any, ...], spec: FieldSpec) -> Any:
        """The keys."""
        return tuple(cells[0].strip(',').split(',')) if cells[0] else None
