"""Sign in: login and password, and a code where the person or the company wants one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nicegui import ui

from store import portal, sessions
from store.invitations import can_write
from store.problems import Invalid, Problem
from store.sessions import SecondFactorNeeded
from store.system_settings import setting
from ui import theme
from ui.brand import logo_url
from ui.components.basics import button, error_line, row, text, toast
from ui.components.second_factor import code_box, codes_sentence, draw_codes, draw_new_factor
from ui.prefix import public
from ui.session import company_name, token_of
from ui.text import field_errors, languages, t, words

TicketUrl = Callable[[str, str], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """One of the two ways in: where it stands, and where it leads."""

    path: str = ''
    home: str = '/'
    is_portal: bool = False

    def at(self, page: str) -> str:
        """The address of a page at this door, e.g. 'sign-in'."""
        return f'{self.path}/{page}'


INSIDE = Door()
PORTAL = Door(path='/portal', home='/portal', is_portal=True)


def draw_sign_in(*, onward: str, ticket_url: TicketUrl, door: Door = INSIDE) -> None:
    """The form; after the right password, and a code where one is wanted, the browser goes `onward`."""
    ui.page_title(f'{t("Sign in")} · {company_name()}')
    request = ui.context.client.request
    with entrance_card() as card:
        brand(company_name())
        with ui.element('form').classes('a-col a-gap-16') as form:
            login = ui.input(t('E-mail') if door.is_portal else t('Login')).props(
                'name=login autocomplete=username autofocus autocapitalize=none'
            )
            password = ui.input(t('Password'), password=True, password_toggle_button=True)
            password.props('name=password autocomplete=current-password')
            error = error_line()
            enter = button(t('Sign in'), primary=True).props('type=submit').classes('a-full a-tall')
        _other_ways(door)

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
                portal=door.is_portal,
            )
        except SecondFactorNeeded as wanted:
            await SecondStep(card, wanted, lambda token: ticket_url(token, onward), door).draw()
        except Problem as problem:
            error.set_text(words(problem))
            enter.props(remove='loading')
        else:
            ui.navigate.to(ticket_url(made.token, onward))

    form.on('submit.prevent', sign_in)


def _other_ways(door: Door) -> None:
    """Links for who has forgotten the password, or comes for the first time."""
    may_register = door.is_portal and portal.registration() != portal.CLOSED
    if not may_register and not can_write():
        return
    with row('a-entrance__ways'):
        if can_write():
            ui.link(t('Forgotten password'), door.at('forgot')).classes('a-link a-small')
        if may_register:
            ui.link(t('Register'), door.at('register')).classes('a-link a-small')


class SecondStep:
    """What comes after the right password: a code, or the first set-up of an app for codes."""

    def __init__(
        self,
        card: ui.element,
        wanted: SecondFactorNeeded,
        address: Callable[[str], str],
        door: Door = INSIDE,
    ) -> None:
        self._card, self._door = card, door
        self._wanted = wanted
        self._address = address

    async def draw(self) -> None:
        """Put this step in place of the password."""
        try:
            fresh = None if self._wanted.is_set_up else await sessions.enrol(self._wanted.ticket)
        except Problem as problem:
            toast(words(problem), kind='error')
            return
        self._card.clear()
        with self._card:
            brand(company_name())
            if fresh is not None:
                text(t('Your company asks for a second factor: a code from your phone.'), 'a-muted')
                draw_new_factor(fresh)
            with ui.element('form').classes('a-col a-gap-16') as form:
                hint = '' if fresh else t('From the app on your phone, or one of your spare codes')
                self._code = code_box(t('Code'), hint)
                self._error = error_line()
                self._go = button(t('Continue'), primary=True).props('type=submit')
                self._go.classes('a-full a-tall')
                back = self._door.at('sign-in')
                button(t('Back'), lambda: ui.navigate.to(back), quiet=True).classes('a-full')
        form.on('submit.prevent', self._enter if fresh is None else self._set_up)
        self._code.run_method('focus')

    async def _enter(self) -> None:
        with self._trying():
            made = await sessions.finish_sign_in(self._wanted.ticket, self._code.value or '')
            ui.navigate.to(self._address(made.token))

    async def _set_up(self) -> None:
        with self._trying():
            made, codes = await sessions.finish_enrolment(self._wanted.ticket, self._code.value or '')
            self._card.clear()
            with self._card:
                brand(t('Your spare codes'))
                text(codes_sentence(), 'a-muted')
                draw_codes(codes)
                button(
                    t('I have kept them'), lambda: ui.navigate.to(self._address(made.token)), primary=True
                ).classes('a-full a-tall')

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """Say what was refused; the code is chosen, so that the next one is typed over it."""
        self._go.props('loading')
        try:
            yield
        except Problem as problem:
            told = field_errors(problem) if isinstance(problem, Invalid) else {}
            self._error.set_text(told.get('code') or words(problem))
            self._go.props(remove='loading')
            self._code.run_method('select')


@contextmanager
def entrance_card(*, wide: bool = False) -> Iterator[ui.element]:
    """The surface in the middle of a page without a frame, with links to other languages below."""
    with ui.element('main').classes('a-entrance'):
        with ui.element('div').classes(
            'a-entrance__card a-entrance__card--wide' if wide else 'a-entrance__card'
        ) as card:
            yield card
        _support()
        _language_links()


def brand(name: str) -> None:
    """The mark and whose installation this is."""
    if logo := logo_url('sign_in'):
        shown = ui.element('img').classes('a-brand-logo')
        shown.props['src'] = f'{ui.context.client.request.scope.get("root_path", "")}{logo}'
        shown.props['alt'] = name
        return
    with row('a-gap-12'):
        mark = public(ui.context.client.request, f'/assets/{theme.version()}/favicon.svg')
        ui.element('img').props(f'src={mark} width=32 height=32 alt=""')
        text(name, 'a-title')


def _support() -> None:
    """Whom to write to for who cannot sign in, where the company named somebody."""
    if address := str(setting('support_email')):
        sentence = t('Cannot sign in? Write to {address}', address=address)
        ui.link(sentence, f'mailto:{address}').classes('a-link a-small')


def _language_links() -> None:
    """Links to the same page in other languages."""
    names = {'en': 'English', 'ru': 'Русский'}
    with ui.element('nav').classes('a-entrance__languages'):
        for code in languages():
            ui.link(names.get(code, code), f'?lang={code}').props(f'lang={code}')
