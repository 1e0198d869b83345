"""What the parts of a record page are called, and their icons."""

from store.layouts import Block, LayoutTab
from ui.text import language, t

ICONS = {
    'timeline': 'history',
    'tasks': 'task_alt',
    'related': 'account_tree',
    'files': 'attach_file',
    'charts': 'bar_chart',
    'rules': 'bolt',
}


def part_name(part: Block | LayoutTab) -> str:
    """What a tab or block is called in the reader's language; '' for a block without a title."""
    return part.labels.get(language()) or (t(part.label) if part.label else '')


def module_name(module: str) -> str:
    """What a module is called."""
    return {
        'timeline': t('Timeline'),
        'tasks': t('Tasks'),
        'related': t('Related'),
        'files': t('Files'),
        'charts': t('Charts'),
        'rules': t('Rules'),
        'fields': t('Details'),
    }.get(module, module)
