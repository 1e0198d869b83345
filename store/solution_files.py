"""The files that solutions come in, and what each offers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.problems import NotFound

FOLDER = Path(__file__).parent.parent / 'solutions'


@dataclass(frozen=True, kw_only=True, slots=True)
class Solution:
    """A solution on offer: English texts, others in `titles` and `descriptions`; `catalogs` are codes."""

    code: str
    title: str
    description: str
    icon: str
    titles: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    catalogs: tuple[str, ...] = ()
    rules: int = 0
    has_demo: bool = False


def list_solutions() -> tuple[Solution, ...]:
    """Every solution on offer, the blank sheet last."""
    files = [read_solution(path.stem) for path in sorted(FOLDER.glob('*.json'))]
    files.sort(key=lambda plain: (not plain['catalogs'], -len(plain['catalogs']), plain['code']))
    return tuple(solution_of(plain) for plain in files)


def solution_of(plain: Mapping[str, Any]) -> Solution:
    """What the file of a solution offers."""
    return Solution(
        code=plain['code'],
        title=plain['title'],
        titles=plain['titles'],
        description=plain['description'],
        descriptions=plain['descriptions'],
        icon=plain['icon'],
        catalogs=tuple(catalog['code'] for catalog in plain['catalogs']),
        rules=len(plain['rules']),
        has_demo=plain['demo'],
    )


def read_solution(code: str) -> dict[str, Any]:
    """The file of a solution.

    :raises NotFound: 'no_such_solution'"""
    path = FOLDER / f'{code}.json'
    if not code.isidentifier() or not path.is_file():
        raise NotFound('no_such_solution', solution=code[:60])
    plain: dict[str, Any] = json.loads(path.read_text('utf-8'))
    return plain
