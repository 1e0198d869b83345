"""Every door of the program is listed here with who may go through it; a new one fails until it is listed."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

import main
import store
from store import (
    NotAllowed,
    Records,
    Ref,
    clock,
    files,
    imports,
    letter_keeping,
    mailbox_turns,
    mailboxes,
    people,
    secret_box,
)
from store.actor import Actor, Rights
from store.actors import actor_as
from store.dashboards import Dashboard
from store.default_rights import DefaultRight
from store.directory_plan import Line
from store.feed import Message
from store.layouts import Layout
from store.letter_writing import Draft
from store.mail_values import Connection, FetchedLetter, MailServer, Mark
from store.notice_choices import NoticeChoices
from store.operations import OPERATIONS
from store.problems import Problem
from store.query import Condition, Filter
from store.record_rules import SavedRule
from store.settings import Environment
from store.workplaces import Workplace
from tests.conftest import records_of
from tests.journeys import rights_world as world_of
from tests.journeys.rights_world import Watch, World
from ui.pages import all_pages

# Pages by the operation that opens them; 'everyone' sees what the store gives them.
PAGES: dict[str, str] = {
    'everyone': '/ /dashboards /dashboards/{code} /glossary /profile /profile/rights /runs/{run} /c/{catalog}'
    ' /c/{catalog}/list /c/{catalog}/board /c/{catalog}/analytics /c/{catalog}/{id}',
    'import': '/import /import/{job}',
    'manage_people': '/settings/people /settings/people/{person} /settings/organization',
    'manage_roles': '/settings/roles /settings/roles/{role} /settings/record-rules /settings/default-rights'
    ' /settings/people/{person}/rights',
    'manage_settings': '/settings/company /settings/mail /settings/mailboxes /settings/webhooks'
    ' /settings/system /settings/sign-in /settings/maintenance /settings/portal',
    'manage_workplaces': '/settings/workplaces /settings/workplaces/{workplace} /settings/brand',
    'edit_structure': '/settings/catalogs /settings/catalogs/{catalog}'
    ' /settings/catalogs/{catalog}/layouts/{layout}',
    'edit_processes': '/rules /rules/new /rules/{rule}',
    'see_process_log': '/settings/run-log',
    'edit_lookups': '/settings/lookups /settings/lookups/{catalog}/{field}',
    'view_audit': '/settings/audit',
    'administrator': '/settings/directory /settings/directory/preview',
}
ANY_OF_THEM = {'/settings'}
"""Opens for whoever may open one of the pages it lists."""

ROUTES = {
    '/api', '/assets/{version}/{name}', '/favicon.ico', '/_rows/{catalog}', '/files', '/files/{file_id}',
    '/exports/{key}', '/auth/complete', '/sign-in', '/setup', '/invite/{token}', '/new-password', '/',
    '/{_:path}', '/forgot', '/reset/{token}', '/portal', '/portal/sign-in', '/portal/forgot',
    '/portal/reset/{token}', '/portal/register', '/portal/confirm/{token}', '/portal/invite/{token}',
    '/portal/new-password', '/portal/profile', '/portal/c/{catalog}', '/portal/c/{catalog}/new',
    '/portal/c/{catalog}/{record}',
}  # fmt: skip
"""Addresses outside NiceGUI's own: each has its matrix or its own test of who may ask."""

