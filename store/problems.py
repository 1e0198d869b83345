"""Every refusal the store can give, as a code with facts; words are found at the edge (ui/text.py, REST).

::

    Problem
    ├── NotFound        no such record, or not for this reader
    ├── NotAllowed      may be read, may not be changed this way
    ├── Conflict        somebody saved first; carries both values
    ├── Invalid         values refused, field by field
    ├── Refused         the deed itself is refused: a code of its own
    └── Unguarded       SQL while nobody acts: a bug, never a user's fault
"""

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """A refusal with a stable `code` and `facts` (plain JSON values) that complete its sentence."""

    code = 'problem'

    def __init__(self, code: str | None = None, /, **facts: Any) -> None:
        super().__init__(code or self.code, facts)
        self.code = code or self.code
        self.facts: Mapping[str, Any] = facts

    def __str__(self) -> str:
        return f'{self.code} {dict(self.facts)}' if self.facts else self.code


class NotFound(Problem):
    """No such thing, or the reader may not know of it."""

    code = 'not_found'


class NotAllowed(Problem):
    """The reader sees it but may not do this; facts: `right` and `catalog`."""

    code = 'not_allowed'


class Conflict(Problem):
    """Somebody changed the record first.

    Facts: `record_id`, `version` (the stored one), `changed_by` (a person's name), `changed_at` (epoch ms),
    `theirs` and `mine` (shown values by field code)."""

    code = 'conflict'


class Invalid(Problem):
    """Values that a field refuses; `errors` maps a field code to a `Problem` (code and facts)."""

    code = 'invalid'

    def __init__(self, errors: Mapping[str, Problem]) -> None:
        super().__init__(
            errors={field: {'code': e.code, 'facts': dict(e.facts)} for field, e in errors.items()}
        )
        self.errors = errors


class Refused(Problem):
    """A deed the store does not do, e.g. a pipeline without a final stage; the code says which."""

    code = 'refused'


class BadValue(ValueError, Problem):
    """One value that its field type refuses, e.g. 'not_a_number'."""

    code = 'bad_value'

    def __init__(self, code: str, /, **facts: Any) -> None:
        Problem.__init__(self, code, **facts)


class Unguarded(Problem, RuntimeError):
    """SQL was attempted while nobody acts."""

    code = 'unguarded'
