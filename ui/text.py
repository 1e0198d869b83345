"""Words in the reader's language: translation, plurals, captions of data, and refusals as sentences.

Dates, numbers and money are in ui/formats.py and can be imported from here too."""

from typing import Any, Protocol

from store.operations import OPERATIONS
from store.problems import Problem
from store.schema import SYSTEM_FIELDS, Catalog
from ui import translation
from ui.formats import (
    ago,
    date_long,
    date_only,
    date_short,
    due,
    money,
    number,
    percent,
    short_number,
    time_only,
)
from ui.locales import languages
from ui.problem_words import SENTENCES
from ui.reader import reader
from ui.translation import p, t

__all__ = [
    'ago',
    'date_long',
    'date_only',
    'date_short',
    'due',
    'field_errors',
    'label',
    'label_one',
    'language',
    'languages',
    'lower_first',
    'money',
    'n',
    'number',
    'p',
    'percent',
    'short_number',
    't',
    'time_only',
    'words',
    'words_of',
]


class Labelled(Protocol):
    """Anything people named: a catalogue, field, pipeline or stage."""

    @property
    def label(self) -> str:
        """What people read."""

    @property
    def labels(self) -> Any:
        """The same by language."""


def language() -> str:
    """The reader's language, e.g. 'ru'."""
    return reader().language


def n(one: str, many: str, count: int, /, **blanks: Any) -> str:
    """The right plural for `count`; the blank {count} is filled with it, grouped by thousands."""
    return translation.n(one, many, count, count=number(count), **blanks)


def label(entity: Labelled) -> str:
    """What this catalogue, field, pipeline, stage or choice is called in the reader's language."""
    named = entity.labels.get(reader().language)
    if named:
        return str(named)
    system = SYSTEM_FIELDS.get(getattr(entity, 'code', ''))
    return t(entity.label) if system is not None and system.label == entity.label else entity.label


def label_one(catalog: Catalog) -> str:
    """What one record of this catalogue is called, e.g. 'Deal'."""
    return catalog.labels_one.get(reader().language) or catalog.label_one


def lower_first(name: str) -> str:
    """A caption inside a sentence: 'Сделки' becomes 'сделки', 'VIP' stays."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def words(problem: Problem) -> str:
    """A refusal as a sentence that says what to do."""
    return words_of(problem.code, dict(problem.facts))


def words_of(code: str, facts: dict[str, Any]) -> str:
    """The sentence of a refusal known by code and facts, as the API and the journal keep it."""
    if code == 'invalid':
        parts = [words_of(e['code'], e['facts']) for e in facts.get('errors', {}).values()]
        return ' '.join(parts) or t('Some values are not right.')
    kind = facts.get('reason') or facts.get('right')
    sentence = SENTENCES.get(f'{code}.{kind}') or SENTENCES.get(code)
    if sentence is None:
        return t('This did not work ({code}).', code=code)
    try:
        return t(sentence).format(**{name: _fact(_named(name, value)) for name, value in facts.items()})
    except (KeyError, IndexError):
        return t('This did not work ({code}).', code=code)


def field_errors(problem: Problem) -> dict[str, str]:
    """One sentence for each refused field, by its code; empty when the refusal is about no field."""
    errors = problem.facts.get('errors', {})
    return {code: words_of(error['code'], error['facts']) for code, error in errors.items()}


def _named(name: str, value: Any) -> Any:
    """An operation by what people call it."""
    known = OPERATIONS.get(value) if name == 'operation' and isinstance(value, str) else None
    return t(known.label) if known else value


def _fact(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, (list, tuple)):
        return ', '.join(str(one) for one in value)
    return str(value)
