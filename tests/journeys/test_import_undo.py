"""Somebody brings in the wrong file and takes it back: all of it, but for what others have done since."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from automations import Engine, FakeClock, Rules
from automations.followers import is_news
from integrations.exchange import running, undoing
from integrations.exchange.importer import Importer
from integrations.exchange.plan import REST, Answer
from integrations.exchange.reading import ROOT
from store import (
    Cause,
    Change,
    Condition,
    Designer,
    FieldSpec,
    Filter,
    NotAllowed,
    NotFound,
    Query,
    Records,
    Refused,
    changes,
    feed,
    guard,
    import_undos,
    journal,
    people,
    solutions,
)
from store.feed import Message
from store.import_undos import Kept, UndoJob
from store.imports import CANCELLED, DONE, FAILED, RUNNING, ImportJob
from store.undoing import PUT_BACK, REMOVE
from tests.conftest import Outbox
from tests.real_data import REAL, needs_real_data

CREATE = {REST: Answer('create')}
BEFORE = 'name,tax,staff,stage\nAcme,1,5,New\nBetatech,2,6,New\n'
WRONG = 'name,tax,staff,stage,town\nAcme Ltd,1,50,Client,Oslo\nBetatech,2,60,New,\nGamma,3,7,New,Rome\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('ARTEL_DATA', str(tmp_path))


@pytest.fixture
async def firms(as_admin: Records) -> Records:
    """Firms with a pipeline, and the towns they are in."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('towns', 'Towns', 'Town')
    await designer.create_catalog('firms', 'Firms', 'Firm')
    for spec in (
        FieldSpec(code='tax', label='Tax number', type='text', unique=True),
        FieldSpec(code='staff', label='Staff', type='number'),
        FieldSpec(code='closed_on', label='Closed on', type='date'),
        FieldSpec(code='town', label='Town', type='link', options={'target': 'towns'}),
        FieldSpec(code='holding', label='Holding', type='link', options={'target': 'firms'}),
    ):
        await designer.add_field('firms', spec)
    stages: list[dict[str, Any]] = [
        {'code': 'new', 'label': 'New', 'color': '#888888'},
        {'code': 'won', 'label': 'Client', 'color': '#22aa55', 'kind': 'won'},
    ]
    await designer.add_pipeline('firms', 'main', 'Main', stages, closed_field='closed_on')
    return as_admin


async def bring(records: Records, text: str, **changed: Any) -> ImportJob:
    importer = Importer(records)
    job = await importer.upload('firms.csv', io.BytesIO(text.encode()))
    plan = replace(await importer.propose(job, 'firms'), answers={'town': CREATE}, **changed)
    await importer.start(job, plan)
    await running.wait(job.id)
    done = await importer.job(job.id)
    assert done.state == DONE, done.problem
    return done


async def undone(records: Records, job: ImportJob, *, anyway: bool = False) -> UndoJob:
    await undoing.start(records, job.id, anyway=anyway)
    await undoing.wait(job.id)
    undo = await undoing.undo_of(records, job.id)
    assert undo is not None
    return undo


async def shown(records: Records, catalog: str = 'firms') -> dict[str, Mapping[str, Any]]:
    """What is there, by name."""
    found = (await records.find(catalog, Query(sort='id', limit=200))).records
    return {view.title: view.values | {'id': view.id} for view in found}


async def firm(records: Records, title: str) -> int:
    return int((await shown(records))[title]['id'])


def codes(kept: Iterator[Kept] | tuple[Kept, ...] | list[Kept]) -> set[tuple[str, int, str]]:
    return {(one.catalog, one.record_id, one.code) for one in kept}


