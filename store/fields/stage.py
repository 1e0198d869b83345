"""The stage of a record."""

from typing import Any

from store.fields import FieldType
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading


class StageType(FieldType):
    """The stage a record is in, by its code; the door turns codes into stored ids."""

    key = 'stage'
    label = 'Stage'
    look = 'choice'
    columns = (('', 'INTEGER'),)
    filters = ('is', 'is_not', 'in', 'not_in')
    samples = ('new', 'won')
    rubbish = (5, {'a': 1})
    system = True

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """A code."""
        if not isinstance(raw, str):
            raise BadValue('no_such_stage', value=str(raw)[:100])
        return raw.strip()
