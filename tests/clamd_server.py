"""A ClamAV daemon on loopback that knows one virus; `is_away` and `answer` make it misbehave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

EICAR = b'X5O!P%@AP[4\\PZX54(P^)7CC)7}$' + b'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'
"""What every scanner takes for a virus by agreement; in two pieces, so that none takes this file for one."""


class ClamdServer:
    """Speaks INSTREAM: four bytes of length and a piece, again and again, until a length of nothing."""

    def __init__(self, most: int = 1 << 20) -> None:
        self.most = most
        self.address = ''
        self.seen: list[bytes] = []
        self.answer: bytes | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one content."""
        try:
            assert await reader.readuntil(b'\0') == b'zINSTREAM\0'
            content = b''
            while size := int.from_bytes(await reader.readexactly(4)):
                content += await reader.readexactly(size)
                if len(content) > self.most:
                    writer.write(b'INSTREAM size limit exceeded. ERROR\0')
                    return
            self.seen.append(content)
            found = b'stream: Eicar-Test-Signature FOUND\0' if EICAR in content else b'stream: OK\0'
            writer.write(found if self.answer is None else self.answer)
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()


@asynccontextmanager
async def clamd(path: str = '') -> AsyncIterator[ClamdServer]:
    """A daemon on a free port, or on a socket at `path`."""
    one = ClamdServer()
    if path:
        server = await asyncio.start_unix_server(one.talk, path)
        one.address = path
    else:
        server = await asyncio.start_server(one.talk, '127.0.0.1', 0)
        one.address = f'127.0.0.1:{server.sockets[0].getsockname()[1]}'
    async with server:
        yield one
