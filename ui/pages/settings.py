"""The system designer: one page that leads to all settings, and the areas made of system settings."""

from nicegui import ui

from store.actor import Actor
from ui.components import frame
from ui.components.basics import text
from ui.components.designer import Designer
from ui.components.own_company import draw_own_field
from ui.components.settings import block
from ui.components.system_setting import draw_settings_of
from ui.pages import Area, Nav, Page, all_pages, may
from ui.place import Place
from ui.session import session
from ui.text import t


def sets_up(actor: Actor) -> bool:
    """Whether this person may change anything about the system."""
    return any(
        page.area is not None and page.path.startswith('/settings/') and page.allowed(actor)
        for page in all_pages()
    )


async def draw_designer(_place: Place) -> None:
    """All areas at a glance, with a search."""
    with frame.header(t('System designer')):
        pass
    with frame.body(read=True):
        Designer(session())


async def _draw(place: Place, title: str, name: str, sentence: str = '') -> None:
    with frame.header(title, back='/settings'):
        pass
    with frame.body(narrow=True), block('', sentence), ui.element('div'):
        if sentence:
            text(sentence, 'a-small a-muted').style('margin-bottom:12px')
        draw_settings_of(name, place.query.get('find', ''))


async def draw_company(place: Place) -> None:
    """The company's own settings."""
    with frame.header(t('Company'), back='/settings'):
        pass
    with frame.body(narrow=True):
        with block(''), ui.element('div'):
            draw_settings_of('Company', place.query.get('find', ''))
        sentence = t('The account that is your own company; its name, phone and address stand in letters')
        with block(t('Our company'), sentence):
            draw_own_field(bare=True)


async def draw_mail(place: Place) -> None:
    """The mail server."""
    await _draw(place, t('Outgoing mail'), 'Outgoing mail', t('Rules send letters through this server.'))


async def draw_webhooks(place: Place) -> None:
    """Where webhooks may go."""
    sentence = t('Addresses of your own network are refused unless they are listed here.')
    await _draw(place, t('Webhooks'), 'Webhooks', sentence)


async def draw_mailboxes(place: Place) -> None:
    """Where mailboxes of people may be."""
    sentence = t('Everybody connects a mailbox in their profile. Servers of your own network are named here.')
    await _draw(place, t('Mailboxes'), 'Mailboxes', sentence)


PAGES = (
    Page(
        path='/settings',
        draw=draw_designer,
        title='System designer',
        allowed=sets_up,
        nav=Nav(icon='settings', label='System designer', place=90, bottom=True),
    ),
    Page(
        path='/settings/company',
        draw=draw_company,
        title='Company',
        allowed=may('manage_settings'),
        area=Area(
            category='data',
            icon='business',
            sentence='Name, currency, time zone, working days, addresses',
            words='компания организация реквизиты company organization',
            blocks=('Company',),
            place=30,
        ),
    ),
    Page(
        path='/settings/mail',
        draw=draw_mail,
        title='Outgoing mail',
        allowed=may('manage_settings'),
        area=Area(
            category='integrations',
            icon='mail',
            sentence='The server that sends letters of your rules',
            words='почта письма smtp e-mail mail server почтовый сервер',
            blocks=('Outgoing mail',),
            place=10,
        ),
    ),
    Page(
        path='/settings/mailboxes',
        draw=draw_mailboxes,
        title='Mailboxes',
        allowed=may('manage_settings'),
        area=Area(
            category='integrations',
            icon='all_inbox',
            sentence='Mail servers inside your network, the certificate of your own authority',
            words='почтовые ящики imap smtp почта письма mailboxes mail server certificate',
            blocks=('Mailboxes',),
            place=15,
        ),
    ),
    Page(
        path='/settings/webhooks',
        draw=draw_webhooks,
        title='Webhooks',
        allowed=may('manage_settings'),
        area=Area(
            category='integrations',
            icon='webhook',
            sentence='Where rules may send data inside your network',
            words='вебхуки webhook http интеграция сеть',
            blocks=('Webhooks',),
            place=20,
        ),
    ),
)
