"""Rules as rows: saved in versions that never change, switched, and the people they may mean."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import clock, database, guard, tables
from store.actor import Actor
from store.audit import note_structure
from store.catalogs import SCHEMA
from store.operations import need
from store.problems import NotFound, Refused
from store.schema import Catalog

_COLUMNS = (
    'r.id, r.key, r.name, r.catalog, r.owner_id, r.enabled, r.enabled_at, r.watermark, r.priority, r.paused,'
    ' r.version_id, r.changed_at, v.number, v.spec'
)
_FROM = 'FROM rules r JOIN rule_versions v ON v.id = r.version_id'
_on_changed: list[Callable[[], None]] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRule:
    """A rule as kept; `spec` is what it says, `paused` the code of why the engine stopped it."""

    id: int
    key: str
    name: str
    catalog: str
    owner_id: int
    enabled: bool
    enabled_at: datetime
    watermark: datetime
    priority: int
    paused: str
    version_id: int
    number: int
    changed_at: datetime
    spec: Mapping[str, Any]


def subscribe(callback: Callable[[], None]) -> Callable[[], None]:
    """Hear, after the commit, that a rule changed; gives the way to stop."""
    _on_changed.append(callback)

    def stop() -> None:
        if callback in _on_changed:
            _on_changed.remove(callback)

    return stop


def _changed() -> None:
    def tell() -> None:
        for callback in tuple(_on_changed):
            callback()

    database.after_commit(tell)


def _rule(row: Mapping[str, Any]) -> StoredRule:
    return StoredRule(
        id=row['id'],
        key=row['key'],
        name=row['name'],
        catalog=row['catalog'],
        owner_id=row['owner_id'],
        enabled=bool(row['enabled']),
        enabled_at=clock.from_ms(row['enabled_at']),
        watermark=clock.from_ms(row['watermark']),
        priority=row['priority'],
        paused=row['paused'],
        version_id=row['version_id'],
        number=row['number'],
        changed_at=clock.from_ms(row['changed_at']),
        spec=json.loads(row['spec']),
    )


async def every() -> list[StoredRule]:
    """All rules, in the order they run."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT {_COLUMNS} {_FROM} WHERE r.removed_at IS NULL ORDER BY r.priority, r.id', read=True
        )
    return [_rule(row) for row in found]


async def stamp() -> tuple[int, ...]:
    """Something that is different after any process has changed a rule."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT COUNT(*) AS n, COALESCE(MAX(version_id), 0) AS version,'
            ' COALESCE(MAX(changed_at), 0) AS changed,'
            ' COALESCE(SUM(enabled), 0) AS awake, COALESCE(SUM(owner_id), 0) AS owners FROM rules'
            ' WHERE removed_at IS NULL',
            read=True,
        )
    return tuple(int(value) for value in found[0].values())


async def one(rule_id: int) -> StoredRule:
    """One rule.

    :raises NotFound: no such rule"""
    return await _found('r.id = ?', rule_id)


async def any_of(rule_id: int) -> StoredRule:
    """One rule, even one that was taken away: its runs still end."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(f'SELECT {_COLUMNS} {_FROM} WHERE r.id = ?', [rule_id], read=True)
    return _rule(found[0])


async def by_key(key: str) -> StoredRule | None:
    """The rule of this key, None when there is none."""
    try:
        return await _found('r.key = ?', key)
    except NotFound:
        return None


async def _found(condition: str, value: Any) -> StoredRule:
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT {_COLUMNS} {_FROM} WHERE {condition} AND r.removed_at IS NULL', [value], read=True
        )
    if not found:
        raise NotFound('no_such_rule', id=value)
    return _rule(found[0])


async def version(version_id: int) -> Mapping[str, Any]:
    """What a rule said in this version."""
    with guard.acting(guard.ENGINE):
        found = await database.rows('SELECT spec FROM rule_versions WHERE id = ?', [version_id], read=True)
    spec: Mapping[str, Any] = json.loads(found[0]['spec'])
    return spec


