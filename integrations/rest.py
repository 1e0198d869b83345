"""The REST interface `/api/v1` as one small ASGI application, with nothing between the socket and the door.

Every request acts as the owner of its token; refusals are those of the pages: code, facts, sentence."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from integrations.rest_calls import Answer, Answered, Call, Endpoint, Words, as_json, status_of
from integrations.rest_catalogs import CATALOG_ENDPOINTS
from integrations.rest_docs import DOCS_FILES
from integrations.rest_limits import Limits
from integrations.rest_openapi import openapi
from integrations.rest_records import RECORD_ENDPOINTS
from integrations.rest_rules import RULE_ENDPOINTS
from store import Actor, NotAllowed, NotFound, Problem, audit
from store.sessions import actor_of_token

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Visitor = Callable[[Scope], Awaitable[Actor | None]]

BODY_LIMIT = 8_000_000
BODY_S = 30.0
"""How long a body may take to arrive."""
LANGUAGES = ('en', 'ru')
_HEADERS = (
    (b'cache-control', b'no-store'),
    (b'x-content-type-options', b'nosniff'),
    (
        b'content-security-policy',
        b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
    ),
    (b'referrer-policy', b'no-referrer'),
)
_BODY_METHODS = frozenset({'POST', 'PATCH', 'PUT'})


async def _nobody(_: Scope) -> Actor | None:
    return None


class RestApi:
    """Mount it at `/api`. `words` makes sentences of refusals; `visitor` knows whose browser asks, and opens
    the documentation alone, never data."""

    def __init__(self, words: Words, *, visitor: Visitor = _nobody, limits: Limits | None = None) -> None:
        self._words = words
        self._visitor = visitor
        self._limits = limits or Limits()
        self._routes = _routes((*CATALOG_ENDPOINTS, *RECORD_ENDPOINTS, *RULE_ENDPOINTS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything but HTTP is closed."""
        if scope['type'] != 'http':
            if scope['type'] == 'websocket':
                await send({'type': 'websocket.close', 'code': 1008})
            return
        headers = {name: value for name, value in scope['headers'] if name in _WANTED}
        language = language_of(headers.get(b'accept-language', b'').decode('latin-1'))
        try:
            answer = await self._answer(scope, receive, headers, language)
        except Problem as problem:
            answer = _refusal(problem, self._words, language)
        await _send(send, answer)

    async def _answer(
        self, scope: Scope, receive: Receive, headers: Mapping[bytes, bytes], language: str
    ) -> Answer:
        path = _path(scope)
        if path in _DOCS and scope['method'] == 'GET':
            return await self._documentation(scope, headers, path)
        endpoint, parts = self._route(scope['method'], path)
        token, actor = await self._actor(scope, headers)
        with self._limits.one(token):
            call = Call(actor, parts, dict(parse_qsl(scope['query_string'].decode('latin-1'))), language)
            if scope['method'] in _BODY_METHODS:
                call.body = await _body(receive, headers)
            try:
                return await endpoint.handler(call)
            except (NotAllowed, NotFound) as refusal:
                await audit.note_refusal(actor, refusal, channel='api', path='/' + '/'.join(path)[:200])
                raise

    def _route(self, method: str, path: tuple[str, ...]) -> tuple[Endpoint, dict[str, str]]:
        allowed: set[str] = set()
        for pattern, methods in self._routes.get(len(path), ()):
            parts = _match(pattern, path)
            if parts is not None:
                if method in methods:
                    return methods[method], parts
                allowed |= methods.keys()
        if allowed:
            raise Answered('wrong_method', allowed=sorted(allowed))
        raise Answered('no_such_path', path='/' + '/'.join(path)[:200])

    async def _actor(self, scope: Scope, headers: Mapping[bytes, bytes]) -> tuple[str, Actor]:
        kind, _, token = headers.get(b'authorization', b'').decode('latin-1').partition(' ')
        address = (scope.get('client') or ('',))[0]
        actor = await actor_of_token(token.strip()) if kind.casefold() == 'bearer' and token.strip() else None
        if actor is None:
            # A living token is let in from wherever it comes: others may share its address.
            self._limits.blame(address, guessed=bool(token))
            raise Answered('unauthorized')
        return token, actor

    async def _documentation(
        self, scope: Scope, headers: Mapping[bytes, bytes], path: tuple[str, ...]
    ) -> Answer:
        """The page is the same for everybody; the description shows what its reader may see."""
        if path != ('v1', 'openapi.json'):
            return DOCS_FILES[path[1:]]
        actor = await self._visitor(scope)
        if actor is None:
            _, actor = await self._actor(scope, headers)
        return Answer(openapi(actor, (*CATALOG_ENDPOINTS, *RECORD_ENDPOINTS, *RULE_ENDPOINTS)))


