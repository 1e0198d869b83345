"""A PostgreSQL server of our own for one test run; `python -m tests.postgres` says where its programs are."""

import os
import pwd
import shutil
import signal
import site
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.ports import free_port

# A test's data need not survive a power cut.
FAST = (
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'max_connections=200',
    'shared_buffers=64MB',
)

INITDB = ('-U', 'artel', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync')


def find() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest version first."""
    on_path = shutil.which('initdb')
    folders = [Path(on_path).resolve().parent] if on_path else []
    for root in ('/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'):
        folders += sorted(Path(root).glob('*/bin'), reverse=True)
    folders += [Path(packages) / 'pgserver/pginstall/bin' for packages in site.getsitepackages()]
    return next((f for f in folders if (f / 'initdb').is_file() and (f / 'postgres').is_file()), None)


class PostgresServer:
    """Starts on a free local port in a folder of its own; `stop` removes both."""

    def __init__(self) -> None:
        programs = find()
        if programs is None:
            raise LookupError('no PostgreSQL server on this machine: tools/setup.sh test installs one')
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix='artel-postgres-'))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    def url(self, name: str = 'postgres') -> str:
        """The address of the database of this name."""
        return f'postgres://artel@127.0.0.1:{self.port}/{name}'

    def start(self) -> None:
        """Make the cluster and wait until it answers.

        :raises RuntimeError: it does not answer within 30 s; the message holds its log"""
        self._folder.chmod(0o755)
        if user := _user():
            shutil.chown(self._folder, user)
        data = self._folder / 'data'
        initdb: list[str | Path] = [self._programs / 'initdb', '-D', data, *INITDB]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **self._as_user())
        where = f'port={self.port}', 'listen_addresses=127.0.0.1', f'unix_socket_directories={self._folder}'
        options = [part for setting in (*where, *FAST) for part in ('-c', setting)]
        with (self._folder / 'log').open('wb') as log:
            self._process = subprocess.Popen(
                [self._programs / 'postgres', '-D', data, *options], stdout=log, stderr=log, **self._as_user()
            )
        self._wait()

    def stop(self) -> None:
        """End the server and remove its data."""
        if self._process:
            # A fast shutdown: a connection that a test forgot does not hold it up.
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        log = self._folder / 'log'
        for _ in range(300):
            if b'ready to accept connections' in log.read_bytes():
                return
            time.sleep(0.1)
        raise RuntimeError(f'PostgreSQL did not start: {log.read_text(errors="replace")}')

    def _as_user(self) -> dict[str, Any]:
        # PostgreSQL refuses to run as root.
        return {'cwd': self._folder, 'env': {**os.environ, 'LC_ALL': 'C.UTF-8'}} | (
            {'user': _user()} if _user() else {}
        )


def _user() -> str | None:
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ('postgres', 'nobody') if name in known)


if __name__ == '__main__':
    folder = find()
    print(folder or 'no PostgreSQL server on this machine')
    sys.exit(folder is None)
