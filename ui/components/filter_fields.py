"""What a catalogue can be filtered by, and how one condition is said in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store import FIELD_TYPES, SYSTEM_FIELDS, BadValue, Catalog, Condition, FieldSpec, Filter, Ref
from ui.session import records
from ui.text import label, n, t
from ui.values import choice_of, field_label, reading, shown

SYSTEM = (
    'title',
    'stage',
    'owner',
    'created_at',
    'created_by',
    'updated_at',
    'updated_by',
    'stage_at',
    'number',
)
NO_VALUE = frozenset({'empty', 'filled', 'is_me', 'changed'})
MANY = frozenset({'in', 'not_in', 'has_any', 'has_all'})
DAYS = frozenset({'last_days', 'next_days', 'older_than_days'})


@dataclass(frozen=True, slots=True)
class Field:
    """Something to filter by: its address in a condition, its spec, and the link it is reached through."""

    code: str
    spec: FieldSpec
    operators: tuple[str, ...]
    through: str = ''
    is_offered: bool = True

    @property
    def label(self) -> str:
        """How people know it: 'Amount', 'Account → City'."""
        own = field_label(self.spec)
        return f'{self.through} → {own}' if self.through else own


def fields_of(catalog: Catalog, others: Iterable[Catalog] | None = None) -> dict[str, Field]:
    """Every field a filter of this catalogue may name: its own, then those of linked records in `others`.

    Without `others` every catalogue of the tab's person is meant."""
    known = {other.code: other for other in (records().catalogs() if others is None else others)}
    found = {field.code: field for field in _own(catalog)}
    for spec in catalog.fields:
        target = known.get(str(spec.options.get('target'))) if spec.type == 'link' else None
        if target is not None and not spec.archived:
            for inner in (field for field in _own(target) if field.is_offered):
                code = f'{spec.code}.{inner.code}'
                found[code] = replace(inner, code=code, through=field_label(spec))
    return found


def options_of(fields: Mapping[str, Field]) -> list[dict[str, Any]]:
    """The fields a person may choose from, as picker items."""
    return [{'id': field.code, 'title': field.label} for field in fields.values() if field.is_offered]


def operator_words(op: str, spec: FieldSpec) -> str:
    """An operator as people say it of this kind of field."""
    if spec.type in ('date', 'date_time') and op in _OF_DATES:
        return t(_OF_DATES[op])
    return t(_OPERATORS[op])


def describe(condition: Condition, field: Field, names: Mapping[tuple[str, int], str]) -> str:
    """A condition in words: 'Amount is more than 5,000'. `names` are those of linked records."""
    if condition.op == 'is':
        return f'{field.label}: {value_words(condition, field, names)}'
    if condition.op == 'is_me':
        return t('{field}: me', field=field.label)
    verb = operator_words(condition.op, field.spec)
    if condition.op in NO_VALUE:
        return f'{field.label} {verb}'
    if condition.op in DAYS:
        return f'{field.label}: ' + _days(condition)
    return f'{field.label} {verb} {value_words(condition, field, names)}'


def value_words(condition: Condition, field: Field, names: Mapping[tuple[str, int], str]) -> str:
    """The value of a condition in the reader's words."""
    given = condition.value if isinstance(condition.value, (list, tuple)) else [condition.value]
    parts = [_one(value, field, names) for value in given]
    if condition.op == 'between':
        return ' – '.join(part or '…' for part in parts)
    return ', '.join(parts)


async def names_in(asked: Filter, fields: Mapping[str, Field]) -> dict[tuple[str, int], str]:
    """The names of every person and record that a filter mentions."""
    refs = [
        ref for condition in conditions_of(asked) for ref in refs_of(condition, fields.get(condition.field))
    ]
    return await records().titles(refs) if refs else {}


def refs_of(condition: Condition, field: Field | None) -> list[Ref]:
    """The people and records a condition mentions."""
    if field is None or field.spec.type not in ('person', 'link'):
        return []
    given = condition.value if isinstance(condition.value, (list, tuple)) else [condition.value]
    parsed = [parsed_value(value, field.spec) for value in given]
    return [value for value in parsed if isinstance(value, Ref)]


def conditions_of(asked: Filter) -> Iterator[Condition]:
    """Every condition of a filter, however deep."""
    for item in asked.items:
        if isinstance(item, Filter):
            yield from conditions_of(item)
        else:
            yield item


def parsed_value(plain: Any, spec: FieldSpec) -> Any:
    """A condition's JSON value as the field's own; None when it does not fit."""
    try:
        return FIELD_TYPES[spec.type].parse(plain, spec, reading())
    except BadValue:
        return None


