"""The system designer's areas and single settings with the words that find them, in every language."""

from typing import Any

from nicegui.element import Element

from store.setting_list import SETTINGS
from ui import theme
from ui.locales import languages, translations
from ui.pages import CATEGORIES, Area, Page, all_pages
from ui.session import Tab
from ui.text import t

theme.add_style('components/designer.css')


class Designer(Element, component='designer.js'):
    """Every area this person may open, in categories, with a search over areas and single settings."""

    def __init__(self, tab: Tab) -> None:
        super().__init__()
        pages = [(page, page.area) for page in all_pages() if page.area and page.allowed(tab.actor)]
        pages.sort(key=lambda one: (one[1].place, t(one[0].title)))
        names = category_names()
        groups = [
            {
                'key': category,
                'label': names[category],
                'items': [_shown(page, area) for page, area in pages if area.category == category],
            }
            for category in CATEGORIES
        ]
        self._props['groups'] = [group for group in groups if group['items']]
        self._props['finds'] = [find for page, area in pages for find in _finds(page, area)]
        self._props['words'] = {
            'hint': t('Find a setting: logo, roles, currency…'),
            'enter': t('Enter opens the first one'),
            'single': t('Single settings'),
            'none': t('Nothing found. Try another word.'),
        }


def category_names() -> dict[str, str]:
    """What the categories are called."""
    return {
        'people': t('Users and rights'),
        'data': t('Data'),
        'look': t('Look'),
        'processes': t('Processes'),
        'integrations': t('Integrations'),
        'import': t('Import'),
        'analytics': t('Analytics'),
        'maintenance': t('Maintenance'),
    }


def in_all_languages(*texts: str) -> str:
    """These English texts and what they are called in every language, as the search compares them."""
    found = [translations(code).gettext(text) for code in languages() for text in texts if text]
    return ' '.join(found).lower().replace('ё', 'е')


def _shown(page: Page, area: Area) -> dict[str, Any]:
    return {
        'key': page.path,
        'href': page.path,
        'icon': area.icon,
        'title': t(page.title),
        'sentence': t(area.sentence),
        'names': _names(page.title),
        'also': f'{in_all_languages(page.title, area.sentence)} {_plain(area.words)}',
    }


def _finds(page: Page, area: Area) -> list[dict[str, Any]]:
    made = [
        _find(page, area, find.label, '', find.words, f'{page.path}?find={place}')
        for place, find in enumerate(area.finds)
    ]
    for spec in SETTINGS.values():
        if spec.block in area.blocks:
            href = f'{page.path}?find={spec.code}'
            words = f'{spec.options.get("words", "")} {spec.code}'
            made.append(_find(page, area, spec.label, spec.hint, words, href))
    return made


def _find(page: Page, area: Area, label: str, sentence: str, words: str, href: str) -> dict[str, Any]:
    return {
        'key': href,
        'href': href,
        'icon': area.icon,
        'title': t(label),
        'sentence': t(sentence),
        'area': t(page.title),
        'names': _names(label),
        'also': f'{in_all_languages(label, sentence)} {_plain(words)}',
    }


def _names(title: str) -> list[str]:
    """What something is called in each language: whoever types its name means it first."""
    return [_plain(translations(code).gettext(title)) for code in languages()]


def _plain(words: str) -> str:
    return words.lower().replace('ё', 'е')
