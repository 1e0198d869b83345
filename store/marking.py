"""Keeping the marks of records: the database itself follows every write, and old records are gone through.

A rule is believed to be marked only after all records are, so until then its filter is asked as before; a run
that is cut off begins again at the next look and passes over what is done."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store import database, guard, snapshots
from store.actors import publish_changed, rule_of
from store.catalogs import SCHEMA
from store.conditions import filter_sql
from store.marks import BITS, condition_to_mark
from store.policies import Judge
from store.problems import Refused
from store.query import Filter
from store.schema import SYSTEM_FIELDS, Catalog
from store.tables import columns, index_names, table

CHUNK = 5_000
AT_ONCE = 5_000
"""So many records are marked together with the rule; more are gone through beside other work."""
_ALONE = 0x4D41524B


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule about records: the bit it has, what the records were marked by, and what they should be."""

    id: int
    bit: int
    marked: str
    wanted: str
    only: bool

    @property
    def is_true(self) -> bool:
        return self.marked == self.wanted and bool(self.bit) == bool(self.wanted)


async def alone() -> None:
    """Until the end of the open transaction nobody else gives bits away; SQLite has one writer anyway."""
    if database.is_postgres():
        await database.rows(f'SELECT pg_advisory_xact_lock({_ALONE})')


async def begin(catalog: str, *, is_removed: bool = False) -> None:
    """Mark the records of a small catalogue in the open transaction; a big one waits for `catch_up`.

    The transaction has begun with `alone`.

    :param is_removed: a rule is gone, and what followed it need not any longer"""
    kind = SCHEMA.by_code.get(catalog)
    if kind is None:
        return
    rules = await _rules(kind)
    if is_removed or not all(rule.is_true for rule in rules):
        bits = await _prepare(kind, rules)
        top = await _top(kind)
        if top <= AT_ONCE:
            await go_through(kind, bits, 0, top)
            await _believe(kind, bits)


async def _top(kind: Catalog) -> int:
    found = await database.rows(f'SELECT COALESCE(MAX(id), 0) AS top FROM {table(kind)}')
    return int(found[0]['top'])


async def catch_up() -> int:
    """Mark every record that lacks a mark; how many rules were waiting for it. Others write meanwhile."""
    done = 0
    with guard.acting(guard.SETUP):
        found = await database.rows('SELECT DISTINCT catalog FROM record_rules', read=True)
        for row in found:
            kind = SCHEMA.by_code.get(row['catalog'])
            done += await _mark(kind) if kind else 0
    return done


async def _mark(kind: Catalog) -> int:
    waiting = _waiting(await _rules(kind))
    if not waiting:
        return 0
    async with database.transaction():
        await alone()
        bits = await _prepare(kind, await _rules(kind))
        followed = await _followed(kind)
    for first in range(0, await _top(kind) + 1, CHUNK):
        async with database.transaction():
            await go_through(kind, bits, first, first + CHUNK - 1)
        await asyncio.sleep(0)
    await take_stock(kind, bits)
    async with database.transaction():
        await alone()
        # A rule saved meanwhile has other records marked than were gone through: the next look begins anew.
        if await _followed(kind) == followed:
            # Whoever reads learns the new statistics by this, too.
            await _follow(kind, bits)
            await _believe(kind, bits)
    return waiting


def _waiting(rules: Sequence[_Rule]) -> int:
    """How many rules are to be marked, without those for which there is no bit."""
    has_place = bool(_free([rule.bit for rule in rules]))
    return sum(
        not rule.is_true and bool(rule.bit or rule.marked or not rule.wanted or has_place) for rule in rules
    )


