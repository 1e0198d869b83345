"""What a browser story may not do, so that the speed of the machine never decides about it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, dotted

BROWSER = ROOT / 'tests' / 'browser'
WAITS = {'wait_for_timeout', 'sleep', 'monotonic', 'perf_counter'}
"""Time that passes proves nothing: `expect` or `until` waits for what shall be."""
INSTANT = {
    'all', 'all_inner_texts', 'all_text_contents', 'count', 'get_attribute', 'inner_text', 'input_value',
    'is_checked', 'is_disabled', 'is_editable', 'is_enabled', 'is_hidden', 'is_visible', 'query_selector',
    'text_content',
}  # fmt: skip
"""What reads a page as it is at this moment, drawn or not."""
ALLOWED = {
    ('conftest.py', 'sleep'): '`until` looks again after a moment',
    ('app.py', 'sleep'): 'a server that starts is asked again after a moment',
    ('app.py', 'monotonic'): 'a server that does not start fails the run instead of hanging it',
}


def test_browser_stories_wait_for_what_shall_be_and_for_nothing_else() -> None:
    found = {
        (path.name, call.func.attr): f'{path.name}:{call.lineno} {ast.unparse(call)}'
        for path, tree in _stories()
        for call in _calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in WAITS
    }
    assert [line for key, line in found.items() if key not in ALLOWED] == [], 'use expect() or until()'
    assert ALLOWED.keys() <= found.keys(), 'an exception that nothing needs'


def test_browser_stories_never_assert_what_may_still_be_drawn() -> None:
    instant = [
        f'{path.name}:{node.lineno} {ast.unparse(node.test)}'
        for path, tree in _stories()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
        for call in _calls(node.test)
        if isinstance(call.func, ast.Attribute) and call.func.attr in INSTANT and not call.args
    ]
    assert instant == [], 'use expect() or until()'


def test_browser_stories_set_no_limits_of_their_own() -> None:
    """One limit for all of them, in conftest.py; it is no measure of speed."""
    limits = [
        f'{path.name}:{call.lineno} {ast.unparse(call)}'
        for path, tree in _stories()
        if path.name not in ('conftest.py', 'app.py')
        for call in _calls(tree)
        if any(keyword.arg == 'timeout' for keyword in call.keywords) and dotted(call.func) not in OUTSIDE
    ]
    assert limits == []


def test_browser_stories_look_again_from_another_tab() -> None:
    """A page that is loaded anew at once may take with it what was just done on it, for good."""
    reloaded = [
        f'{path.name}:{call.lineno} {ast.unparse(call)}'
        for path, tree in _stories()
        for story in tree.body
        for inner in ast.walk(story)
        if inner is not story and isinstance(inner, ast.AsyncFunctionDef)
        for call in _calls(inner)
        if isinstance(call.func, ast.Attribute) and call.func.attr == 'reload'
    ]
    assert reloaded == []


OUTSIDE = {'sqlite3.connect', 'urllib.request.urlopen', 'http.client.HTTPConnection', 'httpx.AsyncClient'}
"""Calls that would otherwise give up too early or never."""


def _stories() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(BROWSER.glob('*.py')):
        yield path, ast.parse(path.read_text('utf-8'))


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))
