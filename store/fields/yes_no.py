"""Yes or no."""

from typing import Any

from store.fields import FieldType
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading

YES = frozenset({'yes', 'true', '1', 'on', 'да', 'истина', 'y', 'x', '+'})
NO = frozenset({'no', 'false', '0', 'off', 'нет', 'ложь', 'n', '-'})


class YesNo(FieldType):
    """Yes or no; empty means nobody has said."""

    key = 'yes_no'
    label = 'Yes / no'
    look = 'switch'
    columns = (('', 'SMALLINT'),)
    filters = ('is', 'empty', 'filled')
    samples = (True, False)
    rubbish = ('maybe', 7, {'a': 1})

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """A truth."""
        text = str(raw).strip().casefold()
        if text in YES:
            return True
        if text in NO:
            return False
        raise BadValue('not_yes_or_no')

    def show(self, value: Any, spec: FieldSpec) -> str:
        """Canonically `yes` or `no`."""
        return '' if value is None else 'yes' if value else 'no'

    def encode(self, value: Any, spec: FieldSpec) -> tuple[Any, ...]:
        """1 or 0."""
        return (None if value is None else int(value),)

    def decode(self, cells: tuple[Any, ...], spec: FieldSpec) -> Any:
        """The truth."""
        return None if cells[0] is None else bool(cells[0])
