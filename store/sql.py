"""Small pieces of SQL with their arguments."""

from collections.abc import Sequence
from typing import Any

Sql = tuple[str, list[Any]]

ALWAYS: Sql = ('1 = 1', [])
NEVER: Sql = ('1 = 0', [])


def any_of(parts: Sequence[Sql]) -> Sql:
    """One of the conditions."""
    kept = [part for part in parts if part[0] != NEVER[0]]
    if not kept:
        return NEVER
    if len(kept) == 1 or any(part[0] == ALWAYS[0] for part in kept):
        return next((part for part in kept if part[0] == ALWAYS[0]), kept[0])
    return f'({" OR ".join(text for text, _ in kept)})', [arg for _, args in kept for arg in args]
