"""The outer wall: own origin only, pages only with a session, bounded bodies, headers on every answer."""

import hmac
from collections.abc import Sequence
from typing import Any, Final, cast
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from store import audit, sessions
from store.actor import Actor
from ui.compat import client_of
from ui.prefix import own_path
from ui.session import token_of

CSP: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none';"
    " base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS: Final = {
    'content-security-policy': CSP,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
}
HSTS: Final = 'max-age=31536000'

OPEN: Final = (
    '/_nicegui/', '/assets/', '/api/', '/auth/', '/sign-in', '/setup', '/favicon.ico', '/health', '/invite/',
    '/files/', '/forgot', '/reset/', '/portal/sign-in', '/portal/register', '/portal/confirm/',
    '/portal/forgot', '/portal/reset/', '/portal/invite/',
)  # fmt: skip
"""What needs no session: the sign-in itself, static files, the API, which knows its own tokens, and files
of which logos are for everybody."""
PORTAL: Final = '/portal'
"""Where customers are, who are let in nowhere else; colleagues are not let in there."""
SOCKET: Final = '/_nicegui_ws/'
CLIENT: Final = '/_nicegui/client/'
NO_PAGES: Final = ('/_', '/exports/', '/files')

UNREAD: Final = 65_536
"""So much of a body that nobody wanted may still arrive before the line is cut."""
MAX_BODY: Final = 2 * 1024 * 1024
MAX_UPLOAD: Final = 64 * 1024 * 1024
"""Bytes of a file that may be sent to an open page; the API checks its own bodies too."""


FORWARDED: Final = (b'x-forwarded-', b'forwarded', b'x-real-ip')


class Forwarded:
    """Believes what a trusted proxy says of its visitor; the same words of anybody else are taken away."""

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self._app = app
        self._behind_proxy = ProxyHeadersMiddleware(cast(Any, app), list(trusted))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as if the visitor had come without the proxy."""
        peer = (scope.get('client') or ('',))[0]
        if scope['type'] in ('http', 'websocket') and peer not in self._behind_proxy.trusted_hosts:
            kept = [(name, value) for name, value in scope['headers'] if not name.startswith(FORWARDED)]
            await self._app({**scope, 'headers': kept}, receive, send)
        else:
            await self._behind_proxy(cast(Any, scope), cast(Any, receive), cast(Any, send))


class TooLarge(Exception):
    """A body went on beyond its limit."""


class Headers:
    """Adds the protective headers to every answer, errors and static files included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with headers."""

        async def marked(message: Message) -> None:
            if message['type'] == 'http.response.start':
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope.get('scheme') == 'https':
                    headers.setdefault('strict-transport-security', HSTS)
            await send(message)

        await self.app(scope, receive, marked if scope['type'] == 'http' else send)


class BodyLimit:
    """Cuts off a body while it arrives, whatever length it claims."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is small enough."""
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        body = _Body(scope, receive, send)
        try:
            body.check_claim()
            await self.app(scope, body.receive, body.send)
        except TooLarge:
            if not body.is_answered:
                await _refused(413, 'too_large')(scope, receive, body.send)


