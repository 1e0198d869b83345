"""A real IMAP server (Dovecot) on this machine for tests; `python -m tests.imap_server` says where it is."""

import contextlib
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.ldap_server import make_certificate
from tests.ports import free_port

PASSWORD = 'app-password-1'


def find() -> str | None:
    """The program, where its IMAP part is there too."""
    program = shutil.which('dovecot') or (
        '/usr/sbin/dovecot' if Path('/usr/sbin/dovecot').is_file() else None
    )
    return program if Path('/usr/lib/dovecot/imap').is_file() else None


def skip_without() -> None:
    """Leave a test out, with the reason, on a machine that has no such server."""
    if find() is None:
        pytest.skip('no Dovecot on this machine: tools/setup.sh test installs one (package dovecot-imapd)')


class ImapServer:
    """Listens on free ports of 127.0.0.1, plain and with TLS; whoever signs in has a mailbox.

    Letters are files, put and taken away in the folder of their owner."""

    def __init__(self) -> None:
        # Paths of its sockets must be short, so the folders of tests do not do.
        self.folder = Path(tempfile.mkdtemp(prefix='imap'))
        self.folder.chmod(0o755)
        self.port, self.tls_port = free_port(), free_port()
        self.ca = make_certificate(self.folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._letters = 0

    def start(self) -> None:
        """Begin to answer, also again after `stop`.

        :raises RuntimeError: it does not come up; the message holds its log"""
        (self.folder / 'dovecot.conf').write_text(self._configuration())
        (self.folder / 'home').mkdir(exist_ok=True)
        _hand_over(self.folder / 'home')
        log = self.folder / 'log'
        with (self.folder / 'out').open('ab') as out:
            self._process = subprocess.Popen(
                [find() or 'dovecot', '-F', '-c', str(self.folder / 'dovecot.conf')], stdout=out, stderr=out
            )
        until = time.monotonic() + 20
        while time.monotonic() < until and self._process.poll() is None:
            if all(_answers(port) for port in (self.port, self.tls_port)):
                return
            time.sleep(0.02)
        said = (self.folder / 'out').read_text() + (log.read_text() if log.exists() else '')
        raise RuntimeError(said)

    def stop(self) -> None:
        """End it; the letters stay."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def remove(self) -> None:
        """End it and take its folder away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What the world and the owner's other programs do

    def put(
        self, letter: EmailMessage | bytes, user: str = 'anna', *, folder: str = '', seen: bool = False
    ) -> None:
        """A letter arrives, or lies in another folder such as 'Sent'."""
        raw = letter if isinstance(letter, bytes) else letter.as_bytes()
        self._letters += 1
        box = self._box(user, folder)
        name = f'{int(time.time())}.{self._letters:06}.test:2,{"S" if seen else ""}'
        draft = box / 'tmp' / name
        draft.write_bytes(raw)
        draft.rename(box / 'cur' / name)
        _hand_over(self.folder / 'home')

    def renumber(self, user: str = 'anna') -> None:
        """Number the letters of the inbox anew, as a server does that was restored: another UIDVALIDITY."""
        self.stop()
        for file in self._box(user, '').glob('dovecot*'):
            if file.is_file():
                file.unlink()
        listed = self._box(user, '') / 'dovecot-uidlist'
        names = sorted(one.name for one in (self._box(user, '') / 'cur').iterdir())
        lines = [f'{place} :{name.partition(":")[0]}' for place, name in enumerate(names, 1)]
        listed.write_text('\n'.join((f'3 V77777 N{len(lines) + 1}', *lines, '')))
        _hand_over(self.folder / 'home')
        self.start()

    def _box(self, user: str, folder: str) -> Path:
        box = self.folder / 'home' / user / 'Maildir' / (f'.{folder}' if folder else '')
        for part in ('cur', 'new', 'tmp'):
            (box / part).mkdir(parents=True, exist_ok=True)
        if folder:
            (box / 'maildirfolder').touch()
        return box

    def _configuration(self) -> str:
        return f"""base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{self.folder}/cert.pem
ssl_key = <{self.folder}/key.pem
disable_plaintext_auth = no
{_users()}first_valid_uid = 0
first_valid_gid = 0
mail_uid = {_owner()[0]}
mail_gid = {_owner()[1]}
mail_location = maildir:~/Maildir
auth_verbose = yes
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = home={self.folder}/home/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
"""


def _owner() -> tuple[int, int]:
    """Whose the letters are: Dovecot gives no letters to root."""
    if os.getuid():
        return os.getuid(), os.getgid()
    nobody = pwd.getpwnam('nobody')
    return nobody.pw_uid, nobody.pw_gid


def _hand_over(folder: Path) -> None:
    if not os.getuid():
        for one in (folder, *folder.rglob('*')):
            os.chown(one, *_owner())


def _users() -> str:
    """As root it takes the users of its package; anybody else is everything."""
    if not os.getuid():
        return ''
    user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    return f'default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n'


@contextlib.contextmanager
def serving_imap() -> Iterator[ImapServer]:
    """A server while it runs."""
    skip_without()
    server = ImapServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def letter(subject: str, text: str = 'Hello', **headers: str) -> EmailMessage:
    """A letter from Bob, to Anna unless told otherwise; headers by name, `_` for `-`."""
    made = EmailMessage()
    usual = {'From': 'Bob <bob@example.com>', 'To': 'Anna <anna@example.test>', 'Subject': subject}
    given = {name.replace('_', '-'): value for name, value in headers.items()}
    for name, value in {**usual, **given}.items():
        made[name] = value
    made.set_content(text)
    return made


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


if __name__ == '__main__':
    program = find()
    print(program or 'no Dovecot on this machine')
    sys.exit(program is None)
