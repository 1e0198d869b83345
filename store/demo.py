"""Sample data with a believable past: a plot of dated steps, played in order of time through the door."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store import clock, feed, guard, people
from store.actor import Actor, Cause
from store.demo_hiring import plot_hiring
from store.demo_sales import plot_sales
from store.demo_story import Key, Step, Story
from store.notifications import Notice, notify
from store.records import Records
from store.values import Ref

FOLDER = Path(__file__).parent.parent / 'solutions' / 'demo'
PLOTS: Mapping[str, Callable[[Story], None]] = {'hiring': plot_hiring, 'sales': plot_sales}
"""Who tells the story of which solution."""
PLAYED = Cause(kind='sample')
"""Sample data start no rules: nobody wants sixty notifications about last year."""
_CHUNK = 50


@dataclass(slots=True)
class _Player:
    """Plays steps; remembers which record a key of the story became."""

    actors: Mapping[str, Actor]
    ids: dict[Key, Ref] = field(default_factory=dict)

    async def play(self, step: Step) -> None:
        """Do one step at its moment, as its person."""
        mine = Records(self.actors[step.who], PLAYED)
        with clock.at(step.at):
            if step.verb == 'create':
                made = await mine.create(step.key[0], self._values(step), stage=step.stage or None)
                self.ids[step.key] = Ref(made.id, made.title, made.catalog)
            elif step.verb == 'move':
                await mine.move(step.key[0], self.ids[step.key].id, stage=step.stage)
            elif step.verb == 'change':
                await mine.change(step.key[0], self.ids[step.key].id, self._values(step))
            elif step.verb == 'comment':
                await mine.comment(step.key[0], self.ids[step.key].id, step.text)
            elif step.verb == 'say':
                await self._say(mine.actor, step)
            else:
                await self._tell(step)

    async def _say(self, actor: Actor, step: Step) -> None:
        me = self.actors['me']
        said = step.text.replace('@me', f'@{me.name}') if me.person_id else step.text.removeprefix('@me, ')
        await feed.post(actor, step.key[0], self.ids[step.key].id, feed.Message(said), cause=PLAYED)

    async def _tell(self, step: Step) -> None:
        person = self.actors[step.who].person_id
        if person is not None:
            about = self.ids.get(step.key)
            notice = Notice(
                kind=step.kind,
                text=step.text,
                catalog=about.catalog if about else '',
                record_id=about.id if about else None,
            )
            await notify([person], notice)

    def _values(self, step: Step) -> dict[str, Any]:
        return {code: self._value(value) for code, value in step.values.items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, Key):
            return self.ids[value]
        if isinstance(value, str) and value.startswith('@'):
            return self.actors[value[1:]].person_id
        return value


async def fill(
    actor: Actor,
    solution: str,
    language: str,
    *,
    password: str = '',
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write the sample data of a solution in a language; the number of steps played.

    Without a `password` the sample people cannot sign in. All of it or nothing is written."""
    path = FOLDER / f'{solution}.{language}.json'
    told = json.loads((path if path.is_file() else FOLDER / f'{solution}.en.json').read_text('utf-8'))
    with guard.acting(actor):
        return await _play(actor, solution, told, password, progress)


async def _play(
    actor: Actor,
    solution: str,
    told: Mapping[str, Any],
    password: str,
    progress: Callable[[int, int], None] | None,
) -> int:
    async with Records(actor).transaction():
        actors = await _cast(actor, told['people'], password)
        story = Story(
            told, dt.datetime.fromtimestamp(clock.now_ms() / 1000, dt.UTC), me=actor.person_id is not None
        )
        PLOTS[solution](story)
        steps = story.in_order()
        player = _Player({**actors, 'me': actor})
        for done, step in enumerate(steps):
            await player.play(step)
            if progress and done % _CHUNK == 0:
                progress(done, len(steps))
    return len(steps)


async def _cast(actor: Actor, rows: Sequence[Sequence[str]], password: str) -> dict[str, Actor]:
    """The sample people, made or found by login, each as an actor."""
    cast: dict[str, Actor] = {}
    for login, name, role, department in rows:
        person = await people.person_by_login(actor, login) or await people.create_person(
            actor,
            {
                'name': name,
                'login': login,
                'department': department,
                'email': f'{login}@artel.example',
                'roles': [role],
                **({'password': password} if password else {}),
            },
        )
        found = await people.actor_of_person(person.id)
        cast[login] = found or actor
    return cast
