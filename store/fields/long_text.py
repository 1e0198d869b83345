"""Text of many lines."""

from typing import Any

from store.fields import FieldType
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading


class LongText(FieldType):
    """Text of many lines, up to 100,000 characters."""

    key = 'long_text'
    label = 'Long text'
    look = 'long_text'
    filters = ('contains', 'empty', 'filled')
    samples = ('one\ntwo', 'Позвонить Ёлкину 100%')
    rubbish = ({'a': 1}, 'x' * 100_001)

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """The text as it is."""
        if isinstance(raw, bool | dict | list | tuple):
            raise BadValue('not_a_text')
        text = str(raw).replace('\x00', '').replace('\r\n', '\n')
        if len(text) > 100_000:
            raise BadValue('too_long', limit=100_000)
        return text.rstrip() or None
