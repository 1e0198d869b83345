"""Field types: a file each. A type knows how its values are read, shown, stored and asked for."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from store.folding import fold
from store.problems import BadValue
from store.registry import Registry
from store.schema import FieldSpec
from store.values import PLAIN, Reading

COMPARED = (
    'is',
    'is_not',
    'in',
    'not_in',
    'less',
    'less_equal',
    'greater',
    'greater_equal',
    'between',
    'empty',
    'filled',
)
WORDED = ('contains', 'starts', 'is', 'is_not', 'in', 'empty', 'filled')
CHOSEN = ('is', 'is_not', 'in', 'not_in', 'empty', 'filled')
DATED = (*COMPARED, 'last_days', 'next_days')


class FieldType(ABC):
    """One kind of field.

    `columns` are (suffix, SQL type), main one first; `sorted_by` is the suffix that orders and compares.
    `look` names the input that draws it; `samples` and `rubbish` feed the contract tests."""

    key: ClassVar[str]
    label: ClassVar[str]
    look: ClassVar[str]
    columns: ClassVar[tuple[tuple[str, str], ...]] = (('', 'TEXT'),)
    sorted_by: ClassVar[str] = ''
    filters: ClassVar[tuple[str, ...]] = COMPARED
    options: ClassVar[tuple[FieldSpec, ...]] = ()
    samples: ClassVar[tuple[Any, ...]] = ()
    rubbish: ClassVar[tuple[Any, ...]] = ()
    sample_options: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    system: ClassVar[bool] = False

    def parse(self, raw: Any, spec: FieldSpec, reading: Reading = PLAIN) -> Any:
        """The value of text, JSON or a Python value; None for nothing.

        :raises BadValue: it cannot be read; the code says why"""
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        return self.read(raw, spec, reading)

    @abstractmethod
    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """The value of something that is not empty."""

    def show(self, value: Any, spec: FieldSpec) -> str:
        """Canonical text, which `parse` reads back."""
        return '' if value is None else str(value)

    def to_json(self, value: Any, spec: FieldSpec) -> Any:
        """The value for REST, the journal and the browser."""
        return value

    def encode(self, value: Any, spec: FieldSpec) -> tuple[Any, ...]:
        """One cell a column; `value` may be None."""
        return (value,)

    def decode(self, cells: tuple[Any, ...], spec: FieldSpec) -> Any:
        """The value of its cells; an empty main cell is no value and is not asked about."""
        return cells[0]

    def operand(self, raw: Any, spec: FieldSpec) -> Any:
        """What the sorting column is compared with in a filter."""
        suffixes = [suffix for suffix, _ in self.columns]
        return self.encode(self.parse(raw, spec), spec)[suffixes.index(self.sorted_by)]


class TextType(FieldType):
    """What is kept as text, with a folded twin column that sorts and compares alike on every engine."""

    columns = (('', 'TEXT'), ('k', 'KEY'))
    sorted_by = 'k'
    filters = WORDED
    limit: ClassVar[int] = 1000

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """Text without surrounding blanks."""
        if isinstance(raw, bool | dict | list | tuple):
            raise BadValue('not_a_text')
        text = str(raw).replace('\x00', '').strip()
        if len(text) > self.limit:
            raise BadValue('too_long', limit=self.limit)
        return text or None

    def encode(self, value: Any, spec: FieldSpec) -> tuple[Any, ...]:
        """The text and its key."""
        return (value, self.fold(value))

    def fold(self, value: str | None) -> str | None:
        """The key by which it is found."""
        return fold(value)


FIELD_TYPES: Registry[FieldType] = Registry(__name__, FieldType)
"""Every field type by its key."""
