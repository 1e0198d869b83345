"""The portal for customers: its own door, and its pages behind it."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import Client, ui

from store import NotFound, Problem, invitations, portal, sessions
from ui.entrance import greet, ticket_url
from ui.pages.invited import draw_invited, draw_new_password, draw_over
from ui.pages.portal_home import draw_home
from ui.pages.portal_profile import draw_profile
from ui.pages.portal_records import draw_new, draw_record, draw_section
from ui.pages.portal_register import draw_confirm, draw_register
from ui.pages.sign_in import PORTAL, draw_sign_in
from ui.portal_look import draw_band, portal_frame
from ui.prefix import public
from ui.reader import attach, reading
from ui.session import Tab, adopt, note_refusal, tab_of, token_of
from ui.shell_head import add_head

Draw = Callable[[Tab], Awaitable[None]]


def add_routes(_app: FastAPI) -> None:
    """Every address of the portal."""
    ui.page('/portal/sign-in')(_sign_in)
    ui.page('/portal/register')(_register)
    ui.page('/portal/confirm/{token}')(_confirm)
    ui.page('/portal/invite/{token}')(_invited)
    ui.page('/portal/new-password')(_new_password)
    ui.page('/portal')(_home)
    ui.page('/portal/profile')(_profile)
    ui.page('/portal/c/{catalog}')(_section)
    ui.page('/portal/c/{catalog}/new')(_new)
    ui.page('/portal/c/{catalog}/{record}')(_record)


# The door


async def _sign_in(request: Request, client: Client) -> Response | None:
    """E-mail and password."""
    if await sessions.needs_setup():
        return RedirectResponse(public(request, '/setup'), 303)
    if await sessions.actor_of_session(token_of(request.cookies)) is not None:
        return RedirectResponse(public(request, '/portal'), 303)
    _greet(request, client)
    draw_sign_in(onward=_onward(request), ticket_url=ticket_url, door=PORTAL)
    return None


def _onward(request: Request) -> str:
    """Where to go after the sign-in: a page of the portal, and nowhere else."""
    wanted = request.query_params.get('next', '')
    return wanted if wanted.startswith('/portal/') else PORTAL.home


def _greet(request: Request, client: Client) -> None:
    greet(request, client)
    draw_band(PORTAL)


async def _register(request: Request, client: Client) -> Response | None:
    """Where customers ask to come in."""
    if portal.registration() == portal.CLOSED:
        return RedirectResponse(public(request, '/portal/sign-in'), 303)
    _greet(request, client)
    draw_register()
    return None


async def _confirm(request: Request, client: Client, token: str) -> Response | None:
    """Where the link in the letter leads."""
    _greet(request, client)
    try:
        mine = await portal.registered(token)
    except Problem as problem:
        draw_over(problem, PORTAL)
    else:
        draw_confirm(mine, token, ticket_url)
    return None


async def _invited(request: Request, client: Client, token: str) -> Response | None:
    """Where an invitation leads."""
    _greet(request, client)
    try:
        mine = await invitations.invited(token)
    except Problem as problem:
        draw_over(problem, PORTAL)
        return None
    if not mine.is_portal:
        return RedirectResponse(public(request, f'/invite/{token}'), 303)
    draw_invited(mine, token, ticket_url, PORTAL)
    return None


async def _new_password(request: Request, client: Client) -> Response | None:
    """Where whoever came in with a given password chooses their own."""
    tab = await tab_of(request, unfinished=True, portal=True)
    if tab is None or not tab.person.must_change_password:
        return RedirectResponse(public(request, '/portal'), 303)
    attach(client, tab.reader)
    add_head(client, tab.language, tab.theme)
    draw_new_password(tab, ticket_url)
    return None


# Behind it


async def _home(request: Request, client: Client) -> Response | None:
    """What is open to the customer."""
    return await _shown(request, client, draw_home)


async def _profile(request: Request, client: Client) -> Response | None:
    """The customer's own page."""
    return await _shown(request, client, draw_profile)


async def _section(request: Request, client: Client, catalog: str) -> Response | None:
    """Records of one section."""
    text = request.query_params.get('q', '')[:200]
    return await _shown(request, client, lambda tab: draw_section(tab, catalog, text))


async def _new(request: Request, client: Client, catalog: str) -> Response | None:
    """The form of a new record."""
    return await _shown(request, client, lambda tab: draw_new(tab, catalog))


async def _record(request: Request, client: Client, catalog: str, record: str) -> Response | None:
    """One record."""
    number = int(record) if record.isdecimal() and len(record) < 18 else 0
    return await _shown(request, client, lambda tab: draw_record(tab, catalog, number))


async def _shown(request: Request, client: Client, draw: Draw) -> Response | None:
    tab = await tab_of(request, unfinished=True, portal=True)
    if tab is None:
        return RedirectResponse(public(request, '/portal/sign-in'), 303)
    if tab.person.must_change_password:
        return RedirectResponse(public(request, '/portal/new-password'), 303)
    adopt(client, tab)
    add_head(client, tab.language, tab.theme)
    with reading(tab.reader), portal_frame(tab):
        try:
            await draw(tab)
        except NotFound as problem:
            note_refusal(problem, tab, path=request.url.path)
            return RedirectResponse(public(request, '/portal'), 303)
    return None
