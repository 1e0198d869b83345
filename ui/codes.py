"""Stable latin codes for what people name in any alphabet."""

import re
import unicodedata
from collections.abc import Collection

_CYRILLIC = dict(
    zip(
        'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
        'a b v g d e e zh z i y k l m n o p r s t u f h ts ch sh sch _ y _ e yu ya'.replace('_', '-').split(),
        strict=True,
    )
)
LONGEST = 50


def code_of(name: str, taken: Collection[str], fallback: str) -> str:
    """A free code made of a name: 'Источник лида' becomes 'istochnik_lida'."""
    latin = ''.join(
        _CYRILLIC.get(char, char).replace('-', '') if char in _CYRILLIC else char for char in name.lower()
    )
    plain = unicodedata.normalize('NFKD', latin).encode('ascii', 'ignore').decode()
    base = re.sub(r'[^a-z0-9]+', '_', plain).strip('_')[:LONGEST]
    base = base if base[:1].isalpha() else f'{fallback}_{base}'.strip('_')
    return next(
        code for code in (base, *(f'{base}_{place}' for place in range(2, 10_000))) if code not in taken
    )
