"""A person of the team."""

from typing import Any

from store.fields import CHOSEN, FieldType
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading, Ref


def read_id(raw: Any) -> int:
    """The id in a number, text, a `Ref` or ``{'id': …}``.

    :raises BadValue: 'no_such_record'"""
    if isinstance(raw, dict):
        raw = raw.get('id')
    if isinstance(raw, Ref):
        raw = raw.id
    if isinstance(raw, str) and raw.strip().isdecimal() and len(raw) < 18:
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 2**53:
        raise BadValue('no_such_record', value=str(raw)[:100])
    return raw


class Person(FieldType):
    """A person of the team."""

    key = 'person'
    label = 'Person'
    look = 'person'
    columns = (('', 'BIGINT'),)
    filters = (*CHOSEN, 'is_me')
    samples = (Ref(3, '', 'person'),)
    rubbish = ('Anna', -1, {'name': 'x'}, True)

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """A reference; whether the person exists is checked by the door."""
        return Ref(read_id(raw), raw.title if isinstance(raw, Ref) else '', 'person')

    def show(self, value: Any, spec: FieldSpec) -> str:
        """The id."""
        return '' if value is None else str(value.id)

    def to_json(self, value: Any, spec: FieldSpec) -> Any:
        """``{'id': 3, 'title': 'Anna', 'catalog': 'person'}``."""
        return None if value is None else {'id': value.id, 'title': value.title, 'catalog': 'person'}

    def encode(self, value: Any, spec: FieldSpec) -> tuple[Any, ...]:
        """The id."""
        return (None if value is None else value.id,)

    def decode(self, cells: tuple[Any, ...], spec: FieldSpec) -> Any:
        """A reference whose title the door fills in."""
        return None if cells[0] is None else Ref(cells[0], '', 'person')
