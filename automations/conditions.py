"""And if: a tree of rows `{path, op, value}` in groups of all and any, compiled to the same expressions as
the rest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from automations.expr import BadExpression, Node, explain, junction, literal, name, operation, parse
from automations.functions import written
from automations.snapshot import expression_value
from automations.values import Clash, Keyed, Scope, compare, contains, is_empty, kind_of, local_date, number
from store.fields import FIELD_TYPES
from store.problems import BadValue
from store.schema import Catalog, FieldSpec

MAX_DEPTH = 5
MAX_ROWS = 100
STAGE_KINDS = ('open', 'won', 'lost')
PSEUDO = {
    'stage_kind': FieldSpec(
        code='stage_kind', label='Kind of stage', type='choice',
        options={'choices': [{'key': 'open', 'label': 'Open', 'labels': {'ru': 'Открытая'}},
            {'key': 'won', 'label': 'Won', 'labels': {'ru': 'Успешная'}},
            {'key': 'lost', 'label': 'Lost', 'labels': {'ru': 'Неуспешная'}},
        ]},
    ),
    'stage_label': FieldSpec(code='stage_label', label='Name of the stage', type='text'),
    'pipeline': FieldSpec(code='pipeline', label='Pipeline', type='text'),
}  # fmt: skip
"""Names that stand beside the fields of a record."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a path, an operator, a value (JSON, or text that starts with '=')."""

    path: str
    op: str
    value: Any = None

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {'path': self.path, 'op': self.op} | ({} if self.value is None else {'value': self.value})


@dataclass(frozen=True, slots=True)
class Formula:
    """A line written as an expression."""

    source: str

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {'expr': self.source}


@dataclass(frozen=True, slots=True)
class Group:
    """Lines and groups joined by 'all' or 'any'; empty holds."""

    items: tuple['Row | Formula | Group', ...] = ()
    join: str = 'all'

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {self.join: [item.to_plain() for item in self.items]}

    def lines(self) -> Iterator['Row | Formula']:
        """Every line, groups opened."""
        for item in self.items:
            yield from item.lines() if isinstance(item, Group) else (item,)


class BadCondition(BadValue):
    """A condition that cannot be understood."""


def group_from_plain(plain: Any, depth: int = 0) -> Group:
    """The tree of such JSON values.

    :raises BadCondition: 'bad_condition' with the reason"""
    if not plain:
        return Group()
    if not isinstance(plain, Mapping) or len(plain) != 1 or depth > MAX_DEPTH:
        raise BadCondition('bad_condition', reason='one of all/any with a list is expected')
    ((join, items),) = plain.items()
    if join not in ('all', 'any') or not isinstance(items, (list, tuple)):
        raise BadCondition('bad_condition', reason='one of all/any with a list is expected')
    group = Group(tuple(_item(item, depth) for item in items), join)
    if sum(1 for _ in group.lines()) > MAX_ROWS:
        raise BadCondition('bad_condition', reason='too many conditions')
    return group


def _item(plain: Any, depth: int) -> Row | Formula | Group:
    if isinstance(plain, Mapping) and set(plain) == {'expr'} and isinstance(plain['expr'], str):
        return Formula(plain['expr'])
    if isinstance(plain, Mapping) and 'path' in plain:
        if set(plain) - {'path', 'op', 'value'} or plain.get('op') not in OPERATIONS:
            raise BadCondition('bad_condition', reason='a condition is path, op, value')
        return Row(str(plain['path']), str(plain['op']), plain.get('value'))
    return group_from_plain(plain, depth + 1)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) and not isinstance(value, Keyed) else value


def _is(scope: Scope, left: Any, right: Any) -> bool | None:
    if isinstance(left, list) and not isinstance(right, list):
        return contains(left, right, scope.zone)
    return compare('==', _folded(left), _folded(right), scope.zone)


def _in(scope: Scope, left: Any, right: Any) -> bool | None:
    if is_empty(left) or is_empty(right):
        return None
    return any(_is(scope, left, item) for item in (right if isinstance(right, list) else [right]))


def _not(call: Callable[..., bool | None]) -> Callable[..., bool | None]:
    def opposite(scope: Scope, *values: Any) -> bool | None:
        found = call(scope, *values)
        return None if found is None else not found

    return opposite


