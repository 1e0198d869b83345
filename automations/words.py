"""What a sentence about a rule is made of: the reader's language comes from above, as three functions."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from automations.snapshot import LINK_PARTS, choice_label, expression_value, label_of
from automations.template import shown
from automations.values import Scope
from store.fields import FIELD_TYPES
from store.problems import BadValue
from store.schema import SYSTEM_FIELDS, Catalog, FieldSpec

MAX_SHOWN = 80


class Translate(Protocol):
    """The English text in the reader's language, its blanks filled."""

    def __call__(self, text: str, /, **blanks: Any) -> str:
        """The text."""
        ...


class Plural(Protocol):
    """The form of one or many that fits the count, which fills {count}."""

    def __call__(self, one: str, many: str, count: int, /, **blanks: Any) -> str:
        """The text."""
        ...


class InContext(Protocol):
    """Like `Translate` for a text whose form depends on where it stands."""

    def __call__(self, context: str, text: str, /, **blanks: Any) -> str:
        """The text."""
        ...


def plain(text: str, /, **blanks: Any) -> str:
    """The English text itself."""
    return text.format(**blanks) if blanks else text


def plain_plural(one: str, many: str, count: int, /, **blanks: Any) -> str:
    """The English plural."""
    return (one if count == 1 else many).format(count=count, **blanks)


def plain_context(_context: str, text: str, /, **blanks: Any) -> str:
    """The English text itself, in any context."""
    return plain(text, **blanks)


