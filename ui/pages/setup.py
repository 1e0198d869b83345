"""First run: the company, its first administrator, and what to start with. There is no default account."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from store import colleagues, rules, sessions, solutions, system_settings
from store.problems import Problem
from store.sessions import Session
from ui.components.basics import button, error_line, row, text
from ui.components.solution_cards import Choice, SolutionPicker, install
from ui.pages.sign_in import brand, entrance_card
from ui.text import field_errors, language, t, words

TicketUrl = Callable[[str, str], str]
LEAST_PASSWORD = 12


class _Form:
    """The fields of the set-up and what is said about them."""

    def __init__(self) -> None:
        self.company = ui.input(t('Company')).props('name=company autocomplete=organization autofocus')
        with ui.element('div').classes('a-two'):
            self.name = ui.input(t('Your name')).props('name=name autocomplete=name')
            self.login = ui.input(t('Login')).props('name=login autocomplete=username autocapitalize=none')
        self.password = ui.input(t('Password'), password=True, password_toggle_button=True)
        self.password.props('name=password autocomplete=new-password bottom-slots')
        self.password.props['hint'] = t(
            'At least {count} characters. A sentence is easy to remember.', count=LEAST_PASSWORD
        )
        text(t('Start with'), 'a-h2')
        self.solution = SolutionPicker(solutions.list_solutions())
        self.error = error_line()

    def refuse(self, problem: Problem) -> None:
        """Show a refusal beside its field."""
        told = field_errors(problem)
        for code, sentence in told.items():
            box = getattr(self, code, None)
            if isinstance(box, ui.input):
                box.props('error')
                box.props['error-message'] = sentence
        self.error.set_text('' if told else words(problem))

    def forgive(self) -> None:
        """Take every complaint back."""
        self.error.set_text('')
        for box in (self.company, self.name, self.login, self.password):
            box.props(remove='error error-message')


def draw_setup(*, ticket_url: TicketUrl) -> None:
    """The form of the first run."""
    ui.page_title(t('Welcome to Artel'))
    with entrance_card(wide=True):
        brand(t('Welcome to Artel'))
        text(t('Two minutes, and your team has a place to work. You will be the administrator.'), 'a-muted')
        with ui.element('form').classes('a-col a-gap-16') as form:
            fields = _Form()
            with row('a-between a-wrap'):
                progress = text('', 'a-meta a-grow').props('role=status')
                go = button(t('Create'), primary=True).props('type=submit').classes('a-tall')

    async def create() -> None:
        fields.forgive()
        go.props('loading')
        try:
            made = await _set_up(fields)
        except Problem as problem:
            fields.refuse(problem)
            go.props(remove='loading')
            return
        try:
            await _install_chosen(made.token, fields.solution.choice, progress.set_text)
        finally:
            # The administrator exists now; whatever else went wrong can be done again from inside.
            ui.navigate.to(ticket_url(made.token, '/'))

    form.on('submit.prevent', create)


async def _set_up(fields: _Form) -> Session:
    made = await sessions.set_up(
        login=fields.login.value or '',
        name=fields.name.value or '',
        password=fields.password.value or '',
        language=language(),
        company=fields.company.value or '',
        address=ui.context.client.ip,
    )
    # Rules of a solution that was installed before anybody was here get their owner now.
    await rules.adopt(made.person_id)
    return made


async def _install_chosen(token: str, chosen: Choice, tell: Callable[[str], Any]) -> None:
    await system_settings.load_settings()
    actor = await sessions.actor_of_session(token)
    if actor is not None:
        await install(actor, chosen.code, demo=chosen.demo, tell=tell)
        await colleagues.give_contact(actor, actor.person_id or 0)
