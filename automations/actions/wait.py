"""Wait for some time."""

from datetime import timedelta

from automations.actions import Action, Doing, Options, Outcome
from automations.moments import shift_local
from automations.words import Words
from store.schema import Catalog, FieldSpec


class Wait(Action):
    """Lets the run sleep; days end at the same local time. It sleeps through restarts."""

    key = 'wait'
    label = 'Wait'
    options = (
        FieldSpec(code='amount', label='How long', type='number', required=True, default=1),
        FieldSpec(
            code='unit', label='Time unit', type='choice', default='days',
            options={'choices': [
                {'key': 'minutes', 'label': 'Minutes', 'labels': {'ru': 'Минуты'}},
                {'key': 'hours', 'label': 'Hours', 'labels': {'ru': 'Часы'}},
                {'key': 'days', 'label': 'Days', 'labels': {'ru': 'Дни'}},
            ]},
        ),
    )  # fmt: skip

    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Say until when."""
        amount = int(options['amount'])
        match options.get('unit'):
            case 'minutes':
                due = doing.now + timedelta(minutes=amount)
            case 'hours':
                due = doing.now + timedelta(hours=amount)
            case _:
                due = shift_local(doing.now, amount, doing.zone)
        return Outcome({'until': due.isoformat()}, due)

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Wait 2 days."""
        return words.t('wait {span}', span=words.span(options['amount'], options.get('unit') or 'days'))
