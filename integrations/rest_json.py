"""Records, catalogues and changes as JSON values."""

from collections.abc import Callable, Mapping
from typing import Any

from store import FIELD_TYPES, SYSTEM_FIELDS, Catalog, Change, FieldSpec, RecordView
from store.fields import FieldType

Plan = tuple[tuple[str, Callable[[Any, FieldSpec], Any], FieldSpec], ...]
_plans: dict[str, tuple[Catalog, Plan]] = {}


def record_json(catalog: Catalog, view: RecordView) -> dict[str, Any]:
    """A record: id, version and its readable values by field code."""
    values = dict(view.values)
    for code, to_json, spec in _plan(catalog):
        value = values.get(code)
        if value is not None:
            values[code] = to_json(value, spec)
    told = {'id': view.id, 'version': view.version, 'values': values}
    if view.deleted_at is not None:
        told['deleted_at'] = view.deleted_at
    return told


def _plan(catalog: Catalog) -> Plan:
    """The fields whose values are not JSON already; kept until the catalogue is another one."""
    known = _plans.get(catalog.code)
    if known is not None and known[0] is catalog:
        return known[1]
    specs = {**SYSTEM_FIELDS, **{spec.code: spec for spec in catalog.fields}}
    plan = tuple(
        (code, FIELD_TYPES[spec.type].to_json, spec)
        for code, spec in specs.items()
        if type(FIELD_TYPES[spec.type]).to_json is not FieldType.to_json and code not in ('id', 'number')
    )
    _plans[catalog.code] = (catalog, plan)
    return plan


def catalog_json(catalog: Catalog, *, may: Mapping[str, bool]) -> dict[str, Any]:
    """A catalogue with its fields and pipelines, and what the reader may do in it."""
    live = [spec for spec in catalog.fields if not spec.archived]
    return {
        'code': catalog.code,
        'label': catalog.label,
        'label_one': catalog.label_one,
        'labels': dict(catalog.labels),
        'icon': catalog.icon,
        'may': dict(may),
        'fields': [field_json(spec) for spec in (*SYSTEM_FIELDS.values(), *live)],
        'pipelines': [
            {
                'code': pipeline.code,
                'label': pipeline.label,
                'labels': dict(pipeline.labels),
                'value_field': pipeline.value_field or None,
                'stages': [
                    {
                        'code': stage.code,
                        'label': stage.label,
                        'labels': dict(stage.labels),
                        'color': stage.color,
                        'kind': stage.kind,
                        'required': list(stage.required),
                    }
                    for stage in pipeline.stages
                ],
            }
            for pipeline in catalog.pipelines
        ],
    }


def field_json(spec: FieldSpec) -> dict[str, Any]:
    """A field: what may be written into it and how it may be asked for."""
    return {
        'code': spec.code,
        'label': spec.label,
        'labels': dict(spec.labels),
        'type': spec.type,
        'required': spec.required,
        'unique': spec.unique,
        'read_only': spec.read_only,
        'system': spec.code in SYSTEM_FIELDS,
        'options': dict(spec.options),
        'filters': list(FIELD_TYPES[spec.type].filters),
    }


def change_json(change: Change) -> dict[str, Any]:
    """One entry of a record's history."""
    return {
        'id': change.id,
        'at': change.at,
        'kind': change.kind,
        'version': change.version,
        'actor': None if change.actor is None else {'id': change.actor.id, 'title': change.actor.title},
        'before': dict(change.before),
        'after': dict(change.after),
        'text': change.text,
        'cause': {'kind': change.cause.kind, 'id': change.cause.id},
    }
