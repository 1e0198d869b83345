"""The company's directory as the settings describe it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from store.setting_list import SETTINGS
from store.system_settings import secret_of, setting

ATTRIBUTES = ('id', 'login', 'name', 'email', 'phone', 'department', 'group')
_NEEDED = ('id', 'login', 'name')
EVERYBODY = '*'
"""Stands for a group that everybody in the directory is in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryServer:
    """Where a directory is, how it is asked, and what its attributes are called.

    `security` is 'ldaps', 'starttls' or 'none'; `attributes` has the keys of `ATTRIBUTES`, '' for one that
    is not read; `groups` are (group, code of a role)."""

    host: str = ''
    port: int = 636
    security: str = 'ldaps'
    ca: str = ''
    user: str = ''
    password: str = ''
    base: str = ''
    filter: str = '(objectClass=person)'
    disabled_filter: str = ''
    attributes: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        # The password stays out of logs and error pages.
        return f'DirectoryServer({self.host}:{self.port}, {self.security}, user={self.user!r})'

    def attribute(self, of: str) -> str:
        """What an attribute is called there."""
        return dict(self.attributes).get(of, '')


def directory() -> DirectoryServer:
    """The directory of the present settings with its password unlocked; without a host when there is none."""
    return DirectoryServer(
        host=str(setting('directory_host')),
        port=int(setting('directory_port')),
        security=str(setting('directory_security')),
        ca=str(setting('directory_ca')),
        user=str(setting('directory_user')),
        password=secret_of('directory_password'),
        base=str(setting('directory_base')),
        filter=str(setting('directory_filter')) or str(SETTINGS['directory_filter'].default),
        disabled_filter=str(setting('directory_disabled_filter')),
        attributes=tuple((name, _attribute(name)) for name in ATTRIBUTES),
        groups=groups_of(str(setting('directory_groups'))),
    )


def _attribute(name: str) -> str:
    code = f'directory_{name}_attribute'
    return str(setting(code)) or (str(SETTINGS[code].default) if name in _NEEDED else '')


def groups_of(text: str) -> tuple[tuple[str, str], ...]:
    """Groups with the roles they give, of lines such as 'Sales = seller'; a DN may hold '=' itself."""
    lines = (line.rpartition('=') for line in text.splitlines())
    return tuple((group.strip(), role.strip()) for group, _, role in lines if group.strip() and role.strip())


def lines_of(groups: Sequence[tuple[str, str]]) -> str:
    """The text of `groups_of`."""
    return '\n'.join(f'{" ".join(group.split())} = {role}' for group, role in groups)


def fingerprint() -> str:
    """Changes when other people, or the same ones otherwise, would be read."""
    there = directory()
    parts = (there.host, there.base, there.filter, there.disabled_filter, there.attributes, there.groups)
    return hashlib.sha256(re.sub(r'\s+', ' ', repr(parts)).encode()).hexdigest()[:32]
