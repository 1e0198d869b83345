"""A catalogue as one actor sees it: hidden fields are not there, others can only be read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from store.actor import Actor, FieldLevel
from store.schema import Catalog, FieldSpec, Pipeline

_KEPT = 500
_seen: dict[tuple[int, frozenset[tuple[str, FieldLevel]]], tuple[Catalog, Catalog]] = {}


def seen(actor: Actor, catalog: Catalog) -> Catalog:
    """The catalogue without what is hidden from the actor; the same value as long as both stay the same."""
    narrowed = actor.fields.get(catalog.code)
    if actor.is_admin or not narrowed:
        return catalog
    key = (id(catalog), frozenset(narrowed.items()))
    kept = _seen.get(key)
    if kept is None or kept[0] is not catalog:
        if len(_seen) > _KEPT:
            _seen.clear()
        kept = _seen[key] = (catalog, _narrowed(catalog, narrowed))
    return kept[1]


def hidden(actor: Actor, catalog: Catalog) -> frozenset[str]:
    """The codes of the fields that are hidden from the actor."""
    if actor.is_admin:
        return frozenset()
    levels = actor.fields.get(catalog.code, {})
    return frozenset(
        code for code, level in levels.items() if level == FieldLevel.HIDDEN and _own(catalog, code)
    )


def _own(catalog: Catalog, code: str) -> bool:
    spec = catalog.field(code)
    return spec is not None and bool(spec.id)


def _narrowed(catalog: Catalog, levels: Mapping[str, FieldLevel]) -> Catalog:
    """System fields (name, stage, responsible …) are what makes a record one: those are never hidden."""

    def shown(spec: FieldSpec) -> FieldSpec | None:
        level = levels.get(spec.code, FieldLevel.CHANGE)
        if level == FieldLevel.HIDDEN:
            return None
        return replace(spec, read_only=True) if level == FieldLevel.READ else spec

    fields = tuple(spec for spec in map(shown, catalog.fields) if spec)
    gone = {spec.code for spec in catalog.fields} - {spec.code for spec in fields}
    return replace(
        catalog,
        fields=fields,
        pipelines=tuple(_pipeline(one, gone) for one in catalog.pipelines),
        traits={name: _without(trait, gone) for name, trait in catalog.traits.items()},
        card=_without(catalog.card, gone),
        list_columns=tuple(_kept(catalog.list_columns, gone)),
    )


def _pipeline(line: Pipeline, gone: set[str]) -> Pipeline:
    stages = tuple(replace(stage, required=tuple(_kept(stage.required, gone))) for stage in line.stages)
    return replace(
        line,
        stages=stages,
        value_field='' if line.value_field in gone else line.value_field,
        closed_field='' if line.closed_field in gone else line.closed_field,
    )


def _kept(codes: Iterable[str], gone: set[str]) -> list[str]:
    return [code for code in codes if code.partition('.')[0] not in gone]


def _without(names: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
    return {key: code for key, code in names.items() if code not in gone}
