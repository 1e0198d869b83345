"""Translations in memory: each locale/<language>/LC_MESSAGES/artel.po becomes a gettext catalogue."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent.parent / 'locale'
DOMAIN = 'artel'
SOURCE = 'en'


@cache
def languages() -> tuple[str, ...]:
    """Every language the product speaks, the source language first."""
    found = sorted(path.parent.parent.name for path in FOLDER.glob(f'*/LC_MESSAGES/{DOMAIN}.po'))
    return (SOURCE, *(code for code in found if code != SOURCE))


@cache
def translations(language: str) -> NullTranslations:
    """The words of this language; an unknown one speaks the source language."""
    path = FOLDER / language / 'LC_MESSAGES' / f'{DOMAIN}.po'
    if language == SOURCE or language not in languages():
        return NullTranslations()
    with path.open('rb') as file:
        catalog = read_po(file, locale=language, domain=DOMAIN)
    packed = BytesIO()
    write_mo(packed, catalog)
    packed.seek(0)
    return GNUTranslations(packed)


def accepted(header: str) -> str:
    """The first language of a browser's Accept-Language that the product speaks; '' when there is none."""
    for part in header.split(','):
        code = part.split(';')[0].strip()[:2].lower()
        if code in languages():
            return code
    return ''