_WANTED = frozenset({b'authorization', b'accept-language', b'content-type', b'content-length'})
_DOCS = frozenset({('v1', 'openapi.json'), *(('v1', *path) for path in DOCS_FILES)})


def _path(scope: Scope) -> tuple[str, ...]:
    """The path behind the place where this application is mounted, unquoted part by part."""
    path: str = scope['path'].removeprefix(scope.get('root_path', ''))
    return tuple(unquote(part) for part in path.strip('/').split('/'))


Pattern = tuple[str, ...]


def _routes(endpoints: Iterable[Endpoint]) -> dict[int, list[tuple[Pattern, dict[str, Endpoint]]]]:
    """Endpoints by the length of their path; literal parts come before blanks."""
    by_pattern: dict[Pattern, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        pattern = ('v1', *endpoint.path.strip('/').split('/'))
        by_pattern.setdefault(pattern, {})[endpoint.method] = endpoint
    routes: dict[int, list[tuple[Pattern, dict[str, Endpoint]]]] = {}
    for pattern in sorted(by_pattern, key=lambda p: sum(part.startswith('{') for part in p)):
        routes.setdefault(len(pattern), []).append((pattern, by_pattern[pattern]))
    return routes


def _match(pattern: Pattern, path: tuple[str, ...]) -> dict[str, str] | None:
    parts = {}
    for wanted, found in zip(pattern, path, strict=True):
        if wanted[:1] == '{':
            parts[wanted[1:-1]] = found
        elif wanted != found:
            return None
    return parts


async def _body(receive: Receive, headers: Mapping[bytes, bytes]) -> Any:
    """The JSON of the body, cut off while it is still arriving when it is too large."""
    kind = headers.get(b'content-type', b'').split(b';')[0].strip().lower()
    length = headers.get(b'content-length', b'0')
    if length.isdigit() and int(length) > BODY_LIMIT:
        raise Answered('body_too_large', limit=BODY_LIMIT)
    try:
        async with asyncio.timeout(BODY_S):
            raw = await _read(receive)
    except TimeoutError as error:
        raise Answered('not_json') from error
    if not raw:
        return {}
    if kind != b'application/json':
        raise Answered('json_expected')
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Answered('not_json') from error


async def _read(receive: Receive) -> bytes:
    message = await receive()
    raw: bytes = message.get('body', b'')
    if not message.get('more_body'):
        return raw
    whole = bytearray(raw)
    while message.get('more_body'):
        message = await receive()
        whole += message.get('body', b'')
        if len(whole) > BODY_LIMIT:
            raise Answered('body_too_large', limit=BODY_LIMIT)
    return bytes(whole)


def _refusal(problem: Problem, words: Words, language: str) -> Answer:
    headers: dict[str, str] = {}
    if problem.code == 'unauthorized':
        headers['WWW-Authenticate'] = 'Bearer'
    if problem.code == 'wrong_method':
        headers['Allow'] = ', '.join(problem.facts['allowed'])
    if problem.code == 'too_many_requests':
        headers['Retry-After'] = str(problem.facts['seconds'])
    return Answer(as_json(problem, words, language), status_of(problem), headers)


async def _send(send: Send, answer: Answer) -> None:
    if answer.body is None:
        body = b''
    elif isinstance(answer.body, bytes):
        body = answer.body
    else:
        body = orjson.dumps(answer.body, default=str, option=orjson.OPT_UTC_Z)
    headers = [
        (b'content-type', answer.content_type.encode()),
        (b'content-length', str(len(body)).encode()),
        *_HEADERS,
        *(
            (name.lower().encode(), value.encode('latin-1', 'replace'))
            for name, value in answer.headers.items()
        ),
    ]
    await send({'type': 'http.response.start', 'status': answer.status, 'headers': headers})
    await send({'type': 'http.response.body', 'body': body})


def language_of(header: str) -> str:
    """The first language of an Accept-Language header that Artel speaks; English without one."""
    wanted: list[tuple[float, str]] = []
    for entry in header[:200].split(','):
        tag, _, quality = entry.partition(';q=')
        try:
            wanted.append((-float(quality or 1), tag.strip()[:2].casefold()))
        except ValueError:
            continue
    return next((tag for _, tag in sorted(wanted, key=lambda one: one[0]) if tag in LANGUAGES), LANGUAGES[0])
