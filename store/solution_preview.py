"""What installing a solution would bring, and what it would find there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.actor import Actor
from store.catalogs import SCHEMA
from store.operations import need
from store.schema import Catalog, FieldSpec
from store.solution_files import Solution, read_solution, solution_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """A section that exists and is used as it is: the solution adds the fields `added`.

    Fields that people gave another kind, or put away, stay so: they are `kept`."""

    catalog: Catalog
    added: tuple[FieldSpec, ...] = ()
    kept: tuple[FieldSpec, ...] = ()
    pipelines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """New sections by their captions (`label`, `labels`), and existing ones that the solution joins."""

    solution: Solution
    fresh: tuple[FieldSpec, ...] = field(default=())
    joined: tuple[Joined, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether every section with all its fields and pipelines is there already."""
        return not self.fresh and not any(one.added or one.pipelines for one in self.joined)


async def preview(actor: Actor, code: str) -> Preview:
    """What installing would do to the sections of this installation.

    :raises NotFound: 'no_such_solution'
    :raises NotAllowed: operation 'edit_structure'"""
    need(actor, 'edit_structure')
    plain = read_solution(code)
    known = [one for one in plain['catalogs'] if one['code'] in SCHEMA.by_code]
    return Preview(
        solution=solution_of(plain),
        fresh=tuple(_caption(one) for one in plain['catalogs'] if one['code'] not in SCHEMA.by_code),
        joined=tuple(_joined(SCHEMA[one['code']], one) for one in known),
    )


def _caption(plain: Mapping[str, Any]) -> FieldSpec:
    return FieldSpec(code=plain['code'], label=plain['label'], labels=plain['labels'], type='text')


def _joined(kind: Catalog, plain: Mapping[str, Any]) -> Joined:
    have = {spec.code: spec for spec in kind.fields}
    lines = {line.code for line in kind.pipelines}
    return Joined(
        catalog=kind,
        added=tuple(FieldSpec(**one) for one in missing_fields(kind, plain['fields'])),
        kept=tuple(
            have[one['code']]
            for one in plain['fields']
            if one['code'] in have and (have[one['code']].type != one['type'] or have[one['code']].archived)
        ),
        pipelines=tuple(line['code'] for line in plain['pipelines'] if line['code'] not in lines),
    )


def missing_fields(kind: Catalog, described: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The fields of a solution that a section lacks."""
    have = {spec.code for spec in kind.fields}
    return [one for one in described if one['code'] not in have]
