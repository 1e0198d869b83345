"""This tab: who acts in it, their records, language, theme and zone; and the end of a session."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from fastapi import Request

from store import NotAllowed, NotFound, Problem, audit, people, seeing, sessions, system_settings
from store.actor import BY_PERSON, Actor, Cause
from store.own_company import company_name as own_name
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
    """A signed-in browser tab, or one request of its browser.

    `actor` and `person` are those whose eyes it looks through; `looker` is who really does, when that is
    somebody else."""

    token: str
    session_id: int
    actor: Actor
    person: Person
    reader: Reader
    looker: Actor | None = None
    company: str = 'Artel'
    ended: bool = False
    last_views: dict[str, str] = field(default_factory=dict)
    asked_at: float = field(default_factory=time.monotonic)

    @property
    def person_id(self) -> int:
        """Whose tab this is."""
        return self.person.id

    @property
    def who(self) -> Actor:
        """Who is signed in here, whoever's eyes they look through."""
        return self.looker or self.actor

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
        eyes = await seeing.eyes_of(actor, self.session_id) if actor is not None else None
        same = eyes is not None and (eyes.person_id, eyes.portal) == (self.actor.person_id, self.actor.portal)
        if actor is None or eyes is None or not same:
            # The page was drawn for other eyes: it must not act with these.
            self.ended = True
            return False
        self.looker = actor if eyes is not actor else None
        self.actor, self.asked_at = eyes, asked
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


async def tab_of(request: Request, *, unfinished: bool = False, portal: bool = False) -> Tab | None:
    """Who sends this request by the cookie, None when nobody is signed in here.

    Customers are nobody but at the `portal`, where everybody else is. Who has yet to change a given password
    counts as nobody, unless `unfinished` asks for them too."""
    tab = await tab_of_token(token_of(request.cookies), accepted(request.headers.get('accept-language', '')))
    if tab is None or tab.who.portal != portal or (tab.person.must_change_password and not unfinished):
        return None
    _tie(tab)
    return tab


async def tab_of_token(token: str, spoken: str = '') -> Tab | None:
    """The person of a living session as a tab; `spoken` is the browser's language, for who chose none."""
    actor = await sessions.actor_of_session(token) if token else None
    if actor is None or actor.person_id is None:
        return None
    found = await sessions.session_of(token)
    if found is None:
        return None
    eyes = await seeing.eyes_of(actor, found.id)
    who = await people.person(actor, actor.person_id)
    return Tab(
        token=token,
        session_id=found.id,
        actor=eyes,
        person=who if eyes is actor else await _seen(eyes, who),
        reader=reader_of(who, spoken),
        looker=None if eyes is actor else actor,
        company=company_name(),
    )


async def _seen(eyes: Actor, who: Person) -> Person:
    """Another person as their tab shows them; language, theme and zone stay those of who looks."""
    seen = await people.person(eyes, eyes.person_id or 0)
    return replace(
        seen,
        language=who.language,
        theme=who.theme,
        time_zone=who.time_zone or 'UTC',
        must_change_password=who.must_change_password,
    )


def reader_of(who: Person, spoken: str = '') -> Reader:
    """How this person reads: as chosen, else as the company, else as the browser does."""
    wanted = who.language or str(system_settings.setting('language')) or spoken
    zone = who.time_zone or str(system_settings.setting('time_zone')) or 'UTC'
    return Reader(wanted if wanted in languages() else SOURCE, zone)


def note_refusal(problem: Problem, tab: Tab | None = None, **facts: str) -> None:
    """Write into the audit log that somebody here asked for what they may not do or see."""
    if tab is None:
        client = current_client()
        tab = _tabs.get(client) if client is not None else None
    if tab is not None and isinstance(problem, NotAllowed | NotFound):
        audit.refused_soon(tab.who, problem, channel='page', **facts)


def company_name() -> str:
    """Whose installation this is."""
    return own_name() or 'Artel'


def adopt(client: 'Client', tab: Tab) -> None:
    """Make this page the tab's own."""
    _tabs[client] = tab
    attach(client, tab.reader)


def _tie(tab: Tab) -> None:
    if tab.looker is not None:
        seeing.look_only()


async def may_act(client: 'Client') -> bool:
    """Whether an event of this page may still run; sends an outlived page to the sign-in."""
    tab = _tabs.get(client)
    if tab is None:
        return True
    if await tab.refresh():
        _tie(tab)
        return True
    dismiss(client)
    return False


def dismiss(client: 'Client') -> None:
    """Send a page whose session is over to the sign-in."""
    tab = _tabs.get(client)
    if tab is not None:
        tab.ended = True
    client.open('/portal/sign-in' if tab is not None and tab.who.portal else '/sign-in')


async def end_outlived() -> None:
    """Send the pages to the sign-in whose session became too old while they stood open."""
    tabs = open_tabs()
    alive = await sessions.living({tab.session_id for _, tab in tabs}) if tabs else set()
    for client, tab in tabs:
        if tab.session_id not in alive:
            dismiss(client)


def _on_revoked(person_id: int, session_id: int | None) -> None:
    for client, tab in open_tabs():
        if tab.who.person_id == person_id and session_id in (None, tab.session_id):
            dismiss(client)


def _on_changed(person_id: int | None) -> None:
    for _, tab in open_tabs():
        if person_id in (None, tab.person_id, tab.who.person_id):
            tab.asked_at = 0.0


people.subscribe_revoked(_on_revoked)
people.subscribe_changed(_on_changed)
