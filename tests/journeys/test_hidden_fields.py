"""A hidden field cannot be inferred: by no question, order, sum, error, rule, trace, letter or file.

Two records are alike but for what is hidden in them: whatever their reader asks, so are the answers."""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from automations import Engine, FakeClock, Rules
from integrations.exchange.export import ExportColumn, Wanted, Work, export
from integrations.exchange.targets import target_of
from integrations.rest import RestApi
from store import (
    Condition,
    Designer,
    FieldLevel,
    FieldSpec,
    Filter,
    Level,
    Problem,
    Query,
    Records,
    Rights,
    guard,
    people,
    roles,
    sessions,
)
from store.catalogs import SCHEMA
from store.figures import Lens
from store.notifications import list_notifications
from store.reports import Report
from store.role_rights import set_fields, set_operations
from tests.conftest import Outbox, records_of
from ui.components.views.board.cards import card_of
from ui.reader import Reader, reading
from ui.rows import block

LOW, HIGH = 41_737, 73_919
"""What the twins earn."""
MARKS = (str(LOW), str(HIGH), 'falcon', 'heron')
HIDDEN = ('salary', 'bonus', 'band', 'secret', 'chief')
BANDS = [{'key': 'a', 'label': 'A'}, {'key': 'b', 'label': 'B'}]
STAGES: list[dict[str, Any]] = [
    {'code': 'new', 'label': 'New', 'color': '#8b8d98'},
    {'code': 'checked', 'label': 'Checked', 'color': '#0090ff', 'required': ['salary']},
    {'code': 'won', 'label': 'Won', 'color': '#30a46c', 'kind': 'won'},
    {'code': 'lost', 'label': 'Lost', 'color': '#e5484d', 'kind': 'lost'},
]


@dataclass
class House:
    """Ada who sees everything, Hugo who does not see five fields, and two staff records that are twins."""

    admin: Records
    hugo: Records
    low: int
    high: int
    note: int

    async def rest(self) -> httpx.AsyncClient:
        """Hugo's client of the API."""
        made = await sessions.create_token(guard.SETUP, 'x', self.hugo.actor.person_id)
        transport = httpx.ASGITransport(RestApi(lambda code, facts, _: f'{code} {dict(facts)}'))
        headers = {'Authorization': f'Bearer {made.secret}'}
        return httpx.AsyncClient(transport=transport, base_url='http://artel.test/v1', headers=headers)


FIELDS = (
    FieldSpec(code='salary', label='Pay', type='number', indexed=True),
    FieldSpec(code='bonus', label='Extra', type='money', options={'currency': 'EUR'}),
    FieldSpec(code='band', label='Band', type='choice', options={'choices': BANDS}),
    FieldSpec(code='secret', label='Code word', type='text', unique=True),
    FieldSpec(code='chief', label='Chief', type='link', options={'target': 'staff'}),
    FieldSpec(code='grade', label='Grade', type='text'),
    FieldSpec(code='city', label='City', type='text'),
)


