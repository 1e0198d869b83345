"""Put a line into people's bells."""

from collections.abc import Sequence

from automations.actions import Action, Doing, Options, Outcome, filled_value
from automations.discretion import scope_for
from automations.values import Scope
from automations.words import Words
from store.notifications import Notice, notify
from store.people import actor_of_person
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
        reached = 0
        for text, readers in (await self._texts(doing, options['text'], scope, people)).items():
            notice = Notice(
                kind=KINDS.get(options.get('kind', ''), 'process'),
                text=text,
                catalog=doing.catalog.code if doing.record_id is not None else '',
                record_id=doing.record_id,
                key=f'run:{doing.key}',
            )
            reached += await notify(readers, notice)
        whole = str(filled_value(options['text'], scope))
        return Outcome({'text': whole, 'people': people, 'reached': reached})

    @staticmethod
    async def _texts(doing: Doing, text: str, scope: Scope, people: Sequence[int]) -> dict[str, list[int]]:
        """The text as each recipient may read it, with those who get it: hidden fields are left empty."""
        readers: dict[str, list[int]] = {}
        for person_id in people:
            reader = await actor_of_person(person_id)
            if reader is not None:
                said = str(filled_value(text, scope_for(reader, doing.catalog, scope)))
                readers.setdefault(said, []).append(person_id)
        return readers

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Notify the responsible person: “New lead”."""
        whom = words.whom(catalog, options['to'])
        return words.t('notify {whom}: {text}', whom=whom, text=words.text(options['text'], catalog))
