"""A real OpenLDAP server on this machine for tests; `python -m tests.ldap_server` says where it is."""

import datetime as dt
import ipaddress
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from ldap3 import ANONYMOUS, BASE, MODIFY_DELETE, MODIFY_REPLACE, NONE, SIMPLE, Connection, Server

from store import Records
from store.system_settings import change_settings
from tests.ports import free_port

BASE_DN = 'dc=example,dc=test'
PEOPLE = f'ou=people,{BASE_DN}'
GROUPS = f'ou=groups,{BASE_DN}'
READER = f'cn=reader,{BASE_DN}'
ROOT = f'cn=admin,{BASE_DN}'
SECRET = 'reader-secret'
SCHEMA = Path('/etc/ldap/schema')
MODULES = Path('/usr/lib/ldap')


def find() -> str | None:
    """The program, where its schema and modules are there too."""
    program = shutil.which('slapd') or next(
        (str(path) for path in (Path('/usr/sbin/slapd'),) if path.is_file()), None
    )
    complete = (SCHEMA / 'inetorgperson.schema').is_file() and any(MODULES.glob('memberof*'))
    return program if complete else None


def skip_without() -> None:
    """Leave a test out, with the reason, on a machine that has no such server."""
    if find() is None:
        pytest.skip('no OpenLDAP server on this machine: tools/setup.sh test installs one (package slapd)')


