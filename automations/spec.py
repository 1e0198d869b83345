"""A rule as a value: when, and if, then do. JSON in and out, and every fault found before it is saved."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from automations.actions import ACTIONS, paths_in, sources_in
from automations.conditions import PSEUDO, Formula, Group, Row, compile_item, group_from_plain, spec_of
from automations.expr import BadExpression, check_names, parse
from automations.template import parse_template
from automations.triggers import TRIGGERS
from automations.values import is_empty
from store.problems import BadValue, Invalid, Problem
from store.schema import SYSTEM_FIELDS, Catalog, FieldSpec

ORIGINS = ('person', 'api', 'rule', 'import')
DEFAULT_ORIGINS = ('person', 'api', 'rule')
MAX_STEPS = 50
MAX_NUMBER = 100_000
EVENT_NAMES = frozenset({'old', 'new', 'changed', 'made', 'trigger', 'rule', 'url', 'our_company'})
"""Names in scope beside the fields of the record."""


EVERYTHING = Group()
"""No conditions."""


@dataclass(frozen=True, slots=True)
class Part:
    """A trigger or a step: the key of its kind, and its options."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule as people write it. `language` is that of its texts; `origins` are the causes that may start
    it."""

    key: str
    name: str
    catalog: str
    triggers: tuple[Part, ...]
    steps: tuple[Part, ...]
    conditions: Group = EVERYTHING
    names: Mapping[str, str] = field(default_factory=dict)
    language: str = 'en'
    priority: int = 100
    origins: tuple[str, ...] = DEFAULT_ORIGINS
    zone: str = ''
    enabled: bool = True

    def called(self, language: str) -> str:
        """Its name in this language."""
        return self.names.get(language) or self.name

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            'key': self.key,
            'name': self.name,
            'names': dict(self.names),
            'catalog': self.catalog,
            'language': self.language,
            'triggers': [{'kind': one.kind, 'options': dict(one.options)} for one in self.triggers],
            'conditions': self.conditions.to_plain(),
            'steps': [{'action': one.kind, 'options': dict(one.options)} for one in self.steps],
            'priority': self.priority,
            'origins': list(self.origins),
            'zone': self.zone,
            'enabled': self.enabled,
        }


KEYS = frozenset(Rule.__dataclass_fields__)
T = TypeVar('T')


def rule_from_plain(plain: Mapping[str, Any]) -> Rule:
    """The rule of such JSON values; whether it makes sense is found by `faults`.

    :raises Invalid: by place: 'name', 'conditions', 'steps' …"""
    errors: dict[str, Problem] = {name: BadValue('unknown_field', name=name) for name in set(plain) - KEYS}
    read: dict[str, Any] = {}
    for name, reader in READERS.items():
        if name not in plain:
            continue
        try:
            read[name] = reader(plain[name])
        except BadValue as problem:
            errors[name] = problem
    for name in ('name', 'catalog', 'triggers', 'steps'):
        if not read.get(name) and name not in errors:
            errors[name] = BadValue('required')
    if errors:
        raise Invalid(errors)
    return Rule(**{'key': '', **read})


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or len(raw) > 200:
        raise BadValue('not_a_text')
    return raw.strip()


def _names(raw: Any) -> Mapping[str, str]:
    if not isinstance(raw, Mapping):
        raise BadValue('not_a_text')
    return {str(language): _text(name) for language, name in raw.items()}


def _parts(raw: Any, key: str) -> tuple[Part, ...]:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) > MAX_STEPS:
        raise BadValue('rule_bad_list')
    parts = []
    for one in raw:
        if not isinstance(one, Mapping) or set(one) - {key, 'options'} or not isinstance(one.get(key), str):
            raise BadValue('rule_bad_list')
        options = one.get('options') or {}
        if not isinstance(options, Mapping):
            raise BadValue('rule_bad_list')
        parts.append(Part(one[key], dict(options)))
    return tuple(parts)


def _origins(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, Sequence) or not set(raw) <= set(ORIGINS):
        raise BadValue('rule_bad_origins')
    return tuple(origin for origin in ORIGINS if origin in raw)


def _priority(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= 1_000_000:
        raise BadValue('not_a_number')
    return raw


def _key(raw: Any) -> str:
    if not isinstance(raw, str) or not re.fullmatch(r'[a-z0-9_]{0,80}', raw):
        raise BadValue('bad_code')
    return raw


def _zone(raw: Any) -> str:
    try:
        return ZoneInfo(raw).key if raw else ''
    except (ZoneInfoNotFoundError, ValueError, TypeError) as error:
        raise BadValue('no_such_zone', value=str(raw)[:100]) from error


READERS: Mapping[str, Any] = {
    'key': _key,
    'name': _text,
    'names': _names,
    'catalog': _text,
    'triggers': lambda raw: _parts(raw, 'kind'),
    'conditions': group_from_plain,
    'steps': lambda raw: _parts(raw, 'action'),
    'language': _text,
    'priority': _priority,
    'origins': _origins,
    'zone': _zone,
    'enabled': bool,
}


def faults(rule: Rule, catalogs: Mapping[str, Catalog]) -> dict[str, Problem]:
    """Everything that keeps the rule from working, by place: 'triggers.0.field', 'conditions.2',
    'steps.1.title'."""
    catalog = catalogs.get(rule.catalog)
    if catalog is None:
        return {'catalog': BadValue('no_such_catalog', catalog=rule.catalog)}
    found: dict[str, Problem] = {}
    for number, part in enumerate(rule.triggers):
        found |= {f'triggers.{number}{place}': e for place, e in _trigger_faults(part, catalog, catalogs)}
    for number, part in enumerate(rule.steps):
        found |= {f'steps.{number}{place}': e for place, e in _step_faults(part, catalog, catalogs)}
    return found | {f'conditions.{n}': e for n, e in _condition_faults(rule.conditions, catalog, catalogs)}


Faults = Iterator[tuple[str, Problem]]


def _trigger_faults(part: Part, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Faults:
    if part.kind not in TRIGGERS:
        yield '', BadValue('rule_unknown_kind', name=part.kind)
        return
    trigger = TRIGGERS[part.kind]
    found = dict(_option_faults(trigger.options, part.options, catalog, catalogs))
    yield from ((f'.{code}', problem) for code, problem in found.items())
    if not found:
        for code, problem in trigger.faults(part.options, catalog).items():
            yield f'.{code}', BadValue(problem)


def _step_faults(part: Part, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Faults:
    if part.kind not in ACTIONS:
        yield '', BadValue('rule_unknown_kind', name=part.kind)
        return
    action = ACTIONS[part.kind]
    found = dict(_option_faults(action.options, part.options, catalog, catalogs))
    found |= dict(_source_faults(part.options, catalog, catalogs))
    yield from ((f'.{code}', problem) for code, problem in found.items())
    if not found:
        for code, problem in action.faults(part.options, catalog, catalogs).items():
            yield f'.{code}' if code else '', BadValue(problem)


def _option_faults(
    specs: Sequence[FieldSpec], options: Mapping[str, Any], catalog: Catalog, catalogs: Mapping[str, Catalog]
) -> Faults:
    known = {spec.code: spec for spec in specs}
    for code in options:
        if code not in known:
            yield code, BadValue('unknown_field', name=code)
    for code, spec in known.items():
        value = options.get(code)
        if is_empty(value) or value == {}:
            if spec.required:
                yield code, BadValue('required')
        elif problem := _misfit(value, spec, catalog, catalogs):
            yield code, problem


def _misfit(value: Any, spec: FieldSpec, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Problem | None:
    match spec.type:
        case 'number':
            fits = not isinstance(value, bool) and str(value).isdecimal() and int(value) <= MAX_NUMBER
            return None if fits else BadValue('not_a_number')
        case 'yes_no':
            return None if isinstance(value, bool) else BadValue('not_yes_or_no')
        case 'field_values':
            return None if isinstance(value, Mapping) else BadValue('rule_bad_values')
        case 'choices':
            if not isinstance(value, (list, tuple)):
                return BadValue('rule_bad_list')
            return next((p for one in value if (p := _unlisted(one, spec, catalog, catalogs))), None)
        case 'choice':
            return _unlisted(value, spec, catalog, catalogs)
        case 'text' | 'long_text':
            return None if isinstance(value, str) else BadValue('not_a_text')
        case _:
            return None


def _unlisted(
    value: Any, spec: FieldSpec, catalog: Catalog, catalogs: Mapping[str, Catalog]
) -> Problem | None:
    if not isinstance(value, str):
        return BadValue('no_such_choice', value=str(value)[:100])
    keys = choice_keys(spec, catalog, catalogs)
    return None if keys is None or value in keys else BadValue('no_such_choice', value=value[:100])


def choice_keys(spec: FieldSpec, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> frozenset[str] | None:
    """What an option of a choice may be; None when the list is open (people and addresses)."""
    fields = [*catalog.fields, *SYSTEM_FIELDS.values()]
    match spec.options.get('from'):
        case 'fields':
            return frozenset(one.code for one in fields)
        case 'date_fields':
            return frozenset(one.code for one in fields if one.type in ('date', 'date_time'))
        case 'person_fields':
            return frozenset(one.code for one in fields if one.type == 'person' and not one.read_only)
        case 'stages':
            return frozenset(stage.code for _, stage in catalog.stages())
        case 'pipelines':
            return frozenset(pipeline.code for pipeline in catalog.pipelines)
        case 'catalogs':
            return frozenset(catalogs)
        case None:
            return frozenset(choice['key'] for choice in spec.options.get('choices', ()))
        case _:
            return None


def known_names(catalog: Catalog) -> frozenset[str]:
    """What expressions and texts of a rule may look up first."""
    return (
        frozenset(spec.code for spec in catalog.fields)
        | frozenset(SYSTEM_FIELDS)
        | frozenset(PSEUDO)
        | EVENT_NAMES
    )


def _source_faults(options: Mapping[str, Any], catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Faults:
    """Expressions and texts that cannot be read, or name what is not there."""
    for code, value in options.items():
        try:
            for kind, source in sources_in(value):
                parse(source) if kind == 'expression' else parse_template(source)
            for path in sorted(paths_in(value)):
                _check_path(path, catalog, catalogs)
        except BadExpression as problem:
            yield code, problem


def _check_path(path: tuple[str, ...], catalog: Catalog, catalogs: Mapping[str, Catalog]) -> None:
    check_names(parse(path[0]), known_names(catalog))
    if path[0] in EVENT_NAMES - {'old', 'new'} or len(path) == 1:
        return
    leads = catalog.field(path[0])
    if (
        leads is not None
        and leads.type in ('money', 'link', 'person')
        and path[1] in ('id', 'catalog', 'currency', 'amount')
    ):
        return
    if spec_of('.'.join(path), catalog, catalogs) is None:
        raise BadExpression('expr_unknown_name', name='.'.join(path), hint='', column=1)


def _condition_faults(group: Group, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Faults:
    for number, line in enumerate(group.lines()):
        try:
            node = compile_item(line, catalog, catalogs)
            if isinstance(line, Formula):
                for path in sorted(node.paths):
                    _check_path(path, catalog, catalogs)
        except (BadValue, BadExpression) as problem:
            yield str(number), problem


def rule_paths(rule: Rule) -> frozenset[tuple[str, ...]]:
    """The dotted names that the conditions look up."""
    found: set[tuple[str, ...]] = set()
    for line in rule.conditions.lines():
        if isinstance(line, Row):
            found.add(tuple(line.path.split('.')))
            found |= paths_in(line.value)
        else:
            found |= parse(line.source).paths
    return frozenset(found)
