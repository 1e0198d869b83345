"""What starts a rule: one kind a file. Changes are matched, moments are found by a window over the
records."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from automations.words import Words
from store.changes import Change
from store.registry import Registry
from store.schema import Catalog, FieldSpec, Stage

Options = Mapping[str, Any]

STAGE_OPTIONS = (
    FieldSpec(code='pipeline', label='Pipeline', type='choice', options={'from': 'pipelines'}),
    FieldSpec(code='stages', label='Stages', type='choices', options={'from': 'stages'}),
    FieldSpec(
        code='kind', label='Kind of stage', type='choice',
        options={'choices': [
            {'key': 'open', 'label': 'Open', 'labels': {'ru': 'Открытая'}},
            {'key': 'won', 'label': 'Won', 'labels': {'ru': 'Успешная'}},
            {'key': 'lost', 'label': 'Lost', 'labels': {'ru': 'Неуспешная'}},
        ]},
    ),
)  # fmt: skip
"""Which stages are meant: all that is filled in must hold."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time: after `since`, up to and with `until`, in a zone."""

    since: datetime
    until: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Due:
    """A moment that has come, of a record or of none."""

    record_id: int | None
    moment: datetime


class Trigger(ABC):
    """A kind of beginning. `label` is what people choose, `options` draw its form, `timed` ones look at
    the clock."""

    key: ClassVar[str]
    label: ClassVar[str]
    options: ClassVar[tuple[FieldSpec, ...]] = ()
    timed: ClassVar[bool] = False

    def matches(self, change: Change, options: Options, catalog: Catalog) -> bool:
        """Whether a change of a record of the rule's catalogue starts it."""
        return False

    async def due(self, options: Options, catalog: Catalog, span: Span) -> Sequence[Due]:
        """The moments that came in a span."""
        return ()

    def missed(self, change: Change, options: Options, catalog: Catalog, span: Span) -> Due | None:
        """The moment a change has set into a span that was already looked through."""
        return None

    def faults(self, options: Options, catalog: Catalog) -> Mapping[str, str]:
        """What is wrong with options that fit their form, as codes by option."""
        return {}

    @abstractmethod
    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """The beginning as part of a sentence: “when a record is created”."""


def fits_stage(catalog: Catalog, code: Any, options: Options) -> bool:
    """Whether the stage of this code is one that the options mean."""
    found = catalog.stage(code) if isinstance(code, str) else None
    return found is not None and found[1].code in {stage.code for stage in chosen_stages(catalog, options)}


def chosen_stages(catalog: Catalog, options: Options) -> list[Stage]:
    """The stages that the options mean."""
    return [
        stage
        for pipeline, stage in catalog.stages()
        if options.get('pipeline') in (None, '', pipeline.code)
        and (not options.get('stages') or stage.code in options['stages'])
        and options.get('kind') in (None, '', stage.kind)
    ]


def say_stages(catalog: Catalog, options: Options, words: Words) -> str:
    """The names of the chosen stages in quotation marks."""
    stages = (found[1] for code in options.get('stages') or () if (found := catalog.stage(code)))
    return words.listed((words.quoted(words.name(stage)) for stage in stages), words.t('or'))


TRIGGERS: Registry[Trigger] = Registry(__name__, Trigger)
"""Every trigger by its key."""
