"""The checklist of a new installation: it goes by itself when everything is done."""

from nicegui import ui

from store import Query, people
from ui.components.basics import OnClick, button, card, col, icon, row, text
from ui.components.solution_cards import add_solution
from ui.place import go
from ui.session import records, session
from ui.text import t


async def draw_first_steps() -> None:
    """Draw the steps that lead from an empty installation to a working one, for administrators."""
    actor = session().actor
    if not actor.is_admin:
        return
    mine = records()
    has_sections = bool(mine.catalogs())
    has_records = has_sections and await _has_records()
    has_team = len(await people.list_people(actor, limit=2)) > 1
    if has_sections and has_records and has_team:
        return
    with card('a-block--flush'):
        with row('a-between').style('padding:14px 16px;border-bottom:1px solid var(--a-border)'):
            text(t('First steps'), 'a-h2')
            text(t('{done} of {all}', done=has_sections + has_records + has_team, all=3), 'a-meta a-num')
        _step(
            1,
            has_sections,
            t('Choose a ready solution'),
            t('Sections, stages and rules for your work; change them later.'),
            t('Choose'),
            add_solution,
        )
        _step(
            2,
            has_records,
            t('Bring your data'),
            t('From Excel or CSV; you see what will happen before it does.'),
            t('Import'),
            lambda: go('/import'),
        )
        _step(
            3,
            has_team,
            t('Invite your colleagues'),
            t('Give each a login and a role.'),
            t('Add people'),
            lambda: go('/settings/people'),
        )


async def _has_records() -> bool:
    mine = records()
    for kind in mine.catalogs():
        if (await mine.find(kind.code, Query(limit=1))).records:
            return True
    return False


def _step(place: int, done: bool, title: str, sentence: str, action: str, on_click: OnClick) -> None:
    with ui.element('div').classes('a-step a-step--done' if done else 'a-step'):
        with ui.element('span').classes('a-step__mark'):
            if done:
                icon('check')
            else:
                ui.label(str(place))
        with col('a-grow a-gap-0'):
            text(title, 'a-strong')
            text(sentence, 'a-small a-muted')
        if not done:
            button(action, on_click, small=True)