@pytest.fixture
async def house(as_admin: Records) -> House:
    """The people of a company; pay is the value of the pipeline and required in a stage."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('staff', 'Staff', 'Employee', card={'money': 'bonus', 'pill': 'band'})
    for spec in FIELDS:
        await designer.add_field('staff', spec)
    await designer.add_pipeline('staff', 'way', 'Way', STAGES, value_field='bonus')
    await designer.create_catalog('notes', 'Notes', 'Note')
    about = FieldSpec(code='about', label='About', type='link', options={'target': 'staff'})
    await designer.add_field('notes', about)
    await roles.save_role(guard.SETUP, 'desk', 'Desk', {'*': Rights(*[Level.ALL] * 5)})
    levels = {**dict.fromkeys(HIDDEN, FieldLevel.HIDDEN), 'grade': FieldLevel.READ}
    await set_fields(guard.SETUP, 'desk', 'staff', levels)
    every = ('import', 'export', 'share', 'restore', 'bulk_change', 'edit_processes', 'manage_roles')
    await set_operations(guard.SETUP, 'desk', every)
    hugo = await records_of('hugo', 'Hugo', role='desk')
    await people.change_person(guard.SETUP, hugo.actor.person_id or 0, {'email': 'hugo@example.com'})
    both = {'grade': 'senior', 'city': 'Turin', 'owner': hugo.actor.person_id}
    low = await as_admin.create('staff', {
        'title': 'Twin', 'salary': LOW, 'bonus': {'amount': LOW, 'currency': 'EUR'}, 'band': 'a',
        'secret': 'falcon', **both,
    })  # fmt: skip
    high = await as_admin.create('staff', {
        'title': 'Twin', 'salary': HIGH, 'bonus': {'amount': HIGH, 'currency': 'USD'}, 'band': 'b',
        'secret': 'heron', 'chief': low.id, **both,
    })  # fmt: skip
    note = await as_admin.create('notes', {'title': 'About low', 'about': low.id})
    await as_admin.create('notes', {'title': 'About high', 'about': high.id})
    actor = await people.actor_of_person(hugo.actor.person_id or 0)
    assert actor is not None
    return House(as_admin, Records(actor), low.id, high.id, note.id)


@pytest.fixture
async def engine(house: House, clock: FakeClock, outbox: Outbox) -> AsyncIterator[Engine]:
    """An engine that works when it is told to `drain`."""
    made = Engine(clock=clock, mailer=outbox, poster=outbox, zone=lambda: 'UTC')
    yield made
    await made.stop()


def tells_nothing(told: Any) -> None:
    """Nothing hidden is in an answer, whatever its form."""
    text = told if isinstance(told, str) else repr(told)
    assert not [mark for mark in MARKS if mark in text], text


# Looking for a number, half by half

Ask = Callable[[House, int, int], Awaitable[bool]]


async def _filtered(house: House, id: int, number: int) -> bool:
    asked = Filter((Condition('salary', 'greater_equal', number),))
    return id in [view.id for view in (await house.hugo.find('staff', Query(filter=asked))).records]


async def _counted(house: House, id: int, number: int) -> bool:
    asked = (Condition('salary', 'greater_equal', number), Condition('id', 'is', id))
    return await house.hugo.count('staff', Filter(asked)) > 0


async def _totalled(house: House, id: int, number: int) -> bool:
    asked = Filter((Condition('salary', 'less', number), Condition('id', 'is', id)))
    return (await house.hugo.stage_totals('staff', filter=asked))['new'].count == 0


async def _in_column(house: House, id: int, number: int) -> bool:
    asked = Filter((Condition('bonus', 'between', [number, None]),))
    return id in [view.id for view in (await house.hugo.column('staff', 'new', filter=asked)).records]


async def _beside(house: House, id: int, number: int) -> bool:
    asked = Filter((Condition('salary', 'greater_equal', number),))
    return any(await house.hugo.neighbours('staff', id, filter=asked))


async def _through_a_link(house: House, id: int, number: int) -> bool:
    asked = Filter((Condition('about.salary', 'greater_equal', number), Condition('about', 'is', id)))
    return await house.hugo.count('notes', asked) > 0


async def _currency(house: House, id: int, number: int) -> bool:
    unit = 'USD' if number > (LOW + HIGH) / 2 else 'EUR'
    asked = (Condition('bonus.currency', 'is', unit), Condition('id', 'is', id))
    return await house.hugo.count('staff', Filter(asked)) > 0


async def _sorted(house: House, id: int, _number: int) -> bool:
    page = await house.hugo.find('staff', Query(sort='-salary', limit=1))
    return id in [view.id for view in page.records]


async def _in_the_grid(house: House, id: int, number: int) -> bool:
    asked = json.dumps({'all': [['salary', 'greater_equal', number]]})
    return id in [row['id'] for row in (await block(house.hugo, 'staff', {'filter': asked}))['rows']]


async def _by_rest(house: House, id: int, number: int) -> bool:
    asked = json.dumps({'all': [['salary', 'greater_equal', number]]})
    async with await house.rest() as client:
        answer = await client.get('/catalogs/staff/records', params={'filter': asked, 'sort': 'salary'})
        return id in [one['id'] for one in answer.json().get('records', [])]


async def _by_rest_count(house: House, id: int, number: int) -> bool:
    asked = json.dumps({'all': [['salary', 'greater_equal', number], ['id', 'is', id]]})
    async with await house.rest() as client:
        return bool((await client.get('/catalogs/staff/count', params={'filter': asked})).json().get('count'))


async def _in_a_report(house: House, id: int, number: int) -> bool:
    also = Filter((Condition('salary', 'greater_equal', number), Condition('id', 'is', id)))
    report = Report(house.hugo.actor, Lens(catalog='staff', pipeline='way', also=also))
    return (await report.funnel()).points[0].count > 0


CHANNELS: dict[str, Ask] = {
    'filter of a list': _filtered,
    'count': _counted,
    'totals of a board': _totalled,
    'column of a board': _in_column,
    'neighbours of a card': _beside,
    'filter through a link': _through_a_link,
    'currency of an amount': _currency,
    'order of a list': _sorted,
    'grid': _in_the_grid,
    'REST': _by_rest,
    'count by REST': _by_rest_count,
    'report': _in_a_report,
}


async def _found(house: House, ask: Ask, id: int) -> int:
    """The highest number that a channel says is not above the hidden one; a refusal says no."""
    low, high = 0, 1 << 17
    while high - low > 1:
        middle = (low + high) // 2
        try:
            says_more = await ask(house, id, middle)
        except Problem as problem:
            tells_nothing(problem)
            says_more = False
        low, high = (middle, high) if says_more else (low, middle)
    return low


@pytest.mark.parametrize('channel', CHANNELS)
async def test_halving_finds_no_hidden_number(house: House, channel: str) -> None:
    """ASVS 8.2.3: the search ends at the same number for both twins, through every channel."""
    ask = CHANNELS[channel]
    found = {await _found(house, ask, house.low), await _found(house, ask, house.high)}
    assert len(found) == 1, f'{channel} tells {found}'


async def test_the_search_is_one_that_would_find_it(house: House) -> None:
    """The same search in the hands of an administrator finds the number: it is not blunt."""
    seeing = House(house.admin, house.admin, house.low, house.high, house.note)
    for channel in ('filter of a list', 'count', 'filter through a link', 'grid', 'report'):
        assert await _found(seeing, CHANNELS[channel], house.low) == LOW, channel


# Words, keys, orders, groups, errors


async def test_hidden_words_are_found_by_nobody_who_may_not_read_them(house: House) -> None:
    """Search everywhere, in one catalogue, in a list, by REST; Ada finds them."""
    assert [found.id for found in await house.admin.search('falcon')] == [house.low]
    for word in ('falcon', 'falc', 'heron'):
        assert await house.hugo.search(word) == []
        assert await house.hugo.count('staff', text=word) == 0
        assert (await house.hugo.find('staff', Query(text=word))).records == ()
        assert await house.hugo.suggest('staff', word) == []
        async with await house.rest() as client:
            assert (await client.get('/search', params={'text': word})).json()['found'] == []
    assert len(await house.hugo.search('turin')) == 2


async def test_a_hidden_field_is_as_one_that_is_not_there(house: House) -> None:
    """Every refusal for a hidden field is that for a made-up one, but for the name."""

    async def refused(work: Callable[[str], Awaitable[Any]], code: str) -> str:
        with pytest.raises(Problem) as caught:
            await work(code)
        return f'{caught.value.code} {dict(caught.value.facts)}'.replace(code, 'FIELD')

    hugo, report = house.hugo, Report(house.hugo.actor, Lens(catalog='staff', pipeline='way'))
    works: list[Callable[[str], Awaitable[Any]]] = [
        lambda code: hugo.find('staff', Query(sort=code)),
        lambda code: hugo.find('staff', Query(filter=Filter((Condition(code, 'filled'),)))),
        lambda code: hugo.count('staff', Filter((Condition(f'{code}.city', 'filled'),))),
        lambda code: hugo.count('notes', Filter((Condition(f'about.{code}', 'filled'),))),
        lambda code: hugo.change('staff', house.low, {code: 'falcon'}),
        lambda code: hugo.create('staff', {'title': 'x', code: 'falcon'}),
        lambda code: hugo.create('staff', {'title': 'x', code: 'nobody has this'}),
        report.begun_by_choice,
        report.won_by_choice,
    ]
    for work in works:
        made_up = await refused(work, 'nothing_such')
        assert {await refused(work, code) for code in ('salary', 'secret', 'band', 'chief')} == {made_up}


async def test_pages_cursors_cards_and_figures_hold_nothing_hidden(house: House) -> None:
    """Records, cells, cursors of every sort, cards, sums and reports, as if the field were not there."""
    hugo, kind = house.hugo, house.hugo.catalog('staff')
    assert not {spec.code for spec in kind.fields} & set(HIDDEN)
    assert (kind.pipelines[0].value_field, dict(kind.card)) == ('', {})
    for sort in ('-id', 'title', 'city', 'grade', 'stage', 'owner', 'updated_at'):
        page = await hugo.find('staff', Query(sort=sort, limit=1))
        tells_nothing([page.records, base64.urlsafe_b64decode((page.cursor or '') + '===')])
    with reading(Reader('en')):
        wanted = [spec.code for spec in FIELDS]
        tells_nothing(await block(hugo, 'staff', {'columns': [*wanted, *(f'chief.{c}' for c in wanted)]}))
        tells_nothing(await block(hugo, 'notes', {'columns': [f'about.{code}' for code in wanted]}))
        tells_nothing([card_of(view, kind) for view in (await hugo.column('staff', 'new')).records])
    assert {str(total.sums) for total in (await hugo.stage_totals('staff')).values()} == {'{}'}
    report = Report(hugo.actor, Lens(catalog='staff', pipeline='way'))
    figures = [await report.open_value(), await report.won_value(), await report.cycle()]
    tells_nothing([*figures, await report.open_by_stage(), await report.won_by_owner()])
    assert await hugo.related('staff', house.low) == await hugo.related('staff', house.high)


async def test_history_conflicts_and_the_bin_hold_nothing_hidden(house: House) -> None:
    """A change of hidden fields alone is no line of the history, no conflict, and nobody's error."""
    before = await house.hugo.get('staff', house.low)
    await house.admin.change('staff', house.low, {'salary': LOW + 1, 'secret': 'falcon egg'})
    await house.admin.change('staff', house.low, {'salary': LOW})
    story = await house.hugo.history('staff', house.low)
    tells_nothing(story)
    assert [change.kind for change in story] == ['created']
    kept = await house.hugo.change('staff', house.low, {'city': 'Rome'}, version=before.version)
    tells_nothing(kept)
    await house.admin.change('staff', house.low, {'city': 'Oslo', 'salary': HIGH})
    with pytest.raises(Problem) as conflict:
        await house.hugo.change('staff', house.low, {'city': 'Bern'}, version=kept.version)
    tells_nothing(conflict.value)
    assert 'salary' not in str(conflict.value)
    await house.admin.remove('staff', house.high)
    await house.admin.change('staff', house.low, {'secret': 'heron'})
    with pytest.raises(Problem) as taken:
        await house.hugo.restore('staff', house.high)
    tells_nothing(taken.value)
    assert 'secret' not in str(taken.value)


