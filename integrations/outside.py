"""Which addresses the server may call for a user: the public internet, and what the administrator allows."""

import asyncio
import ipaddress
import socket
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

# Forms that smuggle an IPv4 address in, or that `is_global` wrongly takes for public.
_NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ('::/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/32', '192.88.99.0/24')
)
_INSIDE_NAMES = ('localhost', 'ip6-localhost', 'ip6-loopback')
_INSIDE_ENDS = ('.localhost', '.local', '.internal', '.localdomain')


class AddressRefused(ValueError):
    """The address may not be called; the text says which and why."""


class NoSuchHost(OSError):
    """The name does not resolve at this moment."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: one checked address, and the name that belongs into Host and TLS."""

    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def url(self) -> str:
        """The address to connect to, without any further look-up."""
        shown = f'[{self.address}]' if ':' in self.address else self.address
        return f'{self.scheme}://{shown}:{self.port}{self.path}'

    @property
    def host_header(self) -> str:
        """The host as the receiver expects it."""
        usual = {'http': 80, 'https': 443}[self.scheme]
        shown = f'[{self.host}]' if ':' in self.host else self.host
        return shown if self.port == usual else f'{shown}:{self.port}'


class OutsidePolicy:
    """Decides on addresses; `allowed` gives the administrator's hosts, addresses and networks."""

    def __init__(self, allowed: Callable[[], Iterable[str]] = tuple) -> None:
        self._allowed = allowed

    async def target(self, url: str) -> Target:
        """The one address that a call of this URL connects to; the name is resolved once.

        :raises AddressRefused: not http(s), or any of its addresses is not public
        :raises NoSuchHost: the name does not resolve"""
        scheme, host, port, path = _parts(url)
        address, _ = await self._checked(host, port)
        return Target(scheme, host, port, address, path)

    async def server(self, host: str, port: int) -> tuple[str, bool]:
        """The one address of a server that somebody has named, and whether the administrator allows it.

        :raises AddressRefused: not a host name, or any of its addresses is not public
        :raises NoSuchHost: the name does not resolve"""
        try:
            name = _plain_host(host)
        except UnicodeError as error:
            raise AddressRefused('not a host name') from error
        return await self._checked(name, port)

    async def _checked(self, host: str, port: int) -> tuple[str, bool]:
        names, networks = _lists(self._allowed())
        if host not in names and (host in _INSIDE_NAMES or host.endswith(_INSIDE_ENDS)):
            raise AddressRefused(f'{host} is an internal name')
        addresses = await _resolve(host, port)
        allowed = [host in names or any(one in network for network in networks) for one in addresses]
        if not all(known or is_public(one) for known, one in zip(allowed, addresses, strict=True)):
            raise AddressRefused(f'{host} is not a public address')
        return str(addresses[0]), all(allowed)


def is_public(address: Ip) -> bool:
    """Whether an address belongs to the public internet and to one host there."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return is_public(address.ipv4_mapped)
    return (
        address.is_global and not address.is_multicast and not any(address in network for network in _NEVER)
    )


def _parts(url: str) -> tuple[str, str, int, str]:
    if any(character <= ' ' for character in url):
        raise AddressRefused('not a web address')
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused('not a web address') from error
    if parts.scheme not in ('http', 'https') or not parts.hostname or '@' in parts.netloc:
        raise AddressRefused('an address with http or https, and without a password, is expected')
    try:
        host = _plain_host(parts.hostname)
    except UnicodeError as error:
        raise AddressRefused('not a host name') from error
    path = (parts.path or '/') + (f'?{parts.query}' if parts.query else '')
    return parts.scheme, host, port or {'http': 80, 'https': 443}[parts.scheme], path


def _plain_host(host: str) -> str:
    """The host as a resolver sees it: circled digits and wide dots become plain ones."""
    plain = unicodedata.normalize('NFKC', host).replace('。', '.').casefold().rstrip('.')
    return plain if ':' in plain else plain.encode('idna').decode()


def _lists(allowed: Iterable[str]) -> tuple[set[str], list[Network]]:
    names: set[str] = set()
    networks: list[Network] = []
    for text in allowed:
        try:
            networks.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError:
            names.add(text.strip().casefold().rstrip('.'))
    return names, networks


async def _resolve(host: str, port: int) -> list[Ip]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoSuchHost(f'{host} does not resolve') from error
    return [ipaddress.ip_address(str(entry[4][0]).partition('%')[0]) for entry in found]


async def own_address(host: str, port: int) -> str:
    """The one address of a server of the company's own that an administrator has named; inner ones too.

    The name is resolved once. Addresses that belong to no server, such as those of a cloud's metadata, are
    refused, as are disguised ones.

    :raises AddressRefused: not a host name, or not an address of a server
    :raises NoSuchHost: the name does not resolve"""
    try:
        name = _plain_host(host)
    except UnicodeError as error:
        raise AddressRefused('not a host name') from error
    addresses = await _resolve(name, port)
    for address in addresses:
        plain = getattr(address, 'ipv4_mapped', None) or address
        is_disguised = address.version == 6 and not plain.is_loopback and _is_never(address)
        if plain.is_link_local or plain.is_multicast or plain.is_unspecified or is_disguised:
            raise AddressRefused(f'{host} is not the address of a server')
    return str(addresses[0])


def _is_never(address: Ip) -> bool:
    return any(address in network for network in _NEVER)
