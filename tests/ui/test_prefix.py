"""Below a path: every request arrives where it should, whatever it claims, cut off by the proxy or not."""

from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from store.settings import BadEnvironment, Environment
from ui.prefix import UnderPrefix, own_path


async def arriving(path: str, prefix: str, **headers: str) -> Scope:
    """What the application sees of a request."""
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    async def nothing(*_: Any) -> Message:
        return {}

    raw = [(name.replace('_', '-').encode(), value.encode()) for name, value in headers.items()]
    scope = {'type': 'http', 'path': path, 'root_path': '', 'headers': raw}
    await UnderPrefix(app, prefix)(scope, nothing, nothing)  # type: ignore[arg-type]
    return seen[0]


@pytest.mark.parametrize(
    ('path', 'own'),
    [
        ('/crm/c/deals', '/c/deals'),
        ('/c/deals', '/c/deals'),
        ('/crm', '/'),
        ('/crm/', '/'),
        ('/', '/'),
        ('/crmx', '/crmx'),
        ('/crm/crm', '/crm'),
    ],
)
async def test_the_path_is_the_same_whether_the_proxy_cut_it_off_or_not(path: str, own: str) -> None:
    scope = await arriving(path, '/crm')
    assert own_path(scope) == own
    assert scope['root_path'] == '/crm'
    assert scope['path'].startswith('/crm')


async def test_without_a_prefix_nothing_changes() -> None:
    scope = await arriving('/crm/c/deals', '')
    assert (own_path(scope), scope['root_path']) == ('/crm/c/deals', '')


async def test_what_a_request_claims_of_its_path_is_taken_away() -> None:
    claims = {'x_forwarded_prefix': '/evil', 'x_forwarded_host': 'evil.example', 'x_script_name': '/evil'}
    scope = await arriving('/', '/crm', accept='text/html', **claims)
    assert scope['headers'] == [(b'accept', b'text/html')]


@pytest.mark.parametrize('url', ['https://x.example/a"b', 'https://x.example/<b>', "https://x.example/a'b"])
def test_a_path_that_could_break_out_of_a_page_is_refused(url: str) -> None:
    with pytest.raises(BadEnvironment):
        Environment.read({'ARTEL_PUBLIC_URL': url})


@pytest.mark.parametrize(
    ('url', 'prefix'),
    [
        ('https://example.com/crm/', '/crm'),
        ('https://crm.example.com', ''),
        ('', ''),
        ('http://a/b/c', '/b/c'),
    ],
)
def test_the_prefix_is_the_path_of_the_public_address(url: str, prefix: str) -> None:
    assert Environment.read({'ARTEL_PUBLIC_URL': url}).prefix == prefix
