"""A colleague as a value, and how much of them each reader may know."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from store import clock
from store.actor import EMPLOYEE, PORTAL, Actor

BY_DIRECTORY = (
    'EXISTS (SELECT 1 FROM directory_people d WHERE d.person_id = people.id)'
    " AND NOT (people.is_admin = 1 AND people.password_hash <> '')"
    " AND EXISTS (SELECT 1 FROM saved_settings s WHERE s.key = 'directory_sign_in'"
    ' AND s.value = \'"directory"\')'
)
"""The condition under which a row of `people` signs in by the company's directory.

An administrator with a password of their own does not: they get in when the directory is down, too."""
COLUMNS = (
    'id, name, login, email, department, manager_id, is_admin, is_active, language, theme, time_zone,'
    ' created_at, password_hash, phone, working_hours, absent_from, absent_until, deputy_id, photo_id,'
    ' contact_id, must_change_password, kind,'
    f' CASE WHEN {BY_DIRECTORY} THEN 1 ELSE 0 END AS by_directory'
)
"""Of the table of people, as `person_of` reads them."""
SECRET: Mapping[str, Any] = {
    'login': '',
    'language': '',
    'theme': 'system',
    'time_zone': '',
    'is_admin': False,
    'has_password': False,
    'must_change_password': False,
    'by_directory': False,
    'contact_id': None,
    'roles': (),
}
"""What a colleague need not know of another one, and what they see instead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A colleague, or somebody of the portal; `login` is '' for one who cannot sign in, and for readers who
    need not know it.

    `working_hours` maps ISO weekdays ('1' is Monday) to ('09:00', '18:00'); a person is away from
    `absent_from` to `absent_until`, both included, and the deputy stands in. `contact_id` is the record
    among contacts that is this person, `photo_id` a file."""

    id: int
    name: str
    login: str = ''
    email: str = ''
    department: str = ''
    manager_id: int | None = None
    is_admin: bool = False
    is_active: bool = True
    language: str = ''
    theme: str = 'system'
    time_zone: str = ''
    created_at: datetime
    has_password: bool = False
    roles: tuple[str, ...] = ()
    phone: str = ''
    working_hours: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    absent_from: date | None = None
    absent_until: date | None = None
    deputy_id: int | None = None
    photo_id: int | None = None
    contact_id: int | None = None
    must_change_password: bool = False
    kind: str = EMPLOYEE
    by_directory: bool = False

    @property
    def is_portal(self) -> bool:
        """Whether this is a customer who comes in by the portal."""
        return self.kind == PORTAL

    def is_away(self, on: date) -> bool:
        """Whether they are absent on this day."""
        if self.absent_from is None:
            return False
        return self.absent_from <= on and (self.absent_until is None or on <= self.absent_until)


def person_of(row: Mapping[str, Any], roles: Iterable[str]) -> Person:
    """The person of a row of `COLUMNS` who holds these roles."""
    hours = json.loads(row['working_hours'] or '{}')
    return Person(
        id=row['id'],
        name=row['name'],
        login=row['login'] or '',
        email=row['email'],
        department=row['department'],
        manager_id=row['manager_id'],
        is_admin=bool(row['is_admin']),
        is_active=bool(row['is_active']),
        language=row['language'],
        theme=row['theme'],
        time_zone=row['time_zone'],
        created_at=clock.from_ms(row['created_at']),
        has_password=bool(row['password_hash']),
        roles=tuple(sorted(roles)),
        phone=row['phone'],
        working_hours={day: (str(times[0]), str(times[1])) for day, times in sorted(hours.items())},
        absent_from=_day(row['absent_from']),
        absent_until=_day(row['absent_until']),
        deputy_id=row['deputy_id'],
        photo_id=row['photo_id'],
        contact_id=row['contact_id'],
        must_change_password=bool(row['must_change_password']),
        kind=row['kind'],
        by_directory=bool(row['by_directory']),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def shown_to(actor: Actor, one: Person) -> Person:
    """A person as this reader may know them."""
    if actor.may_do('manage_people') or actor.person_id == one.id:
        return one
    return replace(one, **SECRET)
