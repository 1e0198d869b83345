"""A forgotten password: asking for the link, and choosing a new password where it leads."""

from collections.abc import Callable

from nicegui import ui

from store import invitations
from store.invitations import Invitation
from ui.components.basics import button, text
from ui.pages.invited import EntranceForm, TicketUrl, enter, new_password
from ui.pages.sign_in import Door, brand, entrance_card
from ui.reader import reader
from ui.session import company_name
from ui.text import t

Ask = Callable[[str, str, str], None]


def draw_forgotten(door: Door, ask: Ask) -> None:
    """The form that asks whom to write to; its answer says nothing about who is known here."""
    ui.page_title(f'{t("Forgotten password")} · {company_name()}')
    with entrance_card() as card:
        brand(company_name())
        text(t('We send you a link to choose a new password.'), 'a-muted')
        form = EntranceForm(t('Send the link'))
        with form.box:
            caption = t('E-mail') if door.is_portal else t('E-mail or login')
            asked = ui.input(caption).props('name=login autocomplete=username autofocus autocapitalize=none')
        form.finish()
        ui.link(t('Back to the sign-in'), door.at('sign-in')).classes('a-link a-small')

    async def send() -> None:
        if not (asked.value or '').strip():
            form.say(t('Enter your e-mail.'))
            return
        ask(asked.value, ui.context.client.ip or '', reader().language)
        card.clear()
        with card:
            brand(company_name())
            text(
                t('If we know this address, a letter with a link is on its way. Look into spam as well.'),
                'a-muted',
            ).props('role=status')
            button(t('Back to the sign-in'), lambda: ui.navigate.to(door.at('sign-in'))).classes(
                'a-full a-tall'
            )

    form.answer(send, {})


def draw_reset(mine: Invitation, token: str, ticket_url: TicketUrl, door: Door) -> None:
    """The form of somebody who holds a good link; a second factor is asked for as ever."""
    ui.page_title(f'{t("New password")} · {company_name()}')
    with entrance_card() as card:
        brand(company_name())
        text(t('Choose a new password. You will be signed out everywhere else.'), 'a-muted')
        form = EntranceForm(t('Save and sign in'))
        with form.box:
            ui.input(t('Login'), value=mine.login).props('name=login autocomplete=username readonly')
            password = new_password()
        form.finish()

    async def change() -> None:
        fresh = password.value or ''
        await invitations.accept(token, name=mine.name, password=fresh)
        await enter(card, mine.login, fresh, ticket_url, door)

    form.answer(change, {'password': password})
