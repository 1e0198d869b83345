"""A rule can do for its owner what the owner may do, at each of its steps; and traces, bells and files tell
nobody of records they may not read."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from automations import Engine, FakeClock, Rules
from store import NotFound, Records, bell, files, guard, people
from store.browser_sessions import new_session
from store.notifications import Notice, notify
from store.role_rights import set_operations
from tests.conftest import Outbox
from tests.journeys import rights_world as world_of
from tests.journeys.rights_world import READERS, THINGS, World, may, readable
from ui.files import router as files_router
from ui.rows import router as rows_router
from ui.session import COOKIE

STEP = {'action': 'set_fields', 'options': {'values': {'grade': 'done'}}}


@pytest.fixture
async def world(database: str, tmp_path: Path) -> World:
    """The company with every kind of reader and record; Owen may make rules."""
    files.open_folder(tmp_path / 'files')
    made = await world_of.built()
    await set_operations(guard.SETUP, 'owen', ['edit_processes'])
    await _again(made, 'owen')
    return made


async def _again(world: World, login: str) -> None:
    actor = await people.actor_of_person(world.people[login])
    assert actor is not None
    world.doors[login] = Records(actor)


@pytest.fixture
async def engine(world: World, clock: FakeClock, outbox: Outbox) -> AsyncIterator[Engine]:
    """An engine that works when it is told to `drain`."""
    made = Engine(clock=clock, mailer=outbox, poster=outbox, zone=lambda: 'UTC')
    yield made
    await made.stop()


def spec(*steps: dict[str, Any], kind: str = 'field_changed') -> dict[str, Any]:
    """A rule about a new code, or one with a button."""
    options = {'button': 'Go'} if kind == 'manual' else {'field': 'code'}
    return {
        'name': 'Rule', 'catalog': 'deals', 'triggers': [{'kind': kind, 'options': options}],
        'steps': list(steps) or [STEP],
    }  # fmt: skip


async def graded(world: World) -> set[str]:
    """The things that a rule has reached."""
    found = set()
    for name, id in world.ids.items():
        view = await world.admin.get('deals', id, deleted=THINGS[name].is_deleted)
        if view['grade'] == 'done':
            found.add(name)
    return found


async def test_a_rule_reaches_what_its_owner_may_change(
    world: World, engine: Engine, clock: FakeClock
) -> None:
    """Each reader's rule hears of a change of every record; it changes those that its owner may."""
    live = [name for name, thing in THINGS.items() if not thing.is_deleted]
    for login in (name for name, one in READERS.items() if name != 'eyes' and not one.is_customer):
        if login != 'ada':
            await set_operations(guard.SETUP, login, [*READERS[login].operations, 'edit_processes'])
            await _again(world, login)
        rules = Rules(world.doors[login].actor, clock)
        made = await rules.create(spec())
        await world.admin.change_each('deals', [(world.ids[n], {'code': f'{n} {login}'}) for n in live])
        await engine.drain()
        # Hugo may read the grade, not write it.
        wanted = {n for n in live if login != 'hugo' and may(login, 'change', THINGS[n])}
        assert await graded(world) == wanted, login
        await rules.remove(made.id)
        await world.admin.change_many('deals', [world.ids[n] for n in live], {'grade': None})


async def test_rights_are_asked_for_at_each_step(world: World, engine: Engine, clock: FakeClock) -> None:
    """Whoever loses a right while a run waits gets the rest of it refused, and what was done stays."""
    wait = {'action': 'wait', 'options': {'amount': 1, 'unit': 'hours'}}
    first = {'action': 'set_fields', 'options': {'values': {'code': 'first step'}}}
    rules = Rules(world.doors['owen'].actor, clock)
    made = await rules.create(spec(first, wait, STEP, kind='manual'))
    mine = world.ids['mine of owen']
    assert await rules.start(made.id, [mine]) == 1
    await engine.drain()
    assert (await world.admin.get('deals', mine))['code'] == 'first step'
    await people.change_person(world.admin.actor, world.people['owen'], {'roles': ('none',)})
    clock.forward(hours=2)
    await engine.drain()
    assert await graded(world) == set()
    (run,) = await Rules(world.admin.actor, clock).runs(made.id)
    assert run.status == 'failed'