class _Body:
    """One body on its way, and the answer to it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = HTTPConnection(scope).headers
        claimed = headers.get('content-length', '')
        self._limit = MAX_UPLOAD if own_path(scope).startswith((CLIENT, '/api/', '/files')) else MAX_BODY
        self._claimed = int(claimed) if claimed.isdecimal() else 0
        self._is_long = self._claimed > UNREAD or 'transfer-encoding' in headers
        self._receive, self._send = receive, send
        self._seen = 0
        self._has_arrived = False
        self.is_answered = False

    def check_claim(self) -> None:
        """Refuse what says itself that it is too large.

        :raises TooLarge: it does"""
        if self._claimed > self._limit:
            raise TooLarge

    async def receive(self) -> Message:
        """The next part.

        :raises TooLarge: it went on beyond the limit"""
        message = await self._receive()
        self._seen += len(message.get('body', b''))
        self._has_arrived = not message.get('more_body', False)
        if self._seen > self._limit:
            raise TooLarge
        return message

    async def send(self, message: Message) -> None:
        """Answer; whoever is answered before all has arrived would go on sending, so the line is cut."""
        self.is_answered = True
        if message['type'] == 'http.response.start' and self._is_long and not self._has_arrived:
            MutableHeaders(scope=message)['connection'] = 'close'
        await self._send(message)


class Gate:
    """Lets sockets and uploads in from our own pages only, and pages only with a session."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass, refuse, or send to the sign-in."""
        if scope['type'] not in ('http', 'websocket'):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        address = connection.client.host if connection.client else ''
        with audit.coming_from(address, connection.headers.get('user-agent', '')):
            refusal = await self._refusal(connection)
            if refusal is None:
                await self.app(scope, receive, send)
            elif scope['type'] == 'websocket':
                await receive()
                await send({'type': 'websocket.close', 'code': 1008})
            else:
                await refusal(scope, receive, send)

    async def _refusal(self, connection: HTTPConnection) -> Response | None:
        path = own_path(connection.scope)
        if path.startswith((SOCKET, CLIENT)) or connection.scope['type'] == 'websocket':
            return (
                None if is_own_origin(connection) and owns_page(connection) else _refused(403, 'foreign_page')
            )
        writes = connection.scope.get('method') not in ('GET', 'HEAD', 'OPTIONS')
        if writes and not path.startswith('/api/') and not is_own_origin(connection):
            return _refused(403, 'foreign_page')
        if path.startswith(OPEN):
            return None
        actor = await sessions.actor_of_session(token_of(dict(connection.cookies)))
        if actor is None:
            return await _to_sign_in(connection)
        return None if actor.portal == _is_of_portal(path) else _to_own_side(connection, actor)


def _is_of_portal(path: str) -> bool:
    return path == PORTAL or path.startswith(f'{PORTAL}/')


def _to_own_side(connection: HTTPConnection, actor: Actor) -> Response:
    """Lead somebody to the pages that are theirs; what is no page is refused."""
    is_page = not own_path(connection.scope).startswith(NO_PAGES)
    if connection.scope.get('method') != 'GET' or connection.headers.get('x-artel') or not is_page:
        return _refused(403, 'portal_only' if actor.portal else 'not_of_portal')
    prefix = connection.scope.get('root_path', '')
    return RedirectResponse(f'{prefix}{PORTAL if actor.portal else "/"}', 303)


async def _to_sign_in(connection: HTTPConnection) -> Response:
    if connection.scope.get('method') != 'GET' or connection.headers.get('x-artel'):
        return _refused(401, 'signed_out')
    prefix = connection.scope.get('root_path', '')
    if await sessions.needs_setup():
        return RedirectResponse(f'{prefix}/setup', 303)
    wanted = own_path(connection.scope) + (f'?{connection.url.query}' if connection.url.query else '')
    tail = '' if wanted in ('/', PORTAL) else f'?next={quote(wanted, safe="")}'
    door = f'{PORTAL}/sign-in' if _is_of_portal(own_path(connection.scope)) else '/sign-in'
    return RedirectResponse(f'{prefix}{door}{tail}', 303)


def is_own_origin(connection: HTTPConnection) -> bool:
    """Whether the request comes from our own pages, or from no page at all."""
    origin = connection.headers.get('origin')
    return origin is None or urlsplit(origin).netloc == connection.headers.get('host')


def owns_page(connection: HTTPConnection) -> bool:
    """Whether the browser that asks is the one the page was drawn for."""
    path = own_path(connection.scope)
    if path.startswith(CLIENT):
        client_id = path.removeprefix(CLIENT).split('/')[0]
    else:
        client_id = parse_qs(connection.scope.get('query_string', b'').decode('latin-1')).get(
            'client_id', ['']
        )[0]
    client = client_of(client_id)
    if client is None:
        # Unknown ids are NiceGUI's to refuse: it answers a page that outlived a restart with a reload.
        return True
    drawn_for = token_of(dict(client.request.cookies))
    return hmac.compare_digest(drawn_for.encode(), token_of(dict(connection.cookies)).encode())


def _refused(status: int, code: str) -> Response:
    return JSONResponse({'error': {'code': code}}, status)
