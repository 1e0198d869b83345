"""A real nginx with TLS, set up by the examples of deploy/; `python -m tests.nginx` says where it is."""

import datetime as dt
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.ports import free_port

EXAMPLES = Path(__file__).parents[1] / 'deploy' / 'nginx'


def find() -> str | None:
    """The program."""
    return shutil.which('nginx') or next(
        (str(p) for p in (Path('/usr/sbin/nginx'), Path('/opt/homebrew/bin/nginx')) if p.is_file()), None
    )


class Nginx:
    """Listens with TLS on `port` of localhost and passes on to the app, as an example of deploy/ says."""

    def __init__(self, folder: Path, example: str) -> None:
        self.folder = folder
        self.port, self._plain = free_port(), free_port()
        self._example = EXAMPLES / example
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, app_port: int) -> None:
        """Begin to listen.

        :raises RuntimeError: it does not come up; the message holds its log"""
        self.folder.mkdir(exist_ok=True)
        _make_certificate(self.folder)
        (self.folder / 'nginx.conf').write_text(self._configuration(app_port))
        command = [find() or 'nginx', '-p', str(self.folder), '-c', str(self.folder / 'nginx.conf')]
        with self._log.open('wb') as log:
            self._process = subprocess.Popen([*command, '-g', 'daemon off;'], stdout=log, stderr=log)
        until = time.monotonic() + 15
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(('127.0.0.1', self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(self._log.read_text())

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(15)

    @property
    def _log(self) -> Path:
        return self.folder / 'nginx.log'

    def _configuration(self, app_port: int) -> str:
        text = self._example.read_text()
        for pattern, value in (
            (r'listen 443 ssl', f'listen 127.0.0.1:{self.port} ssl'),
            (r'listen 80;', f'listen 127.0.0.1:{self._plain};'),
            (r'server_name [a-z.]+;', 'server_name localhost;'),
            (r'/etc/ssl/artel', str(self.folder)),
            (r'server 127\.0\.0\.1:8080;', f'server 127.0.0.1:{app_port};'),
        ):
            text, count = re.subn(pattern, value, text)
            assert count, f'{self._example.name} has no {pattern}'
        kinds = ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi')
        places = ''.join(f'{kind}_temp_path {self.folder}/{kind};\n' for kind in kinds)
        return (
            f'pid {self.folder}/pid;\nerror_log stderr warn;\nevents {{}}\n'
            f'http {{\naccess_log off;\n{places}{text}\n}}\n'
        )


def _make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'localhost')])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName('localhost')]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / 'fullchain.pem').write_bytes(certificate.public_bytes(pem))
    (folder / 'privkey.pem').write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


if __name__ == '__main__':
    program = find()
    print(program or 'no nginx on this machine')
    sys.exit(program is None)