# Coroutines of the store that take an actor. Those of INNER are called by a door that has asked for rights.
INNER = {
    'audit': 'note note_provoked note_refusal note_structure',
    'changes': 'append owe',
    'columns': 'cards neighbours totals',
    'default_rights': 'apply',
    'demo': 'fill',
    'demo_organization': 'organize',
    'files': 'drop_of_post files_of_posts publish',
    'import_undos': 'advance expect',
    'imports': 'advance finish next_lap',
    'invitations': 'mail',
    'letters': 'link',
    'person_checks': 'need_may_change need_may_open need_own_password',
    'portal_reach': 'claimed',
    'reading': 'count granted one page titles with_titles',
    'search': 'everywhere named_like',
    'second_factor': 'complete',
    'shared': 'shared',
    'system_settings': 'save_setting',
    'value_checks': 'check_links',
}
# What one does with what is one's own; whoever looks through another's eyes may not even this.
OWN = {
    'api_tokens': 'create_token list_tokens revoke_token',
    'bell': 'lines titled',
    'browser_sessions': 'end_other_sessions end_session list_sessions',
    'digests': 'begin',
    'letter_writing': 'write',
    'letters': 'conversation conversations mark own_letter own_letters share unread',
    'mailbox_turns': 'take_own',
    'mailboxes': 'connection_for mailbox remove_mailbox save_mailbox switch',
    'notifications': 'counts list_notifications mark_read mark_viewed snooze unread_count',
    'own_email': 'change_own_email',
    'own_words': 'own_comments',
    'first_steps': 'done hide',
    'photos': 'remove_photo set_photo',
    'second_factor': 'begin confirm factor_of renew_codes reset turn_off',
    'seeing': 'begin end eyes_of',
    'system_settings': 'change_own_setting own_settings preferences save_preference setting_of',
    'workplaces': 'choose chosen',
}
# What has a right or an operation behind it.
GUARDED = {
    'actors': 'actor_as',
    'audit': 'entries',
    'audit_keeping': 'role_labels unproven verify',
    'brand': 'reset set_logo',
    'colleagues': 'add_people add_person away change_person counts give_contact give_contacts'
    ' person_of_contact role_names',
    'dashboards': 'dashboard list_dashboards save',
    'default_rights': 'add_right list_rights preview reapply remove_right',
    'directory': 'apply everybody link roles_given unlink',
    'directory_runs': 'begin finish list_runs',
    'effective_rights': 'effective',
    'explaining': 'why_field why_record',
    'feed': 'detach earlier_texts edit like post remove',
    'feed_reading': 'lately posts_of unseen',
    'files': 'describe files_of keep open_file remove',
    'following': 'follow follows mentionable',
    'import_undos': 'begin cancel kept_records need_undoable rule_effects undos_of',
    'imports': 'add begin begun_by cancel drop get keep_plan keep_sheets recent refused_rows',
    'invitations': 'invite waiting',
    'layouts': 'arrange levels_of_roles remove roles_to_choose save',
    'lookups': 'merge save_values unmerge used',
    'own_company': 'make_own own_company',
    'portal': 'approve person_for refuse waiting',
    'people': 'change_person create_people create_person list_people person person_by_login set_password',
    'record_rules': 'count_found list_rules remove_rule save_rule',
    'role_rights': 'grants_of people_of rename set_fields set_operations set_places set_portal set_rights',
    'roles': 'add_ready_roles list_roles remove_role save_role',
    'rules': 'change create remove switch',
    'shares': 'may_share role_refs share shares_of unshare',
    'solution_preview': 'preview',
    'solutions': 'install installed',
    'stage_times': 'stage_times',
    'system_settings': 'change_settings reset_settings settings_now',
    'units': 'list_units move_unit remove_unit save_unit set_members set_unit_roles set_units_of unit',
    'workplaces': 'arrange remove roles_to_choose save',
    'zones': 'zones_of_people',
}
Door = Callable[..., Coroutine[Any, Any, Any]]


def listed(table: dict[str, str]) -> set[str]:
    """The names of a table as 'module.function'."""
    return {f'{module}.{name}' for module, names in table.items() for name in names.split()}


def doors() -> dict[str, Door]:
    """Every public coroutine of the store that takes an actor."""
    found: dict[str, Door] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(store.__path__)):
        module = importlib.import_module(f'store.{name}')
        for code, work in inspect.getmembers(module, inspect.iscoroutinefunction):
            own = work.__module__ == module.__name__ and not code.startswith('_')
            if own and 'actor' in inspect.signature(work).parameters:
                found[f'{name}.{code}'] = work
    return found


def test_every_door_of_the_store_is_listed() -> None:
    """A new function that takes an actor fails here until somebody says who may call it."""
    assert set(doors()) == listed(INNER) | listed(OWN) | listed(GUARDED)


def test_every_page_is_listed_with_who_may_open_it() -> None:
    """Each page opens for its operation and for administrators, and for no other operation."""
    nobody = Actor(person_id=1, name='Nora')
    found: dict[str, set[str]] = {}
    for page in all_pages():
        assert page.allowed(Actor(person_id=2, name='Ada', is_admin=True)), page.path
        who = {
            code
            for code in OPERATIONS
            if page.allowed(Actor(person_id=1, name='Nora', operations=frozenset({code})))
        }
        told = 'everyone' if page.allowed(nobody) else ' '.join(sorted(who)) or 'administrator'
        if page.path not in ANY_OF_THEM:
            found.setdefault(told, set()).add(page.path)
        else:
            assert who == (set(PAGES) & set(OPERATIONS)) - {'import', 'edit_processes'}
            assert not page.allowed(nobody)
    assert found == {who: set(paths.split()) for who, paths in PAGES.items()}


def _addresses(app: FastAPI) -> set[str]:
    found: set[str] = set()

    def walk(routes: list[Any]) -> None:
        for route in routes:
            path = getattr(route, 'path', '')
            inner = getattr(route, 'original_router', None) or getattr(route, 'app', None)
            if path:
                found.add(path)
            if path != '/api' and (inner is not None) and hasattr(inner, 'routes'):
                walk(inner.routes)

    walk(app.routes)
    return {path for path in found if not path.startswith('/_nicegui')}


