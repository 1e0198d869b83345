"""The rules of the house that a linter cannot say: budgets, imports, who may make an Actor."""

import ast
import graphlib
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import (
    FUNCTIONS,
    ROOT,
    Module,
    docstring_length,
    dotted,
    imports,
    is_own,
    modules,
)

REASONED = r'# noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* +\S+ \S+'
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
ACTOR_MAKERS = {'store/actors.py', 'store/guard.py', 'store/actor.py'}
TASK_STARTERS = {'store/guard.py', 'store/locked.py'}
LOOP_GUARDS = {'automations/attempt.py', 'store/database.py'}
"""Loops that must outlive one bad turn; each catch says why beside it."""


def _functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, FUNCTIONS):
            yield node


def test_no_file_is_longer_than_one_can_hold_in_mind() -> None:
    scripts = [
        (p.relative_to(ROOT).as_posix(), len(p.read_text().splitlines())) for p in (ROOT / 'ui').rglob('*.js')
    ]
    sizes = [*((m.place, m.lines) for m in modules()), *((p, n) for p, n in scripts if '.min.' not in p)]
    assert [f'{place}: {lines}' for place, lines in sizes if lines > LONGEST_FILE] == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f'{module.place}:{node.lineno} {node.name}: {lines}'
        for module in modules()
        for node in _functions(module)
        if (lines := (node.end_lineno or 0) - node.lineno + 1 - docstring_length(node)) > LONGEST_FUNCTION
    ]
    assert long == []


def test_modules_import_each_other_in_one_direction_only() -> None:
    graph: dict[str, set[str]] = {}
    for module in modules():
        hidden = {id(n) for block in _type_checking(module) for n in ast.walk(block)}
        graph[module.name] = {
            name
            for node in ast.walk(module.tree)
            if id(node) not in hidden
            for name in imports(module, node)
            if is_own(name) and name != module.name
        }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as cycle:
        pytest.fail(f'a circle of imports: {" -> ".join(reversed(cycle.args[1]))}')


def _type_checking(module: Module) -> Iterator[ast.If]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and dotted(node.test).endswith('TYPE_CHECKING'):
            yield node


def test_no_own_module_is_imported_inside_a_function() -> None:
    hidden = [
        f'{module.place}:{node.lineno}'
        for module in modules()
        for function in _functions(module)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(is_own(name) for name in imports(module, node))
    ]
    assert hidden == []


def test_an_actor_is_made_where_somebody_was_checked_and_nowhere_else() -> None:
    makers = {m.place for m in modules() for _, name in m.calls() if name.rpartition('.')[2] == 'Actor'}
    assert makers <= ACTOR_MAKERS


def test_nothing_in_the_store_goes_around_the_lock() -> None:
    # raw() and refresh_from_db() are not narrowed to the reader; a plain task keeps its transaction for life.
    forbidden = {'raw', 'refresh_from_db', 'create_task', 'ensure_future'}
    found = [
        f'{module.place}:{call.lineno} {name}'
        for module in modules()
        for call, _ in module.calls()
        if isinstance(call.func, ast.Attribute)
        and (name := call.func.attr)
        in (forbidden if module.name.startswith('store') else forbidden - {'raw'})
        and module.place not in TASK_STARTERS
    ]
    assert found == []


def test_only_the_loops_that_must_go_on_catch_everything() -> None:
    broad = [
        f'{module.place}:{node.lineno}'
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) == 'Exception')
        and module.place not in LOOP_GUARDS
    ]
    assert broad == []


def test_every_docstring_begins_with_a_sentence() -> None:
    nodes = (ast.ClassDef, *FUNCTIONS)
    broken = []
    for module in modules():
        for node in (module.tree, *(n for n in ast.walk(module.tree) if isinstance(n, nodes))):
            text = ast.get_docstring(node)
            summary = re.split(r'\n\n|\n:', text)[0].strip() if text else 'None.'
            if not summary.endswith(('.', '!', '?', ':', '…', '.)', '."', '.`')) or summary[0] in ' .,':
                broken.append(f'{module.place}: {summary.splitlines()[-1]}')
    assert broken == []


def test_every_exception_to_a_rule_names_the_rule_and_the_reason() -> None:
    bare = [
        f'{module.place}:{number}'
        for module in modules()
        for number, line in enumerate(module.path.read_text().splitlines(), 1)
        if re.search(r'#\s*noqa', line)
        and not re.search(r'# noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* +\S{2,}', line)
    ]
    assert bare == []


def test_the_source_names_no_place_of_the_machine_it_was_written_on() -> None:
    found = [
        f'{module.place}: {node.value[:60]}'
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.search(r'/(work|root|home/\w+|tmp)/', node.value)
    ]
    assert found == []
