"""Who may do what with which record, as SQL and as truths; every reason for a right is here."""

from typing import Any

from store import clock, database
from store.actor import Actor, Level, RecordRule
from store.catalogs import SCHEMA
from store.conditions import filter_sql
from store.problems import NotAllowed, Refused
from store.query import Filter
from store.schema import Catalog
from store.seen import seen
from store.sql import ALWAYS, NEVER, Sql, any_of
from store.tables import table

READ = 'read'
SHARED = frozenset({'read', 'change', 'move'})
"""What a share can give; a share to read gives the first alone."""


class Eyes:
    """How a reader's filters see: other catalogues narrowed to what this actor may read of them."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def catalog(self, code: str) -> Catalog | None:
        """A catalogue as the actor sees it."""
        found = SCHEMA.by_code.get(code)
        return seen(self.actor, found) if found else None

    def narrow(self, catalog: Catalog) -> Sql:
        """The condition on its row `t` that the actor may read it."""
        return readable(self.actor, catalog)


class _Judge(Eyes):
    """How the filter of a rule about records sees: everything, since it judges and shows nothing."""

    def catalog(self, code: str) -> Catalog | None:
        """A catalogue as it is."""
        return SCHEMA.by_code.get(code)

    def narrow(self, catalog: Catalog) -> Sql:
        """No condition."""
        return ALWAYS


def readable(actor: Actor, catalog: Catalog) -> Sql:
    """The condition that narrows every query to what the actor may read."""
    return allowed(actor, READ, catalog)


def allowed(actor: Actor, right: str, catalog: Catalog) -> Sql:
    """The condition on a record's row `t` that the actor has a right to it."""
    if actor.is_admin:
        return ALWAYS
    grants = [_by_level(actor, right, catalog)]
    if ALWAYS not in grants:
        grants += [_by_share(actor, right, catalog), *_by_rules(actor, right, catalog)]
    text, args = any_of(grants)
    for rule in _keeping_out(actor, right, catalog.code):
        condition, more = _of_rule(actor, rule, catalog)
        text, args = f'{text} AND (CASE WHEN {condition} THEN 0 ELSE 1 END) = 1', [*args, *more]
    return text, args


def reach(level: Level, actor: Actor, right: str) -> Sql:
    """The condition on a record's row `t` that a level stands for."""
    if level >= Level.ALL:
        return ALWAYS
    if level == Level.NONE or actor.person_id is None:
        return NEVER
    units = set(actor.units) if level >= Level.UNIT else set()
    units |= set(actor.managed) if right == READ else set()
    if not units:
        return 't.owner_id = ?', [actor.person_id]
    listed = ', '.join(str(int(unit)) for unit in sorted(units))
    colleagues = f'SELECT w.person_id FROM unit_people w WHERE w.unit_id IN ({listed})'
    return f'(t.owner_id = ? OR t.owner_id IN ({colleagues}))', [actor.person_id]


def _by_level(actor: Actor, right: str, catalog: Catalog) -> Sql:
    base = actor.rights(catalog.code).level(right)
    by_stage = stage_levels(actor, right, catalog)
    if not by_stage:
        return reach(base, actor, right)
    stages: dict[Level, list[int]] = {}
    for stage_id, level in by_stage.items():
        stages.setdefault(level, []).append(stage_id)
    parts: list[Sql] = []
    for level, ids in stages.items():
        text, args = reach(level, actor, right)
        parts.append((f'(t.stage_id IN ({_listed(ids)}) AND {text})', args))
    text, args = reach(base, actor, right)
    rest = f't.stage_id IS NULL OR t.stage_id NOT IN ({_listed(by_stage)})'
    parts.append((f'(({rest}) AND {text})', args))
    return any_of([part for part in parts if not part[0].endswith(f' AND {NEVER[0]})')])


def _listed(ids: Any) -> str:
    return ', '.join(str(int(one)) for one in sorted(ids))


def stage_levels(actor: Actor, right: str, catalog: Catalog) -> dict[int, Level]:
    """The levels of stages that have rights of their own, by stage id."""
    places = actor.places.get(catalog.code)
    if not places or actor.is_admin:
        return {}
    levels: dict[int, Level] = {}
    for line, stage in catalog.stages():
        rights = places.get((line.code, stage.code)) or places.get((line.code, ''))
        if rights is not None:
            levels[stage.id] = rights.level(right)
    return levels


def level_at(actor: Actor, right: str, catalog: Catalog, stage: str | None) -> Level:
    """The level of a right for a record in a stage (or in none)."""
    found = catalog.stage(stage) if stage else None
    own = stage_levels(actor, right, catalog).get(found[1].id) if found else None
    return actor.rights(catalog.code).level(right) if own is None else own


