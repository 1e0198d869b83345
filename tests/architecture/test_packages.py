"""What pyproject.toml asks for, what the locks pin, and what the source imports are the same."""

import ast
import importlib.metadata
import re
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT, is_own, modules

LOCKS = ('requirements.lock', 'requirements-dev.lock')


def _project() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / 'pyproject.toml').read_text())['project']
    wanted = project['dependencies']
    return {LOCKS[0]: wanted, LOCKS[1]: [*wanted, *project['optional-dependencies']['dev']]}


def _pinned(lock: str) -> dict[str, str]:
    found = re.findall(r'^([A-Za-z0-9._-]+)==(\S+)', (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize('lock', LOCKS)
def test_a_lock_holds_all_that_is_asked_for(lock: str) -> None:
    pinned = _pinned(lock)
    for line in _project()[lock]:
        wanted = Requirement(line)
        version = pinned.get(canonicalize_name(wanted.name))
        assert wanted.specifier.contains(version or '0'), f'{line}: run `make lock`'


@pytest.mark.parametrize('lock', LOCKS)
def test_a_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r'https?://|file://|--index-url|--find-links', text)
    for block in re.split(r'\n(?=\S)', text.strip()):
        if not block.startswith('#'):
            assert '--hash=sha256:' in block, block


def test_both_locks_agree() -> None:
    small, large = (_pinned(lock) for lock in LOCKS)
    assert small.items() <= large.items()


def test_what_the_source_imports_is_asked_for() -> None:
    by_module = importlib.metadata.packages_distributions()
    asked = {canonicalize_name(Requirement(line).name) for line in _project()[LOCKS[0]]}
    missing = set()
    for module in modules():
        for node in ast.walk(module.tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            for name in (n.partition('.')[0] for n in names):
                if name in sys.stdlib_module_names or is_own(name):
                    continue
                if not {canonicalize_name(d) for d in by_module.get(name, [])} & asked:
                    missing.add(f'{module.place}: {name}')
    assert missing == set()