def _starts(_scope: Scope, left: Any, right: Any) -> bool | None:
    if is_empty(left) or is_empty(right):
        return None
    return written(left).casefold().startswith(written(right).casefold())


def _contains(scope: Scope, left: Any, right: Any) -> bool | None:
    return contains(left, right, scope.zone)


def _ordered(op: str) -> Callable[..., bool | None]:
    return lambda scope, left, right: compare(op, left, right, scope.zone)


def _between(scope: Scope, left: Any, right: Any) -> bool | None:
    low, high = right if isinstance(right, list) and len(right) == 2 else (None, None)
    if is_empty(left) or (is_empty(low) and is_empty(high)):
        return None
    above = is_empty(low) or compare('>=', left, low, scope.zone)
    return bool(above and (is_empty(high) or compare('<=', left, high, scope.zone)))


def _has_any(scope: Scope, left: Any, right: Any) -> bool | None:
    wanted = right if isinstance(right, list) else [right]
    return None if is_empty(left) else any(contains(left, item, scope.zone) for item in wanted)


def _has_all(scope: Scope, left: Any, right: Any) -> bool | None:
    wanted = right if isinstance(right, list) else [right]
    return None if is_empty(left) else all(contains(left, item, scope.zone) for item in wanted)


def _days_ago(scope: Scope, left: Any) -> int | None:
    if is_empty(left):
        return None
    if not isinstance(left, date):
        raise Clash('expr_types', left=kind_of(left), right='date')
    return (local_date(scope.now, scope.zone) - local_date(left, scope.zone)) // timedelta(days=1)


def _counted(holds: Callable[[int, Decimal], bool]) -> Callable[..., bool | None]:
    def judged(scope: Scope, left: Any, right: Any) -> bool | None:
        ago = _days_ago(scope, left)
        if ago is None or is_empty(right):
            return None
        if kind_of(right) != 'number':
            raise Clash('expr_types', left=kind_of(right), right='number')
        return holds(ago, number(right))

    return judged


OPERATIONS: dict[str, Callable[..., bool | None]] = {
    'is': _is,
    'is_not': _not(_is),
    'in': _in,
    'not_in': _not(_in),
    'contains': _contains,
    'not_contains': _not(_contains),
    'starts': _starts,
    'less': _ordered('<'),
    'less_equal': _ordered('<='),
    'greater': _ordered('>'),
    'greater_equal': _ordered('>='),
    'between': _between,
    'empty': lambda scope, left: is_empty(left),
    'filled': lambda scope, left: not is_empty(left),
    'has_any': _has_any,
    'has_all': _has_all,
    'last_days': _counted(lambda ago, days: 0 <= ago <= days),
    'next_days': _counted(lambda ago, days: 0 <= -ago <= days),
    'older_than_days': _counted(lambda ago, days: ago > days),
    'changed': lambda scope, left: left,
}
"""What a row may say, by operator."""

VALUELESS = frozenset({'empty', 'filled', 'changed'})
COUNTED = frozenset({'last_days', 'next_days', 'older_than_days'})
WORDS = frozenset({'contains', 'not_contains', 'starts'})


def operators_of(spec: FieldSpec) -> tuple[str, ...]:
    """The operators that fit a field, in the order a form offers them."""
    fits = [op for op in FIELD_TYPES[spec.type].filters if op in OPERATIONS]
    more = ['not_contains'] if 'contains' in fits else []
    if spec.type in ('date', 'date_time'):
        more.append('older_than_days')
    if spec.type == 'choices':
        more += [op for op in ('has_any', 'has_all') if op not in fits]
    return (*fits, *more, 'changed')


