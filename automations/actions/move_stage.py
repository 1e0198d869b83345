"""Move the record to a stage."""

from collections.abc import Mapping

from automations.actions import Action, Doing, Options, Outcome
from automations.words import Words
from store.schema import Catalog, FieldSpec


class MoveStage(Action):
    """Moves the record to a stage; where it already is, nothing happens."""

    key = 'move_stage'
    label = 'Move to a stage'
    options = (
        FieldSpec(code='stage', label='Stage', type='choice', required=True, options={'from': 'stages'}),
    )

    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Move, unless it is there."""
        view = await doing.records.get(doing.catalog.code, doing.target)
        if view.stage == options['stage']:
            return Outcome({'stage': view.stage, 'moved': False})
        await doing.records.move(doing.catalog.code, doing.target, stage=options['stage'])
        return Outcome({'stage': options['stage'], 'from': view.stage, 'moved': True})

    def faults(
        self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]
    ) -> Mapping[str, str]:
        """A stage that is not there."""
        return {} if catalog.stage(options['stage']) else {'stage': 'no_such_stage'}

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Move to the stage “Won”."""
        found = catalog.stage(options['stage'])
        name = words.name(found[1]) if found else options['stage']
        return words.t('move to the stage {stage}', stage=words.quoted(name))