async def create(actor: Actor, spec: Mapping[str, Any], *, now: datetime) -> StoredRule:
    """A new rule, acting as `actor`. What it says was checked before.

    :raises Refused: 'rule_key_taken'"""
    need(actor, 'edit_processes', hands=True)
    moment = clock.to_ms(now)
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            if spec['key'] and await database.rows('SELECT id FROM rules WHERE key = ?', [spec['key']]):
                raise Refused('rule_key_taken', key=spec['key'])
            made = await database.rows(
                'INSERT INTO rules (key, name, catalog, owner_id, enabled, enabled_at, watermark,'
                ' priority, paused,'
                " version_id, changed_at, changed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, ?)"
                " RETURNING id",
                [
                    spec['key'] or f'new_{moment}', spec['name'], spec['catalog'], actor.person_id or 0,
                    int(spec['enabled']), moment, moment, spec['priority'], moment, actor.person_id,
                ],
            )  # fmt: skip
            rule_id: int = made[0]['id']
            if not spec['key']:
                spec = {**spec, 'key': f'rule_{rule_id}'}
                await database.rows('UPDATE rules SET key = ? WHERE id = ?', [spec['key'], rule_id])
            await _new_version(actor, rule_id, 1, spec, moment)
            await note_structure(actor, 'rule_made', name=spec['name'], rule=rule_id)
            _changed()
    return await one(rule_id)


async def change(actor: Actor, rule_id: int, spec: Mapping[str, Any], *, now: datetime) -> StoredRule:
    """The rule says something else from now on; runs that have begun end as they began."""
    need(actor, 'edit_processes', hands=True)
    moment = clock.to_ms(now)
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            old = await one(rule_id)
            if spec == old.spec:
                return old
            awake = int(spec['enabled'] and not old.enabled)
            await database.rows(
                'UPDATE rules SET name = ?, catalog = ?, priority = ?, enabled = ?, owner_id = ?,'
                ' changed_at = ?,'
                ' changed_by = ?, enabled_at = CASE WHEN ? = 1 THEN ? ELSE enabled_at END,'
                ' watermark = CASE WHEN ? = 1 THEN ? ELSE watermark END WHERE id = ?',
                [
                    spec['name'], spec['catalog'], spec['priority'], int(spec['enabled']),
                    actor.person_id or old.owner_id, moment, actor.person_id, awake, moment, awake,
                    moment, rule_id,
                ],
            )  # fmt: skip
            await _new_version(actor, rule_id, old.number + 1, {**spec, 'key': old.key}, moment)
            await note_structure(actor, 'rule_changed', name=old.name, rule=rule_id)
            _changed()
    return await one(rule_id)


async def _new_version(actor: Actor, rule_id: int, number: int, spec: Mapping[str, Any], moment: int) -> None:
    made = await database.rows(
        'INSERT INTO rule_versions (rule_id, number, spec, at, by_id) VALUES (?, ?, ?, ?, ?) RETURNING id',
        [rule_id, number, json.dumps(spec, ensure_ascii=False), moment, actor.person_id],
    )
    await database.rows('UPDATE rules SET version_id = ? WHERE id = ?', [made[0]['id'], rule_id])


async def switch(actor: Actor, rule_id: int, *, enabled: bool, now: datetime) -> StoredRule:
    """Switch a rule on or off; one that was off does not make up for what it slept through."""
    need(actor, 'edit_processes', hands=True)
    old = await one(rule_id)
    if old.enabled == enabled and not old.paused:
        return old
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            moment = clock.to_ms(now)
            await database.rows(
                "UPDATE rules SET enabled = ?, paused = '', enabled_at = ?, watermark = ?, changed_at = ?,"
                ' changed_by = ? WHERE id = ?',
                [int(enabled), moment, moment, moment, actor.person_id, rule_id],
            )
            what = 'rule_on' if enabled else 'rule_off'
            await note_structure(actor, what, name=old.name, rule=rule_id)
            _changed()
    return await one(rule_id)


async def remove(actor: Actor, rule_id: int, *, now: datetime) -> None:
    """Take a rule away; its runs stay to be read."""
    need(actor, 'edit_processes', hands=True)
    old = await one(rule_id)
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            # The key becomes free: a solution may bring its rule again.
            await database.rows(
                "UPDATE rules SET removed_at = ?, enabled = 0, key = key || '~' || CAST(id AS TEXT)"
                ' WHERE id = ?',
                [clock.to_ms(now), rule_id],
            )
            await note_structure(actor, 'rule_removed', name=old.name, rule=rule_id)
            _changed()


async def adopt(person_id: int) -> int:
    """Give the rules that were installed before anybody was there to the first administrator; how many.

    Until then they rest: a rule acts with somebody's rights or not at all."""
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            moment = clock.now_ms()
            found = await database.rows(
                'UPDATE rules SET owner_id = ?, enabled_at = ?, watermark = ? WHERE owner_id = 0'
                ' RETURNING id',
                [person_id, moment, moment],
            )
            _changed()
    return len(found)


async def pause(rule_id: int, reason: str) -> None:
    """Let the engine stop a rule; `reason` is a code. Joins the open transaction."""
    with guard.acting(guard.ENGINE):
        async with database.transaction():
            await database.rows('UPDATE rules SET paused = ? WHERE id = ?', [reason, rule_id])
            _changed()


