"""What a person asks of an import, as values that are kept with it as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from store.folding import fold
from store.values import PLAIN, Reading

PEOPLE = 'person'
"""The code under which people are a target of imports and of links."""
REST = '*'
"""Among the answers of a field: what to do with every value that has no answer of its own."""
CURRENCY = ':currency'
"""Behind a money field's code: the column holds the currency of that field."""

Mode = Literal['create', 'update', 'both']
Deed = Literal['map', 'create', 'empty', 'refuse']


@dataclass(frozen=True, slots=True)
class Answer:
    """What to do with a value that matches nothing: `to` is the id, choice key or stage code instead."""

    do: Deed = 'empty'
    to: int | str | None = None


NO_ANSWER = Answer()


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """An import: the table, where its columns go, how records are matched, how text is read.

    `header` is the place of the row of captions, 0 for none; `columns` maps a column's index to a field;
    `key` is the field by which present records are found; an empty cell of a matched record is left alone
    unless `clears`."""

    catalog: str
    sheet: int = 0
    header: int = 1
    pipeline: str = ''
    columns: Mapping[int, str] = field(default_factory=dict)
    mode: Mode = 'create'
    key: str = ''
    reading: Reading = PLAIN
    answers: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    clears: bool = False
    run_rules: bool = False

    def column_of(self, code: str) -> int | None:
        """The index of the column that fills this field."""
        return next((index for index, taken in self.columns.items() if taken == code), None)

    def answer(self, code: str, value: str) -> Answer:
        """What to do with a value of a field that matches nothing."""
        answers = self.answers.get(code, {})
        return answers.get(key_of(value)) or answers.get(REST) or NO_ANSWER

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        plain = asdict(self)
        plain['columns'] = {str(index): code for index, code in self.columns.items()}
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> 'Plan':
        """The plan of such values."""
        answers = {
            code: {value: Answer(**answer) for value, answer in values.items()}
            for code, values in plain['answers'].items()
        }
        own = {
            'columns': {int(index): code for index, code in plain['columns'].items()},
            'reading': Reading(**plain['reading']),
            'answers': answers,
        }
        return cls(**{**plain, **own})


def key_of(text: str) -> str:
    """The form in which two spellings of a name or key are the same: case, ё and blanks do not count."""
    return ' '.join((fold(text) or '').split())
