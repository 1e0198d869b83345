"""The board's words, handed to the browser once."""

from ui.text import p, t


def board_texts() -> dict[str, str]:
    """Every text the component shows or speaks; blanks in braces are filled in the browser."""
    return {
        'board': t('Board'),
        'add': t('Add'),
        'draft': t('Name, then Enter'),
        'open': p('button', 'Open'),
        'to': t('Move to “{stage}”'),
        'due': t('Due {date}'),
        'overdue': t('Overdue since {date}'),
        'since': t('In this stage since {date}'),
        'nothing': t('No card matches the filter.'),
        'clear': t('Clear the filter'),
        'keys': t('Arrows move between cards, Space picks a card up, Enter opens it.'),
        'picked': t(
            '{title} picked up in {stage}, place {place} of {count}.'
            ' Arrows carry it, Space drops it, Escape puts it back.'
        ),
        'carried': t('{stage}, place {place} of {count}.'),
        'dropped': t('{title} dropped in {stage}, place {place} of {count}.'),
        'back': t('{title} put back in {stage}.'),
        'refused': t('{title} is back in {stage}. {reason}'),
    }