async def test_a_stage_that_needs_a_hidden_field_names_it_to_nobody(house: House) -> None:
    """A move that a hidden field forbids is refused without its name; its value says nothing of itself."""
    await house.admin.change('staff', house.high, {'salary': None})
    for deed in (
        house.hugo.move('staff', house.high, stage='checked'),
        house.hugo.create('staff', {'title': 'x'}, stage='checked'),
    ):
        with pytest.raises(Problem) as refused:
            await deed
        assert refused.value.code == 'hidden_required'
        assert not [code for code in HIDDEN if code in str(refused.value)]
    tells_nothing(await house.hugo.move('staff', house.low, stage='checked'))


async def test_rest_tells_of_no_hidden_field(house: House) -> None:
    """The description, catalogues, records, history and every refusal."""
    async with await house.rest() as client:
        for path in (
            '/openapi.json', '/catalogs', '/catalogs/staff', '/catalogs/staff/records',
            '/catalogs/staff/stages', f'/catalogs/staff/records/{house.low}',
            f'/catalogs/staff/records/{house.low}/history',
        ):  # fmt: skip
            answer = (await client.get(path)).text
            tells_nothing(answer)
            assert not [code for code in ('salary', 'bonus', 'secret', 'Code word') if code in answer], path
        asked = await client.get('/catalogs/staff/records', params={'fields': 'title,salary'})
        made_up = await client.get('/catalogs/staff/records', params={'fields': 'title,nothing'})
        assert asked.status_code == made_up.status_code == 422
        assert asked.text.replace('salary', 'X') == made_up.text.replace('nothing', 'X')