def test_every_address_of_the_server_is_listed(tmp_path: Path) -> None:
    """A new route fails here until it is listed."""
    app = main.build(Environment.read({'ARTEL_DATA': str(tmp_path)}))
    assert _addresses(app) == ROUTES


# Everybody's and nobody's call of everything


def arguments(world: World) -> dict[str, Any]:
    """What a door may be given, by the name of the argument: things and people of others."""
    record, person = world.ids['of a stranger'], world.people['sid']
    rule = SavedRule(
        catalog='deals', name='x', condition=Filter((Condition('title', 'filled'),)), roles=('kit',)
    )
    return {
        'person_id': person, 'catalog': 'deals', 'record_id': record, 'login': 'sid', 'code': 'kit',
        'role': 'kit', 'label': 'X', 'labels': {}, 'rights': Rights(), 'rows': [{'name': 'X', 'login': 'x'}],
        'values': {'name': 'X'}, 'levels': {}, 'places': {}, 'operations': (), 'codes': ('company',),
        'on': date(2030, 1, 1), 'merged': None, 'total': 1, 'step': None, 'field': 'grade',
        'name': 'x', 'value': 'x', 'key': 'x', 'language': 'en', 'text': 'o', 'is_on': True, 'data': b'x',
        'kind': 'attachment', 'until': datetime(2030, 1, 1, tzinfo=UTC), 'change': True,
        'now': datetime(2030, 1, 1, tzinfo=UTC), 'file_name': 'x.csv', 'import_id': 1, 'import_ids': [1],
        'post_id': 1, 'file_id': 1, 'token_id': 1, 'session_id': 1, 'keep': 1, 'notification_id': 1,
        'rule_id': 1,
        'right_id': 1, 'share_id': 1, 'unit_id': 1, 'parent_id': None, 'person_ids': [person],
        'unit_ids': [1], 'roles': ['kit'], 'to': Ref(person, '', 'person'),
        'record': Ref(record, '', 'deals'),
        'condition': Filter((Condition('title', 'filled'),)), 'rule': rule, 'password': 'a long word 77 of',
        'current': '', 'message': Message('hello'), 'ids': [1], 'kinds': (), 'since': 0, 'enabled': False,
        'one': None, 'right': DefaultRight(catalog='deals', to=Ref(person, '', 'person')),
        'spec': {'name': 'x', 'catalog': 'deals', 'triggers': [], 'steps': []}, 'sheets': [], 'plan': {},
        'solution': 'sales',
        'contact_id': 1, 'registration_id': 1,
        'which': 'header', 'found': (), 'gone': 'a', 'kept': 'b', 'zone': 'UTC',
        'line': Line(kind='created', name='X', login='x', values={'name': 'X', 'login': 'x'}),
        'letter_id': 1, 'about': ('deals', record), 'shared': True, 'thread': 'x', 'preset': 'own',
        'draft': Draft(to=['x@example.com'], subject='x', text='x'), 'there': _mailbox(0),
        'run_id': 1, 'counts': {}, 'entry_id': 'x', 'dn': 'x', 'choices': NoticeChoices(),
    }  # fmt: skip


USUAL = {str: 'x', int: 1, bool: False}
"""What is given where the name of an argument says nothing."""
OTHERWISE: dict[str, dict[str, Any]] = {
    'dashboards.save': {'one': Dashboard(code='x', label='X', catalog='deals', pipeline='sales')},
    'layouts.save': {'one': Layout(code='x', label='X')},
    'workplaces.save': {'one': Workplace(code='x', label='X')},
    'system_settings.setting_of': {'code': 'language'},
    'files.keep': {'kind': 'logo'},
}


async def called(name: str, door: Door, actor: Actor, given: dict[str, Any]) -> Any:
    """What a door gives to somebody, or the refusal."""
    own = OTHERWISE.get(name, {})
    wanted = {
        code: own[code] if code in own else given.get(code, USUAL.get(one.annotation))
        for code, one in inspect.signature(door).parameters.items()
        if code != 'actor' and one.default is one.empty and one.kind is not one.VAR_POSITIONAL
    }
    try:
        return await door(actor, **wanted)
    except Problem as problem:
        return problem
    except (AttributeError, KeyError) as broken:
        # An argument of rubbish may break a door only for those who may pass it.
        if not actor.is_admin:
            raise AssertionError(f'{name} looks at {wanted} before it asks who comes') from broken
        return broken