async def test_nobody_starts_a_rule_on_a_record_they_may_not_change(
    world: World, engine: Engine, clock: FakeClock
) -> None:
    """A button takes the right to change; whoever may not read the record does not learn that it is there."""
    made = await Rules(world.admin.actor, clock).create(spec(kind='manual'))
    for login in READERS:
        rules = Rules(world.doors[login].actor, clock)
        for name, id in world.ids.items():
            wanted = world_of.OK if may(login, 'change', THINGS[name]) else world_of.NO
            if not may(login, 'read', THINGS[name]) or THINGS[name].is_deleted:
                wanted = world_of.GONE
            if READERS[login].is_customer:
                wanted = world_of.NO
            came = await world_of.outcome(lambda r=rules, id=id: r.start(made.id, [id]), undo=True)  # type: ignore[misc]
            assert came == wanted, (login, name)


async def test_traces_are_for_readers_of_the_record(world: World, engine: Engine, clock: FakeClock) -> None:
    """A run is read by whoever may read its record; lists of runs tell others nothing of it."""
    made = await Rules(world.admin.actor, clock).create(spec())
    for name, id in world.ids.items():
        if not THINGS[name].is_deleted:
            await world.admin.change('deals', id, {'code': f'word {id}'})
    await engine.drain()
    runs = {run.record_id: run for run in await Rules(world.admin.actor, clock).runs(made.id)}
    for login in READERS:
        rules, found = Rules(world.doors[login].actor, clock), set()
        for record_id, run in runs.items():
            try:
                found.add(world.name((await rules.run(run.id)).run.record_id or record_id or 0))
            except NotFound:
                continue
        assert found == (set() if READERS[login].is_customer else readable(login)), login
    told = await Rules(world.doors['owen'].actor, clock).runs(made.id)
    for run in told:
        assert bool(run.event) is (world.name(run.record_id or 0) in readable('owen'))


async def test_bells_files_and_grids_are_for_readers_of_the_record(world: World) -> None:
    """A line of a bell is closed, a file and a row are not there, for whoever may not read the record.

    For a customer at the portal nothing is there at all."""
    kept = {
        name: await files.keep(
            world.admin.actor, f'{name}.txt', b'words', kind='attachment', catalog='deals', record_id=id
        )
        for name, id in world.ids.items()
        if not THINGS[name].is_deleted
    }
    everybody = [world.people[login] for login in READERS if login != 'eyes']
    for id in world.ids.values():
        await notify(everybody, Notice(kind='process', text='Zebra', catalog='deals', record_id=id))
    app = FastAPI()
    app.include_router(files_router)
    app.include_router(rows_router)
    transport = httpx.ASGITransport(app)
    for login in (login for login in READERS if login != 'eyes'):
        actor = world.doors[login].actor
        is_inside = not READERS[login].is_customer
        wanted = readable(login) if is_inside else set()
        lines = [one for one in await bell.lines(actor) if one.notice.kind == 'process']
        assert len(lines) == (len(world.ids) if is_inside else 0)
        open_lines = {one.notice.record_id or 0 for one in lines if not one.is_closed}
        assert {world.name(id) for id in open_lines} == wanted
        with guard.acting(guard.DOOR):
            cookies = {COOKIE: (await new_session(world.people[login], '', '')).token}
        async with httpx.AsyncClient(transport=transport, base_url='http://artel', cookies=cookies) as client:
            served = {
                name for name, info in kept.items() if (await client.get(f'/files/{info.id}')).is_success
            }
            assert served == wanted, login
            asked = {'end': 99, 'filter': '', 'columns': ['amount']}
            rows = (await client.post('/_rows/deals', json=asked, headers={'x-artel': '1'})).json()
            assert {world.name(row['id']) for row in rows.get('rows', ())} == wanted, login
