"""Record pages: who has which layout, what is never lost, and that they give no right (B-20, B-03, C-18)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from store import (
    Designer,
    FieldLevel,
    FieldSpec,
    Records,
    guard,
    layouts,
    opening,
    people,
    roles,
    solution_files,
    solutions,
)
from store import database as store_database
from store.actor import Level, Rights
from store.actors import actor_as
from store.catalogs import SCHEMA
from store.layout_values import from_plain, to_plain
from store.layouts import DEFAULT, Block, Layout, LayoutTab
from store.problems import Invalid, NotAllowed, NotFound
from store.role_rights import set_fields, set_operations

ALL = Rights(create=Level.ALL, read=Level.ALL, change=Level.ALL)
TO_CALL = LayoutTab(
    code='call', label='Call', blocks=(Block(code='who', label='Who', fields=('phone', 'city')),)
)
MONEY = LayoutTab(
    code='money',
    label='Money',
    blocks=(Block(code='sum', fields=('budget',)), Block(code='t', module='timeline')),
)
DESK = Layout(code='desk', label='Desk', roles=('desk',), tabs=(TO_CALL, MONEY))


@pytest.fixture(autouse=True)
async def clients(as_admin: Records) -> None:
    """A catalogue of clients with four fields in two blocks, and two roles that work with them."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('clients', 'Clients', 'Client')
    for code, kind, block in (
        ('phone', 'text', 'Contact'),
        ('city', 'text', 'Contact'),
        ('budget', 'number', 'Money'),
        ('note', 'text', ''),
    ):
        await designer.add_field('clients', FieldSpec(code=code, label=code.title(), type=kind, block=block))
    for role in ('desk', 'chief'):
        await roles.save_role(as_admin.actor, role, role.title(), {'clients': ALL})


async def holder(*held: str, login: str = 'dana') -> Records:
    """Somebody who holds these roles."""
    made = await people.create_person(guard.SETUP, {'name': login.title(), 'login': login, 'roles': held})
    actor = await people.actor_of_person(made.id)
    assert actor is not None
    return Records(actor)


def page_of(one: Records) -> Layout:
    """The record page of a client as this person has it."""
    return layouts.layout_for(one.actor, one.catalog('clients'))


def shape(layout: Layout) -> dict[str, list[Any]]:
    """Tabs by title with what is in their blocks."""
    return {tab.label: [b.module or list(b.fields) for b in tab.blocks] for tab in layout.tabs}


async def test_until_somebody_arranges_it_the_page_follows_the_blocks_of_the_fields(
    as_admin: Records,
) -> None:
    made = shape(page_of(as_admin))
    assert made.pop('Details') == [['note'], ['phone', 'city'], ['budget']]
    assert list(made) == ['Timeline', 'Tasks', 'Related', 'Files', 'Charts', 'Rules']


async def test_a_role_has_its_layout_and_everybody_else_the_default(as_admin: Records) -> None:
    await layouts.save(as_admin.actor, 'clients', DESK)
    dana, chris = await holder('desk'), await holder('chief', login='chris')
    assert shape(page_of(dana)) == {'Call': [['phone', 'city']], 'Money': [['budget'], 'timeline']}
    assert 'Details' in shape(page_of(chris))
    assert 'Details' in shape(page_of(as_admin))
    eyes = Records(await actor_as(as_admin.actor, dana.actor.person_id or 0))
    assert page_of(eyes) == page_of(dana)


async def test_the_first_layout_that_fits_wins_and_the_order_can_be_changed(as_admin: Records) -> None:
    chief = replace(DESK, code='chief', label='Chief', roles=('chief', 'desk'), tabs=(MONEY,))
    for one in (DESK, chief):
        await layouts.save(as_admin.actor, 'clients', one)
    both = await holder('chief', 'desk')
    assert list(shape(page_of(both))) == ['Call', 'Money']
    await layouts.arrange(as_admin.actor, 'clients', ['chief', 'desk'])
    assert list(shape(page_of(both))) == ['Money']
    await layouts.remove(as_admin.actor, 'clients', 'chief')
    assert list(shape(page_of(both))) == ['Call', 'Money']


async def test_a_layout_shows_no_hidden_field_and_a_read_only_one_stays_so(as_admin: Records) -> None:
    await layouts.save(as_admin.actor, 'clients', DESK)
    levels = {'phone': FieldLevel.HIDDEN, 'budget': FieldLevel.READ}
    await set_fields(guard.SETUP, 'desk', 'clients', levels)
    dana = await holder('desk')
    assert shape(page_of(dana)) == {'Call': [['city']], 'Money': [['budget'], 'timeline']}
    budget = dana.catalog('clients').field('budget')
    assert budget is not None
    assert budget.read_only
    with pytest.raises(Invalid):
        await dana.create('clients', {'title': 'x', 'budget': 5})


