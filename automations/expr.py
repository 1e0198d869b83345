"""The expression language of conditions, values and texts: `amount > 100000 and stage == 'won'`.

A small part of Python's grammar is parsed with `ast` and turned into closures over values; nothing of Python
can be reached from it: dotted names are look-ups in a snapshot, calls go to `FUNCTIONS` by name, numbers are
decimal. Logic has three values: what touches an empty value is unknown, `not unknown` is unknown, and unknown
never fires.
"""

import ast
import difflib
import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from automations.functions import FUNCTIONS, Function, written
from automations.values import (
    Cash,
    Clash,
    Scope,
    calculate,
    capped,
    compare,
    contains,
    kind_of,
    number,
    truth,
)
from store.problems import Problem

MAX_SOURCE = 2_000
MAX_NODES = 400
MAX_DEPTH = 40

Run = Callable[[Scope], Any]

COMPARISONS = {ast.Eq: '==', ast.NotEq: '!=', ast.Lt: '<', ast.LtE: '<=', ast.Gt: '>', ast.GtE: '>='}
OPERATIONS = {ast.Add: '+', ast.Sub: '-', ast.Mult: '*', ast.Div: '/', ast.FloorDiv: '//', ast.Mod: '%'}


class BadExpression(Problem):
    """An expression that cannot be understood or calculated; facts: `column`, from 1, and what the code
    needs."""

    code = 'expr_syntax'


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression: how to run it, how it is written, its own parts, the path it looks up."""

    run: Run
    text: str
    parts: tuple['Node', ...] = ()
    path: tuple[str, ...] = ()

    def walk(self) -> Iterator['Node']:
        """This node and all below."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def paths(self) -> frozenset[tuple[str, ...]]:
        """Every dotted name that is looked up."""
        return frozenset(node.path for node in self.walk() if node.path)


@dataclass(frozen=True, slots=True)
class Explained:
    """A part of an expression with its value, or with the code of what went wrong."""

    text: str
    value: Any
    parts: tuple['Explained', ...] = ()
    error: str = ''

    def to_plain(self) -> dict[str, Any]:
        """As JSON values; the values themselves as text."""
        value = None if self.value is None else written(self.value)
        plain: dict[str, Any] = {'text': self.text, 'value': value}
        if self.error:
            plain['error'] = self.error
        if self.parts:
            plain['parts'] = [part.to_plain() for part in self.parts]
        return plain


