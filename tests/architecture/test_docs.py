"""The documents speak of files, pages and commands that exist."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

DOCUMENTS = [
    *sorted(ROOT.glob('*.md')),
    *sorted(ROOT.glob('docs/**/*.md')),
    ROOT / 'benchmarks' / 'README.md',
]
FOLDERS = 'store|automations|integrations|ui|tests|solutions|docs|benchmarks|tools'


@pytest.mark.parametrize('document', [pytest.param(d, id=d.name) for d in DOCUMENTS])
def test_a_document_names_what_is_there(document: Path) -> None:
    text = document.read_text(encoding='utf-8')
    named = set(re.findall(rf'`((?:{FOLDERS})/[^`*<>{{}} ]*)`', text))
    linked = {link for link in re.findall(r'\]\(([^)#:]+)\)', text) if '://' not in link}
    missing = {name for name in named if not (ROOT / name).exists()}
    missing |= {link for link in linked if not (document.parent / link).exists()}
    assert missing == set()


def test_every_target_of_make_is_explained_and_real() -> None:
    makefile = (ROOT / 'Makefile').read_text(encoding='utf-8')
    phony = re.search(r'^\.PHONY: (.+)$', makefile, re.MULTILINE)
    assert phony
    for target in phony[1].split():
        assert re.search(rf'^{target}:.*## \S', makefile, re.MULTILINE), target
    for tool in re.findall(r'-m (tools\.\w+)', makefile):
        assert (ROOT / f'{tool.replace(".", "/")}.py').is_file(), tool