async def test_a_new_field_appears_in_its_block_and_one_that_was_taken_off_does_not(
    as_admin: Records,
) -> None:
    default = layouts.layout_to_edit(as_admin.actor, 'clients', DEFAULT)
    contact = next(block for block in default.blocks if block.label == 'Contact')
    tab = replace(default.tabs[0], blocks=(replace(contact, fields=('phone',)),))
    left_out = ('city', 'budget', 'note')
    await layouts.save(as_admin.actor, 'clients', replace(default, tabs=(tab,), left_out=left_out))
    designer = Designer(as_admin.actor)
    for code, block in (('email', 'Contact'), ('size', 'Nowhere')):
        await designer.add_field('clients', FieldSpec(code=code, label=code, type='text', block=block))
    assert shape(page_of(as_admin)) == {'Details': [['phone', 'email', 'size']]}


async def test_a_role_sees_a_new_field_when_it_is_placed_or_must_be_filled(as_admin: Records) -> None:
    await layouts.save(as_admin.actor, 'clients', DESK)
    dana, designer = await holder('desk'), Designer(as_admin.actor)
    await designer.add_field('clients', FieldSpec(code='size', label='Size', type='number'))
    assert 'size' not in page_of(dana).placed
    await designer.change_field('clients', 'size', required=True)
    assert shape(page_of(dana))['Call'] == [['phone', 'city', 'size']]
    assert 'size' in layouts.layout_to_edit(as_admin.actor, 'clients', 'desk').placed


async def test_a_field_that_is_put_away_leaves_the_page_and_comes_back_to_its_place(
    as_admin: Records,
) -> None:
    await layouts.save(as_admin.actor, 'clients', DESK)
    dana, designer = await holder('desk'), Designer(as_admin.actor)
    await designer.archive_field('clients', 'city')
    assert shape(page_of(dana))['Call'] == [['phone']]
    seen_by_editor = layouts.layout_to_edit(as_admin.actor, 'clients', 'desk')
    await layouts.save(as_admin.actor, 'clients', replace(seen_by_editor, beside=False))
    await designer.change_field('clients', 'city', archived=False)
    assert shape(page_of(dana))['Call'] == [['phone', 'city']]


async def test_who_arranges_a_page_moves_no_field_that_is_hidden_from_them(as_admin: Records) -> None:
    await layouts.save(as_admin.actor, 'clients', DESK)
    await roles.save_role(guard.SETUP, 'shaper', 'Shaper', {'clients': ALL})
    await set_operations(guard.SETUP, 'shaper', ['edit_structure'])
    await set_fields(guard.SETUP, 'shaper', 'clients', {'city': FieldLevel.HIDDEN})
    shaper = await holder('shaper')
    shown = layouts.layout_to_edit(shaper.actor, 'clients', 'desk')
    assert 'city' not in shown.placed
    await layouts.save(shaper.actor, 'clients', replace(shown, label='Front desk'))
    assert shape(page_of(await holder('desk', login='ella')))['Call'] == [['phone', 'city']]
    with pytest.raises(Invalid):
        await layouts.save(shaper.actor, 'clients', DESK)


async def test_a_role_that_is_removed_leaves_a_page_that_can_still_be_arranged(as_admin: Records) -> None:
    both = replace(DESK, roles=('desk', 'chief'))
    await layouts.save(as_admin.actor, 'clients', both)
    await roles.remove_role(as_admin.actor, 'chief')
    await layouts.save(as_admin.actor, 'clients', replace(both, beside=False))
    assert layouts.of_roles('clients')[0].roles == ('desk',)
    with pytest.raises(Invalid):
        await layouts.save(as_admin.actor, 'clients', replace(both, roles=('nobody',)))


async def test_the_default_page_is_brought_back(as_admin: Records) -> None:
    await layouts.save(as_admin.actor, 'clients', replace(DESK, code=DEFAULT, roles=()))
    assert 'Details' not in shape(page_of(as_admin))
    await layouts.remove(as_admin.actor, 'clients', DEFAULT)
    assert 'Details' in shape(page_of(as_admin))
    with pytest.raises(NotFound):
        await layouts.remove(as_admin.actor, 'clients', 'nothing')


