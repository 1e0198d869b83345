"""Mounts the interface on the FastAPI parent: the shell page, public pages, assets, the outer wall."""

import gc
import gzip
from functools import cache
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse
from nicegui import Client, ui
from starlette.exceptions import HTTPException

from store import workplaces
from ui import entrance, exports, files, forgotten, portal, rows, theme
from ui.brand import logo_url
from ui.compat import expect, guard_events
from ui.components.command import Command
from ui.components.panel import Panel
from ui.components.see_as import draw_banner, is_look_only
from ui.components.side import Side
from ui.outlet import Pages
from ui.pages import all_pages
from ui.prefix import own_path, public
from ui.reader import reading
from ui.security import BodyLimit, Gate, Headers
from ui.session import Tab, adopt, may_act, tab_of
from ui.shell_head import add_head
from ui.text import t

FIRST_PAGE_S = 0.35
"""How long the document waits for its page, so that most pages come whole."""
RECONNECT_S = 30
"""A tab may be out of reach this long (a stalled network, a suspended laptop) without losing its state."""
_FOLD = """<script>
if (localStorage.getItem("artel-narrow")) document.documentElement.classList.add("a-narrow");
</script>"""


def mount(app: FastAPI) -> None:
    """Put the interface on the parent application; its own routes must be registered before."""
    theme.set_defaults()
    all_pages()
    app.add_api_route('/assets/{version}/{name}', _asset, include_in_schema=False)
    app.include_router(rows.router)
    app.include_router(files.router)
    app.include_router(exports.router)
    app.add_api_route('/favicon.ico', _favicon, include_in_schema=False)
    entrance.add_routes(app)
    forgotten.add_routes(app)
    portal.add_routes(app)
    ui.page('/')(_shell)
    ui.page('/{_:path}')(_shell)
    guard_events(may_act)
    expect(is_look_only)
    for wall in (Gate, BodyLimit, Headers):
        app.add_middleware(wall)
    ui.run_with(
        app,
        title='Artel',
        favicon=theme.ASSETS / 'favicon.svg',
        viewport='width=device-width, initial-scale=1, viewport-fit=cover',
        reconnect_timeout=RECONNECT_S,
        binding_refresh_interval=None,
        tailwind=False,
        show_welcome_message=False,
    )


def opened() -> None:
    """Call once the store is open: what lives forever is taken out of the garbage collector's rounds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _asset(request: Request, version: str, name: str) -> Response:
    del version  # it only makes the address new when the assets are
    cached = {'cache-control': 'public, max-age=31536000, immutable', 'vary': 'accept-encoding'}
    if name == 'artel.css':
        if 'gzip' in request.headers.get('accept-encoding', ''):
            cached['content-encoding'] = 'gzip'
            return Response(_packed(theme.style_sheet()), media_type='text/css', headers=cached)
        return PlainTextResponse(theme.style_sheet(), media_type='text/css', headers=cached)
    path = theme.ASSETS / Path(name).name
    if path.suffix not in ('.js', '.svg', '.png', '.woff2') or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers=cached)


@cache
def _packed(text: str) -> bytes:
    return gzip.compress(text.encode(), 9)


async def _favicon(request: Request) -> Response:
    if own := logo_url('icon'):
        headers = {'cache-control': 'no-cache'}
        return RedirectResponse(f'{request.scope.get("root_path", "")}{own}', 302, headers)
    return FileResponse(theme.ASSETS / 'favicon.svg')


async def _shell(request: Request, client: Client) -> Response | None:
    """Every page behind the sign-in."""
    if own_path(request.scope).startswith(('/api/', '/assets/', '/_nicegui')):
        raise HTTPException(404)
    tab = await tab_of(request, unfinished=True)
    if tab is None:
        return RedirectResponse(public(request, '/sign-in'), 303)
    if tab.person.must_change_password:
        return RedirectResponse(f'{request.scope.get("root_path", "")}/new-password', 303)
    adopt(client, tab)
    add_head(client, tab.language, tab.theme)
    ui.add_head_html(_FOLD)
    workplace = await workplaces.chosen(tab.actor)
    with reading(tab.reader):
        pages = _frame(tab, workplace)
        await pages.drawn(FIRST_PAGE_S)
    return None


def _frame(tab: Tab, workplace: str) -> Pages:
    ui.link(t('Skip to the page'), '#page').classes('a-skip')
    with ui.element('div').classes('a-app'):
        command = Command(tab)
        panel = Panel(tab)
        side = Side(
            tab, on_search=command.open, on_bell=panel.open, on_keys=command.keys, workplace=workplace
        )
        panel.on_count(side.show_unread)
        with ui.element('div').classes('a-main'):
            draw_banner(tab, ui.context.client)
            pages = Pages(tab, side.catch_up)
    ui.context.client.on_connect(side.keep_counting)
    return pages
