"""Names in cells turned into what they stand for: records, people, stages, choices; unknown ones counted."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from integrations.exchange.plan import NO_ANSWER, PEOPLE, Answer, Plan, key_of
from integrations.exchange.targets import Hit, Target, target_of
from store import FieldSpec, NotFound, Records, Ref

NAMED = frozenset({'link', 'person', 'stage', 'choice', 'choices'})
ANY = '*'
ENOUGH_ALIKE = 0.72
OFFERED = 5_000
COMPARED = 50


@dataclass(frozen=True, slots=True)
class InFile:
    """A linked record that is itself a row of this file; the link is set when all rows exist."""

    key: str


@dataclass(frozen=True, slots=True)
class ToMake:
    """A record, choice or stage that will be made before the rows, because the person asked for it."""

    name: str


@dataclass(frozen=True, slots=True)
class Option:
    """Something a value may be mapped to."""

    to: int | str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmatched:
    """A value of a field that matches nothing: how often, the first rows, what is alike, what will be done.

    `ambiguous` holds the records that all bear this name."""

    field: str
    value: str
    count: int
    rows: tuple[int, ...]
    likely: tuple[Option, ...] = ()
    ambiguous: tuple[Option, ...] = ()
    answer: Answer = NO_ANSWER


@dataclass(slots=True)
class _Seen:
    """A value as first written, how often it comes, and its first rows."""

    text: str
    count: int = 0
    rows: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Names:
    """What each name in each field of a file stands for, by `key_of` the name."""

    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    unmatched: dict[str, dict[str, Unmatched]] = field(default_factory=dict)

    def value(self, spec: FieldSpec, text: str) -> Any:
        """The value of a cell; KeyError when the name stands for nothing."""
        if spec.type == 'choices':
            return tuple(self.known[spec.code][key_of(part)] for part in _parts(text))
        return self.known[spec.code][key_of(text)]

    def unmatched_in_order(self) -> tuple[Unmatched, ...]:
        """The most frequent first."""
        every = [value for values in self.unmatched.values() for value in values.values()]
        return tuple(sorted(every, key=lambda one: (-one.count, one.field, one.value)))


class NameFinder:
    """Looks up all names of a file with few queries."""

    def __init__(self, records: Records, target: Target, plan: Plan) -> None:
        self._records = records
        self._target = target
        self._plan = plan
        self._specs = {
            index: spec
            for index, code in plan.columns.items()
            if (spec := target.field(code)) and spec.type in NAMED
        }

    async def find(self, rows: Iterable[tuple[int, Sequence[str]]]) -> Names:
        """The names of these rows."""
        # Counting touches every cell: beside the loop, so that others are served meanwhile.
        seen, own = await asyncio.to_thread(self._collect, rows)
        names = Names()
        for index, spec in self._specs.items():
            await self._find_field(spec, seen[index], own, names)
        return names

    def _collect(
        self, rows: Iterable[tuple[int, Sequence[str]]]
    ) -> tuple[dict[int, dict[str, _Seen]], set[str]]:
        """Distinct names by column, and the names of the rows themselves."""
        seen: dict[int, dict[str, _Seen]] = {index: {} for index in self._specs}
        title = self._plan.column_of(self._target.name_field)
        own: set[str] = set()
        for place, cells in rows:
            if title is not None and title < len(cells):
                own.add(key_of(cells[title]))
            for index, spec in self._specs.items():
                text = cells[index] if index < len(cells) else ''
                for part in _parts(text) if spec.type == 'choices' else [text]:
                    _count(seen[index], part, place)
        return seen, own

    async def _find_field(
        self, spec: FieldSpec, seen: Mapping[str, _Seen], own: set[str], names: Names
    ) -> None:
        known, doubtful, options = await self._candidates(spec, [one.text for one in seen.values()])
        found, unmatched = names.known.setdefault(spec.code, {}), names.unmatched.setdefault(spec.code, {})
        links_own = self._links_own(spec)
        bare = {_bare(name): option for name, option in options.items()}
        # The most frequent first: only those are compared with every option.
        for key, one in sorted(seen.items(), key=lambda item: -item[1].count):
            if links_own and key in own:
                # Even when it exists already: an import that goes on after a crash must judge alike.
                found[key] = InFile(key)
            elif key in known:
                found[key] = known[key]
            else:
                answer = self._plan.answer(spec.code, one.text)
                value = self._answered(spec, answer, one.text)
                if answer.do != 'refuse':
                    found[key] = value
                unmatched[key] = Unmatched(
                    field=spec.code,
                    value=one.text,
                    count=one.count,
                    rows=tuple(one.rows),
                    likely=_likely(key, bare, fuzzy=len(unmatched) < COMPARED),
                    ambiguous=doubtful.get(key, ()),
                    answer=answer,
                )

    def _links_own(self, spec: FieldSpec) -> bool:
        if spec.type == 'person':
            return self._target.code == PEOPLE
        return spec.type == 'link' and spec.options.get('target') in (ANY, self._target.code)

    async def _candidates(
        self, spec: FieldSpec, texts: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, tuple[Option, ...]], dict[str, Option]]:
        """What is known by key, which keys several records bear, and what a person may choose from."""
        if spec.type == 'stage':
            return self._stages()
        if spec.type in ('choice', 'choices'):
            return _choices(spec)
        code = PEOPLE if spec.type == 'person' else str(spec.options.get('target', ANY))
        codes = [c.code for c in self._records.catalogs()] if code == ANY else [code]
        known: dict[str, Any] = {}
        doubtful: dict[str, tuple[Option, ...]] = {}
        for one in codes:
            for key, hits in (await self._hits(one, texts)).items():
                if key in known or key in doubtful:
                    continue
                if len(hits) == 1:
                    known[key] = Ref(hits[0].id, hits[0].title, one)
                else:
                    doubtful[key] = tuple(Option(hit.id, hit.title) for hit in hits[:20])
        missing = [text for text in texts if key_of(text) not in known]
        return known, doubtful, await self._options(code) if missing and code != ANY else {}

    async def _hits(self, code: str, texts: Sequence[str]) -> dict[str, Sequence[Hit]]:
        """By title first; people by login and e-mail too."""
        if code == PEOPLE:
            return await _people_hits(self._records, texts)
        try:
            target = await target_of(self._records, code)
        except NotFound:
            return {}
        return dict(await target.find_by(target.name_field, texts))

    async def _options(self, code: str) -> dict[str, Option]:
        """Titles a value may be mapped to, by key."""
        found = await self._records.suggest(code, '', limit=OFFERED)
        return {key_of(ref.title): Option(ref.id, ref.title) for ref in found}

    def _stages(self) -> tuple[dict[str, Any], dict[str, tuple[Option, ...]], dict[str, Option]]:
        known: dict[str, Any] = {}
        options: dict[str, Option] = {}
        for pipeline in self._target.pipelines:
            if self._plan.pipeline and pipeline.code != self._plan.pipeline:
                continue
            for stage in pipeline.stages:
                for name in (stage.code, stage.label, *stage.labels.values()):
                    known.setdefault(key_of(name), stage.code)
                    options.setdefault(key_of(name), Option(stage.code, stage.label))
        return known, {}, options

    def _answered(self, spec: FieldSpec, answer: Answer, text: str) -> Any:
        if answer.do == 'create':
            return ToMake(text)
        if answer.do != 'map' or answer.to is None:
            return None
        if spec.type == 'person':
            return Ref(int(answer.to), '', PEOPLE)
        if spec.type == 'link':
            return Ref(int(answer.to), '', str(spec.options.get('target', ANY)))
        return str(answer.to)


async def _people_hits(records: Records, texts: Sequence[str]) -> dict[str, Sequence[Hit]]:
    """People by name, then by what follows: login and e-mail are known to administrators only."""
    wanted = {key_of(text) for text in texts}
    found: dict[str, Sequence[Hit]] = {}
    for ref in await records.suggest(PEOPLE, '', limit=OFFERED):
        key = key_of(ref.title)
        if key in wanted:
            found[key] = (*found.get(key, ()), Hit(ref.id, ref.title))
    if records.actor.may_do('manage_people') and wanted - found.keys():
        target = await target_of(records, PEOPLE)
        for code in ('email', 'login'):
            found = {**await target.find_by(code, wanted - found.keys()), **found}
    return found


def _choices(spec: FieldSpec) -> tuple[dict[str, Any], dict[str, tuple[Option, ...]], dict[str, Option]]:
    known: dict[str, Any] = {}
    options: dict[str, Option] = {}
    for choice in spec.options.get('choices', ()):
        for name in (choice['key'], choice.get('label') or choice['key'], *choice.get('labels', {}).values()):
            known.setdefault(key_of(name), choice['key'])
            options.setdefault(key_of(name), Option(choice['key'], choice.get('label') or choice['key']))
    return known, {}, options


def _parts(text: str) -> list[str]:
    return [part for part in text.replace(';', ',').split(',') if part.strip()]


def _count(seen: dict[str, _Seen], text: str, place: int) -> None:
    key = key_of(text)
    if not key:
        return
    one = seen.setdefault(key, _Seen(text.strip()))
    one.count += 1
    if len(one.rows) < 5:
        one.rows.append(place)


def _likely(key: str, options: Mapping[str, Option], *, fuzzy: bool) -> tuple[Option, ...]:
    """The options that read most alike; a difference in blanks and marks counts for nothing."""
    name = _bare(key)
    if name in options:
        return (options[name],)
    close = get_close_matches(name, options, n=3, cutoff=ENOUGH_ALIKE) if fuzzy else []
    return tuple(dict.fromkeys(options[name] for name in close))


def _bare(key: str) -> str:
    return ''.join(letter for letter in key if letter.isalnum())
