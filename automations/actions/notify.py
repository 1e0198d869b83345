"""Put a line into people's bells."""

from automations.actions import Action, Doing, Options, Outcome, filled_value
from automations.words import Words
from store.notifications import Notice, notify
from store.schema import Catalog, FieldSpec

KINDS = {'reminder': 'task', 'event': 'event'}


class Notify(Action):
    """Tells people something in the bell of every tab they have open."""

    key = 'notify'
    label = 'Notify'
    options = (
        FieldSpec(code='to', label='Whom', type='choices', required=True, options={'from': 'people'}),
        FieldSpec(code='text', label='Text', type='long_text', required=True, options={'template': True}),
        FieldSpec(
            code='kind', label='Kind', type='choice', default='process',
            options={'choices': [
                {'key': 'process', 'label': 'Notice of a rule', 'labels': {'ru': 'Сообщение правила'}},
                {'key': 'reminder', 'label': 'Reminder', 'labels': {'ru': 'Напоминание'}},
                {'key': 'event', 'label': 'Noteworthy event', 'labels': {'ru': 'Знаменательное событие'}},
            ]},
        ),
    )  # fmt: skip

    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Write the lines; each person gets it once, however often the step is tried."""
        scope = await doing.scope(options)
        people = await doing.people(options['to'], scope)
        notice = Notice(
            kind=KINDS.get(options.get('kind', ''), 'process'),
            text=str(filled_value(options['text'], scope)),
            catalog=doing.catalog.code if doing.record_id is not None else '',
            record_id=doing.record_id,
            key=f'run:{doing.key}',
        )
        reached = await notify(people, notice)
        return Outcome({'text': notice.text, 'people': people, 'reached': reached})

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Notify the responsible person: “New lead”."""
        whom = words.whom(catalog, options['to'])
        return words.t('notify {whom}: {text}', whom=whom, text=words.text(options['text'], catalog))
