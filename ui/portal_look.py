"""What pages of the portal wear: the company's colours and name above, and ways about."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from store import sessions
from ui import theme
from ui.brand import logo_url
from ui.components.basics import avatar, icon, menu_item
from ui.pages.sign_in import Door
from ui.session import Tab, company_name
from ui.text import label, t

theme.add_style('components/portal.css')


def draw_band(door: Door) -> None:
    """A band in the colours of the company over a page of the portal's door; nothing at the other."""
    if door.is_portal:
        ui.element('div').classes('pt-band a-panel-colors').props('aria-hidden=true')


@contextmanager
def portal_frame(tab: Tab) -> Iterator[None]:
    """The frame of a page behind the door: a bar with the sections and the customer's menu, and the page."""
    ui.page_title(company_name())
    ui.link(t('Skip to the page'), '#page').classes('a-skip')
    with ui.element('div').classes('pt-app'):
        with ui.element('header').classes('pt-bar a-panel-colors'), ui.element('div').classes('pt-bar__in'):
            _brand()
            _sections(tab)
            _me(tab)
        with ui.element('main').classes('pt-page').props('id=page'):
            yield


def _brand() -> None:
    with ui.link(target='/portal').classes('pt-brand') as link:
        if logo := logo_url('header'):
            picture = ui.element('img').classes('pt-brand__logo')
            picture.props['src'] = f'{ui.context.client.request.scope.get("root_path", "")}{logo}'
            picture.props['alt'] = company_name()
        else:
            ui.label(company_name()[:1]).classes('a-side__mark').props('aria-hidden=true')
            ui.label(company_name()).classes('pt-brand__name')
    link.props['aria-label'] = company_name()


def _sections(tab: Tab) -> None:
    here = ui.context.client.request.url.path
    with ui.element('nav').classes('pt-nav') as nav:
        for kind in tab.records().catalogs():
            target = f'/portal/c/{kind.code}'
            with ui.link(target=target).classes('pt-nav__one') as link:
                ui.label(label(kind))
            if here.endswith(target) or f'{target}/' in here:
                link.classes('pt-nav__one--on')
                link.props['aria-current'] = 'page'
    nav.props['aria-label'] = t('Sections')


def _me(tab: Tab) -> None:
    async def leave() -> None:
        await sessions.sign_out(tab.token)

    with ui.element('button').classes('pt-me').props('type=button aria-haspopup=menu') as me:
        avatar(tab.person.name, 26)
        ui.label(tab.person.name).classes('pt-me__name')
        icon('expand_more')
        with ui.menu().props('anchor="bottom right" self="top right"'):
            menu_item(t('Profile'), lambda: ui.navigate.to('/portal/profile'), icon_name='person')
            menu_item(t('Sign out'), leave, icon_name='logout')
    me.props['aria-label'] = tab.person.name