def plain_value(value: Any, spec: FieldSpec) -> Any:
    """A field's value as a condition keeps it: short, and without names that a colleague may not know."""
    if isinstance(value, Ref):
        return f'{value.catalog}:{value.id}' if spec.type == 'link' else value.id
    return FIELD_TYPES[spec.type].to_json(value, spec) if value is not None else None


def _own(catalog: Catalog) -> Iterator[Field]:
    title = catalog.field('title')
    for spec in (
        title,
        *(f for f in catalog.fields if not f.archived),
        *(SYSTEM_FIELDS[c] for c in SYSTEM[1:]),
    ):
        if spec is None or (spec.code in ('stage', 'stage_at') and not catalog.pipelines):
            continue
        drawn = _stage_choice(catalog, spec) if spec.type == 'stage' else spec
        if spec.type == 'text' and spec.options.get('secret'):
            continue
        yield Field(spec.code, drawn, _operators(spec))
        if spec.type == 'money':
            # Reports link here with one currency of a sum; it can be seen and removed, not chosen.
            money = FieldSpec(
                code=spec.code, label=f'{field_label(spec)} ({t("currency")})', type='text', id=spec.id
            )
            yield Field(f'{spec.code}.currency', money, ('is',), is_offered=False)
    if catalog.pipelines:
        visited = replace(
            _stage_choice(catalog, SYSTEM_FIELDS['stage']), label=t('Has been in stage'), labels={}
        )
        yield Field('visited', visited, ('is',), is_offered=False)
        yield Field('stage_kind', _kind_choice(), ('is',))
    if len(catalog.pipelines) > 1:
        yield Field('pipeline', _pipeline_choice(catalog), ('is',))


def _operators(spec: FieldSpec) -> tuple[str, ...]:
    worded = FIELD_TYPES[spec.type].look in ('text', 'long_text')
    return tuple(op for op in FIELD_TYPES[spec.type].filters if not (worded and op in MANY))


def _choice(code: str, caption: str, values: Sequence[Mapping[str, Any]]) -> FieldSpec:
    return FieldSpec(code=code, label=caption, type='choice', options={'choices': list(values)})


def _stage_choice(catalog: Catalog, spec: FieldSpec) -> FieldSpec:
    several = len(catalog.pipelines) > 1
    values = [
        {'key': s.code, 'label': f'{label(p)} · {label(s)}' if several else label(s), 'color': s.color}
        for p, s in catalog.stages()
    ]
    return replace(_choice('stage', spec.label, values), labels=spec.labels)


def _kind_choice() -> FieldSpec:
    kinds = (('open', t('Open')), ('won', t('Won')), ('lost', t('Lost')))
    return _choice('stage_kind', t('State'), [{'key': key, 'label': word} for key, word in kinds])


def _pipeline_choice(catalog: Catalog) -> FieldSpec:
    return _choice('pipeline', t('Pipeline'), [{'key': p.code, 'label': label(p)} for p in catalog.pipelines])


def _one(value: Any, field: Field, names: Mapping[tuple[str, int], str]) -> str:
    if value in (None, ''):
        return ''
    spec = field.spec
    if spec.type == 'choice':
        return str(choice_of(str(value), spec)['title'])
    parsed = parsed_value(value, spec)
    if isinstance(parsed, Ref):
        return names.get((parsed.catalog, parsed.id), '') or '—'
    if spec.type in _WORDED or parsed is None:
        return f'“{value}”'
    return shown(parsed, spec)


def _days(condition: Condition) -> str:
    try:
        count = int(condition.value)
    except (TypeError, ValueError):
        count = 0
    if condition.op == 'last_days':
        return n('last {count} day', 'last {count} days', count)
    return n('next {count} day', 'next {count} days', count)


_WORDED = frozenset({'text', 'long_text', 'phone', 'email', 'web', 'auto_number'})


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is shown."""
    return text


_OPERATORS: Mapping[str, str] = {
    'is': _later('is'),
    'is_not': _later('is not'),
    'in': _later('is one of'),
    'not_in': _later('is none of'),
    'contains': _later('contains'),
    'starts': _later('starts with'),
    'less': _later('is less than'),
    'less_equal': _later('is at most'),
    'greater': _later('is more than'),
    'greater_equal': _later('is at least'),
    'between': _later('is between'),
    'empty': _later('is empty'),
    'filled': _later('is filled'),
    'has_any': _later('has any of'),
    'has_all': _later('has all of'),
    'last_days': _later('in the last days'),
    'next_days': _later('in the next days'),
    'is_me': _later('is me'),
    'not_contains': _later('does not contain'),
    'older_than_days': _later('is older than'),
    'changed': _later('has changed'),
    'holds': _later('holds'),
}
_OF_DATES: Mapping[str, str] = {
    'less': _later('is before'),
    'less_equal': _later('is on or before'),
    'greater': _later('is after'),
    'greater_equal': _later('is on or after'),
}
