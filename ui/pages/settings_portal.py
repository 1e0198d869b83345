"""The portal for customers: who may register, with which role they begin, and what is missing yet."""

from typing import Any

from nicegui import ui

from store import FieldSpec, colleagues, invitations, portal, system_settings
from ui.components import frame
from ui.components.basics import button, icon, row, text
from ui.components.person_parts import role_choices
from ui.components.settings import autosaved, block
from ui.components.system_setting import draw_settings_of, save
from ui.pages import Area, Page, may
from ui.place import Place, go
from ui.session import session
from ui.text import t

BLOCK = 'Portal'


async def draw_portal(place: Place) -> None:
    """The settings of the portal, its address, and what it lacks."""
    with frame.header(t('Portal for customers'), back='/settings'):
        pass
    with frame.body(narrow=True):
        _lacking()
        with block(t('Address'), t('Customers sign in here, and nowhere else.')), row('a-full a-secret'):
            text(f'{_base()}/portal', 'a-grow a-mono').style('overflow-wrap:anywhere')
            ui.link(t('Open the page'), '/portal/sign-in', new_tab=True).classes('a-link a-small')
        with block(t('Coming in')):
            await _role()
            draw_settings_of(BLOCK, place.query.get('find', ''))


def _base() -> str:
    return invitations.base_url() or str(ui.context.client.request.base_url).rstrip('/')


def _lacking() -> None:
    """What has to be done before somebody can register."""
    ways = {
        'contacts': (
            t('There is no catalogue of contacts: customers are linked to theirs.'),
            '/settings/catalogs',
        ),
        'mail': (t('There is no mail server: nobody can confirm an address.'), '/settings/mail'),
        'address': (t('The public address is not set: links in letters need it.'), '/settings/company'),
    }
    for what in portal.lacking():
        sentence, path = ways[what]
        with row('a-note').mark(f'lacks-{what}'):
            icon('error_outline')
            text(sentence, 'a-grow')
            button(t('Set up'), lambda path=path: go(path), small=True)


async def _role() -> None:
    """The role that new customers get."""
    actor = session().actor
    if not (actor.may_do('manage_roles') or actor.may_do('manage_people')):
        return
    known = await colleagues.role_names(actor)
    spec = FieldSpec(
        code='portal_role',
        label='Role of new customers',
        type='choice',
        hint='What they may see and do; only roles of the portal',
        options={'choices': role_choices(known, portal=True)},
    )

    async def keep(given: dict[str, Any]) -> None:
        await save(given)

    autosaved(
        [spec], {'portal_role': system_settings.setting('portal_role') or None}, keep, two_columns=False
    )
    held = str(system_settings.setting('portal_role'))
    if actor.may_do('manage_roles') and any(role.code == held and role.is_portal for role in known):
        ui.link(t('What this role may see and do'), f'/settings/roles/{held}').classes('a-link a-small')


PAGES = (
    Page(
        path='/settings/portal',
        draw=draw_portal,
        title='Portal for customers',
        allowed=may('manage_settings'),
        area=Area(
            category='people',
            icon='storefront',
            sentence='Who may register, and what customers begin with',
            words='портал клиенты самообслуживание регистрация portal customers self service registration',
            blocks=(BLOCK,),
            place=70,
        ),
    ),
)
