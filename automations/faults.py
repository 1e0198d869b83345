"""Named places where a test may let the process die: ``ARTEL_FAULT=segment.before_commit:2`` kills it at
the 2nd."""

import os
import signal
from collections import Counter

POINTS = (
    'dispatch.read',
    'dispatch.before_commit',
    'dispatch.after_commit',
    'tick.read',
    'tick.before_commit',
    'tick.after_commit',
    'claim.after_commit',
    'segment.fenced',
    'segment.step_done',
    'segment.before_commit',
    'segment.after_commit',
    'outbox.taken',
    'outbox.delivered',
    'outbox.closed',
)
"""Every place, in the order of a change's way."""

_hits: Counter[str] = Counter()


def fault(name: str) -> None:
    """Die here, as by a power cut, if the environment asks for it."""
    wanted = os.environ.get('ARTEL_FAULT')
    if not wanted:
        return
    _hits[name] += 1
    if wanted == f'{name}:{_hits[name]}':
        os.kill(os.getpid(), signal.SIGKILL)
