"""The table of docs/security.md names tests that exist, and the source has no back door."""

import ast
import re

from tests.architecture.source import ROOT, dotted, modules

TABLE = ROOT / 'docs' / 'security.md'
STATEMENTS = 60
RUNNERS = frozenset(
    {'eval', 'exec', 'compile', '__import__', 'os.system', 'os.popen', 'yaml.load', 'marshal.loads'}
)
PICKLES = frozenset({'pickle', 'shelve', 'dill', 'marshal', 'yaml'})
RAW_PAGE = frozenset(
    {'ui.html', 'ui.markdown', 'ui.restructured_text', 'ui.add_body_html', 'ui.add_css', 'ui.mermaid'}
)
HEAD_WRITERS = frozenset({'ui/shell_head.py', 'ui/app.py'})
"""What they put into the head is their own, or a colour that was checked."""


def _rows() -> dict[int, str]:
    """The rows of the table by number."""
    lines = TABLE.read_text(encoding='utf-8').splitlines()
    return {int(found[1]): line for line in lines if (found := re.match(r'\| (\d+) \|', line))}


def test_every_statement_has_its_row() -> None:
    assert sorted(_rows()) == list(range(1, STATEMENTS + 1))


def test_every_row_names_a_test_that_exists_or_says_why_there_is_none() -> None:
    missing = []
    for number, row in _rows().items():
        named = re.findall(r'\]\(\.\./(tests/[\w/]+\.py)\)::`(\w+)`', row)
        for place, test in named:
            path = ROOT / place
            if not path.is_file() or not re.search(rf'^(async )?def {test}\(', path.read_text('utf-8'), re.M):
                missing.append(f'{number}: {place}::{test}')
        if not named and 'Not yet:' not in row and 'Does not apply:' not in row:
            missing.append(f'{number}: neither a test nor a reason')
    assert missing == []


def test_nothing_in_the_source_runs_what_it_reads() -> None:
    found = [
        f'{m.place}:{call.lineno} {name}' for m in modules() for call, name in m.calls() if name in RUNNERS
    ]
    found += [
        f'{m.place}:{node.lineno}'
        for m in modules()
        for node in ast.walk(m.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and PICKLES & {getattr(node, 'module', None), *(alias.name for alias in node.names)}
    ]
    assert found == []


def test_no_text_becomes_markup() -> None:
    raw = [
        f'{m.place}:{call.lineno} {name}' for m in modules() for call, name in m.calls() if name in RAW_PAGE
    ]
    raw += [
        f'{m.place}:{call.lineno} {keyword.arg}'
        for m in modules()
        for call, _ in m.calls()
        for keyword in call.keywords
        if keyword.arg == 'sanitize'
    ]
    heads = {m.place for m in modules() for _, name in m.calls() if name.endswith('add_head_html')}
    assert raw == []
    assert heads <= HEAD_WRITERS
    scripts = [path for path in (ROOT / 'ui').rglob('*.js') if '.min.' not in path.name]
    risky = re.compile(r'v-html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function')
    assert [path.name for path in scripts if risky.search(path.read_text('utf-8'))] == []


def test_what_a_script_is_given_is_quoted_as_json() -> None:
    wrong = []
    for module in modules():
        for call, name in module.calls():
            if name.endswith('run_javascript') and call.args and not _is_safe(call.args[0]):
                wrong.append(f'{module.place}:{call.lineno}')
    assert wrong == []


def _is_safe(node: ast.expr) -> bool:
    """Whether a script is constant, or holds only values made by json.dumps or numbers of our own."""
    if isinstance(node, ast.JoinedStr):
        return all(_is_safe(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        inner = node.value
        return isinstance(inner, ast.Call) and dotted(inner.func) in ('json.dumps', 'int', 'as_script')
    return isinstance(node, ast.Constant)


def test_no_certificate_is_taken_unchecked() -> None:
    switches = {'verify', 'check_hostname', 'verify_mode', 'validate_certs', 'ssl'}
    found = [
        f'{m.place}:{call.lineno} {keyword.arg}'
        for m in modules()
        for call, _ in m.calls()
        for keyword in call.keywords
        if keyword.arg in switches
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is False
    ]
    assert found == []
