"""One conversation with a directory over LDAP: checked TLS, time limits, paged reading, escaped filters.

Everything here blocks and runs in a thread; `integrations/ldap_directory.py` is the door for the loop."""

import secrets
import socket
import ssl
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ldap3 import ANONYMOUS, NONE, SIMPLE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import (
    LDAPException,
    LDAPInvalidFilterError,
    LDAPObjectClassError,
    LDAPSocketOpenError,
    LDAPSocketReceiveError,
    LDAPStartTLSError,
)
from ldap3.protocol.sasl.sasl import validate_simple_password
from ldap3.utils.conv import escape_filter_chars

from store.directory_plan import Entry
from store.directory_settings import DirectoryServer
from store.person_values import normal_login
from store.problems import Refused

CONNECT_S = 5
ANSWER_S = 10
PAGE = 500
MOST = 100_000
_CUT_OFF, _NO_SUCH_OBJECT, _WRONG_PASSWORD, _REFERRAL = 4, 32, 49, 10
_UNAVAILABLE = (51, 52, 80)
_BINARY_IDS = frozenset({'objectguid'})


class _CheckedTls(Tls):  # type: ignore[misc]
    """TLS as Python checks it: a certificate of a known authority, made out to this very name.

    The library's own way takes any certificate unless told otherwise."""

    def __init__(self, name: str, ca: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._name = name
        self._context = ssl.create_default_context(cadata=ca or None)

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Put TLS around the connection's socket."""
        connection.socket = self._context.wrap_socket(connection.socket, server_hostname=self._name)


@contextmanager
def talking(there: DirectoryServer, address: str) -> Iterator[Any]:
    """A connection to this checked address on which the reading account is signed in.

    :raises Refused: 'directory_…', with what is wrong"""
    connection = _connection(there, address)
    with _told():
        try:
            connection.open()
            if there.security == 'starttls' and not connection.start_tls():
                raise Refused('directory_no_tls')
            if not connection.bind():
                raise _of_result(connection.result)
            yield connection
        finally:
            connection.strategy.close()


def _connection(there: DirectoryServer, address: str) -> Any:
    if there.user and not there.password:
        raise Refused('directory_bind_failed')
    try:
        tls = None if there.security == 'none' else _CheckedTls(there.host, there.ca)
    except (ssl.SSLError, ValueError) as error:
        raise Refused('directory_bad_ca') from error
    server = Server(
        address,
        there.port,
        use_ssl=there.security == 'ldaps',
        tls=tls,
        get_info=NONE,
        connect_timeout=CONNECT_S,
    )
    return Connection(
        server,
        user=there.user or None,
        password=there.password or None,
        authentication=SIMPLE if there.user else ANONYMOUS,
        receive_timeout=ANSWER_S,
        # A referral would take the password to a server nobody has named.
        auto_referrals=False,
        check_names=False,
    )


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the library raises into words of ours."""
    try:
        yield
    except (LDAPInvalidFilterError, LDAPObjectClassError) as error:
        raise Refused('directory_bad_filter') from error
    except LDAPStartTLSError as error:
        raise _of_trouble(str(error), 'directory_no_tls') from error
    except (LDAPSocketOpenError, LDAPSocketReceiveError, OSError) as error:
        raise _of_trouble(str(error), 'directory_no_connection') from error
    except LDAPException as error:
        raise Refused('directory_failed', detail=str(error)[:200]) from error


def _of_trouble(text: str, code: str) -> Refused:
    if 'certificate' in text.lower():
        return Refused('directory_certificate')
    if 'timed out' in text.lower():
        return Refused('directory_slow')
    return Refused(code)


def _of_result(result: Mapping[str, Any]) -> Refused:
    """The refusal that belongs to an answer of the server that is not 'success'."""
    number = int(result.get('result', -1))
    if number in (_CUT_OFF, 3, 11):
        return Refused('directory_cut_off')
    if number in (_NO_SUCH_OBJECT, _REFERRAL, 34):
        return Refused('directory_no_base')
    if number in (_WRONG_PASSWORD, 48, 53, 50):
        return Refused('directory_bind_failed')
    return Refused('directory_failed', detail=str(result.get('description', ''))[:200])


def read(there: DirectoryServer, address: str, *, most: int = MOST, until: float) -> list[Entry]:
    """Everybody below the base whom the filter finds, the ones who are switched off marked.

    :param until: the moment of `time.monotonic` at which it has taken too long
    :raises Refused: 'directory_…'; never fewer than there are"""
    with talking(there, address) as connection:
        wanted = [there.attribute(of) for of, _ in there.attributes if there.attribute(of)]
        found = _pages(connection, there, there.filter, wanted, most, until)
        off: set[str] = set()
        if there.disabled_filter:
            narrow = f'(&{there.filter}{there.disabled_filter})'
            ids = [there.attribute('id')]
            off = {_entry(there, one).id for one in _pages(connection, there, narrow, ids, most, until)}
    entries = [_entry(there, one, off) for one in found]
    if entries and not any(entry.id for entry in entries):
        raise Refused('directory_no_id', attribute=there.attribute('id'))
    return [entry for entry in entries if entry.id]


def _pages(
    connection: Any, there: DirectoryServer, filter: str, attributes: Sequence[str], most: int, until: float
) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    cookie: bytes | None = None
    while True:
        if time.monotonic() > until:
            raise Refused('directory_slow')
        connection.search(
            there.base, filter, SUBTREE, attributes=list(attributes), paged_size=PAGE, paged_cookie=cookie,
            time_limit=ANSWER_S,
        )  # fmt: skip
        found += [one for one in connection.response or () if one.get('type') == 'searchResEntry']
        if connection.result['result']:
            raise _of_result(connection.result)
        control = (connection.result.get('controls') or {}).get('1.2.840.113556.1.4.319') or {}
        cookie = control.get('value', {}).get('cookie')
        if not cookie or len(found) >= most:
            return found[:most]


def _entry(
    there: DirectoryServer, raw: Mapping[str, Any], off: frozenset[str] | set[str] = frozenset()
) -> Entry:
    values = {name.lower(): found for name, found in raw['raw_attributes'].items()}

    def first(of: str) -> str:
        texts = _texts(values.get(there.attribute(of).lower(), ()))
        return ' '.join(texts[0].split()) if texts else ''

    id = _id(there.attribute('id'), values.get(there.attribute('id').lower(), ()))
    return Entry(
        id=id,
        dn=str(raw['dn']),
        login=normal_login(first('login')),
        name=first('name'),
        email=first('email'),
        phone=first('phone'),
        department=first('department'),
        groups=tuple(_texts(values.get(there.attribute('group').lower(), ()))),
        is_off=id in off,
    )


def _id(attribute: str, values: Sequence[bytes]) -> str:
    if not values:
        return ''
    if attribute.lower() in _BINARY_IDS and len(values[0]) == 16:
        return str(uuid.UUID(bytes_le=values[0]))
    return values[0].decode('utf-8', 'backslashreplace')[:200]


def _texts(values: Sequence[bytes]) -> list[str]:
    return [value.decode('utf-8', 'replace').replace('\0', '') for value in values]


def check(there: DirectoryServer, address: str, login: str, password: str) -> str:
    """The id of the entry that has this login and this password; '' when there is none.

    A login nobody has costs the same: somebody who does not exist is asked for.

    :raises Refused: 'directory_…' when the directory cannot say"""
    with talking(there, address) as connection:
        entry = _one(connection, there, login)
        # A bind without a password succeeds at many servers and proves nothing.
        is_usable = _is_usable(password)
        dn = entry.dn if entry is not None and is_usable else f'cn=nobody,{there.base}'
        is_bound = connection.rebind(
            user=dn, password=password if is_usable else secrets.token_urlsafe(16), authentication=SIMPLE
        )
        if connection.result['result'] in _UNAVAILABLE:
            raise _of_result(connection.result)
        return entry.id if is_bound and entry is not None and is_usable else ''


def _is_usable(password: str) -> bool:
    """Whether this can be a password at all; what the library would not send proves nothing of the server."""
    try:
        return '\0' not in password and bool(validate_simple_password(password))
    except LDAPException:
        return False


def _one(connection: Any, there: DirectoryServer, login: str) -> Entry | None:
    """The one entry whose login is this very text."""
    asked = f'({there.attribute("login")}={escape_filter_chars(login)})'
    is_off = f'(!{there.disabled_filter})' if there.disabled_filter else ''
    wanted = [there.attribute('id'), there.attribute('login')]
    connection.search(there.base, f'(&{there.filter}{asked}{is_off})', SUBTREE, attributes=wanted)
    if connection.result['result']:
        raise _of_result(connection.result)
    found = [_entry(there, one) for one in connection.response if one.get('type') == 'searchResEntry']
    return found[0] if len(found) == 1 and found[0].login == login and found[0].id else None


def is_reachable(address: str, port: int) -> bool:
    """Whether anything listens there at all, so that a wrong port can be told from a wrong protection."""
    try:
        with socket.create_connection((address, port), CONNECT_S):
            return True
    except OSError:
        return False
