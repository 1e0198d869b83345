"""What the surroundings say before the database is open: the ARTEL_… variables, typed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar('T')
KEY_FILE = 'secret.key'
"""In the data folder, and in no backup."""


class BadEnvironment(ValueError):
    """A variable has a value that cannot be used; the text names it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpServer:
    """Where mail is handed in. `security` is 'starttls', 'tls' or 'none'."""

    host: str = ''
    port: int = 587
    user: str = ''
    password: str = ''
    sender: str = ''
    security: str = 'starttls'

    def __repr__(self) -> str:
        # The password stays out of logs and error pages.
        return f'SmtpServer({self.host}:{self.port}, user={self.user!r}, security={self.security})'


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """The settings that are needed before anything is open.

    `database` is a path or 'postgres://…'; `public_url` is the address in mails and links;
    `trusted_proxies` are the peers whose X-Forwarded-For is believed; `allowed_hosts` are intranet names
    or networks that webhooks may reach."""

    host: str = '127.0.0.1'
    port: int = 8080
    data: Path = Path('data')
    database: str = ''
    public_url: str = ''
    language: str = ''
    trusted_proxies: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    smtp: SmtpServer = SmtpServer()

    @property
    def database_url(self) -> str:
        """The database's address; a file in the data folder unless one is given."""
        return self.database or str(self.data / 'artel.db')

    @property
    def prefix(self) -> str:
        """The path that people reach the installation under, e.g. '/crm'; '' for the root of a host."""
        return urlsplit(self.public_url).path.rstrip('/')

    @property
    def key_file(self) -> Path:
        """The file that unlocks stored secrets; it belongs in no backup of the database."""
        return self.data / KEY_FILE

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> 'Environment':
        """The settings of these variables, e.g. `os.environ`.

        :raises BadEnvironment: a value cannot be used"""
        return cls(
            host=variables.get('ARTEL_HOST') or '127.0.0.1',
            port=_read(variables, 'ARTEL_PORT', _port, 8080),
            data=Path(variables.get('ARTEL_DATA') or 'data').expanduser(),
            database=variables.get('ARTEL_DATABASE', ''),
            public_url=_read(variables, 'ARTEL_PUBLIC_URL', _url, ''),
            language=variables.get('ARTEL_LANG', ''),
            trusted_proxies=_read(variables, 'ARTEL_TRUSTED_PROXIES', _names, ()),
            allowed_hosts=_read(variables, 'ARTEL_ALLOWED_HOSTS', _names, ()),
            smtp=SmtpServer(
                host=variables.get('ARTEL_SMTP_HOST', ''),
                port=_read(variables, 'ARTEL_SMTP_PORT', _port, 587),
                user=variables.get('ARTEL_SMTP_USER', ''),
                password=variables.get('ARTEL_SMTP_PASSWORD', ''),
                sender=variables.get('ARTEL_SMTP_SENDER', ''),
                security=_read(variables, 'ARTEL_SMTP_SECURITY', _security, 'starttls'),
            ),
        )


def _read(variables: Mapping[str, str], name: str, parse: Callable[[str], T], default: T) -> T:
    text = variables.get(name, '').strip()
    if not text:
        return default
    try:
        return parse(text)
    except ValueError as error:
        raise BadEnvironment(f'{name}={text!r}: {error}') from error


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise ValueError('a port is a number from 0 to 65535')
    return int(text)


def is_public_url(text: str) -> bool:
    """Whether this can be the address people reach the installation at."""
    return bool(re.fullmatch(r'https?://[^\s/?#@]+(/[^\s?#]*)?', text))


def _url(text: str) -> str:
    if not is_public_url(text):
        raise ValueError('an address such as https://crm.example.com is expected')
    if not re.fullmatch(r'[A-Za-z0-9._~/-]*', urlsplit(text).path):
        raise ValueError('its path may have latin letters, digits and . _ ~ - only')
    return text.rstrip('/')


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in re.split(r'[\s,]+', text) if name)


def _security(text: str) -> str:
    if text not in ('starttls', 'tls', 'none'):
        raise ValueError('one of starttls, tls, none is expected')
    return text
