"""On the page of a contact: that this is a colleague, and whether they can sign in."""

from nicegui import ui

from store import colleagues
from store.people import Person
from ui.components.basics import avatar, pill, row, text
from ui.components.portal_people import draw_invite
from ui.formats import date_short, today
from ui.session import session
from ui.text import t


async def draw_colleague(catalog: str, record_id: int) -> None:
    """A line about the colleague or customer who is this contact; a way to invite them where nobody is."""
    actor = session().actor
    found = await colleagues.person_of_contact(actor, catalog, record_id)
    if found is None:
        await draw_invite(catalog, record_id)
        return
    with row('a-gap-8 a-wrap').mark('colleague'):
        avatar(found.name, 20, person_id=found.id)
        if actor.may_do('manage_people'):
            with ui.link(target=f'/settings/people/{found.id}').classes('a-link a-small'):
                text(_who(found))
        else:
            text(_who(found), 'a-small')
        if not found.is_active:
            pill(t('Deactivated'), kind='warning')
        elif found.is_away(today()):
            last = found.absent_until
            pill(t('Away until {date}', date=date_short(last)) if last else t('Away'))
        else:
            pill(t('Active'), kind='success')


def _who(found: Person) -> str:
    return t('Customer at the portal') if found.is_portal else t('Colleague')