async def test_an_undone_import_leaves_everything_as_it_was(firms: Records) -> None:
    """C-41: what was made goes, what was changed has its old values, the town made on the way goes too."""
    first = await bring(firms, BEFORE)
    before = await shown(firms)
    job = await bring(firms, WRONG)
    assert (job.created, job.updated, await firms.count('towns')) == (1, 2, 2)
    acme, gamma = (await shown(firms))['Acme Ltd'], await firm(firms, 'Gamma')
    assert (acme['stage'], acme['staff'], acme['town'].title) == ('won', 50, 'Oslo')
    assert acme['closed_on'] is not None

    survey = await undoing.preview(firms, job.id)
    assert (survey.count(REMOVE), survey.count(PUT_BACK), survey.kept) == (3, 2, ())
    undo = await undone(firms, job)
    assert (undo.state, undo.removed, undo.put_back, undo.kept) == (DONE, 3, 2, 0)
    assert (undo.is_whole, undo.person, undo.place, undo.total) == (True, 'Ada Admin', 5, 5)
    after = await shown(firms)
    kept = ('title', 'stage', 'staff', 'tax', 'town', 'closed_on', 'owner')
    assert {t: {c: v[c] for c in kept} for t, v in after.items()} == {
        t: {c: v[c] for c in kept} for t, v in before.items()
    }
    assert await firms.count('towns') == 0

    # Every step stands in the journal with its reason, and what went can be taken out of the bin.
    (latest, *_) = await firms.history('firms', await firm(firms, 'Acme'))
    assert (latest.kind, latest.cause.kind, latest.cause.id) == ('moved', 'undo', job.id)
    assert (await firms.restore('firms', gamma))['staff'] == 7
    # The first import can be undone as well: what came and went in between is no reason to keep a record.
    assert (await undoing.preview(firms, first.id)).kept == ()


async def test_what_others_did_since_stays_and_is_named(firms: Records, as_member: Records) -> None:
    """N-3: later edits of people, comments and links are listed; only when wanted they are taken back too."""
    await bring(firms, BEFORE)
    job = await bring(firms, WRONG + 'Delta,4,8,New,Rome\nEta,5,9,New,\nTheta,6,1,New,\n')
    ids = {name: int(values['id']) for name, values in (await shown(firms)).items()}
    towns = {name: int(values['id']) for name, values in (await shown(firms, 'towns')).items()}
    await as_member.change('firms', ids['Acme Ltd'], {'staff': 51})
    await as_member.change('firms', ids['Betatech'], {'holding': ids['Eta']})
    await feed.post(as_member.actor, 'firms', ids['Gamma'], Message('We know them'))
    await as_member.change('firms', ids['Theta'], {'staff': 2})
    await as_member.change('firms', ids['Theta'], {'staff': 1})

    survey = await undoing.preview(firms, job.id)
    assert codes(survey.kept) == {
        ('firms', ids['Acme Ltd'], 'changed'),
        ('firms', ids['Gamma'], 'commented'),
        ('firms', ids['Eta'], 'linked'),
        # Rome is where Gamma is, and Gamma stays.
        ('towns', towns['Rome'], 'linked'),
    }
    told = {one.record_id: one.facts for one in survey.kept if one.catalog == 'firms'}
    assert (told[ids['Acme Ltd']]['who'], told[ids['Acme Ltd']]['fields']) == ('Max Member', ['staff'])
    assert (told[ids['Eta']]['count'], told[ids['Eta']]['id']) == (1, ids['Betatech'])

    undo = await undone(firms, job)
    assert (undo.state, undo.removed, undo.put_back, undo.kept) == (DONE, 3, 2, 4)
    assert codes(await import_undos.kept_records(firms.actor, job.id)) == codes(survey.kept)
    now = await shown(firms)
    assert set(now) == {'Acme', 'Betatech', 'Gamma', 'Eta'}
    # Of one record one field keeps what Max wrote, all others are as before.
    assert (now['Acme']['staff'], now['Acme']['stage'], now['Acme']['town']) == (51, 'new', None)
    assert now['Betatech']['holding'].title == 'Eta'

    # What has been put back is nobody's later edit, and an edit after the undo is not touched by it.
    await as_member.change('firms', ids['Acme Ltd'], {'stage': 'won'})
    again = await undone(firms, job, anyway=True)
    assert (again.removed, again.put_back, again.kept) == (3 + 3, 2 + 1, 0)
    now = await shown(firms)
    assert set(now) == {'Acme', 'Betatech'}
    assert (now['Acme']['staff'], now['Acme']['stage']) == (5, 'won')
    assert await firms.count('towns') == 0


