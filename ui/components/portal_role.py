"""On the page of a role: whether it is for customers at the portal, and what its levels mean there."""

from store import Problem, portal_links, role_rights
from store.roles import Role
from ui.components.basics import col, row, text
from ui.components.controls.toggle import Toggle
from ui.components.toast import tell
from ui.place import reload
from ui.session import session
from ui.text import t


def draw_portal_switch(role: Role) -> None:
    """A switch that nobody may turn while somebody holds the role."""

    async def turn(on: bool) -> None:
        try:
            await role_rights.set_portal(session().actor, role.code, is_portal=on)
        except Problem as problem:
            tell(problem)
            switch.give(not on)
            return
        if on:
            await portal_links.hide_mark(role.code)
        reload()

    with row('a-note').style('align-items: center; margin-bottom: 8px'):
        with col('a-grow a-gap-4'):
            text(t('For customers at the portal'), 'a-strong a-small')
            text(_sentence(role), 'a-small')
        switch = Toggle(role.is_portal, label=t('For customers at the portal'), on_set=turn)
        switch.style('width: auto; flex: none')


def _sentence(role: Role) -> str:
    if not role.is_portal:
        return t('Then customers may hold it, and colleagues may not.')
    return t('“Own” is linked to their contact, “My unit” to its account. Hide fields that are not for them.')
