"""Ready solutions: catalogues, roles, rules and dashboards of a file, installed through everybody's door.

Installing is one transaction and repeatable: what is there stays as people have shaped it, only what is
missing is added."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from store import (
    audit,
    catalogs,
    dashboards,
    database,
    guard,
    layout_values,
    layouts,
    own_account,
    role_rights,
    roles,
    system_settings,
    workplaces,
)
from store.actor import Actor, FieldLevel, Level, Rights
from store.catalogs import SCHEMA
from store.demo import fill
from store.designer import Designer
from store.operations import USUAL, need, need_employee
from store.records import Records
from store.schema import FieldSpec
from store.solution_files import Solution, list_solutions, read_solution
from store.solution_preview import missing_fields, preview

__all__ = [
    'Progress',
    'Solution',
    'install',
    'installed',
    'list_solutions',
    'preview',
    'read_solution',
    'rule_in',
]

RULE_LANGUAGES = ('en', 'ru')
_MARK = 'solution.'
SaveRule = Callable[[Mapping[str, Any]], Awaitable[object]]
Progress = Callable[[str, int, int], None]


async def installed(actor: Actor) -> tuple[str, ...]:
    """The codes of the solutions that were installed."""
    need_employee(actor)
    with guard.acting(actor):
        found = await database.rows('SELECT key FROM store_state WHERE key LIKE ?', [f'{_MARK}%'])
    return tuple(sorted(row['key'].removeprefix(_MARK) for row in found if ':' not in row['key']))


async def install(  # noqa: PLR0913  what main.py and the set-up page choose; four have defaults
    actor: Actor,
    code: str,
    language: str,
    *,
    demo: bool = False,
    password: str = '',
    save_rule: SaveRule | None = None,
    progress: Progress | None = None,
) -> None:
    """Install a solution; `language` chooses the words of its rules and sample data, and the currency.

    `save_rule` keeps a rule unless one with its key exists; without it no rules are installed.
    `progress` hears ('catalogs' | 'roles' | 'rules' | 'demo', done, of how many).
    `demo` adds sample data; its people can sign in when a `password` is given.

    :raises NotFound: 'no_such_solution'
    :raises NotAllowed: for anybody but administrators"""
    need(actor, 'edit_structure')
    plain = read_solution(code)
    try:
        async with Records(actor).transaction():
            with audit.summed_up():
                await _install(actor, plain, language, save_rule, progress or (lambda *_: None))
            await audit.note(actor, 'structure_changed', what='solution', name=code)
            if demo and plain['demo'] and await _mark(actor, f'{code}:demo', language):
                tell = progress or (lambda what, done, total: None)
                await fill(actor, code, language, password=password, progress=partial(tell, 'demo'))
    except BaseException:
        # The schema in memory must forget what was rolled back.
        if not database.in_open_transaction():
            await catalogs.load()
            await workplaces.load()
            await layouts.load()
            await system_settings.load_settings()
            await own_account.load()
        raise


async def _install(
    actor: Actor, plain: Mapping[str, Any], language: str, save_rule: SaveRule | None, tell: Progress
) -> None:
    await _catalogs(actor, plain, language, tell)
    tell('roles', 0, 1)
    await _roles(actor, plain['roles'])
    for done, rule in enumerate(plain['rules'] if save_rule else ()):
        tell('rules', done, len(plain['rules']))
        await save_rule(rule_in(rule, language))  # type: ignore[misc]  # the loop is empty without it
    await _dashboards(actor, plain['dashboards'])
    await _workplaces(actor, plain.get('workplaces', ()))
    await _layouts(actor, plain.get('layouts', ()))
    await _mark(actor, plain['code'], language)


def rule_in(rule: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The specification of a rule in one language; its name is kept in all of them."""
    names = {'en': rule['name'], **rule['names']}
    spec = _spoken({key: value for key, value in rule.items() if key not in ('name', 'names')}, language)
    name = names.get(language, rule['name'])
    others = {spoken: text for spoken, text in names.items() if text != name}
    return {**spec, 'name': name, 'names': others, 'language': language}


def _spoken(value: Any, language: str) -> Any:
    """Any value with its ``{'en': …, 'ru': …}`` texts replaced by the one of the language."""
    if isinstance(value, Mapping):
        if value and set(value) <= set(RULE_LANGUAGES):
            return value.get(language, value.get('en'))
        return {key: _spoken(inner, language) for key, inner in value.items()}
    if isinstance(value, list):
        return [_spoken(inner, language) for inner in value]
    return value