async def test_what_was_made_on_the_way_stays_for_those_who_use_it(firms: Records) -> None:
    """A town that others are in by now is not taken from them, whatever is wanted."""
    job = await bring(firms, 'name,town\nGamma,Rome\nDelta,Oslo\n')
    towns = await shown(firms, 'towns')
    await firms.create('firms', {'title': 'Ours', 'town': int(towns['Rome']['id'])})
    undo = await undone(firms, job, anyway=True)
    assert (undo.removed, undo.kept) == (3, 1)
    assert set(await shown(firms, 'towns')) == {'Rome'}


async def test_links_between_the_rows_of_a_file_hold_nothing_back(firms: Records) -> None:
    job = await bring(firms, 'name,holding\nLeaf,Branch\nBranch,Root\nRoot,\n')
    undo = await undone(firms, job)
    assert (undo.removed, undo.kept, await firms.count('firms')) == (3, 0, 0)


async def test_a_branch_that_stays_keeps_what_it_hangs_on(firms: Records) -> None:
    job = await bring(firms, 'name,holding\nLeaf,Branch\nBranch,Root\nRoot,\nOther,\n')
    leaf = await firm(firms, 'Leaf')
    await feed.post(firms.actor, 'firms', leaf, Message('Keep this one'))
    undo = await undone(firms, job)
    assert (undo.removed, undo.kept, set(await shown(firms))) == (1, 3, {'Leaf', 'Branch', 'Root'})


async def test_a_unique_value_that_was_passed_on_comes_back(firms: Records) -> None:
    """The record that took it goes first."""
    await bring(firms, BEFORE)
    job = await bring(firms, 'name,tax,staff\nAcme,11,5\nBetatech,2,6\n', key='title', mode='both')
    later = await bring(firms, 'name,tax\nNew one,1\n')
    assert codes((await undoing.preview(firms, job.id)).kept) == set()
    blocked = await undone(firms, job)
    assert (blocked.put_back, blocked.kept) == (0, 1)
    (kept,) = await import_undos.kept_records(firms.actor, job.id)
    assert (kept.code, kept.facts['problem'], kept.facts['field']) == ('refused', 'not_unique', 'tax')
    await undone(firms, later)
    assert ((await undone(firms, job)).is_whole, (await shown(firms))['Acme']['tax']) == (True, '1')


async def test_who_may_undo(firms: Records, as_member: Records, as_viewer: Records) -> None:
    """Who imported and may still import, with their own rights to each record; and administrators."""
    job = await bring(as_member, 'name\nA\nB\n')
    with pytest.raises(NotAllowed):
        await undoing.preview(as_viewer, job.id)
    ours = await bring(firms, 'name\nC\n')
    with pytest.raises(NotFound):
        await undoing.start(as_member, ours.id)
    assert await import_undos.undos_of(as_member.actor, [ours.id]) == {}
    rights = replace(
        as_member.actor.rights('firms'), delete=as_member.actor.rights('firms').delete.__class__(0)
    )
    weak = Records(replace(as_member.actor, catalogs={**as_member.actor.catalogs, 'firms': rights}))
    assert {one.code for one in (await undoing.preview(weak, job.id)).kept} == {'no_rights'}
    assert (await undone(firms, job)).person == 'Ada Admin'
    assert await firms.count('firms') == 1


@pytest.mark.parametrize('taken', [{'roles': ('viewer',)}, {'is_active': False}])
async def test_an_undo_stops_when_its_rights_are_taken(
    firms: Records, as_member: Records, taken: Mapping[str, Any]
) -> None:
    job = await bring(as_member, 'name\nA\n')
    await import_undos.begin(as_member.actor, job.id)
    assert as_member.actor.person_id
    await people.change_person(firms.actor, as_member.actor.person_id, taken)
    await undoing.resume()
    await undoing.wait(job.id)
    undo = await undoing.undo_of(firms, job.id)
    assert undo is not None
    assert (undo.state, undo.problem is not None, await firms.count('firms')) == (FAILED, True, 1)


