"""A rule as one sentence: “Deals: when a record enters a won stage, create the task “Collect documents”
…”."""

from collections.abc import Mapping
from typing import Any

from automations.actions import ACTIONS
from automations.conditions import VALUELESS, Formula, Group, Row, spec_of
from automations.spec import Rule
from automations.triggers import TRIGGERS
from automations.words import PSEUDO_LABELS, Words
from store.schema import Catalog, FieldSpec


def sentence(rule: Rule, words: Words) -> str:
    """The whole rule in the reader's language; '' when its catalogue is gone."""
    catalog = words.catalogs.get(rule.catalog)
    if catalog is None:
        return ''
    when = words.listed(
        (say_trigger(part.kind, part.options, catalog, words) for part in rule.triggers), words.t('or')
    )
    then = words.t(', then ').join(say_step(part.kind, part.options, catalog, words) for part in rule.steps)
    name = words.name(catalog)
    if not rule.conditions.items:
        return words.t('{catalog}: {when}, {then}.', catalog=name, when=when, then=then)
    condition = say_group(rule.conditions, catalog, words)
    return words.t(
        '{catalog}: {when}, if {condition}, {then}.', catalog=name, when=when, condition=condition, then=then
    )


def say_trigger(kind: str, options: Mapping[str, Any], catalog: Catalog, words: Words) -> str:
    """When a record is created."""
    return TRIGGERS[kind].say(options, catalog, words)


def say_step(kind: str, options: Mapping[str, Any], catalog: Catalog, words: Words) -> str:
    """Notify the responsible person: “…”."""
    return ACTIONS[kind].say(options, catalog, words)


def say_group(group: Group, catalog: Catalog, words: Words) -> str:
    """“Amount” is above 5 and (“Source” is “Site” or “Source” is empty)."""
    joint = words.t(' and ') if group.join == 'all' else words.t(' or ')
    return joint.join(
        f'({say_group(item, catalog, words)})' if isinstance(item, Group) else say_line(item, catalog, words)
        for item in group.items
    )


def say_line(line: Row | Formula, catalog: Catalog, words: Words) -> str:
    """“Amount” is above 5."""
    if isinstance(line, Formula):
        return words.t('the formula {source} holds', source=words.quoted(line.source))
    name = say_path(line.path, catalog, words)
    spec = spec_of(line.path, catalog, words.catalogs)
    if line.op in VALUELESS:
        return _valueless(line.op, name, words)
    if line.op in DAYS:
        return DAYS[line.op](words, int(line.value), name)
    if line.op == 'between':
        low, high = (words.value(end, spec, catalog) for end in line.value)
        return words.t('{field} is between {low} and {high}', field=name, low=low, high=high)
    return _with_value(line.op, name, _value(line, spec, catalog, words), words)


def say_path(path: str, catalog: Catalog, words: Words) -> str:
    """“Account → Industry”, or the value before the change."""
    first, _, rest = path.partition('.')
    if first == 'old' and rest:
        return words.t('{field} before the change', field=words.field(catalog, rest))
    if first == 'new' and rest:
        return words.field(catalog, rest)
    if first in PSEUDO_LABELS and not rest:
        return words.quoted(words.t(PSEUDO_LABELS[first]))
    return words.field(catalog, path)


def _value(line: Row, spec: FieldSpec | None, catalog: Catalog, words: Words) -> str:
    values = line.value if isinstance(line.value, (list, tuple)) else [line.value]
    return words.listed((words.value(one, spec, catalog) for one in values), words.t('or'))


def _valueless(op: str, name: str, words: Words) -> str:
    match op:
        case 'empty':
            return words.t('{field} is empty', field=name)
        case 'filled':
            return words.t('{field} is filled in', field=name)
        case _:
            return words.t('{field} has changed', field=name)


def _with_value(op: str, name: str, value: str, words: Words) -> str:
    t = words.t
    match op:
        case 'is':
            return t('{field} is {value}', field=name, value=value)
        case 'is_not':
            return t('{field} is not {value}', field=name, value=value)
        case 'in' | 'has_any':
            return t('{field} is one of {value}', field=name, value=value)
        case 'not_in':
            return t('{field} is none of {value}', field=name, value=value)
        case _:
            return _compared(op, name, value, words)


def _compared(op: str, name: str, value: str, words: Words) -> str:
    t = words.t
    match op:
        case 'contains' | 'has_all':
            return t('{field} contains {value}', field=name, value=value)
        case 'not_contains':
            return t('{field} does not contain {value}', field=name, value=value)
        case 'starts':
            return t('{field} starts with {value}', field=name, value=value)
        case 'less':
            return t('{field} is below {value}', field=name, value=value)
        case 'less_equal':
            return t('{field} is at most {value}', field=name, value=value)
        case 'greater':
            return t('{field} is above {value}', field=name, value=value)
        case _:
            return t('{field} is at least {value}', field=name, value=value)


def _last(words: Words, count: int, name: str) -> str:
    return words.n(
        '{field} lies within the last {count} day',
        '{field} lies within the last {count} days',
        count,
        field=name,
    )


def _next(words: Words, count: int, name: str) -> str:
    return words.n(
        '{field} lies within the next {count} day',
        '{field} lies within the next {count} days',
        count,
        field=name,
    )


def _older(words: Words, count: int, name: str) -> str:
    return words.n(
        '{field} is more than {count} day ago', '{field} is more than {count} days ago', count, field=name
    )


DAYS = {'last_days': _last, 'next_days': _next, 'older_than_days': _older}
