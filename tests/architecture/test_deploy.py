"""What deploy/ and docs/hosting.md say fits the program: variables, commands, files, scripts."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

PLACES = [
    ROOT / 'docs' / 'hosting.md',
    *(path for path in sorted((ROOT / 'deploy').rglob('*')) if path.is_file()),
]
OF_THE_SCRIPT = {'PROGRAM', 'SETTINGS', 'UNIT', 'OWNER', 'SERVICE', 'PATIENCE'}
"""Where `deploy/install.sh` puts things; a test or another distribution may change it."""


@pytest.mark.parametrize('place', [pytest.param(p, id=p.name) for p in PLACES])
def test_variables_and_commands_are_those_of_the_program(place: Path) -> None:
    text = place.read_text(encoding='utf-8')
    known = set(re.findall(r"'ARTEL_([A-Z_]+)'", (ROOT / 'store' / 'settings.py').read_text()))
    assert set(re.findall(r'ARTEL_([A-Z]+(?:_[A-Z]+)*)', text)) - OF_THE_SCRIPT <= known
    verbs = set(re.findall(r"add_parser\(\s*'([a-z]+)'", (ROOT / 'main.py').read_text()))
    assert set(re.findall(r'main\.py ([a-z]+)', text)) <= verbs
    targets = set(re.findall(r'^([a-z]+):.*##', (ROOT / 'Makefile').read_text(), re.MULTILINE))
    assert set(re.findall(r'^(?:`|\s*)make ([a-z]+)', text, re.MULTILINE)) <= targets


def test_the_installer_is_a_script_that_the_shell_understands() -> None:
    script = ROOT / 'deploy' / 'install.sh'
    assert script.stat().st_mode & 0o111
    subprocess.run(['sh', '-n', script], check=True)


def test_the_service_may_write_to_its_data_alone() -> None:
    unit = (ROOT / 'deploy' / 'artel.service').read_text()
    for line in ('ProtectSystem=strict', 'NoNewPrivileges=yes', 'StateDirectory=artel', 'UMask=0077'):
        assert line in unit.splitlines()
    assert 'ReadWritePaths' not in unit