@dataclass(frozen=True, slots=True)
class Words:
    """How to say things to one reader; `names` are people and roles by 'person:5' and 'role:accounting'."""

    language: str = 'en'
    t: Translate = plain
    n: Plural = plain_plural
    p: InContext = plain_context
    names: Mapping[str, str] = field(default_factory=dict)
    catalogs: Mapping[str, Catalog] = field(default_factory=dict)
    label: Callable[[Any], str] | None = None

    def name(self, labelled: Any) -> str:
        """A catalogue, field or stage as the reader calls it."""
        if self.label:
            return self.label(labelled)
        own = labelled.labels.get(self.language)
        system = SYSTEM_FIELDS.get(getattr(labelled, 'code', ''))
        if system is not None and labelled.label == system.label and not own:
            return self.t(system.label)
        return label_of(labelled, self.language)

    def quoted(self, text: Any) -> str:
        """The text in the reader's quotation marks; those inside it become the inner kind."""
        outer, inner = INNER_MARKS.get(self.language, INNER_MARKS['en'])
        return self.t('“{text}”', text=str(text).translate(str.maketrans(outer, inner)))

    def listed(self, parts: Iterable[str], joint: str = '') -> str:
        """Parts as people list them: a, b and c."""
        items = list(parts)
        if len(items) < 2:
            return ''.join(items)
        return f'{", ".join(items[:-1])} {joint or self.t("and")} {items[-1]}'

    def field(self, catalog: Catalog, path: str) -> str:
        """A field by its path: “Account → Industry”."""
        return self.quoted(self._labels(catalog, path))

    def _labels(self, catalog: Catalog, path: str) -> str:
        parts, names = [part for part in path.split('.') if part not in LINK_PARTS] or [path], []
        kind: Catalog | None = catalog
        for part in parts:
            spec = kind.field(part) if kind else None
            names.append(self.name(spec) if spec else self.t(PSEUDO_LABELS.get(part, part)))
            kind = self.catalogs.get(str(spec.options.get('target'))) if spec else None
        return ' → '.join(names)

    def value(self, value: Any, spec: FieldSpec | None, catalog: Catalog) -> str:
        """A value of a rule as people write it."""
        if isinstance(value, (list, tuple)):
            return self.listed(self.value(item, spec, catalog) for item in value)
        if isinstance(value, str) and value.startswith('='):
            return self._looked_up(value[1:].strip(), catalog)
        if isinstance(value, str) and '{{' in value:
            return self.text(value, catalog)
        if spec is None:
            return self.quoted(value)
        if spec.type == 'person':
            return self.quoted(self.names.get(f'person:{value}', value))
        if spec.type in ('choice', 'choices'):
            return self.quoted(choice_label(spec, str(value), self.language))
        try:
            parsed = FIELD_TYPES[spec.type].parse(value, spec)
        except BadValue:
            return self.quoted(value)
        found = expression_value(parsed, spec, catalog, self.language)
        text = shown(found, Scope({}, datetime.now(UTC), ZoneInfo('UTC'), self.language))
        return text if spec.type in ('number', 'money', 'date', 'date_time', 'yes_no') else self.quoted(text)

    def given(self, source: str, catalog: Catalog) -> str:
        """What a formula gives, as the object of a deed: “the value of “Phone””, “the new record in …”."""
        path = source.removesuffix('.id')
        if path == 'made.task':
            return self.t('the new task')
        if path.startswith('made.') and (made := self.catalogs.get(path.removeprefix('made.'))):
            return self.t('the new record in {catalog}', catalog=self.quoted(self.name(made)))
        if source == 'id':
            return self.t('this record')
        if source == 'today()':
            return self.t('the date of the day')
        if _is_path(path) and catalog.field(path.partition('.')[0]):
            return self.t('the value of {field}', field=self.field(catalog, path))
        return self.quoted(source)

    def _looked_up(self, source: str, catalog: Catalog) -> str:
        path = source.removesuffix('.id')
        if source == 'today()':
            return self.t('today')
        return self.field(catalog, path) if _is_path(path) else self.quoted(source)

    def _blank(self, source: str, catalog: Catalog) -> str:
        """A blank of a text by its label: [Amount]."""
        path = source.partition('|')[0].strip()
        known = _is_path(path) and (catalog.field(path.partition('.')[0]) or path in PSEUDO_LABELS)
        return f'[{self._labels(catalog, path) if known else path}]'

    def text(self, text: str, catalog: Catalog) -> str:
        """A template or formula, shortened, in quotation marks, its blanks by their labels."""
        text = f'{{{{ {text[1:]} }}}}' if text.startswith('=') else text.rstrip('.')
        short = re.sub(r'\{\{(.*?)\}\}', lambda blank: self._blank(blank[1], catalog), ' '.join(text.split()))
        return self.quoted(short if len(short) <= MAX_SHOWN else f'{short[: MAX_SHOWN - 1]}…')

    def span(self, amount: Any, unit: str) -> str:
        """A length of time: “2 working days”, after “in”, “for” or “before”."""
        count = int(amount)
        match unit:
            case 'minutes':
                return self.n('{count} minute', '{count} minutes', count)
            case 'hours':
                return self.n('{count} hour', '{count} hours', count)
            case 'working_days':
                return self.n('{count} working day', '{count} working days', count)
            case _:
                return self.n('{count} day', '{count} days', count)

    def whom(self, catalog: Catalog, people: Iterable[str]) -> str:
        """People as the object of a deed: “notify the responsible person and the role “Accounting””."""
        return self.listed(self._object(catalog, who) for who in people)

    def who(self, catalog: Catalog, people: Iterable[str]) -> str:
        """People named after a colon: “assignee: responsible person”."""
        return self.listed(self._subject(catalog, who) for who in people)

    def _object(self, catalog: Catalog, who: str) -> str:
        kind, _, name = who.partition(':')
        if who == 'field:owner':
            return self.p('whom', 'the responsible person')
        if kind == 'field':
            return self.p('whom', 'the person in {field}', field=self.field(catalog, name))
        if kind == 'role':
            return self.p('whom', 'the role {name}', name=self.quoted(self.names.get(who, name)))
        if kind == 'person':
            return self.p('whom', 'the colleague {name}', name=self.quoted(self.names.get(who, name)))
        return who

    def _subject(self, catalog: Catalog, who: str) -> str:
        kind, _, name = who.partition(':')
        if who == 'field:owner':
            return self.p('who', 'the responsible person')
        if kind == 'field' and (spec := catalog.field(name)) and spec.type != 'person':
            return self.p('who', 'the address in {field}', field=self.field(catalog, name))
        if kind == 'field':
            return self.p('who', 'the person in {field}', field=self.field(catalog, name))
        if kind == 'role':
            return self.p('who', 'the role {name}', name=self.quoted(self.names.get(who, name)))
        return self.names.get(who, name) if kind == 'person' else who


def _is_path(source: str) -> bool:
    return re.fullmatch(r'\w+(\.\w+)*', source) is not None


INNER_MARKS = {'ru': ('«»', '„“'), 'en': ('“”', '‘’')}
"""Quotation marks of a language, and what they become inside others."""
PSEUDO_LABELS = {
    'stage_kind': 'Kind of stage',
    'stage_label': 'Name of the stage',
    'pipeline': 'Pipeline',
    'old': 'Before',
    'new': 'After',
}
