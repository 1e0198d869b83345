"""Make somebody responsible: a fixed person, by turns, or whoever has the least open work."""

from automations.actions import Action, Doing, Options, Outcome
from automations.words import Words
from store import rules
from store.problems import Refused
from store.schema import Catalog, FieldSpec
from store.values import Ref


class Assign(Action):
    """Fills the responsible person (or another person field) from a list of people and roles."""

    key = 'assign'
    label = 'Assign'
    options = (
        FieldSpec(
            code='how', label='How', type='choice', required=True, default='fixed',
            options={'choices': [
                {'key': 'fixed', 'label': 'The first one', 'labels': {'ru': 'Первому из списка'}},
                {'key': 'round_robin', 'label': 'By turns', 'labels': {'ru': 'По очереди'}},
                {
                    'key': 'least_loaded', 'label': 'Whoever has least to do',
                    'labels': {'ru': 'Наименее загруженному'},
                },
            ]},
        ),
        FieldSpec(code='people', label='People', type='choices', required=True, options={'from': 'people'}),
        FieldSpec(
            code='field', label='Field', type='choice', default='owner', options={'from': 'person_fields'},
        ),
    )  # fmt: skip

    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Choose a person and set the field; the choice is locked, so two runs at once do not take the
        same turn."""
        people = await rules.active_people(await doing.people(options['people'], await doing.scope(options)))
        if not people:
            raise Refused('rule_nobody')
        chosen = await self._choose(doing, options, people)
        field = options.get('field') or 'owner'
        await doing.records.change(doing.catalog.code, doing.target, {field: Ref(chosen, '', 'person')})
        return Outcome({'person': chosen, 'field': field})

    @staticmethod
    async def _choose(doing: Doing, options: Options, people: list[int]) -> int:
        match options.get('how'):
            case 'round_robin':
                return await rules.next_in_turn(f'{doing.event["rule"]}:{doing.step}', people)
            case 'least_loaded':
                return await rules.least_loaded(doing.catalog, people)
            case _:
                return people[0]

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Make responsible by turns: the role “Sales”."""
        people = words.who(catalog, options['people'])
        field = options.get('field') or 'owner'
        if field != 'owner':
            return words.t('fill {field} from: {people}', field=words.field(catalog, field), people=people)
        match options.get('how'):
            case 'round_robin':
                return words.t('make responsible by turns: {people}', people=people)
            case 'least_loaded':
                return words.t('make responsible whoever has least to do: {people}', people=people)
            case _:
                return words.t('make responsible: {people}', people=people)
