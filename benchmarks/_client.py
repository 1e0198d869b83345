"""A small HTTP/1.1 client on asyncio streams, which costs next to nothing of what is measured."""

import asyncio
import json
import urllib.parse
from types import TracebackType
from typing import Any


class Client:
    """One kept connection to a server; one request at a time."""

    def __init__(self, url: str, token: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._head = (
            f'Host: {parts.netloc}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n'
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> 'Client':
        self._streams = await asyncio.open_connection(*self._address, limit=2**24)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._streams:
            self._streams[1].close()

    async def send(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of the answer.

        :raises RuntimeError: the answer is a refusal"""
        if self._streams is None:
            raise RuntimeError('not connected')
        reader, writer = self._streams
        content = b'' if body is None else json.dumps(body).encode()
        writer.write(
            f'{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(content)}\r\n\r\n'.encode()
            + content
        )
        head = (await reader.readuntil(b'\r\n\r\n')).decode('latin-1').lower()
        length = head.partition('content-length:')[2].partition('\r\n')[0]
        answer = await reader.readexactly(int(length or 0))
        if not head.startswith('http/1.1 2'):
            raise RuntimeError(f'{method} {path}: {head.splitlines()[0]} {answer[:300]!r}')
        return json.loads(answer) if answer else None
