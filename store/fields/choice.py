"""One of a list of coloured values."""

from collections.abc import Mapping
from typing import Any, ClassVar

from store.fields import CHOSEN, FieldType
from store.folding import fold
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading


def find_choice(text: str, spec: FieldSpec) -> str:
    """The key of a choice by its key or by its name in any language.

    :raises BadValue: 'no_such_choice'"""
    wanted = fold(text.strip())
    for choice in spec.options.get('choices', ()):
        if wanted in _names(choice):
            return str(choice['key'])
    raise BadValue('no_such_choice', value=text[:100])


def _names(choice: Mapping[str, Any]) -> set[str | None]:
    return {fold(name) for name in (choice['key'], choice.get('label'), *choice.get('labels', {}).values())}


class Choice(FieldType):
    """One of a list of values; each has a key, a name and a colour."""

    key = 'choice'
    label = 'Choice'
    look = 'choice'
    filters = CHOSEN
    options = (FieldSpec(code='choices', label='Values', type='long_text'),)
    sample_options: ClassVar[Mapping[str, Any]] = {
        'choices': [
            {'key': 'hot', 'label': 'Hot', 'labels': {'ru': 'Горячий'}},
            {'key': 'cold', 'label': 'Cold'},
        ]
    }
    samples = ('hot', 'cold')
    rubbish = ('warm', 5, {'a': 1})

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """A key."""
        if not isinstance(raw, str):
            raise BadValue('no_such_choice', value=str(raw)[:100])
        return find_choice(raw, spec)
