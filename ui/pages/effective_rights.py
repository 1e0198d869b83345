"""What one person may do: every right with the role that gives it."""

from collections.abc import Mapping, Sequence
from typing import Any

from store import FieldLevel, people
from store.actor import RIGHTS
from store.effective_rights import Effective, OfCatalog, Reach, Source, as_plain, effective
from store.operations import OPERATIONS
from store.people import Person
from ui import theme
from ui.components import frame
from ui.components.basics import button, col, empty_state, pill, row, text
from ui.components.rights_matrix import RightsMatrix
from ui.components.role_rights import AREAS, area_name, field_level_name
from ui.components.see_as import may_see_as, see_as
from ui.components.settings import listing
from ui.components.why_words import role_label
from ui.pages import Page, everyone, may
from ui.place import Place
from ui.session import session
from ui.text import label, n, t
from ui.values import field_label

theme.add_style('components/rights.css')


async def draw_persons(place: Place) -> None:
    """The rights of a colleague."""
    number = place.params['person']
    asked = int(number) if number.isdecimal() and len(number) < 18 else 0
    await _draw(place, asked, back=f'/settings/people/{asked}')


async def draw_own(place: Place) -> None:
    """One's own rights."""
    await _draw(place, session().person_id, back='/profile')


async def _draw(place: Place, person_id: int, *, back: str) -> None:
    actor = session().actor
    person = await people.person(actor, person_id)
    found = await effective(actor, person_id)
    title = t('Rights of {name}', name=person.name)
    place.set_title(title)
    with frame.header(title, back=back) as head, head.actions:
        if found.is_active and person_id != actor.person_id and may_see_as():
            button(t('See as {name}', name=person.name), lambda: see_as(person_id), icon='visibility')
    with frame.body(read=True):
        _summary(person, found)
        if not found.is_active:
            empty_state(t('{name} is deactivated.', name=person.name), icon_name='block')
            return
        with listing(t('Records')):
            RightsMatrix([line for one in found.catalogs for line in _lines(one)])
        _fields(found)
        _operations(found)


def _summary(person: Person, found: Effective) -> None:
    with row('a-wrap a-gap-12'):
        if found.is_admin:
            pill(t('Administrator'), kind='accent')
            text(t('Administrators may do everything.'), 'a-small a-muted')
            return
        if not found.roles:
            text(t('{name} holds no role.', name=person.name), 'a-small a-muted')
        for source in found.roles:
            pill(source_words(source))
        if found.units:
            text(t('Units: {names}', names=', '.join(found.units)), 'a-small a-muted')
        if found.managed:
            names = ', '.join(found.managed)
            text(t('Sees as manager what people own in: {names}', names=names), 'a-small a-muted')


def source_words(source: Source) -> str:
    """A role, and behind it the unit that gives it."""
    name = role_label(as_plain(source))
    return f'{name} · {source.through}' if source.through else name


def _names(by: Sequence[Source]) -> str:
    return ', '.join(source_words(source) for source in by)


def _lines(one: OfCatalog) -> list[dict[str, Any]]:
    code = one.catalog.code
    notes = [n('{count} rule about records', '{count} rules about records', one.ruled)] if one.ruled else []
    notes += [t('some records are shared')] if one.shared else []
    first = {'key': code, 'label': label(one.catalog), 'depth': 0, 'own': True, 'note': ', '.join(notes)}
    rows = [{**first, 'cells': _cells(one.rights), 'has': bool(one.places), 'opened': True}]
    for (pipeline, stage), rights in one.places.items():
        line = one.catalog.pipeline(pipeline)
        step = line.stage(stage) if line and stage else None
        if line is None:
            continue
        name = f'{label(line)} · {label(step)}' if step else label(line)
        rows.append(
            {
                'key': f'{code}/{pipeline}/{stage}',
                'label': name,
                'depth': 1,
                'own': True,
                'parents': [code],
                'color': step.color if step else '',
                'cells': _cells(rights),
            }
        )
    return rows


def _cells(rights: Mapping[str, Reach]) -> dict[str, Any]:
    return {
        right: {
            'level': int(rights[right].level),
            'by': _names(rights[right].by),
            'tip': _names(rights[right].by),
        }
        for right in RIGHTS
    }


def _fields(found: Effective) -> None:
    narrowed = [one for one in found.catalogs if one.fields]
    if not narrowed:
        return
    with listing(t('Fields with less than full rights')):
        for one in narrowed:
            for code, level in one.fields.items():
                spec = one.catalog.field(code)
                with row('a-item').style('cursor:default'):
                    with col('a-grow a-gap-0'):
                        text(field_label(spec) if spec else code, 'a-small a-strong')
                        text(label(one.catalog), 'a-meta')
                    kind = 'danger' if level == FieldLevel.HIDDEN else 'warning'
                    pill(field_level_name(level), kind=kind)


def _operations(found: Effective) -> None:
    with listing(t('Operations')):
        if not found.operations:
            text(t('No operations.'), 'a-empty a-empty--small')
        for area in AREAS:
            for code, by in found.operations.items():
                operation = OPERATIONS[code]
                if operation.area != area:
                    continue
                with row('a-item').style('cursor:default'):
                    with col('a-grow a-gap-0'):
                        text(t(operation.label), 'a-small')
                        text(area_name(area), 'a-meta')
                    text(_names(by), 'a-small a-muted')


PAGES = (
    Page(
        path='/settings/people/{person}/rights',
        draw=draw_persons,
        title='Effective rights',
        allowed=may('manage_roles'),
    ),
    Page(path='/profile/rights', draw=draw_own, title='My rights', allowed=everyone),
)
