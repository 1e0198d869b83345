"""What a REST endpoint is given and what it gives back; how refusals look on the wire."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from store import Actor, Cause, Invalid, Problem, Records
from store.problems import Conflict, NotAllowed, NotFound
from store.query import is_storable

BY_API = Cause('api')
MOST_ROWS = 1000
"""The largest page, and the largest bulk."""
Words = Callable[[str, Mapping[str, Any], str], str]
"""Puts a refusal's code and facts into a sentence of a language; `main.py` hands over the interface's own."""

_STATUS_OF_CODE = {
    'unauthorized': 401,
    'no_such_path': 404,
    'wrong_method': 405,
    'body_too_large': 413,
    'not_json': 400,
    'json_expected': 415,
    'too_many_requests': 429,
}


class Answered(Problem):
    """A refusal of the interface itself; its code fixes the status."""

    code = 'bad_request'


@dataclass(slots=True)
class Call:
    """One authenticated request: who, what, and the door in their name."""

    actor: Actor
    parts: Mapping[str, str]
    query: Mapping[str, str]
    language: str
    body: Any = None
    records: Records = field(init=False)

    def __post_init__(self) -> None:
        self.records = Records(self.actor, BY_API)

    @property
    def catalog(self) -> str:
        """The catalogue's code in the path."""
        return self.parts['catalog']

    @property
    def id(self) -> int:
        """The record's id in the path.

        :raises NotFound: it is no number"""
        text = self.parts['id']
        if not text.isascii() or not text.isdecimal() or len(text) > 18:
            raise NotFound(catalog=self.parts.get('catalog', ''), id=text[:20])
        return int(text)

    def number(self, name: str, default: int | None = None) -> int | None:
        """A number of the query string.

        :raises Invalid: it is none"""
        text = self.query.get(name, '')
        if not text:
            return default
        if not text.isascii() or not text.isdecimal() or len(text) > 18:
            raise Invalid({name: Problem('not_a_number')})
        return int(text)

    def given(self, **shape: type | tuple[type, ...]) -> dict[str, Any]:
        """The body's members, each of the right type; None where it is absent.

        :raises Invalid: an unknown member, or one of a wrong type"""
        if not isinstance(self.body, dict):
            raise Answered('object_expected')
        errors: dict[str, Problem] = {
            name: Problem('unknown_field') for name in self.body if name not in shape
        }
        found = {name: self.body.get(name) for name in shape}
        for name, kinds in shape.items():
            value = found[name]
            wrong_flag = isinstance(value, bool) and bool not in (
                kinds if isinstance(kinds, tuple) else (kinds,)
            )
            too_big = isinstance(value, int) and not is_storable(value)
            if value is not None and (wrong_flag or too_big or not isinstance(value, kinds)):
                errors[name] = Problem('wrong_type')
        if errors:
            raise Invalid(errors)
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: JSON, or a ready page."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = 'application/json'


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One deed of the interface, with what its documentation says.

    `query` are (name, what it is); `body` and `answer` name a schema of the documentation, where
    ``{catalog}`` in the path makes one entry a catalogue."""

    method: str
    path: str
    handler: Handler
    summary: str
    tag: str = 'Records'
    query: tuple[tuple[str, str], ...] = ()
    body: str = ''
    answer: str = ''
    status: int = 200


def status_of(problem: Problem) -> int:
    """The HTTP status of a refusal."""
    if problem.code in _STATUS_OF_CODE:
        return _STATUS_OF_CODE[problem.code]
    for kind, status in ((NotFound, 404), (NotAllowed, 403), (Conflict, 409), (Invalid, 422)):
        if isinstance(problem, kind):
            return status
    return 400 if isinstance(problem, Answered) or problem.code.startswith('bad_') else 422


def as_json(problem: Problem, words: Words, language: str) -> dict[str, Any]:
    """A refusal on the wire: code, facts, and the sentence a person would read; each field's own too."""
    facts = dict(problem.facts)
    errors = facts.pop('errors', {}) if isinstance(problem, Invalid) else {}
    told: dict[str, Any] = {
        'code': problem.code,
        'facts': facts,
        'message': words(problem.code, problem.facts, language),
    }
    if errors:
        told['fields'] = {
            name: {**error, 'message': words(error['code'], error['facts'], language)}
            for name, error in errors.items()
        }
    return {'error': told}
