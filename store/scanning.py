"""Whether files were looked at by a virus scanner; who offers one knows how to speak to it."""

import logging
from collections.abc import Awaitable, Callable

from store.problems import Refused
from store.system_settings import setting

UNSCANNED, CLEAN, INFECTED = 'unscanned', 'clean', 'infected'
Scanner = Callable[[str, bytes], Awaitable[str]]
"""Gives the name of what was found in a content by the scanner at an address, '' for nothing.

Raises Refused 'scanner_away' when it cannot be asked."""
_scanners: list[Scanner] = []
log = logging.getLogger(__name__)


def scan_with(scanner: Scanner) -> Callable[[], None]:
    """Ask this scanner from now on; the result takes it away again."""
    _scanners.append(scanner)
    return lambda: _scanners.remove(scanner)


def is_set() -> bool:
    """Whether files are looked at."""
    return bool(_scanners and setting('scanner'))


async def found_in(data: bytes) -> str:
    """The name of what was found in a content, '' for nothing.

    :raises Refused: 'scanner_away'"""
    if not _scanners:
        raise Refused('scanner_away')
    return await _scanners[-1](str(setting('scanner')), data)


async def look_at(data: bytes) -> str:
    """What a new file is marked with, once it may come in.

    :raises Refused: 'file_refused' for the reasons 'infected' and, where the settings say so, 'unscanned'"""
    if not setting('scanner'):
        return UNSCANNED
    try:
        virus = await found_in(data)
    except Refused as problem:
        if setting('scanner_away') == 'refuse':
            raise Refused('file_refused', reason='unscanned') from problem
        log.warning('a file was kept unscanned: %s', problem)
        return UNSCANNED
    if virus:
        raise Refused('file_refused', reason='infected', virus=virus[:100])
    return CLEAN
