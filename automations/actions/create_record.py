"""Create a record in any catalogue."""

from collections.abc import Mapping

from automations.actions import Action, Doing, Options, Outcome, filled, missing_fields, plain_values
from automations.words import Words
from store.schema import Catalog, FieldSpec


class CreateRecord(Action):
    """Creates a record in a catalogue; `= id` in a link field points back to the record of the rule."""

    key = 'create_record'
    label = 'Create a record'
    options = (
        FieldSpec(
            code='catalog', label='Catalogue', type='choice', required=True, options={'from': 'catalogs'}
        ),
        FieldSpec(code='values', label='Values', type='field_values', required=True),
        FieldSpec(code='stage', label='Stage', type='text'),
    )

    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Create it; later steps know it as `made.<catalogue>`."""
        target = doing.records.catalog(options['catalog'])
        values = filled(options['values'], await doing.scope(options))
        view = await doing.records.create(target.code, values, stage=options.get('stage') or None)
        made = {'id': view.id, 'title': view.title, 'catalog': target.code}
        doing.made[target.code] = made
        return Outcome({'made': made, 'values': plain_values(values, target)})

    def target(self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Catalog | None:
        """The catalogue it creates in."""
        return catalogs.get(options.get('catalog', ''))

    def faults(
        self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]
    ) -> Mapping[str, str]:
        """A catalogue, stage or field that is not there."""
        target = catalogs.get(options['catalog'])
        if target is None:
            return {'catalog': 'no_such_catalog'}
        if options.get('stage') and not target.stage(options['stage']):
            return {'stage': 'no_such_stage'}
        return {'values': 'rule_unknown_field'} if missing_fields(options['values'], target) else {}

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Create a record in “Tasks”."""
        target = words.catalogs.get(options['catalog'])
        name = words.quoted(words.name(target) if target else options['catalog'])
        title = options['values'].get('title')
        if title:
            return words.t('create {title} in {catalog}', title=words.text(str(title), catalog), catalog=name)
        return words.t('create a record in {catalog}', catalog=name)
