"""A port for a server of a test."""

import contextlib
import random
import socket


def free_port() -> int:
    """A port nobody listens at, below those the system hands out, so that it is still free when one comes."""
    for port in iter(lambda: random.randrange(20_000, 32_000), 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(('127.0.0.1', port))
            return port
    raise AssertionError('no port is free')
