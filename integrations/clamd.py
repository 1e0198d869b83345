"""Asks a ClamAV daemon whether a content is harmful, by its INSTREAM command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from store import Refused

CHUNK = 1 << 18
TOTAL_S = 60.0
LONGEST_ANSWER = 4096
_PREFIX = 'stream: '


async def scan(address: str, data: bytes, *, total_s: float = TOTAL_S) -> str:
    """The name of what was found, '' for nothing.

    :param address: a socket's path, or 'host:port'
    :raises Refused: 'scanner_away': not reached, too slow, or it could not look"""
    try:
        async with asyncio.timeout(total_s), _connected(address) as (reader, writer):
            said = await _ask(reader, writer, data)
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise Refused('scanner_away', detail=str(error)[:200]) from error
    return _read(said)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> str:
    try:
        writer.write(b'zINSTREAM\0')
        for start in range(0, len(data), CHUNK):
            part = data[start : start + CHUNK]
            writer.write(len(part).to_bytes(4) + part)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
    except ConnectionError:
        # A daemon that has seen enough answers and hangs up in the middle.
        pass
    return (await reader.readuntil(b'\0')).rstrip(b'\0').decode(errors='replace').strip()


def _read(said: str) -> str:
    if said == f'{_PREFIX}OK':
        return ''
    if said.startswith(_PREFIX) and said.endswith(' FOUND'):
        return said.removeprefix(_PREFIX).removesuffix(' FOUND').strip() or 'FOUND'
    raise Refused('scanner_away', detail=said[:200])


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    if '/' in address:
        reader, writer = await asyncio.open_unix_connection(address, limit=LONGEST_ANSWER)
    else:
        host, _, port = address.rpartition(':')
        reader, writer = await asyncio.open_connection(host.strip('[]'), int(port), limit=LONGEST_ANSWER)
    try:
        yield reader, writer
    finally:
        writer.close()
