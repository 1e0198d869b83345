"""Under a moment: what time it is then for the people of the record who live in another zone."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from store import Catalog
from store.values import Ref
from store.zones import zones_of_people
from ui.components.form import Field
from ui.formats import date_only
from ui.session import session
from ui.text import t
from ui.values import local

MOST = 4
"""How many people are named under one moment."""


class Elsewhere:
    """The lines under the moments among some fields; `show` follows the values."""

    def __init__(self, catalog: Catalog, fields: Mapping[str, Field]) -> None:
        self._people = ['owner', *(spec.code for spec in catalog.live_fields if spec.type == 'person')]
        self._lines: dict[str, ui.label] = {}
        for code, field in fields.items():
            if field.spec.type == 'date_time':
                with field.box:
                    self._lines[code] = ui.label().classes('af-hint').mark(f'elsewhere-{code}')
                self._lines[code].visible = False

    async def show(self, values: Mapping[str, Any]) -> None:
        """Say it for these values."""
        refs = [values.get(code) for code in self._people]
        people = {ref.id: ref.title for ref in refs if isinstance(ref, Ref)}
        moments = {code: value for code in self._lines if isinstance(value := values.get(code), datetime)}
        zones = await zones_of_people(session().actor, people) if moments and people else {}
        for code, line in self._lines.items():
            if line.is_deleted:
                return
            said = _said(moments[code], people, zones) if code in moments else ''
            line.set_text(said)
            line.visible = bool(said)


def _said(moment: datetime, people: Mapping[int, str], zones: Mapping[int, str]) -> str:
    here = local(moment)
    parts = []
    for person_id in _others(people, zones):
        there = moment.astimezone(ZoneInfo(zones[person_id]))
        if there.utcoffset() != here.utcoffset():
            day = '' if there.date() == here.date() else f'{date_only(there.date())}, '
            parts.append(t('{time} for {name}', time=f'{day}{there:%H:%M}', name=people[person_id]))
    return ' · '.join(parts[:MOST])


def _others(people: Mapping[int, str], zones: Mapping[int, str]) -> Iterable[int]:
    return (person_id for person_id, name in people.items() if name and person_id in zones)
