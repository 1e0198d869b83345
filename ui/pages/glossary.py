"""The glossary: what the words of Artel mean, in a sentence each."""

from nicegui import ui

from ui.components import frame
from ui.components.basics import col, text
from ui.pages import Page, everyone
from ui.place import Place
from ui.text import t


def _terms() -> list[tuple[str, str]]:
    return [
        (
            t('Workplace'),
            t('A set of sections in the side panel, for some roles or for everybody. It opens no data.'),
        ),
        (t('Section'), t('A place for records of one kind: deals, contacts, requests.')),
        (t('Case'), t('A request of a customer with a number, a deadline and somebody responsible.')),
        (t('Service contract'), t('What an account gets from the service desk: plan, hours, dates.')),
        (t('Our company'), t('The account that is you: its name and details stand under letters.')),
        (t('Record'), t('One thing in a section: one deal, one contact.')),
        (t('Field'), t('A named value of a record: amount, phone, source.')),
        (t('Lookup'), t('The list of values one may choose from in a field.')),
        (t('Pipeline'), t('The way a record goes, stage by stage. A section may have several.')),
        (t('Stage'), t('A step of a pipeline; a column on the board.')),
        (t('Board'), t('Records as cards in the columns of their stages.')),
        (t('List'), t('Records as lines of a table.')),
        (t('Responsible'), t('The person whose record it is; rights to own records follow it.')),
        (t('Role'), t('What a person may see and do. Several roles add up.')),
        (t('Unit'), t('A branch, department or division; people work in it, a manager leads it.')),
        (
            t('Shared record'),
            t('Opens one record to one person or role, for reading or changing, until a day.'),
        ),
        (t('Rule'), t('Acts by itself: when something happens and conditions hold.')),
        (t('Trigger'), t('The event that starts a rule.')),
        (t('Condition'), t('What must be true for a rule to act, or for a filter to find.')),
        (t('Action'), t('What a rule does: a task, a letter, a change.')),
        (t('Run'), t('One time that a rule acted, with a log of every step.')),
        (t('Dashboard'), t('Figures and charts over the records you may read.')),
        (t('Solution'), t('Ready sections, roles, rules and dashboards for one kind of work.')),
        (t('Feed'), t('Messages and changes of a record, newest first.')),
        (t('Notification'), t('What the bell tells you: tasks, mentions, approvals, noteworthy events.')),
        (
            t('Audit log'),
            t('Who signed in, was refused, exported or changed settings; no line can be altered.'),
        ),
        (t('System designer'), t('The page that leads to all settings.')),
    ]


async def draw_glossary(_place: Place) -> None:
    """Every term by the alphabet."""
    with frame.header(t('Glossary')):
        pass
    with frame.body(narrow=True), ui.element('dl').classes('a-card a-block--flush a-terms'):
        for term, meaning in sorted(_terms(), key=lambda one: one[0].lower()):
            with col('a-gap-0 a-terms__one'):
                text(term, 'a-strong a-small').props('role=term')
                text(meaning, 'a-small a-muted').props('role=definition')


PAGES = (Page(path='/glossary', draw=draw_glossary, title='Glossary', allowed=everyone),)
