"""A record is created."""

from automations.triggers import Options, Trigger
from automations.words import Words
from store.changes import Change
from store.schema import Catalog


class RecordCreated(Trigger):
    """Starts when a record appears, whoever made it."""

    key = 'record_created'
    label = 'When a record is created'

    def matches(self, change: Change, options: Options, catalog: Catalog) -> bool:
        """The first change of a record."""
        return change.kind == 'created'

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """When a record is created."""
        return words.t('when a record is created')
