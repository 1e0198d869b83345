"""Set fields of the record."""

from collections.abc import Mapping

from automations.actions import (
    Action,
    Doing,
    Options,
    Outcome,
    filled,
    missing_fields,
    plain_values,
    say_values,
)
from automations.words import Words
from store.schema import Catalog, FieldSpec


class SetFields(Action):
    """Gives fields of the record new values: fixed ones, texts with blanks, or results of formulas."""

    key = 'set_fields'
    label = 'Set fields'
    options = (FieldSpec(code='values', label='Values', type='field_values', required=True),)

    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Change the record; values it already has are no change."""
        values = filled(options['values'], await doing.scope(options))
        await doing.records.change(doing.catalog.code, doing.target, values)
        return Outcome({'values': plain_values(values, doing.catalog)})

    def faults(
        self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]
    ) -> Mapping[str, str]:
        """Fields that are not there."""
        return {'values': 'rule_unknown_field'} if missing_fields(options['values'], catalog) else {}

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Set “Priority” to “high”."""
        return words.t('set {changes}', changes=say_values(options['values'], catalog, words))
