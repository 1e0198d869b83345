"""Sample data with a believable past: a plot of dated steps, played in order of time through the door."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store import clock, colleagues, feed, guard, own_company, people
from store.actor import Actor, Cause
from store.demo_hiring import plot_hiring
from store.demo_organization import organize
from store.demo_sales import plot_sales
from store.demo_service import plot_service
from store.demo_story import Key, Step, Story
from store.notifications import Notice, notify
from store.query import Query
from store.records import Records
from store.values import Ref

FOLDER = Path(__file__).parent.parent / 'solutions' / 'demo'
PLOTS: Mapping[str, Callable[[Story], None]] = {
    'hiring': plot_hiring,
    'sales': plot_sales,
    'service': plot_service,
}
"""Who tells the story of which solution."""
PLAYED = Cause(kind='sample')
"""Sample data start no rules: nobody wants sixty notifications about last year."""
SHARED: Mapping[str, str] = {'accounts': 'title', 'contacts': 'email'}
"""By which field a story knows a record again that another story has told of already."""
_CHUNK = 50
_FOUNDED = 520
"""So many days ago, before every story, our own company was written down."""


@dataclass(slots=True)
class _Player:
    """Plays steps; remembers which record a key of the story became."""

    actors: Mapping[str, Actor]
    known: Mapping[tuple[str, str], Ref] = field(default_factory=dict)
    ids: dict[Key, Ref] = field(default_factory=dict)
    met: set[Key] = field(default_factory=set)

    async def play(self, step: Step) -> None:
        """Do one step at its moment, as its person."""
        mine = Records(self.actors[step.who], PLAYED)
        with clock.at(step.at):
            if step.verb == 'create':
                await self._create(mine, step)
            elif step.key in self.met:
                return
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

    async def _create(self, mine: Records, step: Step) -> None:
        by = SHARED.get(step.key.catalog)
        found = self.known.get((step.key.catalog, str(step.values[by]))) if by else None
        if found is not None:
            self.ids[step.key] = found
            self.met.add(step.key)
            return
        made = await mine.create(step.key.catalog, self._values(step), stage=step.stage or None)
        self.ids[step.key] = Ref(made.id, made.title, made.catalog)

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
        actors = await _cast(actor, told, password)
        story = Story(
            told, dt.datetime.fromtimestamp(clock.now_ms() / 1000, dt.UTC), me=actor.person_id is not None
        )
        PLOTS[solution](story)
        steps = story.in_order()
        player = _Player({**actors, 'me': actor}, await _known(actor))
        for done, step in enumerate(steps):
            await player.play(step)
            if progress and done % _CHUNK == 0:
                progress(done, len(steps))
        since = story.now - dt.timedelta(days=_FOUNDED)
        await _our_company(actor, told.get('our_company'), since)
        await _employees(actor)
    return len(steps)


async def _known(actor: Actor) -> dict[tuple[str, str], Ref]:
    """The records of `SHARED` catalogues that are there, by what a story knows them."""
    found: dict[tuple[str, str], Ref] = {}
    mine, there = Records(actor), {one.code for one in Records(actor).catalogs()}
    for catalog, by in SHARED.items():
        page = await mine.find(catalog, Query(limit=1000, fields=(by,))) if catalog in there else None
        for view in page.records if page else ():
            found[(catalog, str(view.values.get(by) or ''))] = view.ref
    return found


async def _our_company(actor: Actor, values: Mapping[str, Any] | None, since: dt.datetime) -> None:
    """An account that is ourselves, unless one is already."""
    kind = own_company.accounts_catalog()
    if values is None or kind is None or own_company.own_id() is not None:
        return
    there = {code: value for code, value in values.items() if kind.field(code)}
    with clock.at(since):
        made = await Records(actor, PLAYED).create(kind.code, there)
    await own_company.make_own(actor, made.id)


async def _employees(actor: Actor) -> None:
    """Give everybody a contact of their own, at our company."""
    await colleagues.give_contacts(actor)
    kind, ours = colleagues.contacts_catalog(), await own_company.own_company(actor)
    if kind is None or ours is None:
        return
    told = {'account': ours.ref, 'kind': 'employee'}
    values = {code: value for code, value in told.items() if kind.field(code)}
    mine = Records(actor, PLAYED)
    for one in await people.list_people(actor):
        contact = await mine.get(kind.code, one.contact_id) if one.contact_id is not None else None
        if contact is not None and contact.values.get('account') is None:
            await mine.change(kind.code, contact.id, values)


async def _cast(actor: Actor, told: Mapping[str, Any], password: str) -> dict[str, Actor]:
    """The sample people in their places, made or found by login, each as an actor."""
    ids: dict[str, int] = {}
    for login, name, role, department in told['people']:
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
        ids[login] = person.id
    await organize(actor, told, ids, clock.today())
    return {login: await people.actor_of_person(person_id) or actor for login, person_id in ids.items()}