async def test_imports_that_cannot_be_undone(firms: Records) -> None:
    importer = Importer(firms)
    draft = await importer.upload('firms.csv', io.BytesIO(b'name\nA\n'))
    with pytest.raises(Refused, match='import_not_ended'):
        await undoing.start(firms, draft.id)
    team = await importer.upload('users.csv', io.BytesIO(b'Full name,Login\nEve Ng,eve\n'))
    await importer.start(team, await importer.propose(team, 'person'))
    await running.wait(team.id)
    with pytest.raises(Refused, match='people_stay'):
        await undoing.start(firms, team.id)


async def test_nobody_and_no_rule_hears_of_an_undo(firms: Records) -> None:
    """Its steps are causes that start no rule unless the rule asks for them, and ring no bell."""
    await bring(firms, BEFORE)
    job = await bring(firms, WRONG)
    heard: list[Change] = []
    stop = changes.subscribe(heard.extend)
    await undone(firms, job)
    stop()
    assert {(one.cause.kind, one.cause.id) for one in heard} == {('undo', job.id)}
    assert not any(is_news(one) for one in heard)
    (acme,) = [one for one in heard if one.kind == 'moved']
    assert is_news(replace(acme, cause=Cause()))
    ids = [one.id for one in await journal.waiting(500)]
    with guard.acting(guard.ENGINE):
        assert len(ids) == await journal.pass_over([1, 2, 3, 4, 5, 6, 7, 8, 9], [], [])


RULE = {
    'key': 'welcome',
    'name': 'Welcome',
    'catalog': 'accounts',
    'triggers': [{'kind': 'record_created', 'options': {}}],
    'steps': [
        {'action': 'set_fields', 'options': {'values': {'notes': 'seen by a rule'}}},
        {'action': 'create_task', 'options': {'title': 'Call them', 'due_amount': 1, 'due_unit': 'days'}},
        {
            'action': 'send_email',
            'options': {'to': ['client@example.com'], 'subject': 'Welcome', 'body': '{{ title }}'},
        },
    ],
}


async def test_what_rules_did_because_of_an_import_is_undone_with_it_but_for_letters(
    as_admin: Records, clock: FakeClock, outbox: Outbox
) -> None:
    """N-5: what stayed in the house goes back, what has left it is named; what rules did later is kept."""
    await solutions.install(as_admin.actor, 'sales', 'en')
    await Rules(as_admin.actor).create(RULE)
    renamed = {**RULE, 'key': 'named', 'name': 'Named', 'triggers': [
        {'kind': 'field_changed', 'options': {'field': 'phone'}}
    ]}  # fmt: skip
    renamed['steps'] = [{'action': 'set_fields', 'options': {'values': {'notes': 'called'}}}]
    await Rules(as_admin.actor).create(renamed)
    importer = Importer(as_admin)
    job = await importer.upload('accounts.csv', io.BytesIO(b'account\nAcme\nBetatech\n'))
    plan = replace(await importer.propose(job, 'accounts'), run_rules=True)
    engine = Engine(clock=clock, mailer=outbox, poster=outbox)
    await engine.start()
    try:
        await importer.start(job, plan)
        await running.wait(job.id)
        await engine.drain()
        _, betatech = [view.id for view in (await as_admin.find('accounts', Query(sort='id'))).records]
        await as_admin.change('accounts', betatech, {'phone': '+7 900 000-00-01'})
        await engine.drain()
        assert (len(outbox.mails), await as_admin.count('tasks')) == (2, 2)

        told = await undoing.effects(as_admin, job.id)
        assert (told.runs, told.letters, told.calls) == (2, 2, 0)
        survey = await undoing.preview(as_admin, job.id)
        # Its task goes, although the account itself stays.
        assert (survey.count(REMOVE), codes(survey.kept)) == (3, {('accounts', betatech, 'changed')})
        (kept,) = survey.kept
        assert (kept.facts['cause'], kept.facts['fields']) == ('rule', ['notes', 'phone'])
        await undone(as_admin, job)
        await engine.drain()
    finally:
        await engine.stop()
    assert [view.id for view in (await as_admin.find('accounts')).records] == [betatech]
    assert (await as_admin.count('tasks'), len(outbox.mails)) == (0, 2)


