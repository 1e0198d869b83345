"""Which passwords anybody would try first: common words, keyboard rows, repetitions, one's own name."""

import re
from collections.abc import Sequence
from pathlib import Path

FEWEST_LETTERS = 5
"""A password of fewer different characters is a repetition."""
_COMMON = frozenset(Path(__file__).with_name('passwords_common.txt').read_text('utf-8').split())
_ALIKE = str.maketrans('@4301!$5+7', 'aaeoiisstt')
_ROWS = tuple(
    row * 3
    for row in (
        'abcdefghijklmnopqrstuvwxyz',
        '1234567890',
        '0123456789',
        'qwertyuiopasdfghjklzxcvbnm',
        '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
        '1q2w3e4r5t6y7u8i9o0p',
        'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
        'йцукенгшщзхъфывапролджэячсмитьбю',
    )
)


def is_common(folded: str, about: Sequence[str] = ()) -> bool:
    """Whether a casefolded password is among the first guesses.

    :param about: the person's name, login and e-mail"""
    return (
        len(set(folded)) < FEWEST_LETTERS
        or any(folded in row or folded[::-1] in row for row in _ROWS)
        or any(
            _is_word(form) for form in (folded, _letters(folded), _letters(_bare(folded).translate(_ALIKE)))
        )
        or not _rest(folded, about)
    )


def _bare(folded: str) -> str:
    # A word with a year behind it is still the word, and so it is with @ for a.
    return re.sub(r'[\W\d_]+$', '', folded)


def _letters(folded: str) -> str:
    return re.sub(r'[\W\d_]+', '', folded)


def _is_word(letters: str) -> bool:
    """Whether it is a common word, or one written two, three or four times."""
    size = len(letters)
    return any(
        size % n == 0 and letters[: size // n] * n == letters and letters[: size // n] in _COMMON
        for n in (1, 2, 3, 4)
    )


def _rest(folded: str, about: Sequence[str]) -> str:
    """What remains when the words about the person and all digits and signs are taken away."""
    own = {word for text in about for word in re.findall(r'[^\W_]{3,}', text.casefold())}
    for word in sorted(own, key=len, reverse=True):
        folded = folded.replace(word, '')
    return _letters(folded)