async def test_neither_import_nor_export_reaches_a_hidden_field(house: House, tmp_path: Path) -> None:
    """No column to fill or to match, and none in a file, even where the caller names it."""
    target = await target_of(house.hugo, 'staff')
    assert not {spec.code for spec in (*target.fields, *target.matching())} & {*HIDDEN, 'grade'}
    for word in ('falcon', 'nobody has this'):
        assert await target.find_by('secret', [word]) == {}
    whole = SCHEMA['staff']
    columns = [ExportColumn(code=s.code, caption=s.code, spec=s, catalog=whole) for s in whole.fields]
    wanted = Wanted(
        catalog='staff', columns=columns, say=lambda value, _: str(value), zone=ZoneInfo('UTC'), format='csv'
    )
    file = tmp_path / 'staff.csv'
    assert await export(lambda: house.hugo, wanted, file, Work()) == 2
    text = file.read_text('utf-8-sig')
    assert 'Turin' in text
    tells_nothing(text)


async def test_a_field_to_read_is_written_through_no_channel(house: House) -> None:
    """Change, create, bulk, REST, import, and a rule of one's own."""
    hugo, given = house.hugo, {'grade': 'director'}
    for deed in (
        hugo.change('staff', house.low, given),
        hugo.change_many('staff', [house.low], given),
        hugo.change_each('staff', [(house.low, given)]),
        hugo.create('staff', {'title': 'x', **given}),
        hugo.create_many('staff', [{'title': 'x', **given}]),
        hugo.add_many('staff', [{'title': 'x', **given}]),
    ):
        with pytest.raises(Problem) as refused:
            await deed
        assert refused.value.facts['errors']['grade']['code'] == 'read_only'
    async with await house.rest() as client:
        path = f'/catalogs/staff/records/{house.low}'
        assert (await client.patch(path, json={'values': given})).status_code == 422
        assert (await client.post('/catalogs/staff/records', json={'values': given})).status_code == 422
    assert (await house.admin.get('staff', house.low))['grade'] == 'senior'


