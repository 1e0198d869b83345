"""The look: both themes have the same names, words can be read, styles of components are in the one sheet."""

import re

import pytest

from ui import theme
from ui.theme import DARK, LIGHT

READABLE = 4.5
"""WCAG AA for plain text."""
TEXTS, GROUNDS = ('text', 'text-2', 'text-3'), ('bg', 'surface', 'surface-2', 'hover')
KINDS = ('danger', 'warning', 'success')
PAIRS = [
    *[(text, ground) for text in TEXTS for ground in GROUNDS],
    *[(kind, ground) for kind in KINDS for ground in ('surface', f'{kind}-soft')],
    *[('on-accent', 'accent'), ('on-accent', 'accent-hover')],
    *[('accent-text', 'accent-soft'), ('accent-text', 'surface')],
]


def _light_of(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How far two colours are apart, from 1 to 21."""
    dark, light = sorted((_light_of(one), _light_of(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize('tokens', [LIGHT, DARK], ids=['light', 'dark'])
@pytest.mark.parametrize(('text', 'ground'), PAIRS)
def test_words_can_be_read(tokens: dict[str, str], text: str, ground: str) -> None:
    assert contrast(tokens[text], tokens[ground]) >= READABLE


def test_both_themes_have_the_same_names() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_every_variable_that_is_used_is_there() -> None:
    sheet = theme.style_sheet()
    given = set(re.findall(r'(--a-[\w-]+)\s*:', sheet))
    assert set(re.findall(r'var\((--a-[\w-]+)\)', sheet)) - given == set()


def test_the_address_of_the_sheet_changes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = theme.version()
    monkeypatch.setattr(theme, 'style_sheet', lambda: 'body {}')
    assert theme.version() != before


def test_no_style_is_loaded_from_elsewhere() -> None:
    assert not re.search(r'url\(\s*["\']?(https?:)?//', theme.style_sheet())
    assert '@import' not in theme.style_sheet()
