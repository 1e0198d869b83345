"""The real app as a child process: its own folder, its own port, the command line of main.py."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from playwright.async_api import StorageState

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PASSWORD = 'correct-horse-battery-9'
"""Of everybody in the browser tests."""


class App:
    """An installation in `data`; `start` serves it at `url`.

    `cookies` are those of browsers that signed in here, by login."""

    def __init__(self, data: Path, **variables: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.cookies: dict[str, StorageState] = {}
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> str:
        """What `python main.py …` prints for this installation."""
        command = [sys.executable, 'main.py', *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def start(self, timeout_s: float = 180) -> 'App':
        """Serve, and come back when it answers."""
        with self.log.open('ab') as log:
            self._process = subprocess.Popen(
                [sys.executable, 'main.py', 'serve'],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            assert self._process.poll() is None, self.log.read_text()
            if self._answers():
                return self
            time.sleep(0.1)
        raise TimeoutError(self.log.read_text())

    def stop(self) -> None:
        """End it as an administrator would."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self.data.parent / f'{self.data.name}.log'

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._process = None

    def _answers(self) -> bool:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            try:
                urllib.request.urlopen(f'{self.url}/sign-in', timeout=5).close()
            except urllib.error.HTTPError as error:
                error.close()
            return True
        return False

    def _environment(self) -> Mapping[str, str]:
        ours = {
            'ARTEL_DATA': str(self.data),
            'ARTEL_HOST': '127.0.0.1',
            'ARTEL_PORT': str(self.port),
            'ARTEL_PASSWORD': PASSWORD,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith('ARTEL_')}
        return kept | ours | self._variables


def copy_of(data: Path, folder: Path) -> Path:
    """The data of an installation that does not run, in a folder of its own."""
    shutil.copytree(data, folder / 'data')
    return folder / 'data'
