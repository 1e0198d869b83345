"""A record comes to a stage."""

from automations.triggers import STAGE_OPTIONS, Options, Trigger, fits_stage, say_stages
from automations.words import Words
from store.changes import Change
from store.schema import Catalog


class StageEntered(Trigger):
    """Starts when a record comes to a stage, also when it is created there."""

    key = 'stage_entered'
    label = 'When a record enters a stage'
    options = STAGE_OPTIONS

    def matches(self, change: Change, options: Options, catalog: Catalog) -> bool:
        """A change whose new stage is meant."""
        if change.kind not in ('created', 'changed', 'moved') or not change.after.get('stage'):
            return False
        moved = change.after['stage'] != change.before.get('stage')
        return moved and fits_stage(catalog, change.after['stage'], options)

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """When a record enters the stage “Won”."""
        stages = options.get('stages') or ()
        if len(stages) == 1:
            return words.t(
                'when a record enters the stage {stage}', stage=say_stages(catalog, options, words)
            )
        if stages:
            return words.t(
                'when a record enters a stage of {stages}', stages=say_stages(catalog, options, words)
            )
        match options.get('kind'):
            case 'won':
                return words.t('when a record enters a won stage')
            case 'lost':
                return words.t('when a record enters a lost stage')
            case 'open':
                return words.t('when a record enters an open stage')
            case _:
                return words.t('when a record enters any stage')
