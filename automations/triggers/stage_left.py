"""A record leaves a stage."""

from automations.triggers import STAGE_OPTIONS, Options, Trigger, fits_stage, say_stages
from automations.words import Words
from store.changes import Change
from store.schema import Catalog


class StageLeft(Trigger):
    """Starts when a record goes from a stage to another."""

    key = 'stage_left'
    label = 'When a record leaves a stage'
    options = STAGE_OPTIONS

    def matches(self, change: Change, options: Options, catalog: Catalog) -> bool:
        """A change whose old stage is meant."""
        if change.kind not in ('changed', 'moved') or 'stage' not in change.after:
            return False
        moved = change.after['stage'] != change.before.get('stage')
        return moved and fits_stage(catalog, change.before.get('stage'), options)

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """When a record leaves the stage “New”."""
        stages = options.get('stages') or ()
        if len(stages) == 1:
            return words.t(
                'when a record leaves the stage {stage}', stage=say_stages(catalog, options, words)
            )
        if stages:
            return words.t(
                'when a record leaves a stage of {stages}', stages=say_stages(catalog, options, words)
            )
        match options.get('kind'):
            case 'won':
                return words.t('when a record leaves a won stage')
            case 'lost':
                return words.t('when a record leaves a lost stage')
            case 'open':
                return words.t('when a record leaves an open stage')
            case _:
                return words.t('when a record leaves any stage')