async def set_watermark(rule_id: int, until: datetime) -> None:
    """Remember that the moments of a rule up to here have been seen."""
    with guard.acting(guard.ENGINE):
        moment = clock.to_ms(until)
        await database.rows(
            'UPDATE rules SET watermark = ? WHERE id = ? AND watermark < ?', [moment, rule_id, moment]
        )


async def index_moments(catalog: Catalog, code: str) -> None:
    """Make sure that the field a clock looks at every second is indexed."""
    spec = catalog.field(code)
    if spec is not None and spec.id:
        with guard.acting(guard.SETUP):
            await tables.create_index(catalog, spec)


# The people a rule may mean


async def people_of_role(role: str) -> list[int]:
    """Active holders of a role, by id."""
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT p.id FROM people p JOIN person_roles h ON h.person_id = p.id JOIN roles r ON'
            ' r.id = h.role_id'
            ' WHERE r.code = ? AND p.is_active = 1 ORDER BY p.id',
            [role],
        )
    return [row['id'] for row in found]


async def active_people(person_ids: Sequence[int]) -> list[int]:
    """Those of these people who are active, in the order given."""
    if not person_ids:
        return []
    blanks = ', '.join('?' * len(person_ids))
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT id FROM people WHERE is_active = 1 AND id IN ({blanks})', list(person_ids)
        )
    active = {row['id'] for row in found}
    return [person_id for person_id in person_ids if person_id in active]


async def addresses_of(person_ids: Sequence[int]) -> list[str]:
    """E-mail addresses of active people who have one."""
    active = await active_people(person_ids)
    if not active:
        return []
    blanks = ', '.join('?' * len(active))
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f"SELECT id, email FROM people WHERE email <> '' AND id IN ({blanks})", active
        )
    by_id = {row['id']: str(row['email']) for row in found}
    return [by_id[person_id] for person_id in active if person_id in by_id]


async def next_in_turn(key: str, person_ids: Sequence[int]) -> int:
    """Whose turn it is, in the open transaction: the row is locked first, so nobody's turn is taken twice."""
    with guard.acting(guard.ENGINE):
        await database.rows(
            'INSERT INTO rule_pickers (key, person_id) VALUES (?, 0) ON CONFLICT DO NOTHING', [key]
        )
        lock = ' FOR UPDATE' if database.is_postgres() else ''
        last = (await database.rows(f'SELECT person_id FROM rule_pickers WHERE key = ?{lock}', [key]))[0][
            'person_id'
        ]
        place = person_ids.index(last) + 1 if last in person_ids else 0
        chosen = person_ids[place % len(person_ids)]
        await database.rows('UPDATE rule_pickers SET person_id = ? WHERE key = ?', [chosen, key])
    return chosen


async def least_loaded(catalog: Catalog, person_ids: Sequence[int]) -> int:
    """Who of these people has the fewest open records of a catalogue; the first one of equals."""
    open_stages = [stage.id for _, stage in catalog.stages() if not stage.is_final]
    people_blanks = ', '.join('?' * len(person_ids))
    narrow = f' AND stage_id IN ({", ".join("?" * len(open_stages))})' if open_stages else ''
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            f'SELECT owner_id, COUNT(*) AS n FROM {tables.table(catalog)} WHERE deleted_at IS NULL'
            f' AND owner_id IN ({people_blanks}){narrow} GROUP BY owner_id',
            [*person_ids, *open_stages],
        )
    load = {row['owner_id']: row['n'] for row in found}
    return min(person_ids, key=lambda person_id: load.get(person_id, 0))


async def names(person_ids: Sequence[int], roles: Sequence[str], language: str) -> dict[str, str]:
    """What people and roles are called, by 'person:5' and 'role:accounting'."""
    called: dict[str, str] = {}
    with guard.acting(guard.ENGINE):
        if person_ids:
            blanks = ', '.join('?' * len(person_ids))
            rows = await database.rows(
                f'SELECT id, name FROM people WHERE id IN ({blanks})', list(person_ids), read=True
            )
            called |= {f'person:{row["id"]}': row['name'] for row in rows}
        if roles:
            blanks = ', '.join('?' * len(roles))
            rows = await database.rows(
                f'SELECT code, label, labels FROM roles WHERE code IN ({blanks})', list(roles), read=True
            )
            labels = {
                row['code']: json.loads(row['labels'] or '{}').get(language) or row['label'] for row in rows
            }
            called |= {f'role:{code}': label for code, label in labels.items()}
    return called


def catalogs() -> dict[str, Catalog]:
    """Every catalogue by its code, whoever may read it: what rules are checked against."""
    return {catalog.code: catalog for catalog in SCHEMA}
