"""Every entry of every registry keeps its contract: a new file is tested before its own test is written."""

from collections.abc import Iterator
from typing import Any

import pytest

from automations.actions import ACTIONS
from automations.triggers import TRIGGERS
from integrations.exchange.reading import FORMATS
from store.fields import FIELD_TYPES, FieldType
from store.problems import BadValue
from store.query import OPERATORS
from store.schema import FieldSpec
from tools import reference
from ui.components.inputs import INPUTS

REGISTRIES: dict[str, Any] = {
    'field types': FIELD_TYPES,
    'triggers': TRIGGERS,
    'actions': ACTIONS,
    'formats': FORMATS,
    'inputs': INPUTS,
}

DRAWN_BY_THE_EDITOR = {'field_value', 'field_values'}
"""Options that hold values of other fields: the rule editor draws them when it knows the catalogue."""


def _entries() -> Iterator[Any]:
    for name, registry in REGISTRIES.items():
        yield from (pytest.param(entry, id=f'{name}: {key}') for key, entry in registry.items())


def _types(sample: str) -> Iterator[Any]:
    for key, kind in FIELD_TYPES.items():
        for value in getattr(kind, sample):
            yield pytest.param(kind, value, id=f'{key}: {value!r:.40}')


def _spec(kind: FieldType) -> FieldSpec:
    return FieldSpec(code='sample', label='Sample', type=kind.key, options=kind.sample_options)


@pytest.mark.parametrize('entry', [*_entries()])
def test_an_entry_says_what_it_is(entry: Any) -> None:
    assert reference.sentence(entry).endswith(('.', ':')), type(entry)
    assert entry.key.isidentifier()


@pytest.mark.parametrize('entry', [*_entries()])
def test_the_options_of_an_entry_can_be_drawn_as_a_form(entry: Any) -> None:
    for option in getattr(entry, 'options', ()):
        assert option.code.isidentifier()
        assert option.label
        assert option.type in DRAWN_BY_THE_EDITOR or FIELD_TYPES[option.type].look in INPUTS


@pytest.mark.parametrize('kind', FIELD_TYPES.values(), ids=list(FIELD_TYPES))
def test_a_field_type_is_complete(kind: FieldType) -> None:
    assert kind.label
    assert kind.look in INPUTS or kind.system
    assert set(kind.filters) <= set(OPERATORS)
    assert kind.samples, 'give it samples'
    assert kind.sorted_by in [suffix for suffix, _ in kind.columns]


@pytest.mark.parametrize(('kind', 'value'), [*_types('samples')])
def test_a_value_comes_back_from_its_text(kind: FieldType, value: Any) -> None:
    spec = _spec(kind)
    assert kind.parse(kind.show(value, spec), spec) == value


@pytest.mark.parametrize(('kind', 'value'), [*_types('samples')])
def test_a_value_comes_back_from_its_columns_and_from_its_json(kind: FieldType, value: Any) -> None:
    spec = _spec(kind)
    cells = kind.encode(value, spec)
    assert len(cells) == len(kind.columns)
    assert kind.decode(cells, spec) == value
    assert kind.parse(kind.to_json(value, spec), spec) == value


@pytest.mark.parametrize(('kind', 'value'), [*_types('rubbish')])
def test_rubbish_is_refused_with_a_reason(kind: FieldType, value: Any) -> None:
    with pytest.raises(BadValue):
        kind.parse(value, _spec(kind))


@pytest.mark.parametrize('kind', FIELD_TYPES.values(), ids=list(FIELD_TYPES))
@pytest.mark.parametrize('nothing', ['', ' ', None])
def test_nothing_is_none(kind: FieldType, nothing: str | None) -> None:
    assert kind.parse(nothing, _spec(kind)) is None
    assert kind.show(None, _spec(kind)) == ''


def test_the_reference_is_in_step() -> None:
    assert reference.FILE.read_text(encoding='utf-8') == reference.text(), 'run `python -m tools.reference`'
