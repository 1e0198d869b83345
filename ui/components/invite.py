"""Ways in for a colleague: an invitation by letter or as a link to copy, or a first password."""

import secrets
from datetime import UTC, datetime

from nicegui import ui

from integrations.exchange.formats.excel_files import workbook
from store import Problem, invitations, people
from store.invitations import Invitation
from store.people import Person
from ui.components.basics import button, icon_button, row, tell, text, toast
from ui.components.dialogs import answer_of
from ui.formats import date_long, date_short
from ui.reader import Reader, reader, reading
from ui.session import company_name, reader_of, session
from ui.text import n, t


def link_of(invitation: Invitation) -> str:
    """The whole address of an invitation: the public one of the installation, else the one of this tab."""
    base = invitations.base_url() or str(ui.context.client.request.base_url).rstrip('/')
    door = '/portal/invite' if invitation.is_portal else '/invite'
    return f'{base}{door}/{invitation.token}'


async def invite(person: Person) -> None:
    """Invite a colleague: by letter where that is possible, else the link is shown."""
    try:
        made = await invitations.invite(session().actor, person.id)
        if made.email and invitations.can_mail():
            await send(made, reader_of(person))
            toast(t('The invitation is on its way to {email}.', email=made.email))
            return
    except Problem as problem:
        tell(problem)
        return
    sentence = t(
        'Send this link to {name}. It works once, until {time}.',
        name=made.name,
        time=date_long(made.good_until),
    )
    await show_once(t('Invitation'), sentence, link_of(made))


async def send(made: Invitation, to: Reader | None = None) -> None:
    """Write the letter in the language of the one who is invited."""
    link = link_of(made)
    with reading(to or reader()):
        company = ' '.join(company_name().split())
        subject = (
            t('{company} invites you to its portal', company=company)
            if made.is_portal
            else t('{company} invites you to Artel', company=company)
        )
        minutes = max(1, round((made.good_until - datetime.now(UTC)).total_seconds() / 60))
        body = '\n\n'.join(
            (
                t('Hello {name},', name=made.name),
                t('choose a password here, and you are in:'),
                link,
                n(
                    'The link works once and for {count} minute.',
                    'The link works once and for {count} minutes.',
                    minutes,
                ),
                t('Your login: {login}', login=made.login),
            )
        )
    await invitations.mail(session().actor, made, subject, body)


async def invite_many(found: list[Person]) -> None:
    """Invite several: letters to those with an e-mail where possible, links of the others in a file."""
    links: list[list[str]] = []
    sent = 0
    for person in found:
        try:
            made = await invitations.invite(session().actor, person.id)
            if made.email and invitations.can_mail():
                await send(made, reader())
                sent += 1
                continue
        except Problem as problem:
            tell(problem)
            return
        links.append([made.name, made.login, made.email, link_of(made), date_short(made.good_until)])
    if links:
        captions = [t('Name'), t('Login'), t('E-mail'), t('Invitation link'), t('Valid until')]
        ui.download.content(workbook([captions, *links]), t('Invitations.xlsx'))
    if sent:
        toast(n('{count} invitation is on its way.', '{count} invitations are on their way.', sent))


async def first_password(person: Person) -> None:
    """Give a colleague a password that they must change at their first sign-in, and show it once."""
    password = secrets.token_urlsafe(12)
    try:
        await people.set_password(session().actor, person.id, password)
    except Problem as problem:
        tell(problem)
        return
    sentence = t('Hand it over in person: {login} must change it at the first sign-in.', login=person.login)
    await show_once(t('First password'), sentence, password)


async def show_once(title: str, sentence: str, secret: str) -> None:
    """A secret to be copied now; it is not shown again."""

    def copy() -> None:
        ui.clipboard.write(secret)
        toast(t('Copied'))

    with ui.dialog().props('persistent') as dialog, ui.card().style('width:min(520px,100%)'):
        text(title, 'a-title')
        text(sentence, 'a-muted')
        with row('a-full a-secret'):
            text(secret, 'a-grow a-mono').style('overflow-wrap:anywhere').mark('secret')
            icon_button('content_copy', t('Copy'), copy)
        text(t('It is shown only this once.'), 'a-meta')
        with row('a-full').style('justify-content:flex-end'):
            button(t('Done'), lambda: dialog.submit(True), primary=True)
    await answer_of(dialog)
