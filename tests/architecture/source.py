"""The project's own source as syntax trees, read once for all rules of the house."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYERS = ('store', 'automations', 'integrations', 'ui')
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Module:
    """A source file: dotted name, path, lines and tree."""

    name: str
    path: Path
    lines: int
    tree: ast.Module

    @property
    def place(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call with the dotted name it calls, '' when that is no plain name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node, dotted(node.func)


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the four layers and main.py; written migrations left out."""
    files = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob('*.py'))]
    return tuple(_read(path) for path in [ROOT / 'main.py', *files] if 'migrations' not in path.parts)


def _read(path: Path) -> Module:
    text = path.read_text(encoding='utf-8')
    parts = path.relative_to(ROOT).with_suffix('').parts
    name = '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)
    return Module(name, path, len(text.splitlines()), ast.parse(text))


def dotted(node: ast.expr) -> str:
    """'ui.label' of such an expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f'{dotted(node.value)}.{node.attr}'
    return ''


def is_own(name: str) -> bool:
    """Whether a dotted module name is the project's."""
    return name.partition('.')[0] in LAYERS


def imports(module: Module, node: ast.AST) -> Iterator[str]:
    """The modules an import statement of this module names."""
    names = {m.name for m in modules()}
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f'{module.place} imports relatively'
        for alias in node.names:
            inner = f'{node.module}.{alias.name}'
            yield inner if inner in names else str(node.module)


def docstring_length(node: ast.AST) -> int:
    """Lines a function's docstring takes."""
    body = getattr(node, 'body', [])
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return (body[0].end_lineno or 0) - body[0].lineno + 1
    return 0