async def test_a_cancelled_undo_goes_on_later(firms: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, 'CHUNKS', {REMOVE: 1, PUT_BACK: 1})
    job = await bring(firms, 'name\n' + ''.join(f'N{n}\n' for n in range(100)))
    await undoing.start(firms, job.id)
    with pytest.raises(Refused, match='undo_started'):
        await undoing.start(firms, job.id)
    await undoing.cancel(firms, job.id)
    await undoing.wait(job.id)
    stopped = await undoing.undo_of(firms, job.id)
    assert stopped is not None
    assert (stopped.state, stopped.removed) == (CANCELLED, 100 - await firms.count('firms'))
    done = await undone(firms, job)
    assert (done.state, done.removed, await firms.count('firms')) == (DONE, 100, 0)


@needs_real_data
async def test_the_pipeline_of_a_real_team_comes_and_goes(as_admin: Records) -> None:
    """C-41 on 8,800 deals with the accounts and products that they name."""
    await solutions.install(as_admin.actor, 'sales', 'en')
    importer = Importer(as_admin)
    with (REAL / 'maven' / 'sales_pipeline.csv').open('rb') as file:
        job = await importer.upload('sales_pipeline.csv', file)
    answers = dict.fromkeys(('stage', 'account', 'product'), CREATE)
    plan = replace(await importer.propose(job, 'deals'), answers=answers)
    await importer.start(job, plan)
    await running.wait(job.id)
    made = [await as_admin.count(code) for code in ('deals', 'accounts', 'products')]
    assert made == [8800, 85, 7]
    undo = await undone(as_admin, job)
    assert (undo.state, undo.removed, undo.kept) == (DONE, sum(made), 0)
    assert [await as_admin.count(code) for code in ('deals', 'accounts', 'products')] == [0, 0, 0]
    totals = await as_admin.stage_totals('deals', 'sales')
    assert sum(total.count for total in totals.values()) == 0


KILLED = """
import asyncio, sys
from integrations.exchange import undoing
from store import import_undos, opening
async def go():
    undoing.CHUNKS = {'remove': 20, 'put_back': 5}
    await opening.open_migrated(sys.argv[1])
    waiting = await import_undos.unfinished()
    await undoing.resume()
    for import_id, _ in waiting:
        await undoing.wait(import_id)
asyncio.run(go())
"""


async def test_an_undo_killed_at_any_moment_goes_on_and_doubles_nothing(
    firms: Records, database: str
) -> None:
    """Three times a process at work is killed without warning; then the rest is done here."""
    count = 300
    await bring(firms, 'name,tax,staff\n' + ''.join(f'N{n},{n},1\n' for n in range(count)))
    text = 'name,tax,staff\n' + ''.join(f'N{n},{n},2\n' for n in range(2 * count))
    job = await bring(firms, text)
    assert (job.created, job.updated) == (count, count)
    await import_undos.begin(firms.actor, job.id)
    for _ in range(3):
        before = await undoing.undo_of(firms, job.id)
        assert before
        child = await asyncio.create_subprocess_exec(
            sys.executable, '-c', KILLED, database, cwd=ROOT, env=os.environ
        )
        async with asyncio.timeout(90):
            while child.returncode is None:
                now = await undoing.undo_of(firms, job.id)
                if now is None or now.place > before.place:
                    break
                await asyncio.sleep(0.01)
        child.send_signal(signal.SIGKILL) if child.returncode is None else None
        await child.wait()
        now = await undoing.undo_of(firms, job.id)
        assert now
        if now.state == RUNNING:
            assert await firms.count('firms') == 2 * count - now.removed
            assert await firms.count('firms', Filter((Condition('staff', 'is', 1),))) == now.put_back
    await undoing.resume()
    await undoing.wait(job.id)
    undo = await undoing.undo_of(firms, job.id)
    assert undo
    assert (undo.state, undo.removed, undo.put_back, undo.kept) == (DONE, count, count, 0)
    assert await firms.count('firms', Filter((Condition('staff', 'is', 1),))) == count
