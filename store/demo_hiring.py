"""The story of a hiring team over a quarter: vacancies, candidates on their way, tasks."""

import datetime as dt
from typing import Any

from store.demo_story import Key, Story

# How many candidates are where, in the order of the told names.
_ENDS = {'incoming': 7, 'shortlisted': 5, 'interviewed': 4, 'offer': 2, 'hired': 5, 'rejected': 7}
_WAY = ('incoming', 'shortlisted', 'interviewed', 'offer', 'hired')
_SOURCES = ('job_site', 'referral', 'social', 'direct', 'agency')
_REFUSALS = ('skills', 'salary', 'declined', 'no_answer')
_DUE = (-2, -1, 0, 0, 1, 2, 3, 5)


def plot_hiring(story: Story) -> None:
    """Tell it all."""
    _vacancies(story)
    _candidates(story)
    _tasks(story)


def _vacancies(story: Story) -> None:
    (head,) = story.by_role('head_of_hiring')
    for number, (title, department, salary, places, stage, days, duties, demands) in enumerate(
        story.told['vacancies']
    ):
        values = {
            'title': title,
            'department': department,
            'salary': _money(story, salary),
            'places': places,
            'needed_by': story.day(days),
            'duties': duties,
            'demands': demands,
            'owner': f'@{head}',
        }
        key = Key('vacancies', number)
        story.add(story.moment(110 - number), head, 'create', key, values=values, stage='draft')
        if stage != 'draft':
            story.add(story.moment(104 - number), head, 'move', key, stage='open')
        if stage == 'filled':
            story.add(story.moment(21), head, 'move', key, stage=stage)


def _candidates(story: Story) -> None:
    recruiters = story.by_role('recruiter')
    ends = [end for end, count in _ENDS.items() for _ in range(count)]
    for number, (name, vacancy, salary) in enumerate(story.told['candidates']):
        end, who = ends[number], recruiters[number % len(recruiters)]
        passed = _WAY[: _WAY.index(end)] if end in _WAY else _WAY[: 1 + number % 3]
        stays = [story.dice.uniform(1, 6) for _ in passed]
        ago = story.dice.uniform(5, 80) if end in ('hired', 'rejected') else story.dice.uniform(0, 6)
        key, at = Key('candidates', number), story.moment(ago + sum(stays))
        values = _candidate(story, number, name, vacancy, salary) | {'owner': f'@{who}'}
        at = story.begun[key] = story.add(at, who, 'create', key, values=values, stage='incoming')
        story.owners[key] = who
        for place, stage in enumerate((*passed[1:], end) if passed else ()):
            at = story.after(at, stays[place])
            if stage == 'rejected':
                story.add(at, who, 'change', key, values={'refusal': _REFUSALS[number % 4]})
            story.add(at, who, 'move', key, stage=stage)
            if story.dice.random() < 0.4:
                story.add(at, who, 'comment', key, text=story.one_of(story.told['comments']))


def _candidate(story: Story, number: int, name: str, vacancy: int, salary: int) -> dict[str, Any]:
    blanks = story.told['phone'].count('{')
    age = dt.timedelta(days=365 * story.dice.randint(22, 48) + story.dice.randint(0, 364))
    values: dict[str, Any] = {
        'title': name,
        'position': story.told['vacancies'][vacancy][0],
        'vacancy': Key('vacancies', vacancy),
        'birthday': (story.today - age).isoformat(),
        'salary': _money(story, salary),
        'source': _SOURCES[number % len(_SOURCES)],
        'phone': str(story.told['phone']).format(*(story.dice.randint(10, 99) for _ in range(blanks))),
        'email': f'candidate{number + 1}@mail.example',
        'cv': f'https://cv.example/{number + 1001}',
    }
    if 7 <= number < 12:
        values['interview_at'] = story.due(number - 6, 11 + number % 5)
    return values


def _tasks(story: Story) -> None:
    for number in range(len(story.told['tasks'])):
        about = Key('candidates', number * 2)
        who, due = story.owners[about], story.due(_DUE[number], 11 + number % 6)
        owner = '@me' if story.me and number % 3 == 0 else f'@{who}'
        priority = 'high' if number % 4 == 1 else 'normal'
        begun = story.begun[about] + (story.now - story.begun[about]) * 0.4
        story.task(number, begun, who, priority=priority, due_at=due, about=about, owner=owner)


def _money(story: Story, amount: int) -> dict[str, Any]:
    return {'amount': amount, 'currency': story.told['currency']}
