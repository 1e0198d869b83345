"""Who may do what with which record, as SQL and as truths; every reason for a right is here."""

from collections.abc import Iterable, Sequence
from typing import Any

from store import clock, database, portal_reach
from store.actor import Actor, Level, RecordRule
from store.catalogs import SCHEMA
from store.conditions import filter_sql
from store.marks import is_read_off, lacking, read_off, together
from store.problems import NotAllowed, Refused
from store.query import Filter
from store.schema import Catalog
from store.seen import seen
from store.sql import ALWAYS, NEVER, Sql, any_of
from store.tables import table

READ = 'read'
SHARED = frozenset({'read', 'change', 'move'})
"""What a share can give; a share to read gives the first alone."""
FEW = 20
"""The records of so few people are found sooner by their owners than along another index."""
MOST_SPANS = 3


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


class Judge(Eyes):
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


def readable_in_order(actor: Actor, catalog: Catalog, stage: str | None = None) -> Sql:
    """`readable` for a query that goes along an index until it has a page full; of one stage, if given."""
    if stage is None:
        by_level = _by_level(actor, READ, catalog)
    else:
        by_level = [reach(level_at(actor, READ, catalog, stage), actor, READ, catalog)]
    levels = _levels(actor, catalog) if stage is None else {level_at(actor, READ, catalog, stage)}
    return _last(actor, levels, _granted(actor, READ, catalog, by_level))


def _last(actor: Actor, levels: Iterable[Level], asked: Sql) -> Sql:
    """The condition, to be looked at once another index has found a record.

    SQLite would begin with it and gather all of somebody's many records, to sort or to sift them."""
    if asked == ALWAYS or database.is_postgres() or not any(_reaches_many(actor, one) for one in levels):
        return asked
    return f'+({asked[0]})', asked[1]


def _levels(actor: Actor, catalog: Catalog) -> set[Level]:
    return {actor.rights(catalog.code).read, *stage_levels(actor, READ, catalog).values()}


def _reaches_many(actor: Actor, level: Level) -> bool:
    return level >= Level.ALL or len(_owners(level, actor, READ)) > FEW


def allowed(actor: Actor, right: str, catalog: Catalog) -> Sql:
    """The condition on a record's row `t` that the actor has a right to it."""
    return _granted(actor, right, catalog, _by_level(actor, right, catalog))


def _granted(actor: Actor, right: str, catalog: Catalog, by_level: Sequence[Sql]) -> Sql:
    if actor.is_admin:
        return ALWAYS
    given = any_of(by_level)
    if given != ALWAYS:
        given = any_of([given, *_by_other_ways(actor, right, catalog)])
    return _and_not(given, any_of(_kept_out(actor, right, catalog)))


def readable_apart(actor: Actor, catalog: Catalog, *, in_one_go: bool = False) -> list[tuple[int, Sql]]:
    """`readable` as conditions to be added up (1) and taken off (-1), each with an index of its own.

    Counts and sums are made so: one condition of many ways would have to look at every record.

    :param in_one_go: whoever reads much in most stages goes along the index of the sums once"""
    if actor.is_admin:
        return [(1, ALWAYS)]
    kept = _kept_out(actor, READ, catalog)
    marked = any_of([one for one in kept if is_read_off(one)])
    ways, others = _by_level(actor, READ, catalog), _by_other_ways(actor, READ, catalog)
    if in_one_go and _reaches_many(actor, actor.rights(catalog.code).read):
        ways = [any_of([*ways, *(one for one in others if is_read_off(one))])]
        others = [one for one in others if not is_read_off(one)]
    parts = [(1, _and_not(way, marked)) for way in ways if way != NEVER]
    if any_of(ways) != ALWAYS:
        for way in others:
            apart = _and_not(_and_not(way, any_of(ways)), marked)
            parts += [(1, apart)] if way != NEVER else []
            ways.append(way)
    text, args = any_of([one for one in kept if not is_read_off(one)])
    if text != NEVER[0]:
        given, more = _and_not(_last(actor, _levels(actor, catalog), any_of(ways)), marked)
        parts.append((-1, (f'{given} AND {text}', [*more, *args])))
    return parts or [(1, NEVER)]


def _and_not(asked: Sql, other: Sql) -> Sql:
    if other == NEVER:
        return asked
    if is_read_off(other) and ' OR ' not in other[0]:
        return f'{asked[0]} AND {lacking(other)[0]}', asked[1]
    # PostgreSQL knows how many records `IS NOT TRUE` leaves over, and so which index to go along.
    return f'{asked[0]} AND ({other[0]}) IS NOT TRUE', [*asked[1], *other[1]]


def _by_other_ways(actor: Actor, right: str, catalog: Catalog) -> list[Sql]:
    return [_by_share(actor, right, catalog), *_by_rules(actor, right, catalog)]


def _kept_out(actor: Actor, right: str, catalog: Catalog) -> list[Sql]:
    return together([_of_rule(actor, rule, catalog) for rule in _keeping_out(actor, right, catalog.code)])


