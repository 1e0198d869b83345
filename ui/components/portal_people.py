"""Customers as those who manage people see them: who waits to be approved, and who may be invited."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from store import Problem, colleagues, portal
from store.portal import Registration
from ui.components.basics import avatar, button, col, confirm, row, text
from ui.components.invite import invite
from ui.components.kept_rows import KeptRows
from ui.components.toast import tell, toast
from ui.formats import date_short
from ui.pages.portal_register import write_decided
from ui.session import session
from ui.text import t

Again = Callable[[], Awaitable[Any]]


class Waiting:
    """Those who registered and wait, each with the two answers."""

    def __init__(self, again: Again) -> None:
        self._again = again
        self.box = ui.element('div').classes('a-card a-block--flush')
        self._lines = KeptRows[Registration](
            self.box, self._line, key=lambda one: one.id, root=lambda _one: row('a-item a-wrap pp-request')
        )

    async def show(self) -> list[Registration]:
        """Fill the list; who is in it."""
        found = await portal.waiting(session().actor)
        self._lines.give(found)
        return found

    def _line(self, one: Registration) -> None:
        avatar(one.name)
        with col('a-grow a-gap-0'):
            text(one.name, 'a-strong a-small')
            parts = (one.email, one.company, date_short(one.made_at))
            text(' · '.join(part for part in parts if part), 'a-meta')
        with row('a-gap-8'):
            button(t('Turn away'), lambda: self._refuse(one), small=True).mark('refuse')
            button(t('Let in'), lambda: self._approve(one), small=True, primary=True).mark('approve')

    async def _approve(self, one: Registration) -> None:
        try:
            made = await portal.approve(session().actor, one.id)
        except Problem as problem:
            tell(problem)
            return
        await write_decided(made, is_in=True)
        toast(t('{name} may come in, and is told so by letter.', name=one.name))
        await self._again()

    async def _refuse(self, one: Registration) -> None:
        if not await confirm(t('{name} is told by letter.', name=one.name), t('Turn away')):
            return
        try:
            made = await portal.refuse(session().actor, one.id)
        except Problem as problem:
            tell(problem)
            return
        await write_decided(made, is_in=False)
        await self._again()


async def draw_invite(catalog: str, record_id: int) -> None:
    """On the page of a contact who is nobody here yet: a way to invite them to the portal."""
    contacts = colleagues.contacts_catalog()
    if contacts is None or contacts.code != catalog or not session().actor.may_do('manage_people'):
        return

    async def ask() -> None:
        try:
            made = await portal.person_for(session().actor, record_id)
        except Problem as problem:
            tell(problem)
            return
        await invite(made)

    with row():
        made = button(t('Invite to the portal'), ask, small=True, quiet=True, icon='forward_to_inbox')
        made.mark('invite-portal')