def spec_of(path: str, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> FieldSpec | None:
    """The field a path ends at, None when there is none; through links of open target it is a text."""
    parts = path.split('.')
    if parts[0] in ('old', 'new'):
        parts = parts[1:]
    if not parts:
        return None
    spec = PSEUDO.get(parts[0]) or catalog.field(parts[0])
    if spec is None or len(parts) == 1:
        return spec
    if spec.type not in ('link', 'person') or len(parts) > 4:
        return None
    target = 'person' if spec.type == 'person' else str(spec.options.get('target') or '*')
    if parts[1] == 'title' or target == '*' or target not in catalogs:
        return (
            FieldSpec(code=parts[-1], label=parts[-1], type='text')
            if target != 'person' or len(parts) == 2
            else None
        )
    return spec_of('.'.join(parts[1:]), catalogs[target], catalogs)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A tree of conditions made ready to be asked many times."""

    item: 'Row | Formula | Group'
    node: Node
    parts: tuple['Compiled', ...] = ()


def compile_group(group: Group, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Compiled:
    """The tree made ready; an empty one holds.

    :raises BadValue: a value that its field refuses
    :raises BadExpression: a formula that cannot be understood"""
    parts = tuple(
        compile_group(item, catalog, catalogs)
        if isinstance(item, Group)
        else Compiled(item, compile_item(item, catalog, catalogs))
        for item in group.items
    )
    if not parts:
        return Compiled(group, literal(True))
    return Compiled(
        group, junction('and' if group.join == 'all' else 'or', tuple(p.node for p in parts)), parts
    )


def compile_item(item: Row | Formula, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Node:
    """One line as an expression."""
    if isinstance(item, Formula):
        return parse(item.source)
    spec = spec_of(item.path, catalog, catalogs)
    if spec is None:
        raise BadExpression('expr_unknown_name', name=item.path, hint='', column=1)
    call = OPERATIONS[item.op]
    if item.op == 'changed':
        return operation(
            f'changed({item.path})', (), lambda scope: item.path in (scope.values.get('changed') or ())
        )
    left = name(item.path)
    if item.op in VALUELESS:
        return operation(f'{item.op}({item.path})', (left,), call)
    right = _operand(item, spec, catalog)
    return operation(f'{item.path} {item.op} {right.text}', (left, right), call)


def _operand(row: Row, spec: FieldSpec, catalog: Catalog) -> Node:
    if isinstance(row.value, str) and row.value.startswith('='):
        return parse(row.value[1:])
    if is_empty(row.value):
        raise BadCondition('condition_value_missing', path=row.path)
    if row.op in COUNTED:
        return literal(_days(row.value))
    if row.op in WORDS:
        return literal(str(row.value))
    if isinstance(row.value, (list, tuple)):
        return literal([_typed(value, spec, catalog) for value in row.value])
    return literal(_typed(row.value, spec, catalog))


def _days(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdecimal() or int(value) > 36_500:
        raise BadCondition('not_a_number', value=str(value)[:100])
    return int(value)


def _typed(value: Any, spec: FieldSpec, catalog: Catalog) -> Any:
    if spec.type == 'choices':
        value = [value] if isinstance(value, str) else value
        parsed = FIELD_TYPES['choices'].parse(value, spec)
        return parsed[0] if parsed else None
    parsed = FIELD_TYPES[spec.type].parse(value, spec)
    return expression_value(parsed, spec, catalog, '')


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether conditions hold (None: unknown) and, if not, the line that decided, as facts for a sentence."""

    holds: bool | None
    line: Mapping[str, Any] | None = None


def judge(conditions: Compiled, scope: Scope) -> Verdict:
    """Whether conditions hold, with the first line that kept them from it.

    :raises BadExpression: values that do not go together"""
    if not isinstance(conditions.item, Group) or not conditions.parts:
        value = conditions.node.run(scope)
        return _HOLDS if value is True else Verdict(value, _facts(conditions, scope, value))
    decides = conditions.item.join == 'any'
    verdict = Verdict(not decides)
    for part in conditions.parts:
        found = judge(part, scope)
        if found.holds is decides:
            return found
        if found.holds is not True and (
            verdict.line is None or (verdict.holds is not None and found.holds is None)
        ):
            verdict = Verdict(None if found.holds is None else verdict.holds, found.line)
    return verdict


_HOLDS = Verdict(True)


def _facts(line: Compiled, scope: Scope, value: bool | None) -> Mapping[str, Any]:
    facts: dict[str, Any] = {**line.item.to_plain(), 'holds': value}
    if isinstance(line.item, Row) and line.item.op != 'changed':
        facts['actual'] = written(name(line.item.path).run(scope))
    else:
        facts['explained'] = explain(line.node, scope).to_plain()
    return facts
