"""Living below a path of another server, e.g. https://example.com/crm.

The path comes from the settings of the installation, never from what a request claims."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

CLAIMS: Final = ('x-forwarded-prefix', 'x-forwarded-host', 'x-script-name')
"""Headers that NiceGUI or a library might believe, whoever sent them."""


class UnderPrefix:
    """The outermost wall: every request is one below `prefix`, whether or not the proxy has cut it off."""

    def __init__(self, app: ASGIApp, prefix: str = '') -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the path that ASGI asks for."""
        if scope['type'] in ('http', 'websocket'):
            scope = {**scope, 'headers': list(scope['headers'])}
            headers = MutableHeaders(scope=scope)
            for name in CLAIMS:
                del headers[name]
            if self.prefix:
                scope |= self._below(scope)
        await self.app(scope, receive, send)

    def _below(self, scope: Scope) -> Scope:
        path: str = scope['path']
        if not _is_below(path, self.prefix):
            path = self.prefix + path
        return {'root_path': self.prefix, 'path': path, 'raw_path': path.encode()}


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f'{prefix}/')


def own_path(scope: Scope) -> str:
    """The path of a request without the prefix."""
    path, prefix = scope['path'], scope.get('root_path', '')
    return (path[len(prefix) :] or '/') if prefix and _is_below(path, prefix) else path


def public(connection: HTTPConnection, path: str) -> str:
    """An own path as the browser has to ask for it."""
    return f'{connection.scope.get("root_path", "")}{path}'
