"""One way to compare words: without case, with ё as е."""

import re

_WORD = re.compile(r'[^\W_]+', re.UNICODE)
_ENDING = 'аеиоуыэюяйь'


def fold(text: str | None) -> str | None:
    """The form in which two spellings of a word are equal."""
    return text.casefold().replace('ё', 'е') if isinstance(text, str) else text


def words(text: str) -> list[str]:
    """The folded words of a text."""
    return _WORD.findall(text.casefold().replace('ё', 'е'))


def stems(text: str) -> list[str]:
    """The beginnings to search for: a Russian word of five letters and more loses its vowel ending."""
    return [_stem(word) for word in words(text)]


def _stem(word: str) -> str:
    for _ in range(2):
        if len(word) > 4 and word[-1] in _ENDING:
            word = word[:-1]
    return word
