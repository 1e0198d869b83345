"""The "?" of a page: a short explanation, and the way to the glossary."""

from collections.abc import Callable, Mapping

from nicegui import ui

from ui.compat import current_path
from ui.components.basics import icon_button, text
from ui.pages import page_of
from ui.text import t

EXPLAINED: Mapping[str, Callable[[], str]] = {
    '/': lambda: t('What is due today, what is open and what has changed, over all sections you may read.'),
    '/c/{catalog}/board': lambda: t(
        'Each column is a stage. Drag a card to the stage it has reached; the sums above follow.'
    ),
    '/c/{catalog}/list': lambda: t(
        'All records of the section as a table. Choose columns, filter, and change many records at once.'
    ),
    '/c/{catalog}/analytics': lambda: t('Counts and sums of the section: by stage, month and person.'),
    '/c/{catalog}/{record}': lambda: t(
        'Everything about one record: its stage, fields, tasks, related records and history.'
    ),
    '/dashboards': lambda: t(
        'Figures and charts over the sections you may read; each number leads to its records.'
    ),
    '/rules': lambda: t(
        'A rule waits for an event, checks conditions and acts. Its log says why it did or did not.'
    ),
    '/import': lambda: t(
        'Brings records from Excel or CSV. You see what would happen; nothing is written before you agree,'
        ' and an import can be undone as a whole.'
    ),
    '/settings': lambda: t('All settings in one place. Type what you look for, in Russian or English.'),
    '/settings/people': lambda: t('Everybody who may sign in, and what they may do by their roles.'),
    '/settings/portal': lambda: t(
        'Customers see their own records at the portal and nothing else. Their role says which sections.'
    ),
    '/settings/directory': lambda: t(
        'Takes people over from LDAP or Active Directory: new ones come in, changed ones are brought up to'
        ' date, those who left are deactivated. Nobody is ever removed.'
    ),
    '/settings/directory/preview': lambda: t(
        'What a synchronisation would do right now, person by person. Nothing changes before you apply it.'
    ),
    '/settings/roles': lambda: t(
        'A role allows things. Who holds several roles may do all that any of them allows.'
    ),
    '/settings/organization': lambda: t(
        'Branches, departments and their managers: who works where, and for whom.'
    ),
    '/settings/workplaces': lambda: t(
        'A workplace puts sections into the side panel. It opens no data by itself.'
    ),
    '/settings/catalogs': lambda: t(
        'A section holds records of one kind. Here you shape its fields and stages.'
    ),
    '/settings/lookups': lambda: t('A lookup is the list of values one may choose from in a field.'),
    '/settings/system': lambda: t(
        'Every setting of the system with its default; what you change counts at once.'
    ),
    '/settings/brand': lambda: t('What makes Artel look like your company, before and after signing in.'),
    '/profile': lambda: t('Your own settings: they count for you alone, wherever you sign in.'),
}
"""By the address of a page, in the reader's language."""
SECTIONS: Mapping[str, Callable[[], str]] = {
    'cases': lambda: t(
        'Cases are requests of customers, each with a number, deadlines and somebody responsible.'
    ),
    'services': lambda: t(
        'Services are what you offer to customers: how soon you answer and solve, and what an hour costs.'
    ),
    'contracts': lambda: t('Contracts say what an account has paid for: plan, hours a month, until when.'),
}
"""What a section of a ready solution is for, by its code."""


def draw_help() -> None:
    """A "?" beside the title of the page that is being drawn, where there is something to explain."""
    found = page_of(current_path().partition('?')[0])
    explain = EXPLAINED.get(found[0].path) if found else None
    if explain is None:
        return
    with icon_button('help_outline', t('What is this?'), small=True).classes('a-help'), ui.menu() as menu:
        menu.classes('a-help__menu')
        section = SECTIONS.get(found[1].get('catalog', '')) if found else None
        if section is not None:
            text(section(), 'a-small')
        text(explain(), 'a-small')
        ui.link(t('Glossary'), '/glossary').classes('a-link a-small')
