"""This tab: who acts in it, their records, language, theme and zone; and the end of a session."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from fastapi import Request

from store import people, sessions, system_settings
from store.actor import BY_PERSON, Actor, Cause
from store.people import Person
from store.records import Records
from ui.compat import current_client, open_clients
from ui.locales import SOURCE, accepted, languages
from ui.reader import Reader, attach

if TYPE_CHECKING:
    from nicegui import Client

COOKIE = 'artel'
SAFE_COOKIE = '__Host-artel'
"""The cookie's name over https: browsers then refuse it from anywhere but this very host."""
FRESH_S = 1.0
"""How long a tab's actor is used unasked."""


@dataclass(kw_only=True, eq=False)
class Tab:
    """A signed-in browser tab, or one request of its browser."""

    token: str
    session_id: int
    actor: Actor
    person: Person
    reader: Reader
    company: str = 'Artel'
    ended: bool = False
    last_views: dict[str, str] = field(default_factory=dict)
    asked_at: float = field(default_factory=time.monotonic)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def person_id(self) -> int:
        """Whose tab this is."""
        return self.person.id

    @property
    def language(self) -> str:
        """The tab's language, e.g. 'ru'."""
        return self.reader.language

    @property
    def zone(self) -> str:
        """The tab's IANA time zone."""
        return self.reader.zone

    @property
    def theme(self) -> str:
        """'light', 'dark', or 'system' when the device decides."""
        return self.person.theme

    def records(self, cause: Cause = BY_PERSON) -> Records:
        """The door to records with this person's present rights; ask again in each handler.

        :raises SignedOut: the session is over"""
        if self.ended:
            raise SignedOut
        return Records(self.actor, cause)

    async def refresh(self) -> bool:
        """Learn the present rights; False when the session is over."""
        if self.ended:
            return False
        if time.monotonic() - self.asked_at < FRESH_S:
            return True
        asked = time.monotonic()
        actor = await sessions.actor_of_session(self.token)
        if actor is None:
            self.ended = True
            return False
        self.actor, self.asked_at = actor, asked
        return True


class SignedOut(Exception):
    """The session of this tab is over."""


_tabs: 'WeakKeyDictionary[Client, Tab]' = WeakKeyDictionary()
_cause: ContextVar[Cause] = ContextVar('cause', default=BY_PERSON)


def session() -> Tab:
    """The tab being drawn or answered.

    :raises SignedOut: nobody is signed in here"""
    client = current_client()
    tab = _tabs.get(client) if client is not None else None
    if tab is None:
        raise SignedOut
    return tab


def records() -> Records:
    """The records of this tab's person, with their present rights."""
    return session().records(_cause.get())


@contextmanager
def because(cause: Cause) -> Iterator[None]:
    """Inside the block `records` write this cause into the journal."""
    token = _cause.set(cause)
    try:
        yield
    finally:
        _cause.reset(token)


def tab_on(client: 'Client') -> Tab | None:
    """The signed-in tab of this page, None on public pages."""
    return _tabs.get(client)


def open_tabs() -> list[tuple['Client', Tab]]:
    """Every signed-in page that is open."""
    return [(client, tab) for client in open_clients() if (tab := _tabs.get(client)) is not None]


def token_of(cookies: dict[str, str]) -> str:
    """The session token a browser sent; '' when it has none."""
    return cookies.get(SAFE_COOKIE) or cookies.get(COOKIE) or ''


async def tab_of(request: Request) -> Tab | None:
    """Who sends this request by the cookie, None when nobody is signed in."""
    return await tab_of_token(token_of(request.cookies), accepted(request.headers.get('accept-language', '')))


async def tab_of_token(token: str, spoken: str = '') -> Tab | None:
    """The person of a living session as a tab; `spoken` is the browser's language, for who chose none."""
    actor = await sessions.actor_of_session(token) if token else None
    if actor is None or actor.person_id is None:
        return None
    found = await sessions.session_of(token)
    if found is None:
        return None
    who = await people.person(actor, actor.person_id)
    return Tab(
        token=token,
        session_id=found.id,
        actor=actor,
        person=who,
        reader=reader_of(who, spoken),
        company=company_name(),
    )


def reader_of(who: Person, spoken: str = '') -> Reader:
    """How this person reads: as chosen, else as the company, else as the browser does."""
    wanted = who.language or str(system_settings.setting('language')) or spoken
    zone = who.time_zone or str(system_settings.setting('time_zone')) or 'UTC'
    return Reader(wanted if wanted in languages() else SOURCE, zone)


def company_name() -> str:
    """Whose installation this is."""
    return str(system_settings.setting('company')) or 'Artel'


def adopt(client: 'Client', tab: Tab) -> None:
    """Make this page the tab's own."""
    _tabs[client] = tab
    attach(client, tab.reader)


async def may_act(client: 'Client') -> bool:
    """Whether an event of this page may still run; sends an outlived page to the sign-in."""
    tab = _tabs.get(client)
    if tab is None:
        return True
    # Events of one tab wait for one another, so that a slow look-up does not let the next one overtake.
    async with tab.turn:
        if await tab.refresh():
            return True
    dismiss(client)
    return False


def dismiss(client: 'Client') -> None:
    """Send a page whose session is over to the sign-in."""
    if tab := _tabs.get(client):
        tab.ended = True
    client.open('/sign-in')


def _on_revoked(person_id: int, session_id: int | None) -> None:
    for client, tab in open_tabs():
        if tab.person_id == person_id and session_id in (None, tab.session_id):
            dismiss(client)


def _on_changed(person_id: int | None) -> None:
    for _, tab in open_tabs():
        if person_id in (None, tab.person_id):
            tab.asked_at = 0.0


people.subscribe_revoked(_on_revoked)
people.subscribe_changed(_on_changed)
