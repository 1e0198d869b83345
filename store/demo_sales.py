"""The story of a sales department over a year: accounts, deals that move, leads, tasks, comments."""

import datetime as dt
from typing import Any

from store.demo_story import Key, Story

MONTHS = 12
_SOURCES = (
    ('site', 30),
    ('referral', 24),
    ('call', 14),
    ('exhibition', 11),
    ('ads', 10),
    ('mail', 6),
    ('partner', 5),
)
_LOSSES = (('price', 32), ('competitor', 24), ('no_answer', 16), ('timing', 14), ('no_budget', 9), ('fit', 5))
_WAY = ('new', 'qualification', 'proposal', 'negotiation')
_RENEWAL_WAY = ('upcoming', 'contacted', 'agreed')
_STAY = {'new': (1, 4), 'qualification': (2, 9), 'proposal': (4, 15), 'negotiation': (5, 18)}
_RENEWAL_STAY = {'upcoming': (6, 16), 'contacted': (4, 12), 'agreed': (3, 9)}
_PIECES = (
    (1, 6),
    (5, 40),
    (4, 20),
    (10, 60),
    (2, 12),
    (1, 2),
    (1, 4),
    (1, 3),
    (1, 2),
    (1, 4),
    (1, 3),
    (1, 2),
)
"""How many of each product a deal is about."""


def plot_sales(story: Story) -> None:
    """Tell it all."""
    _products(story)
    _accounts(story)
    _contacts(story)
    _Deals(story).tell()
    _leads(story)
    _tasks(story)
    _notices(story)


def _notices(story: Story) -> None:
    """A few lines in the bells: of the newcomer and of each seller."""
    seller = story.by_role('sales_manager')[0]
    deal = Key('deals', 82 + 3)
    abouts = ((Key('leads', 0), 'process'), (deal, 'task'), (Key('tasks', 6), 'task'))
    for place, (text, (about, kind)) in enumerate(zip(story.told['notices'], abouts, strict=True)):
        at = story.now - dt.timedelta(hours=2 + place * 5)
        story.add(at, 'me', 'tell', about, text=text, kind=kind)
        who = seller if about.catalog != 'deals' else story.owners[about]
        story.add(at, who, 'tell', about, text=text, kind=kind)
    for place, text in enumerate(story.told['messages']):
        at = story.now - dt.timedelta(hours=3 + place * 20)
        story.add(at, story.owners[deal], 'say', deal, text=text)
    story.add(story.now, 'me', 'tell', Key('', 0), text=story.told['greeting'])


def _head(story: Story) -> str:
    return story.by_role('head_of_sales')[0]


def _source(story: Story) -> str:
    return story.one_of([key for key, _ in _SOURCES], [weight for _, weight in _SOURCES])


def _phone(story: Story) -> str:
    blanks = story.told['phone'].count('{')
    return str(story.told['phone']).format(*(story.dice.randint(10, 99) for _ in range(blanks)))


def _money(story: Story, amount: int) -> dict[str, Any]:
    return {'amount': amount, 'currency': story.told['currency']}


def _products(story: Story) -> None:
    for number, (title, category, series, price, notes) in enumerate(story.told['products']):
        values = {
            'title': title,
            'category': category,
            'series': series,
            'price': _money(story, price),
            'active': True,
            'notes': notes,
        }
        story.add(story.moment(505), _head(story), 'create', Key('products', number), values=values)


def _accounts(story: Story) -> None:
    sellers = story.by_role('sales_manager')
    parents = dict(story.told['parents'])
    for number, (title, industry, office, employees, revenue, founded, domain) in enumerate(
        story.told['accounts']
    ):
        who = sellers[number % len(sellers)]
        values = {
            'title': title,
            'industry': industry,
            'office': office,
            'employees': employees,
            'revenue': _money(story, revenue * (1_000_000 if revenue < 100_000 else 1)),
            'founded': founded,
            'founded_on': f'{founded}-{founded * 7 % 12 + 1:02}-{founded * 11 % 28 + 1:02}',
            'web': f'https://{domain}.example',
            'phone': _phone(story),
            'owner': f'@{who}',
        }
        made = story.moment(500 - number)
        story.add(made, who, 'create', Key('accounts', number), values=values)
        if number in parents:
            link = {'parent': Key('accounts', parents[number])}
            story.add(story.moment(458), who, 'change', Key('accounts', number), values=link)


