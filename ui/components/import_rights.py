"""What an import says about rights: records get theirs when they are made, so they should be set before."""

from nicegui import ui

from store import default_rights
from store.actor import EVERY
from ui.components.basics import icon, text
from ui.session import session
from ui.text import t


async def draw_rights_hint(catalog: str) -> None:
    """Say that nothing but roles decides about the new records, where that is so; for who can change it."""
    actor = session().actor
    if not actor.may_do('manage_roles'):
        return
    rights = await default_rights.list_rights(actor)
    if any(right.catalog in (catalog, EVERY) for right in rights):
        return
    with ui.element('section').classes('im-section'), ui.element('div').classes('a-row'):
        icon('lock_open').classes('a-muted')
        hint = t('No default rights are set: roles alone decide who sees these records.')
        text(hint, 'a-small a-muted a-grow')
        with ui.link(target='/settings/default-rights').classes('a-link a-small a-nowrap'):
            ui.label(t('Set default rights'))
