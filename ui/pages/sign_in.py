"""Sign in: login and password, nothing else in the way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nicegui import ui

from store import sessions
from store.problems import Problem
from ui import theme
from ui.components.basics import button, error_line, row, text
from ui.session import company_name, token_of
from ui.text import languages, t, words

TicketUrl = Callable[[str, str], str]


def draw_sign_in(*, onward: str, ticket_url: TicketUrl) -> None:
    """The form; after the right password the browser goes `onward`."""
    request = ui.context.client.request
    ui.page_title(f'{t("Sign in")} · {company_name()}')
    with entrance_card():
        brand(company_name())
        with ui.element('form').classes('a-col a-gap-16') as form:
            login = ui.input(t('Login')).props(
                'name=login autocomplete=username autofocus autocapitalize=none'
            )
            password = ui.input(t('Password'), password=True, password_toggle_button=True)
            password.props('name=password autocomplete=current-password')
            error = error_line()
            enter = button(t('Sign in'), primary=True).props('type=submit').classes('a-full a-tall')

    async def sign_in() -> None:
        if not login.value or not password.value:
            error.set_text(t('Enter login and password.'))
            return
        enter.props('loading')
        try:
            made = await sessions.sign_in(
                login.value,
                password.value,
                address=ui.context.client.ip,
                agent=request.headers.get('user-agent', ''),
                replaces=token_of(request.cookies),
            )
        except Problem as problem:
            error.set_text(words(problem))
            enter.props(remove='loading')
            return
        ui.navigate.to(ticket_url(made.token, onward))

    form.on('submit.prevent', sign_in)


@contextmanager
def entrance_card(*, wide: bool = False) -> Iterator[None]:
    """The surface in the middle of a page without a frame, with links to other languages below."""
    with ui.element('main').classes('a-entrance'):
        with ui.element('div').classes(
            'a-entrance__card a-entrance__card--wide' if wide else 'a-entrance__card'
        ):
            yield
        _language_links()


def brand(name: str) -> None:
    """The mark and whose installation this is."""
    with row('a-gap-12'):
        ui.element('img').props(f'src=/assets/{theme.version()}/favicon.svg width=32 height=32 alt=""')
        text(name, 'a-title')


def _language_links() -> None:
    """Links to the same page in other languages."""
    names = {'en': 'English', 'ru': 'Русский'}
    with ui.element('nav').classes('a-entrance__languages'):
        for code in languages():
            ui.link(names.get(code, code), f'?lang={code}').props(f'lang={code}')