@pytest.mark.parametrize(
    ('wrong', 'code'),
    [
        ({'tabs': ()}, 'layout_no_tab'),
        ({'tabs': (TO_CALL, replace(TO_CALL, code='b'))}, 'layout_twice'),
        ({'tabs': (replace(TO_CALL, label=' '),)}, 'layout_untitled'),
        ({'tabs': (replace(TO_CALL, blocks=(Block(code='x', fields=('nope',)),)),)}, 'layout_no_field'),
        ({'tabs': (replace(TO_CALL, blocks=(Block(code='x', module='nope'),)),)}, 'layout_no_module'),
        (
            {'tabs': (replace(TO_CALL, blocks=(Block(code='x', module='related', links=('a.b',)),)),)},
            'layout_no_link',
        ),
        ({'tabs': tuple(replace(MONEY, code=f't{i}', blocks=()) for i in range(13))}, 'layout_too_many'),
    ],
)
async def test_a_page_that_cannot_be_is_refused_with_a_reason(
    as_admin: Records, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await layouts.save(as_admin.actor, 'clients', replace(DESK, **wrong))
    assert refused.value.facts['errors']['tabs']['code'] == code


@pytest.mark.parametrize(
    'broken',
    [
        None,
        [],
        {},
        {'code': 'x', 'tabs': 5},
        {'code': 'x', 'tabs': [{'code': 1}]},
        {'code': 'x', 'tabs': 'ab'},
    ],
)
def test_json_that_is_no_layout_is_refused(broken: Any) -> None:
    with pytest.raises(Invalid):
        from_plain(broken)


def test_a_layout_survives_the_way_to_json_and_back() -> None:
    assert from_plain(to_plain(DESK)) == DESK


async def test_a_broken_row_is_not_used_and_breaks_nothing(as_admin: Records) -> None:
    await layouts.save(as_admin.actor, 'clients', DESK)
    with guard.acting(guard.SETUP):
        await store_database.rows('UPDATE layouts SET body = ?', ['{"tabs": [7'])
    await layouts.load()
    assert 'Details' in shape(page_of(await holder('desk')))


async def test_what_another_process_arranged_is_taken_over(
    as_admin: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    await layouts.save(as_admin.actor, 'clients', DESK)
    chris = await holder('chief', login='chris')
    with guard.acting(guard.SETUP):
        await store_database.rows('UPDATE layouts SET roles = ?', ['["chief"]'])
    monkeypatch.setattr(SCHEMA, 'version', 'older')
    await opening.follow_others()
    assert list(shape(page_of(chris))) == ['Call', 'Money']


async def test_only_who_edits_the_structure_arranges_pages(as_admin: Records, as_member: Records) -> None:
    for deed in (
        layouts.save(as_member.actor, 'clients', DESK),
        layouts.arrange(as_member.actor, 'clients', ['desk']),
        layouts.remove(as_member.actor, 'clients', 'desk'),
        layouts.roles_to_choose(as_member.actor),
        layouts.levels_of_roles(as_member.actor, 'clients'),
    ):
        with pytest.raises(NotAllowed):
            await deed
    with pytest.raises(NotAllowed):
        layouts.layout_to_edit(as_member.actor, 'clients', DEFAULT)


async def test_the_editor_learns_what_a_role_does_not_see(as_admin: Records) -> None:
    await set_fields(guard.SETUP, 'desk', 'clients', {'phone': FieldLevel.HIDDEN})
    assert (await layouts.levels_of_roles(as_admin.actor, 'clients'))['desk'] == {'phone': FieldLevel.HIDDEN}
    assert 'desk' in [role.code for role in await layouts.roles_to_choose(as_admin.actor)]


async def test_a_solution_brings_layouts_and_keeps_what_people_have_made_of_them(
    as_admin: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = json.loads((solution_files.FOLDER / 'empty.json').read_text('utf-8'))
    plain |= {'code': 'own', 'layouts': [{**to_plain(DESK), 'catalog': 'clients'}]}
    (tmp_path / 'own.json').write_text(json.dumps(plain), 'utf-8')
    monkeypatch.setattr(solution_files, 'FOLDER', tmp_path)
    await solutions.install(as_admin.actor, 'own', 'en')
    assert layouts.of_roles('clients') == (DESK,)
    await layouts.save(as_admin.actor, 'clients', replace(DESK, label='Ours'))
    await solutions.install(as_admin.actor, 'own', 'en')
    assert [one.label for one in layouts.of_roles('clients')] == ['Ours']


async def test_no_field_of_a_ready_solution_is_off_its_page(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'sales', 'en')
    for catalog in as_admin.catalogs():
        page = layouts.layout_for(as_admin.actor, catalog)
        assert page.placed == {spec.code for spec in catalog.live_fields}