async def take_stock(kind: Catalog, bits: Mapping[int, str]) -> None:
    """Let the database know how many have which mark; PostgreSQL also which pages it need not look at."""
    name = table(kind)
    if database.is_postgres():
        async with snapshots.connected(database.address()) as here:
            await here.execute(f'VACUUM (ANALYZE) {name}')
        return
    await database.script(f'ANALYZE {name}')
    for bit in bits:
        # SQLite knows averages alone, as if half of all had the mark; only those that have it are asked for.
        found = await database.rows(
            f'SELECT COUNT(*) AS n FROM {name} t WHERE (t.marks & {bit}) = {bit} AND t.deleted_at IS NULL'
        )
        n = found[0]['n'] + 1
        await database.rows(
            "UPDATE sqlite_stat1 SET stat = substr(stat, 1, instr(stat, ' ')) || ? WHERE idx = ?",
            [f'{n} {n} {n // 4 + 1} 1', f'ix_{name}_mark{bit.bit_length()}'],
        )
    await database.script('ANALYZE sqlite_master')


async def _rules(kind: Catalog) -> list[_Rule]:
    rows = await database.rows('SELECT * FROM record_rules WHERE catalog = ? ORDER BY id', [kind.code])
    return [
        _Rule(
            row['id'],
            row['mark'],
            row['marked'],
            _wanted(kind, row) if row['is_on'] else '',
            bool(row['only']),
        )
        for row in rows
    ]


def _wanted(kind: Catalog, row: Mapping[str, Any]) -> str:
    filter = Filter.from_plain(rule_of(row).condition)
    try:
        # A day begins where the company lives, whoever saves the rule; elsewhere the filter is asked.
        with guard.acting(guard.SETUP):
            asked = filter_sql(Judge(guard.SETUP), kind, filter)
    except Refused:
        return ''
    return condition_to_mark(filter, asked)


async def _prepare(kind: Catalog, rules: Sequence[_Rule]) -> dict[int, str]:
    """Give every rule that lacks one a bit, and let the database follow; conditions by bit."""
    taken = [rule.bit for rule in rules if rule.bit]
    bits: dict[int, str] = {}
    asked_for: set[int] = set()
    for rule in rules:
        bit = rule.bit
        if not rule.is_true:
            # A bit that somebody may still believe to mean another condition is left alone.
            bit = 0 if rule.marked or not rule.wanted else bit
            if rule.wanted and not bit and (bit := _free(taken)):
                taken.append(bit)
            await database.rows("UPDATE record_rules SET mark = ?, marked = '' WHERE id = ?", [bit, rule.id])
        if bit:
            bits[bit] = rule.wanted
            asked_for |= set() if rule.only else {bit}
    if not (await _followed(kind)).startswith(_digest(bits)):
        await _follow(kind, bits)
    await _index(kind, bits, asked_for)
    return bits


def _free(taken: Sequence[int]) -> int:
    """A bit that no rule has, the one above the highest first; 0 when there is none."""
    above = max(taken, default=0).bit_length()
    places = [(above + n) % BITS for n in range(BITS)]
    return next((1 << place for place in places if 1 << place not in taken), 0)


def _sum(bits: Mapping[int, str]) -> str:
    """The marks of a record; bits that no rule has stay, since somebody may believe them a little longer."""
    others = f'(t.marks & {(1 << BITS) - 1 - sum(bits)})'
    return ' + '.join([others, *(f'(CASE WHEN {text} THEN {bit} ELSE 0 END)' for bit, text in bits.items())])


def _digest(bits: Mapping[int, str]) -> str:
    return hashlib.sha256(_sum(bits).encode()).hexdigest()[:16]


async def _followed(kind: Catalog) -> str:
    """What the database follows now: a word that begins with the digest of it, and never comes again."""
    name = table(kind)
    found = await database.rows(
        f"SELECT prosrc AS sql FROM pg_proc WHERE oid = to_regproc('marks_{name}')"
        if database.is_postgres()
        else f"SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'marks_{name}_update'"
    )
    word = re.search(r'BEGIN /\* (\w+) \*/', found[0]['sql']) if found else None
    return word[1] if word else ''