# Rules


def spec(**more: Any) -> dict[str, Any]:
    """A rule about a change of the city."""
    return {
        'name': 'Probe', 'catalog': 'staff',
        'triggers': [{'kind': 'field_changed', 'options': {'field': 'city'}}],
        'steps': [{'action': 'notify', 'options': {'to': ['field:owner'], 'text': 'It ran'}}],
        **more,
    }  # fmt: skip


def step(action: str, **options: Any) -> list[dict[str, Any]]:
    return [{'action': action, 'options': options}]


PROBES: dict[str, dict[str, Any]] = {
    'condition': {'conditions': {'all': [{'path': 'salary', 'op': 'greater', 'value': 50000}]}},
    'formula': {'conditions': {'all': [{'expr': 'salary > 50000'}]}},
    'condition on the old value': {'conditions': {'all': [{'path': 'old.salary', 'op': 'filled'}]}},
    'condition through a link': {'conditions': {'all': [{'path': 'chief.salary', 'op': 'filled'}]}},
    'trigger': {'triggers': [{'kind': 'field_changed', 'options': {'field': 'salary'}}]},
    'text': {
        'steps': step('notify', to=['field:owner'], text='{{ salary }} {{ secret }} {{ chief.secret }}')
    },
    'value of a template': {'steps': step('set_fields', values={'city': '{{ secret }}'})},
    'formula of a text': {
        'steps': step('set_fields', values={'city': '="rich" if salary > 50000 else "poor"'})
    },
    'expression': {'steps': step('set_fields', values={'city': '=secret'})},
    'letter': {
        'steps': step('send_email', to=['out@example.com'], subject='{{ salary }}', body='{{ secret }}')
    },
    'hidden field written': {'steps': step('set_fields', values={'salary': '1'})},
    'read-only field written': {'steps': step('set_fields', values={'grade': 'director'})},
}


