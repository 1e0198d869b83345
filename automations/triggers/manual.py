"""Somebody presses a button."""

from automations.triggers import Options, Trigger
from automations.words import Words
from store.schema import Catalog, FieldSpec


class Manual(Trigger):
    """Starts when somebody presses its button on a record or on chosen lines of a list."""

    key = 'manual'
    label = 'When a button is pressed'
    options = (FieldSpec(code='button', label='Button', type='text', hint='What the button says'),)

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """When the button “Call back” is pressed."""
        if options.get('button'):
            return words.t('when the button {button} is pressed', button=words.quoted(options['button']))
        return words.t('when its button is pressed')