def reach(level: Level, actor: Actor, right: str, catalog: Catalog) -> Sql:
    """The condition on a record's row `t` that a level stands for."""
    if actor.portal:
        return portal_reach.reach(level, actor, right, catalog)
    if level >= Level.ALL:
        return ALWAYS
    owners = sorted(_owners(level, actor, right))
    if len(owners) <= 1:
        return ('t.owner_id = ?', list(owners)) if owners else NEVER
    spans = _spans(owners)
    if len(owners) <= FEW or len(spans) > MOST_SPANS:
        return f't.owner_id IN ({_listed(owners)})', []
    # To compare with the ends of a span costs less for each record than to look a number up in a list.
    sign = '' if database.is_postgres() else '+'
    ends = ' OR '.join(f'{sign}t.owner_id BETWEEN {first} AND {last}' for first, last in spans)
    return f'({ends})', []


def _owners(level: Level, actor: Actor, right: str) -> frozenset[int]:
    """Whose records a level below all reaches."""
    if level == Level.NONE or actor.person_id is None or actor.portal:
        return frozenset()
    colleagues = actor.colleagues if level >= Level.UNIT else ()
    reports = actor.reports if right == READ else ()
    return frozenset((actor.person_id, *colleagues, *reports))


def _spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers in order as spans without a gap."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans


def _by_level(actor: Actor, right: str, catalog: Catalog) -> list[Sql]:
    """What levels give, one condition for stages of the same level; no two hold for one record."""
    base = actor.rights(catalog.code).level(right)
    by_stage = stage_levels(actor, right, catalog)
    if not by_stage:
        return [reach(base, actor, right, catalog)]
    stages: dict[Level, list[int]] = {}
    for stage_id, level in by_stage.items():
        stages.setdefault(level, []).append(stage_id)
    parts: list[Sql] = []
    for level, ids in stages.items():
        text, args = reach(level, actor, right, catalog)
        if text != NEVER[0]:
            parts.append((f'(t.stage_id IN ({_listed(ids)}) AND {text})', args))
    text, args = reach(base, actor, right, catalog)
    rest = f't.stage_id IS NULL OR t.stage_id NOT IN ({_listed(by_stage)})'
    return parts if text == NEVER[0] else [*parts, (f'(({rest}) AND {text})', args)]


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
    # Whole seconds, so that many who ask in one second ask the same; upwards, so that none lasts too long.
    moment = -(-clock.now_ms() // 1000) * 1000
    still = f's.catalog_id = {int(catalog.id)} AND (s.until IS NULL OR s.until > ?)'
    changing = '' if right == READ else ' AND s.may_change = 1'
    shared = f'SELECT s.record_id FROM record_shares s WHERE {still}{changing} AND s.'
    text, args = f'{shared}person_id = ?', [moment, actor.person_id]
    if actor.role_ids:
        text, args = f'{text} UNION ALL {shared}role_id IN ({_listed(actor.role_ids)})', [*args, moment]
    # As an array PostgreSQL looks the ids up in an index also where another way is beside this one.
    return (f't.id = ANY(ARRAY({text}))' if database.is_postgres() else f't.id IN ({text})'), args


def _by_rules(actor: Actor, right: str, catalog: Catalog) -> list[Sql]:
    if actor.portal and right != READ and portal_reach.is_identity(catalog.code):
        return []
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
        return read_off(rule, filter_sql(Judge(actor), whole, Filter.from_plain(rule.condition)))
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
    return has_any(actor, READ, catalog)


def has_any(actor: Actor, right: str, catalog: str) -> bool:
    """Whether the actor may have a right to some record of a catalogue, by whatever way."""
    if actor.portal and right != READ and portal_reach.is_identity(catalog):
        return False
    if actor.is_admin or actor.rights(catalog).level(right) > Level.NONE:
        return True
    placed = any(rights.level(right) > Level.NONE for rights in actor.places.get(catalog, {}).values())
    return placed or _by_some_other_way(actor, right, catalog)


def _by_some_other_way(actor: Actor, right: str, catalog: str) -> bool:
    """Whether a share or a rule may give the right to some record."""
    shared = right in SHARED and catalog in actor.shared
    rules = actor.record_rules.get(catalog, ())
    return shared or any(not rule.only and _as_rule(right) in rule.rights for rule in rules)


def reaches(actor: Actor, right: str, catalog: Catalog, owner_id: int | None, stage: str | None) -> bool:
    """Whether the level of a right in a stage reaches the records of a person (None: of nobody)."""
    level = level_at(actor, right, catalog, stage)
    return level >= Level.ALL or owner_id in _owners(level, actor, right)


def certain(
    actor: Actor, right: str, catalog: Catalog, owner_id: int | None, stage: str | None
) -> bool | None:
    """What levels alone say of a right to a record; None: only the database knows."""
    if actor.is_admin:
        return True
    if actor.portal or _keeping_out(actor, right, catalog.code):
        return None
    if reaches(actor, right, catalog, owner_id, stage):
        return True
    return None if _by_some_other_way(actor, right, catalog.code) else False


def refuse(right: str, catalog: str) -> NotAllowed:
    """The refusal of a right to a record."""
    return NotAllowed(right=right, catalog=catalog)
