"""A link to one record of a catalogue, or of any catalogue."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from store.fields import CHOSEN, FieldType
from store.fields.person import read_id
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading, Ref

ANY = '*'
_PAIR = re.compile(r'([a-z][a-z0-9_]*):(\d{1,17})')


class Link(FieldType):
    """A link to one record; the option `target` is a catalogue's code, '*' for any."""

    key = 'link'
    label = 'Link'
    look = 'link'
    columns = (('', 'BIGINT'), ('c', 'TEXT'))
    filters = CHOSEN
    options = (FieldSpec(code='target', label='Catalogue', type='text', required=True),)
    sample_options: ClassVar[Mapping[str, Any]] = {'target': ANY}
    samples = (Ref(3, '', 'accounts'),)
    rubbish = ('Acme', -1, {'id': 'x', 'catalog': 'accounts'}, {'id': 1, 'catalog': ['x']}, True, 'accounts:')

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """A reference of an id, `catalogue:id`, a `Ref` or ``{'id': …, 'catalog': …}``."""
        target = spec.options.get('target', ANY)
        catalog = (
            raw.catalog if isinstance(raw, Ref) else raw.get('catalog') if isinstance(raw, dict) else None
        )
        if isinstance(raw, str) and (pair := _PAIR.fullmatch(raw.strip())):
            catalog, raw = pair.groups()
        catalog = catalog or (target if target != ANY else None)
        if not isinstance(catalog, str) or not catalog or target not in (ANY, catalog):
            raise BadValue('no_such_record', value=str(raw)[:100])
        return Ref(read_id(raw), raw.title if isinstance(raw, Ref) else '', catalog)

    def show(self, value: Any, spec: FieldSpec) -> str:
        """`accounts:3`."""
        return '' if value is None else f'{value.catalog}:{value.id}'

    def to_json(self, value: Any, spec: FieldSpec) -> Any:
        """``{'id': 3, 'title': 'Acme', 'catalog': 'accounts'}``."""
        return None if value is None else {'id': value.id, 'title': value.title, 'catalog': value.catalog}

    def encode(self, value: Any, spec: FieldSpec) -> tuple[Any, ...]:
        """The id and the catalogue."""
        return (None, None) if value is None else (value.id, value.catalog)

    def decode(self, cells: tuple[Any, ...], spec: FieldSpec) -> Any:
        """A reference whose title the door fills in."""
        return None if cells[0] is None else Ref(cells[0], '', cells[1])
