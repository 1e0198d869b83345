"""What a rule does: one kind a file. Actions act through the owner's door, inside the segment's
transaction."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from automations.expr import evaluate, parse
from automations.snapshot import OUR_COMPANY, follow_links, names_of, our_company, store_value
from automations.template import parse_template, render
from automations.values import Scope
from automations.words import Words
from store import rules
from store.fields import FIELD_TYPES
from store.problems import Refused
from store.records import Records
from store.registry import Registry
from store.schema import Catalog, FieldSpec
from store.values import Ref

Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step did, as JSON for the trace; `due` makes the run wait until then."""

    result: Mapping[str, Any] = field(default_factory=dict)
    due: datetime | None = None


@dataclass(kw_only=True)
class Doing:
    """One step of one run while it is done; `records` has the rights of the rule's owner."""

    run_id: int
    step: int
    records: Records
    catalog: Catalog
    record_id: int | None
    event: Mapping[str, Any]
    made: dict[str, Any]
    now: datetime
    zone: ZoneInfo
    language: str
    base_url: str = ''

    @property
    def key(self) -> str:
        """Names this step once and for all: whatever leaves the house or reaches a bell carries it."""
        return f'{self.run_id}:{self.step}:0'

    @property
    def target(self) -> int:
        """The record the run is about.

        :raises Refused: 'rule_needs_record', for a run without one"""
        if self.record_id is None:
            raise Refused('rule_needs_record')
        return self.record_id

    @property
    def about(self) -> Ref | None:
        """A link to the record, None in a run without one."""
        return None if self.record_id is None else Ref(self.record_id, '', self.catalog.code)

    async def scope(self, options: Any) -> Scope:
        """The names that texts and values of these options look up, read anew: earlier steps may have
        changed them."""
        names: dict[str, Any] = dict(self.event)
        names['made'] = self.made
        if self.record_id is not None:
            view = await self.records.get(self.catalog.code, self.record_id)
            names |= names_of(view.values, self.catalog, self.language)
            names['url'] = f'{self.base_url}/c/{self.catalog.code}/{self.record_id}'
            await follow_links(names, paths_in(options), self.records, self.language)
        if any(path[0] == OUR_COMPANY for path in paths_in(options)):
            names[OUR_COMPANY] = await our_company(self.records, self.language)
        return Scope(names, self.now, self.zone, self.language)

    async def people(self, who: Sequence[str], scope: Scope) -> list[int]:
        """The ids of the people that are meant, each once, in order."""
        found: list[int] = []
        for one in who:
            kind, _, name = one.partition(':')
            if kind == 'role':
                found += await rules.people_of_role(name)
            elif kind == 'person' and name.isdecimal():
                found.append(int(name))
            elif kind == 'field':
                person = evaluate(parse(name), scope)
                if isinstance(person, Mapping) and person.get('catalog') == 'person':
                    found.append(int(person['id']))
        return list(dict.fromkeys(found))


class Action(ABC):
    """A kind of deed. `label` is what people choose, `options` draw its form."""

    key: ClassVar[str]
    label: ClassVar[str]
    options: ClassVar[tuple[FieldSpec, ...]] = ()

    @abstractmethod
    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Do it. A `Problem` ends the run as failed; anything else is tried again.

        No network in here: what leaves the house is put into the outbox."""

    def faults(
        self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]
    ) -> Mapping[str, str]:
        """What is wrong with options that fit their form, as codes by option."""
        return {}

    def target(self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Catalog | None:
        """The catalogue whose fields the option `values` fills; None when it is free."""
        return catalog

    @abstractmethod
    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """The deed as part of a sentence: “create the task “Call back””."""


def sources_in(options: Any) -> Iterator[tuple[str, str]]:
    """Every expression ('=') and template ('{{') and path ('field:') in options, however deep."""
    if isinstance(options, str):
        if source := _source(options):
            yield source
    elif isinstance(options, Mapping):
        for value in options.values():
            yield from sources_in(value)
    elif isinstance(options, (list, tuple)):
        for value in options:
            yield from sources_in(value)


def _source(text: str) -> tuple[str, str] | None:
    if text.startswith('='):
        return 'expression', text[1:]
    if text.startswith('field:'):
        return 'expression', text.removeprefix('field:')
    return ('template', text) if '{{' in text else None


def paths_in(options: Any) -> set[tuple[str, ...]]:
    """Every dotted name that the options look up."""
    found: set[tuple[str, ...]] = set()
    for kind, source in sources_in(options):
        found |= parse(source).paths if kind == 'expression' else parse_template(source).paths
    return found


def filled_value(raw: Any, scope: Scope) -> Any:
    """An option's value: an expression's result, a template's text, or the value as it is."""
    if isinstance(raw, str) and raw.startswith('='):
        return store_value(evaluate(parse(raw[1:]), scope))
    if isinstance(raw, str) and '{{' in raw:
        return render(raw, scope)
    return raw


def filled(values: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Values for the door, by field."""
    return {code: filled_value(raw, scope) for code, raw in values.items()}


def plain_values(values: Mapping[str, Any], catalog: Catalog | None) -> dict[str, Any]:
    """Values as JSON, for the trace and for calls."""
    plain: dict[str, Any] = {}
    for code, value in values.items():
        spec = catalog.field(code) if catalog else None
        if spec is not None:
            plain[code] = FIELD_TYPES[spec.type].to_json(FIELD_TYPES[spec.type].parse(value, spec), spec)
        elif isinstance(value, Ref):
            plain[code] = {'id': value.id, 'catalog': value.catalog}
        else:
            plain[code] = value if isinstance(value, (bool, int, list, dict, type(None))) else str(value)
    return plain


def say_values(values: Mapping[str, Any], catalog: Catalog, words: Words) -> str:
    """“Priority” to “high” and “Note” to “…”."""
    return words.listed(
        words.t(
            '{field} to {value}', field=words.field(catalog, code), value=_said(code, raw, catalog, words)
        )
        for code, raw in values.items()
    )


def _said(code: str, raw: Any, catalog: Catalog, words: Words) -> str:
    if raw in (None, ''):
        return words.t('empty')
    if isinstance(raw, str) and raw.startswith('='):
        return words.given(raw[1:].strip(), catalog)
    return words.value(raw, catalog.field(code), catalog)


def missing_fields(values: Iterable[str], catalog: Catalog | None) -> str:
    """The first of these codes that the catalogue lacks or nobody may set; '' when all are there."""
    for code in values if catalog else ():
        spec = catalog.field(code) if catalog else None
        if spec is None or spec.read_only:
            return code
    return ''


ACTIONS: Registry[Action] = Registry(__name__, Action)
"""Every action by its key."""
