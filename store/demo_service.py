"""The story of a service desk over half a year: customers, services, contracts, cases on their way, tasks."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from store.demo_story import Key, Story

_ENDS = {'closed': 108, 'cancelled': 8, 'solved': 8, 'waiting': 8, 'in_work': 12, 'new': 6}
"""How many cases are where today."""
_SOURCES = (('mail', 34), ('phone', 30), ('portal', 20), ('messenger', 8), ('monitoring', 5), ('visit', 3))
_RATINGS = (('5', 46), ('4', 30), ('3', 14), ('2', 6), ('1', 4))
_PRIORITIES = (('normal', 60), ('high', 22), ('low', 12), ('blocking', 6))
# Plan, begins so many days ago, lasts, stage: one line an account.
_CONTRACTS = (
    ('c', 300, 365, 'active'),
    ('b', 345, 365, 'renewal'),
    ('b', 210, 365, 'active'),
    ('a', 150, 365, 'active'),
    ('c', 350, 365, 'renewal'),
    ('a', 430, 365, 'ended'),
    ('b', 120, 365, 'active'),
    ('a', 90, 365, 'active'),
    ('a', 410, 365, 'renewed'),
    ('c', 260, 365, 'active'),
    ('b', 60, 365, 'active'),
    ('a', -5, 365, 'draft'),
    ('b', 240, 365, 'active'),
    ('a', 30, 365, 'active'),
    ('a', -12, 365, 'draft'),
)
_HOURS = {'a': 2, 'b': 4, 'c': 8}
_DUE = (-3, -2, -1, 0, 0, 0, 1, 1, 2, 3, 4, 6)
_TASKS = 24


def plot_service(story: Story) -> None:
    """Tell it all."""
    _services(story)
    _accounts(story)
    _contacts(story)
    _contracts(story)
    cases = _Cases(story)
    cases.tell()
    _tasks(story, cases.open)
    _notices(story, cases.open)


def _manager(story: Story) -> str:
    return story.by_role('service_manager')[0]


def _phone(story: Story) -> str:
    blanks = story.told['phone'].count('{')
    return str(story.told['phone']).format(*(story.dice.randint(10, 99) for _ in range(blanks)))


def _money(story: Story, amount: float) -> dict[str, Any]:
    return {'amount': amount, 'currency': story.told['currency']}


def _drawn(story: Story, weighted: Sequence[tuple[str, int]]) -> str:
    return story.one_of([key for key, _ in weighted], [weight for _, weight in weighted])


def _services(story: Story) -> None:
    for number, (title, category, answer, solution, price, notes) in enumerate(story.told['services']):
        values = {
            'title': title,
            'category': category,
            'answer_hours': answer,
            'solution_hours': solution,
            'hour_price': _money(story, price),
            'active': True,
            'notes': notes,
            'owner': f'@{_manager(story)}',
        }
        story.add(story.moment(505), _manager(story), 'create', Key('services', number), values=values)


def _accounts(story: Story) -> None:
    who = _manager(story)
    for number, (title, industry, office, employees, founded, domain, level) in enumerate(
        story.told['accounts']
    ):
        values = {
            'title': title,
            'industry': industry,
            'level': level,
            'office': office,
            'employees': employees,
            'founded': founded,
            'web': f'https://{domain}.example',
            'email': f'office@{domain}.example',
            'phone': _phone(story),
            'owner': f'@{who}',
        }
        story.add(story.moment(500 - number), who, 'create', Key('accounts', number), values=values)


def _contacts(story: Story) -> None:
    who = _manager(story)
    for number, (title, position, local) in enumerate(story.told['contacts']):
        account = number // 2
        domain = story.told['accounts'][account][5]
        values = {
            'title': title,
            'position': position,
            'kind': 'contact' if number % 2 else 'customer',
            'account': Key('accounts', account),
            'phone': _phone(story),
            'email': f'{local}@{domain}.example',
            'owner': f'@{who}',
        }
        story.add(story.moment(470 - number), who, 'create', Key('contacts', number), values=values)


def _contracts(story: Story) -> None:
    who = _manager(story)
    prices = [price for _, _, _, _, price, _ in story.told['services']]
    for number, (plan, ago, lasts, stage) in enumerate(_CONTRACTS):
        hours, service = _HOURS[plan], number % len(prices)
        key = Key('contracts', number)
        values = {
            'title': story.told['contract'].format(story.told['services'][service][0].lower()),
            'account': Key('accounts', number),
            'contact': Key('contacts', number * 2),
            'service': Key('services', service),
            'plan': plan,
            'amount': _money(story, prices[service] * hours * 2),
            'hours': hours,
            'hour_price': _money(story, prices[service]),
            'starts_on': story.day(-ago),
            'ends_on': story.day(lasts - ago),
            'owner': f'@{who}',
        }
        at = story.add(story.moment(max(ago + 9, 3)), who, 'create', key, values=values, stage='draft')
        story.begun[key] = at
        if stage != 'draft':
            at = story.add(story.after(at, 6), who, 'move', key, stage='active')
        if stage in ('renewal', 'renewed', 'ended'):
            at = story.add(story.moment(max(ago - lasts + 28, 4)), who, 'move', key, stage='renewal')
        if stage in ('renewed', 'ended'):
            story.add(story.after(at, 14), who, 'move', key, stage=stage)


class _Cases:
    """The cases: those that ended over the half year, then the open ones of today."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.operators = story.by_role('operator')
        self.engineers = story.by_role('second_line')
        self.open: list[Key] = []

    def tell(self) -> None:
        """All of them, in the order they were registered."""
        ends = [end for end, count in _ENDS.items() for _ in range(count)]
        over = [end for end in ends if end in ('closed', 'cancelled')]
        self.story.dice.shuffle(over)
        for number, end in enumerate([*over, *(end for end in ends if end not in ('closed', 'cancelled'))]):
            key = Key('cases', number)
            if end in ('closed', 'cancelled'):
                # More of them lately: customers come and stay.
                days_ago = 6 + 176 * (1 - number / len(over)) ** 1.2
            else:
                days_ago = self._age(end)
                self.open.append(key)
            self._case(key, self.story.moment(days_ago), end)

    def _age(self, end: str) -> float:
        dice = self.story.dice
        ages = {'solved': (1, 3), 'waiting': (2, 8), 'in_work': (0.5, 6), 'new': (0, 1)}
        return dice.uniform(*ages[end])

    def _case(self, key: Key, at: dt.datetime, end: str) -> None:
        story, dice = self.story, self.story.dice
        told = story.told['cases'][(key.number * 17 + key.number // 3) % len(story.told['cases'])]
        operator = self.operators[key.number % len(self.operators)]
        owner = 'me' if story.me and end in ('in_work', 'waiting') and key.number % 5 == 0 else operator
        values = self._values(told, at) | {'owner': f'@{owner}', 'solution_due': self._due(told, at, end)}
        at = story.add(at, operator, 'create', key, values=values, stage='new')
        story.begun[key], story.owners[key] = at, owner
        if end == 'new':
            return
        if end == 'cancelled':
            story.add(story.after(at, 0.4), owner, 'move', key, stage=end)
            return
        at = self._take(key, owner, story.after(at, dice.choice((0, 0, 0, 0.5))))
        if end == 'in_work':
            return
        if end == 'waiting' or dice.random() < 0.3:
            at = self._wait(key, at)
        if end in ('solved', 'closed'):
            self._solve(key, at, told, end)

    def _due(self, told: Sequence[Any], at: dt.datetime, end: str) -> dt.datetime:
        """When the service promises a solution; most open cases still have time."""
        story, dice = self.story, self.story.dice
        if end in ('closed', 'cancelled') or dice.random() < 0.3:
            return at + dt.timedelta(hours=story.told['services'][told[0]][3])
        return story.due(dice.randint(1, 4), dice.randint(10, 17))

    def _values(self, told: Sequence[Any], at: dt.datetime) -> dict[str, Any]:
        story, dice = self.story, self.story.dice
        service, title, category = told[:3]
        account = dice.randrange(len(story.told['accounts']))
        answer = story.told['services'][service][2]
        values: dict[str, Any] = {
            'title': title,
            'category': category,
            'priority': _drawn(story, _PRIORITIES),
            'source': _drawn(story, _SOURCES),
            'service': Key('services', service),
            'account': Key('accounts', account),
            'contact': Key('contacts', account * 2 + dice.randrange(2)),
            'answer_due': at + dt.timedelta(hours=answer),
            'details': story.one_of(story.told['details']),
        }
        contract = Key('contracts', account)
        is_active = account < len(_CONTRACTS) and _CONTRACTS[account][3] in ('active', 'renewal')
        if is_active and story.begun[contract] < at:
            values['contract'] = contract
        return values

    def _take(self, key: Key, owner: str, at: dt.datetime) -> dt.datetime:
        """Into work; the harder ones go on to the second line."""
        story, dice = self.story, self.story.dice
        at = story.add(at, owner, 'move', key, stage='in_work')
        story.add(at, owner, 'change', key, values={'answered_at': at})
        if dice.random() < 0.45:
            said = story.one_of(story.told['comments'])
            at = story.add(at + dt.timedelta(minutes=25), owner, 'comment', key, text=said)
        if owner != 'me' and dice.random() < 0.25:
            engineer = story.one_of(self.engineers)
            at = story.add(story.after(at, 0.1), owner, 'change', key, values={'owner': f'@{engineer}'})
            # Whoever reads their unit alone knows of the case from here on.
            story.owners[key], story.begun[key] = engineer, at
        return at

    def _wait(self, key: Key, at: dt.datetime) -> dt.datetime:
        story, owner = self.story, self.story.owners[key]
        at = story.add(story.after(at, 0.3), owner, 'move', key, stage='waiting')
        return story.add(at, owner, 'comment', key, text=story.one_of(story.told['waiting']))

    def _solve(self, key: Key, at: dt.datetime, told: Sequence[Any], end: str) -> None:
        story, dice, owner = self.story, self.story.dice, self.story.owners[key]
        is_reopened = end == 'closed' and dice.random() < 0.07
        for turn in range(2 if is_reopened else 1):
            at = story.after(at, dice.uniform(0.1, 1.6))
            at = story.add(at, owner, 'change', key, values={'resolution': told[3], 'outcome': told[4]})
            at = story.add(at, owner, 'move', key, stage='solved')
            at = story.add(at, owner, 'change', key, values={'solved_at': at})
            if is_reopened and turn == 0:
                at = story.add(story.after(at, 1), owner, 'move', key, stage='in_work')
                story.add(at, owner, 'change', key, values={'reopened': 1, 'solved_at': None})
        if end == 'closed':
            at = story.add(story.after(at, dice.uniform(1, 3)), owner, 'move', key, stage='closed')
            if dice.random() < 0.7:
                rating = {'satisfaction': _drawn(story, _RATINGS)}
                story.add(at, owner, 'change', key, values=rating)


def _tasks(story: Story, cases: Sequence[Key]) -> None:
    """Open tasks about open cases, and done ones about the cases before."""
    for number in range(_TASKS):
        is_open = number < len(_DUE)
        about = cases[number * 2 % len(cases)] if is_open else Key('cases', 60 + number)
        who = story.owners[about]
        begun = story.begun[about] + (story.now - story.begun[about]) * (0.3 if is_open else 0.01)
        due = story.due(_DUE[number], 11 + number % 6) if is_open else story.after(begun, 1)
        priority = 'high' if number % 4 == 1 else 'normal'
        key = story.task(number, begun, who, priority=priority, due_at=due, about=about)
        if not is_open:
            story.add(due - dt.timedelta(minutes=20), who, 'move', key, stage='done')


def _notices(story: Story, cases: Sequence[Key]) -> None:
    """A few lines in the bells: of the newcomer and of those whose cases they are."""
    fresh = cases[-1]
    abouts = ((fresh, 'process'), (cases[0], 'task'), (Key('contracts', 1), 'task'))
    for place, (text, (about, kind)) in enumerate(zip(story.told['notices'], abouts, strict=True)):
        at = story.now - dt.timedelta(hours=2 + place * 5)
        for who in ('me', story.owners.get(about, _manager(story))):
            story.add(at, who, 'tell', about, text=text, kind=kind)
    for place, text in enumerate(story.told['messages']):
        at = story.now - dt.timedelta(hours=3 + place * 20)
        story.add(at, story.owners[cases[12]], 'say', cases[12], text=text)
    story.add(story.now, 'me', 'tell', Key('', 0), text=story.told['greeting'])