async def _catalogs(actor: Actor, plain: Mapping[str, Any], language: str, tell: Progress) -> None:
    designer = Designer(actor)
    fresh = [c['code'] for c in plain['catalogs'] if c['code'] not in SCHEMA.by_code]
    for done, catalog in enumerate(plain['catalogs']):
        tell('catalogs', done, len(plain['catalogs']))
        if catalog['code'] in fresh:
            await _create_catalog(designer, catalog)
    # Fields after all catalogues, for a link names its target.
    currency = plain['currencies'].get(language) or plain['currencies'].get('en', '')
    for catalog in plain['catalogs']:
        await _fields(designer, catalog, currency)
        await _pipelines(designer, catalog)
        if catalog['code'] in fresh:
            await designer.change_catalog(
                catalog['code'],
                card=catalog['card'],
                list_columns=tuple(catalog['list_columns']),
                traits=catalog.get('traits', {}),
            )
        else:
            await _traits(designer, catalog)


async def _traits(designer: Designer, plain: Mapping[str, Any]) -> None:
    """A section that was there already can also be taken for what the solution takes it for."""
    kind = SCHEMA[plain['code']]
    if set(plain.get('traits', {})) - set(kind.traits):
        await designer.change_catalog(kind.code, traits={**plain['traits'], **kind.traits})


async def _create_catalog(designer: Designer, plain: Mapping[str, Any]) -> None:
    await designer.create_catalog(
        plain['code'],
        plain['label'],
        plain['label_one'],
        icon=plain['icon'],
        labels=plain['labels'],
        labels_one=plain['labels_one'],
        title_label=plain['title_label'],
        title_labels=plain['title_labels'],
    )


async def _fields(designer: Designer, plain: Mapping[str, Any], currency: str) -> None:
    for described in missing_fields(SCHEMA[plain['code']], plain['fields']):
        await designer.add_field(plain['code'], _field(described, currency))


def _field(described: Mapping[str, Any], currency: str) -> FieldSpec:
    options = dict(described.get('options', {}))
    if described['type'] == 'money' and currency:
        options.setdefault('currency', currency)
    return FieldSpec(**{**described, 'options': options})


async def _pipelines(designer: Designer, plain: Mapping[str, Any]) -> None:
    have = {pipeline.code for pipeline in SCHEMA[plain['code']].pipelines}
    for described in plain['pipelines']:
        if described['code'] not in have:
            await designer.add_pipeline(
                plain['code'],
                described['code'],
                described['label'],
                stages=described['stages'],
                value_field=described['value_field'],
                closed_field=described['closed_field'],
                labels=described['labels'],
            )


async def _roles(actor: Actor, described: Sequence[Mapping[str, Any]]) -> None:
    have = {role.code for role in await roles.list_roles(actor)}
    for role in described:
        if role['code'] not in have:
            rights = {catalog: _rights(levels) for catalog, levels in role['rights'].items()}
            await roles.save_role(actor, role['code'], role['name'], rights, role['names'])
            for catalog, fields in role.get('fields', {}).items():
                levels = {code: FieldLevel[level.upper()] for code, level in fields.items()}
                await role_rights.set_fields(actor, role['code'], catalog, levels)
            if role.get('portal'):
                await role_rights.set_portal(actor, role['code'], is_portal=True)
                continue
            works = any(one.change > Level.NONE for one in rights.values())
            operations = role.get('operations', sorted(USUAL) if works else ())
            await role_rights.set_operations(actor, role['code'], operations)


def _rights(levels: Mapping[str, str]) -> Rights:
    """The levels a solution names; who changes records exports what they see, unless it says otherwise."""
    export = levels.get('read', 'none') if 'change' in levels else 'none'
    named = {'export': export, **levels}
    return Rights(**{right: Level[level.upper()] for right, level in named.items()})


async def _dashboards(actor: Actor, described: Sequence[Mapping[str, Any]]) -> None:
    have = {one.code for one in await dashboards.list_dashboards(actor)}
    for plain in described:
        if plain['code'] not in have:
            await dashboards.save(
                actor, dashboards.Dashboard(**{**plain, 'widgets': tuple(plain['widgets'])})
            )


async def _workplaces(actor: Actor, described: Sequence[Mapping[str, Any]]) -> None:
    have = {one.code for one in workplaces.every()}
    for plain in described:
        if plain['code'] not in have:
            sets = {name: tuple(plain[name]) for name in ('sections', 'roles')}
            await workplaces.save(actor, workplaces.Workplace(**{**plain, **sets}))


async def _layouts(actor: Actor, described: Sequence[Mapping[str, Any]]) -> None:
    for plain in described:
        catalog, one = plain['catalog'], layout_values.from_plain(plain)
        if not layouts.has(catalog, one.code):
            await layouts.save(actor, catalog, one)


async def _mark(actor: Actor, mark: str, value: str) -> bool:
    """Remember that something was installed; whether it is for the first time."""
    with guard.acting(actor):
        made = await database.rows(
            'INSERT INTO store_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING RETURNING key',
            [_MARK + mark, value],
        )
    return bool(made)
