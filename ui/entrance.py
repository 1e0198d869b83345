"""The way in: sign-in, first set-up, and the exchange of a ticket for a session cookie."""

import secrets
import time
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import Client, ui

from store import Problem, invitations, sessions
from store.sessions import ABSOLUTE_MS
from ui.locales import SOURCE, accepted, languages
from ui.pages.invited import draw_invited, draw_new_password, draw_over
from ui.pages.setup import draw_setup
from ui.pages.sign_in import draw_sign_in
from ui.place import is_own
from ui.prefix import public
from ui.reader import Reader, attach
from ui.session import COOKIE, SAFE_COOKIE, tab_of, token_of
from ui.shell_head import add_head

TICKET_S = 60


@dataclass(frozen=True, slots=True)
class _Ticket:
    token: str
    onward: str
    until: float


_tickets: dict[str, _Ticket] = {}


def ticket_url(token: str, onward: str = '/') -> str:
    """An address that turns a new session into the browser's cookie, once and soon.

    A page that is already open cannot set a cookie itself that scripts may not read."""
    now = time.monotonic()
    for old in [key for key, ticket in _tickets.items() if ticket.until < now]:
        del _tickets[old]
    key = secrets.token_urlsafe(24)
    _tickets[key] = _Ticket(token, onward if is_own(onward) else '/', now + TICKET_S)
    return f'/auth/complete?ticket={key}'


def add_routes(app: FastAPI) -> None:
    """The addresses that need no session."""
    app.add_api_route('/auth/complete', _complete, include_in_schema=False)
    ui.page('/sign-in')(_sign_in)
    ui.page('/setup')(_setup)
    ui.page('/invite/{token}')(_invited)
    ui.page('/new-password')(_new_password)


async def _complete(request: Request, ticket: str = '') -> Response:
    found = _tickets.pop(ticket, None)
    prefix = request.scope.get('root_path', '')
    # A link on a foreign page must not sign anybody in as somebody else.
    is_foreign = request.headers.get('sec-fetch-site', 'same-origin') not in ('same-origin', 'none')
    if found is None or found.until < time.monotonic() or is_foreign:
        return RedirectResponse(f'{prefix}/sign-in', 303)
    answer = RedirectResponse(f'{prefix}{found.onward}', 303, {'cache-control': 'no-store'})
    is_safe = request.url.scheme == 'https'
    answer.set_cookie(
        SAFE_COOKIE if is_safe else COOKIE,
        found.token,
        max_age=ABSOLUTE_MS // 1000,
        httponly=True,
        samesite='lax',
        secure=is_safe,
    )
    return answer


async def _sign_in(request: Request, client: Client) -> Response | None:
    """Login and password."""
    if await sessions.needs_setup():
        return RedirectResponse(public(request, '/setup'), 303)
    if await sessions.actor_of_session(token_of(request.cookies)) is not None:
        return RedirectResponse(public(request, '/'), 303)
    greet(request, client)
    draw_sign_in(onward=request.query_params.get('next', '/'), ticket_url=ticket_url)
    return None


async def _setup(request: Request, client: Client) -> Response | None:
    """The first administrator."""
    if not await sessions.needs_setup():
        return RedirectResponse(public(request, '/sign-in'), 303)
    greet(request, client)
    draw_setup(ticket_url=ticket_url)
    return None


async def _invited(request: Request, client: Client, token: str) -> Response | None:
    """Where an invitation leads."""
    greet(request, client)
    try:
        mine = await invitations.invited(token)
    except Problem as problem:
        draw_over(problem)
        return None
    if mine.is_portal:
        return RedirectResponse(public(request, f'/portal/invite/{token}'), 303)
    draw_invited(mine, token, ticket_url)
    return None


async def _new_password(request: Request, client: Client) -> Response | None:
    """Where whoever came in with a given password chooses their own."""
    tab = await tab_of(request, unfinished=True)
    if tab is None or not tab.person.must_change_password:
        return RedirectResponse(f'{request.scope.get("root_path", "")}/', 303)
    attach(client, tab.reader)
    add_head(client, tab.language, tab.theme)
    draw_new_password(tab, ticket_url)
    return None


def greet(request: Request, client: Client) -> None:
    """Let a page of an unknown visitor speak their language."""
    wanted = asked_language(request)
    attach(client, Reader(wanted))
    add_head(client, wanted, 'system')


def asked_language(request: Request) -> str:
    """The language an unknown visitor reads: the one chosen here, else the first known one of the browser."""
    chosen = request.query_params.get('lang', '')
    if chosen in languages():
        return chosen
    return accepted(request.headers.get('accept-language', '')) or SOURCE
