"""Where an invitation leads: a name, a password, and in; and where a given password is changed."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from store import BadValue, Invalid, Problem, invitations, people, sessions
from store.invitations import Invitation
from store.sessions import SecondFactorNeeded
from ui.components.basics import button, error_line, text
from ui.pages.sign_in import INSIDE, PORTAL, Door, SecondStep, brand, entrance_card
from ui.session import Tab, company_name, token_of
from ui.text import field_errors, t, words

TicketUrl = Callable[[str, str], str]
LEAST_PASSWORD = 12


def draw_invited(mine: Invitation, token: str, ticket_url: TicketUrl, door: Door = INSIDE) -> None:
    """The form of somebody who holds a good link."""
    ui.page_title(f'{t("Welcome")} · {company_name()}')
    with entrance_card() as card:
        brand(company_name())
        text(
            t('{company} invites you. Choose a password, and you are in.', company=company_name()), 'a-muted'
        )
        form = EntranceForm(t('Come in'))
        with form.box:
            name = ui.input(t('Your name'), value=mine.name).props('name=name autocomplete=name')
            login = ui.input(t('Login'), value=mine.login).props('name=login autocomplete=username readonly')
            password = new_password()
        login.props['hint'] = t('With it you sign in from now on')
        login.props('bottom-slots')
        form.finish()

    async def come_in() -> None:
        await invitations.accept(token, name=name.value or '', password=password.value or '')
        await enter(card, mine.login, password.value or '', ticket_url, door)

    form.answer(come_in, {'name': name, 'password': password})


def draw_over(problem: Problem, door: Door = INSIDE) -> None:
    """What a link that is used, too old or wrong leads to."""
    ui.page_title(f'{t("Welcome")} · {company_name()}')
    with entrance_card():
        brand(company_name())
        text(words(problem), 'a-muted').props('role=alert')
        button(t('Sign in'), lambda: ui.navigate.to(door.at('sign-in'))).classes('a-full a-tall')


def draw_new_password(tab: Tab, ticket_url: TicketUrl) -> None:
    """The form of somebody whose password was given by another person."""
    ui.page_title(f'{t("New password")} · {company_name()}')
    with entrance_card() as card:
        brand(company_name())
        text(t('Somebody else knows your password. Choose one that only you know.'), 'a-muted')
        form = EntranceForm(t('Continue'))
        with form.box:
            ui.input(t('Login'), value=tab.person.login).props('name=login autocomplete=username readonly')
            current = ui.input(t('The password you were given'), password=True, password_toggle_button=True)
            current.props('name=current autocomplete=current-password autofocus bottom-slots')
            password = new_password()
        form.finish()

    async def change() -> None:
        if password.value and password.value == current.value:
            raise Invalid({'password': BadValue('password_as_before')})
        fresh = password.value or ''
        await people.set_password(tab.actor, tab.person_id, fresh, current=current.value or '')
        await enter(card, tab.person.login, fresh, ticket_url, PORTAL if tab.who.portal else INSIDE)

    form.answer(change, {'current': current, 'password': password})


def new_password() -> ui.input:
    """The input of a password that is to be chosen."""
    made = ui.input(t('New password'), password=True, password_toggle_button=True)
    made.props('name=password autocomplete=new-password bottom-slots')
    made.props['hint'] = t(
        'At least {count} characters. A sentence is easy to remember.', count=LEAST_PASSWORD
    )
    return made


async def enter(card: ui.element, login: str, password: str, ticket_url: TicketUrl, door: Door) -> None:
    """Sign in with the new password; a company that wants a second factor gets it here."""
    request = ui.context.client.request
    try:
        made = await sessions.sign_in(
            login,
            password,
            address=ui.context.client.ip,
            agent=request.headers.get('user-agent', ''),
            replaces=token_of(request.cookies),
            portal=door.is_portal,
        )
    except SecondFactorNeeded as wanted:
        await SecondStep(card, wanted, lambda token: ticket_url(token, door.home), door).draw()
    else:
        ui.navigate.to(ticket_url(made.token, door.home))


class EntranceForm:
    """Fields of an entrance with one button; a refusal stands beside its field."""

    def __init__(self, action: str) -> None:
        self._action = action
        self.box = ui.element('form').classes('a-col a-gap-16')

    def finish(self) -> None:
        """Put the line for errors and the button below the fields."""
        with self.box:
            self._error = error_line()
            self._go = button(self._action, primary=True).props('type=submit').classes('a-full a-tall')

    def say(self, sentence: str) -> None:
        """Say what is wrong, and wait for another try."""
        self._error.set_text(sentence)
        self._go.props(remove='loading')

    def answer(self, deed: Callable[[], Any], fields: dict[str, ui.input]) -> None:
        """Do the deed when the form is sent."""

        async def submit() -> None:
            self._error.set_text('')
            for box in fields.values():
                box.props(remove='error error-message')
            self._go.props('loading')
            try:
                await deed()
            except Problem as problem:
                told = field_errors(problem) if isinstance(problem, Invalid) else {}
                for code, sentence in told.items():
                    if code in fields:
                        fields[code].props('error')
                        fields[code].props['error-message'] = sentence
                self.say('' if told else words(problem))

        self.box.on('submit.prevent', submit)