def _by_share(actor: Actor, right: str, catalog: Catalog) -> Sql:
    if right not in SHARED or catalog.code not in actor.shared:
        return NEVER
    roles = f' OR s.role_id IN ({_listed(actor.role_ids)})' if actor.role_ids else ''
    changing = '' if right == READ else ' AND s.may_change = 1'
    text = (
        f't.id IN (SELECT s.record_id FROM record_shares s WHERE s.catalog_id = {int(catalog.id)}'
        f' AND (s.person_id = ?{roles}) AND (s.until IS NULL OR s.until > ?){changing})'
    )
    # Whole seconds, so that many who ask in one second ask the same.
    return text, [actor.person_id, clock.now_ms() // 1000 * 1000]


def _by_rules(actor: Actor, right: str, catalog: Catalog) -> list[Sql]:
    rules = actor.record_rules.get(catalog.code, ())
    return [
        _of_rule(actor, rule, catalog) for rule in rules if not rule.only and _as_rule(right) in rule.rights
    ]


def _keeping_out(actor: Actor, right: str, catalog: str) -> list[RecordRule]:
    """The rules that let only others have this right to their records."""
    rules = actor.record_rules.get(catalog, ())
    # Who may not read a record may do nothing with it.
    return [r for r in rules if r.only and (_as_rule(right) in r.rights or READ in r.rights)]


def _as_rule(right: str) -> str:
    """Rules speak of reading, changing and deleting."""
    return {'move': 'change', 'export': 'read'}.get(right, right)


def _of_rule(actor: Actor, rule: RecordRule, catalog: Catalog) -> Sql:
    whole = SCHEMA.by_code.get(catalog.code, catalog)
    try:
        return filter_sql(_Judge(actor), whole, Filter.from_plain(rule.condition))
    except Refused:
        # A rule whose field is gone gives nothing to anybody, and keeps out whom it kept out.
        return ALWAYS if rule.only else NEVER


def may_read_of(row: str, actor: Actor, catalog: Catalog) -> Sql:
    """Whether a record of another alias may be read: its id among those that may."""
    text, args = readable(actor, catalog)
    if text == ALWAYS[0]:
        return ALWAYS
    return f'{row}.id IN (SELECT t.id FROM {table(catalog)} t WHERE {text})', args


def reads_any(actor: Actor, catalog: str) -> bool:
    """Whether the actor may read any record of a catalogue, by whatever way."""
    if actor.rights(catalog).read > Level.NONE or catalog in actor.shared:
        return True
    placed = any(rights.read > Level.NONE for rights in actor.places.get(catalog, {}).values())
    return placed or any(not rule.only for rule in actor.record_rules.get(catalog, ()))


def has_any(actor: Actor, right: str, catalog: str) -> bool:
    """Whether the actor may have a right to some record of a catalogue, by whatever way."""
    if actor.is_admin or actor.rights(catalog).level(right) > Level.NONE:
        return True
    placed = any(rights.level(right) > Level.NONE for rights in actor.places.get(catalog, {}).values())
    ruled = any(not r.only and _as_rule(right) in r.rights for r in actor.record_rules.get(catalog, ()))
    return placed or ruled or (right in SHARED and catalog in actor.shared)


def certain(
    actor: Actor, right: str, catalog: Catalog, owner_id: int | None, stage: str | None
) -> bool | None:
    """What levels alone say of a right to a record; None: only the database knows."""
    if actor.is_admin:
        return True
    if _keeping_out(actor, right, catalog.code):
        return None
    level = level_at(actor, right, catalog, stage)
    own = owner_id is not None and owner_id == actor.person_id
    if level >= Level.ALL or (level >= Level.OWN and own):
        return True
    further = level >= Level.UNIT or (right == READ and level >= Level.OWN and actor.managed)
    granted = right in SHARED and catalog.code in actor.shared
    ruled = any(not r.only and _as_rule(right) in r.rights for r in actor.record_rules.get(catalog.code, ()))
    return None if further or granted or ruled else False


async def works_below(actor: Actor, person_id: int | None) -> bool:
    """Whether a person works in the actor's units or below."""
    if person_id is None or not actor.units:
        return False
    sql = f'SELECT 1 FROM unit_people WHERE person_id = ? AND unit_id IN ({_listed(actor.units)})'
    return bool(await database.rows(sql, [person_id]))


def refuse(right: str, catalog: str) -> NotAllowed:
    """The refusal of a right to a record."""
    return NotAllowed(right=right, catalog=catalog)