@lru_cache(maxsize=4096)
def parse(source: str) -> Node:
    """The expression of this source.

    :raises BadExpression: with the column and a reason of its own code"""
    source = source.strip()
    if len(source) > MAX_SOURCE:
        raise BadExpression('expr_too_big', limit=MAX_SOURCE, column=MAX_SOURCE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            tree = ast.parse(source, mode='eval')
    except SyntaxError as error:
        raise BadExpression('expr_syntax', column=error.offset or len(source) + 1) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise BadExpression('expr_syntax', column=1) from error
    return _Compiler(source).compile(tree.body)


def evaluate(node: Node, scope: Scope) -> Any:
    """The value of an expression, None when unknown.

    :raises BadExpression: what it looks at does not go together"""
    return node.run(scope)


def explain(node: Node, scope: Scope) -> Explained:
    """The expression as a tree with the value of every part."""
    parts = tuple(explain(part, scope) for part in node.parts)
    try:
        return Explained(node.text, node.run(scope), parts)
    except BadExpression as problem:
        return Explained(node.text, None, parts, problem.code)


def check_names(node: Node, known: Collection[str]) -> None:
    """Refuse names nobody knows.

    :raises BadExpression: 'expr_unknown_name' with the nearest known one as `hint`"""
    for path in sorted(node.paths):
        if path[0] not in known:
            hint = next(iter(difflib.get_close_matches(path[0], known, 1)), '')
            column = node.text.find(path[0]) + 1
            raise BadExpression('expr_unknown_name', name=path[0], hint=hint, column=column)


def literal(value: Any) -> Node:
    """An expression that is this value."""
    return Node(lambda _scope: value, _quoted(value))


def name(path: str) -> Node:
    """An expression that looks up this dotted name."""
    return _look_up(tuple(path.split('.')), 1)


def operation(text: str, parts: tuple[Node, ...], call: Callable[..., Any]) -> Node:
    """An expression that gives the values of its parts and the scope to `call`."""

    def run(scope: Scope) -> Any:
        try:
            return call(scope, *(part.run(scope) for part in parts))
        except Clash as clash:
            raise BadExpression(clash.code, **{'column': 1, **clash.facts}) from clash

    return Node(run, text, parts)


def junction(word: str, parts: tuple[Node, ...]) -> Node:
    """Parts joined by 'and' or 'or', in three-valued logic."""
    return _join(word, parts, f' {word} '.join(part.text for part in parts), 1)


def _quoted(value: Any) -> str:
    return repr(value) if isinstance(value, str) else written(value) or 'None'


def _clashing(run: Run, column: int) -> Run:
    """The same, where a clash of values becomes a problem that names the column."""

    def guarded(scope: Scope) -> Any:
        try:
            return run(scope)
        except Clash as clash:
            raise BadExpression(clash.code, column=column, **clash.facts) from clash

    return guarded


def _step(value: Any, part: str) -> Any:
    if value is None:
        return None
    if isinstance(value, Cash) and part in ('amount', 'currency'):
        return value.currency if part == 'currency' else Decimal(value)
    if kind_of(value) != 'record':
        raise Clash('expr_no_part', name=part, given=kind_of(value))
    return value.get(part)


def _look_up(path: tuple[str, ...], column: int) -> Node:
    first, rest = path[0], path[1:]

    def run(scope: Scope) -> Any:
        if first not in scope.values:
            raise BadExpression('expr_unknown_name', name=first, hint='', column=column)
        value = scope.values[first]
        for part in rest:
            value = _step(value, part)
        return value

    return Node(_clashing(run, column) if rest else run, '.'.join(path), (), path)


def _join(word: str, parts: tuple[Node, ...], text: str, column: int) -> Node:
    decides = word == 'or'

    def run(scope: Scope) -> bool | None:
        found: bool | None = not decides
        for part in parts:
            value = truth(part.run(scope))
            if value is decides:
                return decides
            found = None if value is None else found
        return found

    return Node(_clashing(run, column), text, parts)


def _opposite(value: bool | None) -> bool | None:
    return None if value is None else not value


def _compared(op: ast.cmpop, left: Any, right: Any, scope: Scope) -> bool | None:
    if isinstance(op, ast.In):
        return contains(right, left, scope.zone)
    if isinstance(op, ast.NotIn):
        return _opposite(contains(right, left, scope.zone))
    return compare(COMPARISONS[type(op)], left, right, scope.zone)


class _Compiler:
    """Turns one parsed source into nodes; every method gives the node of one kind of syntax."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._bytes = source.encode()
        self._nodes = 0
        self._depth = 0

    def compile(self, node: ast.expr) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES or self._depth >= MAX_DEPTH:
            raise BadExpression('expr_too_big', limit=MAX_NODES, column=self._column(node))
        method = self.KINDS.get(type(node))
        if method is None:
            raise BadExpression('expr_not_allowed', what=type(node).__name__, column=self._column(node))
        self._depth += 1
        try:
            return method(self, node)
        finally:
            self._depth -= 1

    def _column(self, node: ast.expr) -> int:
        line = self._bytes.split(b'\n')[: node.lineno - 1]
        before = sum(len(part) + 1 for part in line) + node.col_offset
        return len(self._bytes[:before].decode(errors='ignore')) + 1

    def _text(self, node: ast.expr) -> str:
        return ast.get_source_segment(self._source, node) or ''

    def _constant(self, node: ast.Constant) -> Node:
        text, column = self._text(node), self._column(node)
        value: Any = node.value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = self._number(node, text, column)
        if value is not None and not isinstance(value, (bool, str, Decimal)):
            raise BadExpression('expr_not_allowed', what=type(value).__name__, column=column)
        return Node(lambda _scope: value, text)

    @staticmethod
    def _number(node: ast.Constant, text: str, column: int) -> Decimal:
        """Exactly as written: 0.1 is a tenth."""
        try:
            return number(node.value if text[:2].lower() in ('0x', '0o', '0b') else text.replace('_', ''))
        except Clash as clash:
            raise BadExpression(clash.code, column=column) from clash

    def _name(self, node: ast.Name) -> Node:
        return _look_up((node.id,), self._column(node))

    def _attribute(self, node: ast.Attribute) -> Node:
        path: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            path.insert(0, inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name) or len(path) > 4:
            raise BadExpression('expr_not_allowed', what='Attribute', column=self._column(node))
        return _look_up((inner.id, *path), self._column(node))

    def _bool(self, node: ast.BoolOp) -> Node:
        parts = tuple(self.compile(value) for value in node.values)
        word = 'and' if isinstance(node.op, ast.And) else 'or'
        return _join(word, parts, self._text(node), self._column(node))

    def _unary(self, node: ast.UnaryOp) -> Node:
        part = self.compile(node.operand)
        if isinstance(node.op, ast.Not):
            run: Run = lambda scope: _opposite(truth(part.run(scope)))  # noqa: E731  one of two closures
        elif isinstance(node.op, ast.USub):
            run = lambda scope: calculate('*', part.run(scope), Decimal(-1))  # noqa: E731  the other one
        else:
            raise BadExpression('expr_not_allowed', what=type(node.op).__name__, column=self._column(node))
        return Node(_clashing(run, self._column(node)), self._text(node), (part,))

    def _binary(self, node: ast.BinOp) -> Node:
        op = OPERATIONS.get(type(node.op))
        if op is None:
            raise BadExpression('expr_not_allowed', what=type(node.op).__name__, column=self._column(node))
        left, right = self.compile(node.left), self.compile(node.right)

        def run(scope: Scope) -> Any:
            return calculate(op, left.run(scope), right.run(scope))

        return Node(_clashing(run, self._column(node)), self._text(node), (left, right))

    def _compare(self, node: ast.Compare) -> Node:
        if any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops):
            raise BadExpression('expr_not_allowed', what='is', column=self._column(node))
        parts = tuple(self.compile(part) for part in (node.left, *node.comparators))
        pairs = tuple(zip(node.ops, parts, parts[1:], strict=False))

        def run(scope: Scope) -> bool | None:
            found: bool | None = True
            for op, left, right in pairs:
                value = _compared(op, left.run(scope), right.run(scope), scope)
                if value is False:
                    return False
                found = None if value is None else found
            return found

        return Node(_clashing(run, self._column(node)), self._text(node), parts)

    def _choice(self, node: ast.IfExp) -> Node:
        test, yes, no = (self.compile(part) for part in (node.test, node.body, node.orelse))

        def run(scope: Scope) -> Any:
            verdict = truth(test.run(scope))
            return None if verdict is None else (yes if verdict else no).run(scope)

        return Node(_clashing(run, self._column(node)), self._text(node), (test, yes, no))

    def _list(self, node: ast.List | ast.Tuple) -> Node:
        parts = tuple(self.compile(part) for part in node.elts)
        return Node(lambda scope: [part.run(scope) for part in parts], self._text(node), parts)

    def _call(self, node: ast.Call) -> Node:
        column = self._column(node)
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise BadExpression('expr_not_allowed', what='Call', column=column)
        function = self._function(node.func.id, column)
        if not function.accepts(len(node.args)):
            raise BadExpression('expr_argument_count', name=node.func.id, given=len(node.args), column=column)
        parts = tuple(self.compile(argument) for argument in node.args)

        def run(scope: Scope) -> Any:
            return capped(function.run(scope, [part.run(scope) for part in parts]))

        return Node(_clashing(run, column), self._text(node), parts)

    @staticmethod
    def _function(called: str, column: int) -> Function:
        if called not in FUNCTIONS:
            hint = next(iter(difflib.get_close_matches(called, FUNCTIONS, 1)), '')
            raise BadExpression('expr_unknown_function', name=called, hint=hint, column=column)
        return FUNCTIONS[called]

    KINDS: dict[type[ast.expr], Callable[['_Compiler', Any], Node]] = {  # noqa: RUF012  never changed
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.BoolOp: _bool,
        ast.UnaryOp: _unary,
        ast.BinOp: _binary,
        ast.Compare: _compare,
        ast.IfExp: _choice,
        ast.List: _list,
        ast.Tuple: _list,
        ast.Call: _call,
    }
