"""Numbers given by the system."""

from typing import Any

from store.fields import TextType
from store.schema import FieldSpec
from store.values import Reading


class AutoNumber(TextType):
    """A number the system gives once, e.g. `D-00042`; never reused, never changed."""

    key = 'auto_number'
    label = 'Automatic number'
    look = 'text'
    limit = 60
    options = (
        FieldSpec(code='prefix', label='Prefix', type='text'),
        FieldSpec(code='digits', label='Digits', type='number', default=5),
    )
    samples = ('D-00042',)
    rubbish = ({'a': 1}, 'x' * 61)

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """The number as text."""
        return super().read(raw, spec, reading)

    @staticmethod
    def format(value: int, spec: FieldSpec) -> str:
        """The text of the n-th number."""
        return f'{spec.options.get("prefix") or ""}{value:0{int(spec.options.get("digits") or 5)}d}'