def _contacts(story: Story) -> None:
    sellers = story.by_role('sales_manager')
    for number, (title, position, local) in enumerate(story.told['contacts']):
        account = number // 2
        who = sellers[account % len(sellers)]
        domain = story.told['accounts'][account][6]
        values = {
            'title': title,
            'position': position,
            'account': Key('accounts', account),
            'phone': _phone(story),
            'email': f'{local}@{domain}.example',
            'birthday': _birthday(story, number),
            'source': _source(story),
            'owner': f'@{who}',
        }
        story.add(story.moment(455 - number // 4), who, 'create', Key('contacts', number), values=values)


def _birthday(story: Story, number: int) -> str:
    """Some day in 1962-1998; the first few are soon, so that the reminder has something to say."""
    ahead = 3 + number if number < 4 else story.dice.randint(8, 350)
    day = story.today + dt.timedelta(days=ahead)
    return day.replace(year=story.dice.randint(1962, 1998), day=min(day.day, 28)).isoformat()


def _repeated(counts: dict[str, int]) -> list[str]:
    return [key for key, count in counts.items() for _ in range(count)]


class _Deals:
    """The deals: a hundred new ones and twenty renewals."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.sellers = story.by_role('sales_manager')
        self.number = 0

    def tell(self) -> None:
        """Closed ones over the year, then the open ones of today."""
        for ends, way, stay in (
            ({'won': 44, 'lost': 25}, _WAY, _STAY),
            ({'renewed': 10, 'not_renewed': 3}, _RENEWAL_WAY, _RENEWAL_STAY),
        ):
            for end, count in ends.items():
                for place in range(count):
                    self._closed(way, end, stay, (place + self.story.dice.random()) / count)
        for stages, way, stay in (
            ({'new': 8, 'qualification': 8, 'proposal': 8, 'negotiation': 6}, _WAY, _STAY),
            ({'upcoming': 4, 'contacted': 3, 'agreed': 2}, _RENEWAL_WAY, _RENEWAL_STAY),
        ):
            for place, stage in enumerate(_repeated(stages)):
                self._open(way, stage, stay, place)

    def _closed(self, way: tuple[str, ...], end: str, stay: dict[str, tuple[int, int]], when: float) -> None:
        story, dice = self.story, self.story.dice
        # More of them lately: the business grows.
        days_ago = 360 * (1 - when**0.75)
        passed = way if end in ('won', 'renewed') else way[: dice.randint(1, len(way))]
        days = [dice.uniform(*stay[stage]) for stage in passed]
        begun = story.moment(days_ago + sum(days))
        key, owner = self._begin(way, begun, sum(days))
        at = self._walk(key, owner, begun, passed, days)
        if end == 'lost':
            reason = story.one_of([k for k, _ in _LOSSES], [w for _, w in _LOSSES])
            story.add(at, owner, 'change', key, values={'loss_reason': reason})
        story.add(at, owner, 'move', key, stage=end)

    def _open(self, way: tuple[str, ...], stage: str, stay: dict[str, tuple[int, int]], place: int) -> None:
        story, dice = self.story, self.story.dice
        passed = way[: way.index(stage)]
        here = dice.uniform(0, 13) if place % 4 else dice.uniform(15, 27)
        days = [dice.uniform(*stay[before]) for before in passed]
        begun = story.moment(here + sum(days))
        mine = 'me' if story.me and place % 7 == 1 else ''
        key, owner = self._begin(way, begun, sum(days), owner=mine)
        at = self._walk(key, owner, begun, passed, days)
        if passed:
            story.add(at, owner, 'move', key, stage=stage)

    def _begin(self, way: tuple[str, ...], at: dt.datetime, days: float, owner: str = '') -> tuple[Key, str]:
        story, dice = self.story, self.story.dice
        key = Key('deals', self.number)
        self.number += 1
        account = dice.randrange(len(story.told['accounts']))
        owner = owner or story.one_of([self.sellers[account % 4], *self.sellers], [5, 3, 3, 2, 2])
        # By turns, so that neighbours on the board differ.
        product = key.number % len(_PIECES) if way is _WAY else (6, 7, 10, 11)[key.number % 4]
        titles = story.told['deals'][product] if way is _WAY else story.told['renewals']
        expected = at.date() + dt.timedelta(days=int(days) + dice.randint(8, 34))
        values = {
            'title': titles[key.number // len(_PIECES) % len(titles)]
            if way is _WAY
            else titles[key.number % 4],
            'account': Key('accounts', account),
            'contact': Key('contacts', account * 2 + dice.randrange(2)),
            'product': Key('products', product),
            'amount': _money(story, self._amount(product)),
            'source': _source(story),
            'engaged_on': at.date().isoformat(),
            'expected_on': expected.isoformat(),
            'owner': f'@{owner}',
        }
        story.begun[key] = story.add(at, owner, 'create', key, values=values, stage=way[0])
        story.owners[key] = owner
        return key, owner

    def _amount(self, product: int) -> int:
        price = self.story.told['products'][product][3]
        total = (
            price * self.story.dice.randint(*_PIECES[product]) * self.story.one_of((1, 0.95, 0.9), (6, 3, 1))
        )
        return int(round(total, -2))

    def _walk(
        self, key: Key, owner: str, at: dt.datetime, passed: tuple[str, ...], days: list[float]
    ) -> dt.datetime:
        """Move through the stages; the moment the last one is left."""
        story, dice = self.story, self.story.dice
        for place, stage in enumerate(passed):
            if place:
                story.add(at, owner, 'move', key, stage=stage)
            if dice.random() < 0.28:
                said = story.one_of(story.told['comments'])
                story.add(story.after(at, days[place] / 2), owner, 'comment', key, text=said)
            at = story.after(at, days[place])
        return at


def _leads(story: Story) -> None:
    ends = ['new'] * 6 + ['in_work'] * 6 + ['qualified'] * 4 + ['converted'] * 14 + ['not_relevant'] * 10
    sellers = story.by_role('sales_manager')
    for number, (title, contact, company) in enumerate(story.told['leads']):
        end, who = ends[number], sellers[number % len(sellers)]
        key = Key('leads', number)
        fresh = end in ('new', 'in_work', 'qualified')
        begun = story.moment(
            number % 5 if end == 'new' else story.dice.uniform(2, 12) if fresh else (number - 15) * 4.4
        )
        values: dict[str, Any] = {
            'title': title,
            'contact_name': contact,
            'company': company,
            'phone': _phone(story),
            'source': _source(story),
            'product': Key('products', story.dice.randrange(12)),
            'budget': _money(story, story.told['products'][number % 12][3] * story.dice.randint(2, 6)),
            'owner': f'@{who}',
        }
        story.add(begun, who, 'create', key, values=values, stage='new')
        _lead_moves(story, key, who, begun, end)


def _lead_moves(story: Story, key: Key, who: str, at: dt.datetime, end: str) -> None:
    ways = {
        'new': (),
        'in_work': ('in_work',),
        'qualified': ('in_work', 'qualified'),
        'converted': ('in_work', 'qualified', 'converted'),
        'not_relevant': ('in_work', 'not_relevant'),
    }
    for stage in ways[end]:
        at = story.after(at, story.dice.uniform(0.1, 2.2))
        if stage == 'converted':
            account = story.dice.randrange(40)
            links = {'account': Key('accounts', account), 'contact': Key('contacts', account * 2)}
            story.add(at, who, 'change', key, values=links)
        story.add(at, who, 'move', key, stage=stage)


# Days from today until a task is due: overdue, today, the days to come.
_DUE = (-6, -4, -3, -2, -1, -1, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14)
_TASKS = 60


def _tasks(story: Story) -> None:
    """Open tasks about open deals, which are the last of the story, and tasks done about earlier ones."""
    sellers = story.by_role('sales_manager')
    for number in range(_TASKS):
        is_open = number < len(_DUE)
        deal = Key('deals', 119 - number % 37 if is_open else number * 2 - 20)
        about = deal if number % 5 else Key('accounts', number % 40)
        # Sellers see their own deals only, so a task about a deal is its owner's.
        who = story.owners.get(about, sellers[number % len(sellers)])
        who = 'me' if story.me and is_open and number % 3 == 0 else who
        ago = story.now - story.begun[deal]
        begun = story.begun[deal] + (ago * 0.1 if is_open else min(ago * 0.5, dt.timedelta(days=1)))
        due = (
            story.due(_DUE[number], 10 + number % 8, 30 * (number % 2)) if is_open else story.after(begun, 2)
        )
        priority = story.one_of(('normal', 'high', 'low'), (6, 3, 1))
        key = story.task(number, begun, who, priority=priority, due_at=due, about=about)
        if not is_open:
            story.add(due - dt.timedelta(minutes=20), who, 'move', key, stage='done')
        elif number % 4 == 1:
            story.add(story.after(begun, 0.5), who, 'move', key, stage='doing')
