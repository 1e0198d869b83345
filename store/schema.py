"""Catalogues, fields, pipelines and stages as frozen values: what everybody above the tables speaks of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldSpec:
    """One field of a record, a trigger, an action, a widget or a setting: the one form of the whole product.

    `code` is a stable latin name, `label` and `hint` what people read, in another language what `labels` and
    `hints` say; `options` belong to the type
    (choice: `choices`; link: `target`; money: `currency`; auto_number: `prefix`). A `closed` field is
    hidden from somebody: its words are kept apart from those everybody may search."""

    code: str
    label: str
    type: str
    id: int = 0
    required: bool = False
    unique: bool = False
    read_only: bool = False
    indexed: bool = False
    default: Any = None
    hint: str = ''
    options: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    block: str = ''
    archived: bool = False
    closed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A step of a pipeline; `kind` is 'open', 'won' or 'lost'; `color` is '#rrggbb'."""

    id: int
    code: str
    label: str
    color: str
    kind: str = 'open'
    labels: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether a card here is closed."""
        return self.kind != 'open'


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """An ordered way through stages; `value_field` is the money field that totals add up,
    `closed_field` the date field that is filled when a card reaches a final stage."""

    id: int
    code: str
    label: str
    stages: tuple[Stage, ...]
    value_field: str = ''
    closed_field: str = ''
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def start(self) -> Stage:
        """The stage a new card begins in: the first open one."""
        return next(stage for stage in self.stages if stage.kind == 'open')

    def stage(self, code_or_id: str | int) -> Stage | None:
        """The stage of this code or id."""
        return next((s for s in self.stages if code_or_id in (s.id, s.code)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewriting:
    """How far the search words of a catalogue's records have been written anew: down to the id `below`.

    In the documents of records below it the words of the fields `apart` lie apart for certain, those of
    `maybe` perhaps."""

    below: int
    apart: frozenset[str]
    maybe: frozenset[str]

    def to_plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {'below': self.below, 'apart': sorted(self.apart), 'maybe': sorted(self.maybe)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> 'Rewriting':
        """What `to_plain` gave."""
        return cls(below=plain['below'], apart=frozenset(plain['apart']), maybe=frozenset(plain['maybe']))


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalog:
    """A kind of record. `fields` are in the order people see; system fields are in `SYSTEM_FIELDS`.

    `traits` say what a catalogue can be taken for, e.g. ``{'task': {'due': 'due_at', 'about': 'about'}}``;
    `card` names the fields a board card shows: ``{'link': …, 'money': …, 'date': …}``."""

    id: int
    code: str
    label: str
    label_one: str
    title_label: str = 'Name'
    icon: str = 'folder'
    fields: tuple[FieldSpec, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    labels_one: Mapping[str, str] = field(default_factory=dict)
    title_labels: Mapping[str, str] = field(default_factory=dict)
    traits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    card: Mapping[str, str] = field(default_factory=dict)
    list_columns: tuple[str, ...] = ()
    position: int = 0

    live_fields: 'tuple[FieldSpec, ...]' = field(init=False, repr=False, compare=False)
    required_fields: 'tuple[FieldSpec, ...]' = field(init=False, repr=False, compare=False)
    preset_fields: 'tuple[FieldSpec, ...]' = field(init=False, repr=False, compare=False)
    _by_code: 'Mapping[str, FieldSpec]' = field(init=False, repr=False, compare=False)
    _stages: 'Mapping[str | int, tuple[Pipeline, Stage]]' = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look-ups are made once: `field` and `stage` are asked for every value of every record."""
        live = tuple(f for f in self.fields if not f.archived)
        title = replace(SYSTEM_FIELDS['title'], label=self.title_label, labels=self.title_labels)
        known = {**SYSTEM_FIELDS, **{f.code: f for f in live}, 'title': title}
        placed = {key: (p, s) for p in self.pipelines for s in p.stages for key in (s.id, s.code)}
        required = (SYSTEM_FIELDS['title'], *(f for f in live if f.required and f.type != 'auto_number'))
        preset = tuple(f for f in live if f.default is not None)
        for name, value in (
            ('live_fields', live),
            ('required_fields', required),
            ('preset_fields', preset),
            ('_by_code', known),
            ('_stages', placed),
        ):
            object.__setattr__(self, name, value)

    def field(self, code: str) -> 'FieldSpec | None':
        """The live field of this code; the title goes by the catalogue's own name for it."""
        return self._by_code.get(code)

    def stages(self) -> Iterator[tuple['Pipeline', 'Stage']]:
        """Every stage with its pipeline."""
        for pipeline in self.pipelines:
            for stage in pipeline.stages:
                yield pipeline, stage

    def stage(self, code_or_id: str | int) -> tuple['Pipeline', 'Stage'] | None:
        """The stage of this id or code, with its pipeline."""
        return self._stages.get(code_or_id)

    def pipeline(self, code_or_id: str | int | None = None) -> 'Pipeline | None':
        """The pipeline of this code or id; the first one without it."""
        if code_or_id is None:
            return self.pipelines[0] if self.pipelines else None
        return next((p for p in self.pipelines if code_or_id in (p.id, p.code)), None)


def _system(code: str, label: str, kind: str, **more: Any) -> FieldSpec:
    return FieldSpec(code=code, label=label, type=kind, indexed=True, **more)


SYSTEM_FIELDS: Mapping[str, FieldSpec] = {
    spec.code: spec
    for spec in (
        _system('id', 'Id', 'number', read_only=True),
        _system('number', 'Record number', 'number', read_only=True),
        _system('title', 'Name', 'text', required=True),
        _system('stage', 'Stage', 'stage'),
        _system('stage_at', 'In stage since', 'date_time', read_only=True),
        _system('owner', 'Responsible', 'person'),
        _system('created_at', 'Created', 'date_time', read_only=True),
        _system('created_by', 'Created by', 'person', read_only=True),
        _system('updated_at', 'Changed', 'date_time', read_only=True),
        _system('updated_by', 'Changed by', 'person', read_only=True),
    )
}
"""Fields every record has; a catalogue's `title_label` may rename the title."""