@pytest.mark.parametrize('probe', PROBES)
async def test_a_rule_of_somebody_kept_from_a_field_learns_nothing_of_it(
    house: House, engine: Engine, outbox: Outbox, clock: FakeClock, probe: str
) -> None:
    """The rule is refused or does nothing that differs between the twins; nothing is written or sent."""
    rules = Rules(house.hugo.actor, clock)
    assert Rules(house.admin.actor, clock).check(spec(**PROBES[probe])) == {}
    try:
        made = await rules.create(spec(**PROBES[probe]))
    except Problem as problem:
        tells_nothing(problem)
        return
    for id in (house.low, house.high):
        await house.admin.change(
            'staff', id, {'city': 'Rome', 'salary': 6000 if probe == 'trigger' else None}
        )
    await engine.drain()
    outcomes = []
    for id in (house.low, house.high):
        story = await rules.of_record('staff', id)
        outcomes.append(
            ([(run.status, run.error) for run in story.runs], [one.reason for one in story.decisions])
        )
        view = await house.admin.get('staff', id)
        assert view['grade'] == 'senior'
        tells_nothing([view['city'], story])
    assert outcomes[0] == outcomes[1]
    tells_nothing([outbox.mails, outbox.calls, await list_notifications(house.hugo.actor)])
    tells_nothing([await rules.runs(made.id), await rules.decisions(made.id), await rules.broken()])


async def test_rules_of_others_tell_their_readers_nothing_hidden(
    house: House, engine: Engine, outbox: Outbox, clock: FakeClock
) -> None:
    """A notice, a letter, a trace, an error and a decision of Ada's rules, as Hugo gets to read them."""
    mine = Rules(house.admin.actor, clock)
    said = 'Pay {{ salary }} word {{ secret }} extra {{ bonus }}'
    hugo = f'person:{house.hugo.actor.person_id}'
    for more in (
        {'steps': step('notify', to=[hugo], text=said)},
        {'steps': step('send_email', to=[hugo], subject=said, body=said)},
        {'steps': step('set_fields', values={'owner': '=secret'})},
        {'steps': step('set_fields', values={'band': '=secret'})},
        {'triggers': [{'kind': 'field_changed', 'options': {'field': 'secret'}}]},
        {'conditions': {'all': [{'path': 'salary', 'op': 'less', 'value': 10}]}},
        {'conditions': {'all': [{'expr': 'salary < 10'}]}},
    ):
        await mine.create(spec(**more))
    await house.admin.change('staff', house.low, {'city': 'Rome', 'secret': 'falcon two', 'salary': HIGH})
    await engine.drain()
    theirs = Rules(house.hugo.actor, clock)
    assert await list_notifications(house.hugo.actor)
    assert outbox.mails
    tells_nothing(await list_notifications(house.hugo.actor))
    tells_nothing([mail for mail in outbox.mails if 'hugo@example.com' in str(mail)])
    story = await theirs.of_record('staff', house.low)
    tells_nothing(story)
    for run in story.runs:
        tells_nothing(await theirs.run(run.id))
        async with await house.rest() as client:
            tells_nothing((await client.get(f'/runs/{run.id}')).text)
    for view in await theirs.list():
        tells_nothing([await theirs.runs(view.id), await theirs.decisions(view.id)])
    tells_nothing(await theirs.broken())