async def _follow(kind: Catalog, bits: Mapping[int, str]) -> None:
    """Have the database mark whatever is written from now on, by whatever way."""
    name = table(kind)
    word = f'{_digest(bits)}_{secrets.token_hex(8)}'
    if database.is_postgres():
        # With the function goes the trigger.
        await database.script(f'DROP FUNCTION IF EXISTS marks_{name}() CASCADE')
        if bits:
            await database.script(_postgres_function(kind, bits, word))
            await database.script(
                f'CREATE TRIGGER marks_{name} BEFORE INSERT OR UPDATE ON {name}'
                f' FOR EACH ROW EXECUTE FUNCTION marks_{name}()'
            )
        return
    fresh = f'(SELECT {_sum(bits)} FROM {name} t WHERE t.id = NEW.id)'
    for event in ('INSERT', 'UPDATE'):
        await database.script(f'DROP TRIGGER IF EXISTS marks_{name}_{event.lower()}')
        if bits:
            await database.script(
                f'CREATE TRIGGER marks_{name}_{event.lower()} AFTER {event} ON {name} BEGIN /* {word} */'
                f' UPDATE {name} SET marks = {fresh} WHERE id = NEW.id AND marks <> {fresh}; END'
            )


def _postgres_function(kind: Catalog, bits: Mapping[int, str], word: str) -> str:
    """Only the columns that are looked at are named, so that further ones may come and go."""
    every = {name for spec in (*SYSTEM_FIELDS.values(), *kind.fields) for name in columns(spec)}
    looked_at = sorted(every.intersection(re.findall(r'\bt\.(\w+)', ' '.join(bits.values()))))
    row = ', '.join(f'NEW.{name} AS {name}' for name in (*looked_at, 'marks'))
    body = f'BEGIN /* {word} */ SELECT {_sum(bits)} INTO NEW.marks FROM (SELECT {row}) t; RETURN NEW; END'
    quote = '$marks$'
    while quote in body:
        quote = f'${quote[1:-1]}s$'
    return f'CREATE FUNCTION marks_{table(kind)}() RETURNS TRIGGER LANGUAGE plpgsql AS {quote} {body} {quote}'


async def _index(kind: Catalog, bits: Mapping[int, str], asked_for: Collection[int]) -> None:
    """An index for each mark that gives a right, and what else the engine needs to count by marks."""
    name = table(kind)
    wanted = {f'mark{bit.bit_length()}': f'((marks & {bit}), deleted_at, stage_id, id)' for bit in asked_for}
    if database.is_postgres():
        # From an index it learns how many have a mark.
        wanted = {f'mark{bit.bit_length()}': f'((marks & {bit}))' for bit in bits} | wanted
    elif bits:
        # A partial index is never all that SQLite needs to look at.
        wanted['marks_of_stage'] = '(stage_id, deleted_at, marks)'
    for index in set(await index_names(f'ix_{name}_mark')) - {f'ix_{name}_{suffix}' for suffix in wanted}:
        await database.script(f'DROP INDEX {index}')
    for suffix, what in wanted.items():
        await database.script(f'CREATE INDEX IF NOT EXISTS ix_{name}_{suffix} ON {name} {what}')


async def go_through(kind: Catalog, bits: Mapping[int, str], first: int, last: int) -> None:
    """Mark the records of some ids, in the open transaction.

    :param bits: conditions by the bit that says whether they hold"""
    marks = _sum(bits)
    # No blanks: a question mark may be in a text that a rule looks for.
    await database.script(
        f'UPDATE {table(kind)} AS t SET marks = {marks}'
        f' WHERE t.id BETWEEN {first} AND {last} AND t.marks <> {marks}'
    )


async def _believe(kind: Catalog, bits: Mapping[int, str]) -> None:
    """From now on readers look at the marks, unless the rule has been changed meanwhile."""
    for rule in await _rules(kind):
        if rule.bit and bits.get(rule.bit) == rule.wanted:
            await database.rows('UPDATE record_rules SET marked = ? WHERE id = ?', [rule.wanted, rule.id])
    publish_changed(None)
