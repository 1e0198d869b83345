"""The reader's language looked up: plain texts, texts with a context, plurals."""

from typing import Any

from ui.locales import translations
from ui.reader import reader


def t(text: str, /, **blanks: Any) -> str:
    """This English text in the reader's language, its named blanks filled."""
    found = translations(reader().language).gettext(text) if text else ''
    return found.format(**blanks) if blanks else found


def p(context: str, text: str, /, **blanks: Any) -> str:
    """Like `t` for a text that means different things in different places."""
    found = translations(reader().language).pgettext(context, text)
    return found.format(**blanks) if blanks else found


def n(one: str, many: str, count: int, /, **blanks: Any) -> str:
    """The right plural for `count`; the blank {count} is filled with it as it is."""
    return translations(reader().language).ngettext(one, many, count).format(**{'count': count, **blanks})
