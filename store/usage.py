"""Who has a data folder open says so by a shared lock, so that nobody replaces it under a running program."""

import fcntl
from pathlib import Path
from typing import TextIO

from store.problems import Refused

IN_USE = 'in-use.lock'
_held: list[TextIO] = []


def take(data: Path) -> None:
    """Hold the folder until `give_back`; many may.

    :raises Refused: 'restore_running': it is being replaced just now"""
    file = (data / IN_USE).open('w')
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise Refused('restore_running') from error
    _held.append(file)


def give_back() -> None:
    """Let go of every folder; harmless without one."""
    while _held:
        _held.pop().close()