@pytest.fixture
async def world(database: str, tmp_path: Path) -> World:
    """The company with every kind of reader and record, an import and a message of the administrator."""
    files.open_folder(tmp_path / 'files')
    made = await world_of.built()
    await imports.add(made.admin.actor, 'Zebra import.csv')
    await made.admin.comment('deals', made.ids['of a stranger'], 'Zebra is said')
    await _letter_of(made.admin.actor, tmp_path)
    return made


async def _letter_of(actor: Actor, folder: Path) -> None:
    """A mailbox of an administrator with a letter, of which nobody is told."""
    secret_box.open_key(folder / 'key')
    await mailboxes.save_mailbox(actor, 'own', _mailbox(actor.person_id or 0))
    there = await mailbox_turns.take_own(actor)
    assert there is not None
    letter = FetchedLetter(
        uid=1, message_id='<zebra@example.com>', subject='Zebra letter', text='Zebra', sent_at=clock.now()
    )
    assert await letter_keeping.keep(there, 'in', [letter], Mark(validity=1, last_uid=1))


def _mailbox(person_id: int) -> Connection:
    server = MailServer(host='mail.example.com', port=993)
    return Connection(
        address='zebra@example.com', login='zebra', password='zebra', imap=server, smtp=server,
        person_id=person_id,
    )  # fmt: skip


async def test_nobody_writes_or_learns_anything_at_any_door(world: World) -> None:
    """Whoever has no right is refused or told nothing by every function; and nothing is changed."""
    given, wrong, watch = arguments(world), [], Watch()
    nobody = world.doors['nora'].actor
    await watch.changed()
    for name, door in doors().items():
        if name in listed(INNER):
            continue
        came = await called(name, door, nobody, given)
        if 'Zebra' in repr(came):
            wrong.append(f'{name} tells {came!r}'[:300])
        if await watch.changed() and name not in listed(OWN):
            wrong.append(f'{name} changed something')
    assert not wrong, '\n'.join(wrong)


# Doors at which a customer at the portal gets something: what is their own, and what nobody is denied.
OF_CUSTOMERS = {
    'bell.lines', 'bell.titled', 'browser_sessions.end_other_sessions', 'browser_sessions.list_sessions',
    'digests.begin', 'first_steps.hide', 'imports.get', 'notifications.counts', 'notifications.mark_read',
    'notifications.mark_viewed', 'own_words.own_comments', 'second_factor.factor_of', 'seeing.end',
    'seeing.eyes_of', 'shares.may_share', 'system_settings.own_settings', 'system_settings.preferences',
    'system_settings.save_preference', 'system_settings.setting_of', 'workplaces.chosen',
}  # fmt: skip


async def test_a_customer_is_told_nothing_of_the_inside_at_any_door(world: World) -> None:
    """Whoever comes in by the portal is refused by every function of the inside, whatever they ask about."""
    given, watch = arguments(world), Watch()
    actor = world.doors['cora'].actor
    await watch.changed()
    for name, door in doors().items():
        if name not in listed(OWN) | listed(GUARDED):
            continue
        came = await called(name, door, actor, given)
        assert isinstance(came, Problem) or not came or name in OF_CUSTOMERS, f'{name} tells {came!r}'[:300]
        assert 'Zebra' not in repr(came), name
        has_changed = await watch.changed()
        assert name in listed(OWN) or not has_changed, f'{name} changed something'


async def test_nothing_is_written_through_somebodys_eyes(world: World) -> None:
    """Every function in the name of an administrator who is only looked through: the store stays as it is."""
    given, wrong, watch = arguments(world), [], Watch()
    actor = await _eyes_of_administrator(world)
    await watch.changed()
    for name, door in doors().items():
        if name in listed(INNER):
            continue
        came = await called(name, door, actor, given)
        if await watch.changed():
            wrong.append(f'{name} changed something ({came!r})'[:300])
    assert not wrong, '\n'.join(wrong)


async def _eyes_of_administrator(world: World) -> Actor:
    other = await records_of('bob', 'Bob')
    return await actor_as(world.admin.actor, other.actor.person_id or 0)


async def test_a_right_that_is_taken_away_counts_at_the_next_call(world: World) -> None:
    """No door keeps a person's old rights, and a door that is held open does not either."""
    kit = world.people['kit']
    assert await Records(world.doors['kit'].actor).count('deals') > 0
    await people.change_person(world.admin.actor, kit, {'roles': ('none',)})
    actor = await people.actor_of_person(kit)
    assert actor is not None
    with pytest.raises(Problem):
        await Records(actor).count('deals')
    with pytest.raises(NotAllowed):
        await actor_as(actor, world.people['sid'])
