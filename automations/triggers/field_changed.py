"""A field changes, perhaps from one value to another."""

from typing import Any

from automations.snapshot import expression_value
from automations.triggers import Options, Trigger
from automations.values import is_empty
from automations.words import Words
from store.changes import Change
from store.fields import FIELD_TYPES
from store.problems import BadValue
from store.schema import Catalog, FieldSpec


class FieldChanged(Trigger):
    """Starts when a field gets another value; `from` and `to` narrow it to one change of value."""

    key = 'field_changed'
    label = 'When a field changes'
    options = (
        FieldSpec(code='field', label='Field', type='choice', required=True, options={'from': 'fields'}),
        FieldSpec(code='from', label='Value before', type='field_value'),
        FieldSpec(code='to', label='Value after', type='field_value'),
    )

    def matches(self, change: Change, options: Options, catalog: Catalog) -> bool:
        """A change, not a creation, that touched the field as asked."""
        code = options['field']
        spec = catalog.field(code)
        if change.kind not in ('changed', 'moved') or code not in change.after or spec is None:
            return False
        asked = ((options.get('from'), change.before.get(code)), (options.get('to'), change.after.get(code)))
        return all(_same(wanted, found, spec, catalog) for wanted, found in asked)

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """When “Amount” changes."""
        spec = catalog.field(options['field'])
        name = words.field(catalog, options['field'])
        old, new = (
            None if is_empty(options.get(end)) else words.value(options[end], spec, catalog)
            for end in ('from', 'to')
        )
        if old and new:
            return words.t('when {field} changes from {old} to {new}', field=name, old=old, new=new)
        if new:
            return words.t('when {field} becomes {new}', field=name, new=new)
        if old:
            return words.t('when {field} is no longer {old}', field=name, old=old)
        return words.t('when {field} changes', field=name)


def _same(wanted: Any, found: Any, spec: FieldSpec, catalog: Catalog) -> bool:
    if is_empty(wanted):
        return True
    kind = FIELD_TYPES[spec.type]
    try:
        one, two = (expression_value(kind.parse(raw, spec), spec, catalog, '') for raw in (wanted, found))
    except BadValue:
        return False
    if isinstance(one, dict) and isinstance(two, dict):
        return bool(one['id'] == two['id'])
    return bool(one == two)