class LdapServer:
    """Listens on free ports of 127.0.0.1, plain with StartTLS and with TLS; its certificate is its own."""

    def __init__(self, folder: Path, *, size_limit: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self._size_limit = size_limit
        self._process: subprocess.Popen[bytes] | None = None
        self.ca = make_certificate(folder)

    def start(self, people: Iterable[str] = ()) -> None:
        """Make the directory with these people (`uid`s, whose password is theirs and '-secret'), and listen.

        :raises RuntimeError: it does not come up; the message holds its log"""
        (self.folder / 'db').mkdir(exist_ok=True)
        (self.folder / 'slapd.conf').write_text(self._configuration())
        (self.folder / 'base.ldif').write_text(_ldif(people))
        made = subprocess.run(
            [find() or 'slapd', '-T', 'add', '-q', '-f', self._conf, '-l', str(self.folder / 'base.ldif')],
            capture_output=True,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(made.stderr.decode())
        self.listen()

    def listen(self) -> None:
        """Begin to answer, also again after `stop`."""
        where = f'ldap://127.0.0.1:{self.port}/ ldaps://127.0.0.1:{self.tls_port}/'
        with self._log.open('wb') as log:
            self._process = subprocess.Popen(
                [find() or 'slapd', '-d', '0', '-f', self._conf, '-h', where], stdout=log, stderr=log
            )
        until = time.monotonic() + 15
        while time.monotonic() < until and self._process.poll() is None:
            if all(_answers(port) for port in (self.port, self.tls_port)):
                return
            time.sleep(0.02)
        raise RuntimeError(self._log.read_text())

    def stop(self) -> None:
        """End it; the directory stays."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(15)
            self._process = None

    # What the directory's own administrator does

    def add(self, uid: str, **more: str) -> str:
        """Add a person; the DN."""
        dn = dn_of(uid)
        with self._by_root() as root:
            _need(root.add(dn, None, _person(uid, more)), root)
        return dn

    def change(self, uid: str, **values: str) -> None:
        """Replace attributes of a person, '' takes one away."""
        wanted: dict[str, Any] = {
            name: [(MODIFY_REPLACE, [value])] if value else [(MODIFY_DELETE, [])]
            for name, value in values.items()
        }
        with self._by_root() as root:
            _need(root.modify(dn_of(uid), wanted), root)

    def remove(self, uid: str) -> None:
        """Take a person out of the directory."""
        with self._by_root() as root:
            _need(root.delete(dn_of(uid)), root)

    def group(self, name: str, *uids: str) -> str:
        """Make a group of these people, or replace its members; the DN."""
        dn = f'cn={name},{GROUPS}'
        members = [dn_of(uid) for uid in uids] or [ROOT]
        with self._by_root() as root:
            if root.search(dn, '(objectClass=*)', BASE):
                _need(root.modify(dn, {'member': [(MODIFY_REPLACE, members)]}), root)
            else:
                _need(root.add(dn, 'groupOfNames', {'member': members}), root)
        return dn

    def referral(self, name: str, url: str) -> None:
        """Add an entry that sends readers to another server."""
        with self._by_root() as root:
            made = root.add(f'cn={name},{PEOPLE}', ['referral', 'extensibleObject'], {'ref': url})
            _need(made, root)

    def takes_empty_password(self) -> bool:
        """Whether a bind without a password seems to work, as it does with servers that allow it."""
        server = Server('127.0.0.1', self.port, get_info=NONE)
        with Connection(server, authentication=ANONYMOUS) as anybody:
            return bool(anybody.bound)

    def _by_root(self) -> Connection:
        server = Server('127.0.0.1', self.port, get_info=NONE)
        return Connection(server, ROOT, 'root-secret', authentication=SIMPLE, check_names=False)

    @property
    def _conf(self) -> str:
        return str(self.folder / 'slapd.conf')

    @property
    def _log(self) -> Path:
        return self.folder / 'slapd.log'

    def _configuration(self) -> str:
        schemas = ''.join(f'include {SCHEMA}/{one}.schema\n' for one in ('core', 'cosine', 'inetorgperson'))
        limit = f'limits dn.exact="{READER}" size={self._size_limit or "unlimited"}'
        return f"""{schemas}modulepath {MODULES}
moduleload back_mdb
moduleload memberof
pidfile {self.folder}/slapd.pid
TLSCertificateFile {self.folder}/cert.pem
TLSCertificateKeyFile {self.folder}/key.pem
allow bind_anon_cred
database mdb
suffix "{BASE_DN}"
rootdn "{ROOT}"
rootpw root-secret
directory {self.folder}/db
{limit}
index objectClass,entryUUID,uid eq
overlay memberof
memberof-refint TRUE
"""


async def settle(admin: Records, server: LdapServer, **more: Any) -> None:
    """Save the settings of a directory, with TLS and its own certificate unless told otherwise."""
    usual = {
        'host': '127.0.0.1', 'port': server.tls_port, 'security': 'ldaps', 'ca': server.ca,
        'user': READER, 'password': SECRET, 'base': PEOPLE,
        'disabled_filter': '(employeeType=left)', 'groups': 'sales = seller\n* = viewer',
    }  # fmt: skip
    values = {f'directory_{name}': value for name, value in {**usual, **more}.items()}
    await change_settings(admin.actor, values)


def dn_of(uid: str) -> str:
    """Where a person of the directory stands."""
    plain = ''.join(f'\\{one}' if one in ',+"\\<>;=' else one for one in uid)
    return f'uid={plain},{PEOPLE}'


def _need(done: bool, connection: Connection) -> None:
    assert done, connection.result


def _person(uid: str, more: Mapping[str, str]) -> dict[str, Any]:
    name = uid.title().replace(',', ' ')
    usual = {'cn': f'{name} Example', 'sn': 'Example', 'mail': f'{uid}@example.com'.replace(',', '.')}
    return {
        'objectClass': 'inetOrgPerson',
        'uid': uid,
        **usual,
        'userPassword': f'{uid}-secret',
        **{name: value for name, value in more.items() if value},
    }


def _ldif(people: Iterable[str]) -> str:
    parts = [
        f'dn: {BASE_DN}\nobjectClass: organization\nobjectClass: dcObject\no: Example\ndc: example\n',
        f'dn: {READER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n'
        f'cn: reader\nuserPassword: {SECRET}\n',
        *(f'dn: {dn}\nobjectClass: organizationalUnit\nou: {dn[3:].partition(",")[0]}\n'
          for dn in (PEOPLE, GROUPS)),
    ]  # fmt: skip
    for uid in people:
        lines = ''.join(f'{name}: {value}\n' for name, value in _person(uid, {}).items())
        parts.append(f'dn: {dn_of(uid)}\n{lines}')
    return '\n'.join(parts)


def make_certificate(folder: Path) -> str:
    """A certificate and its key in a folder, signed by nobody else, for 127.0.0.1; gives it as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'directory')])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName('localhost'), x509.IPAddress(ipaddress.ip_address('127.0.0.1'))]
    skid = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(skid, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(skid), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / 'key.pem').write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / 'cert.pem').write_bytes(certificate.public_bytes(pem))
    return certificate.public_bytes(pem).decode()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


if __name__ == '__main__':
    program = find()
    print(program or 'no OpenLDAP server on this machine')
    sys.exit(program is None)
