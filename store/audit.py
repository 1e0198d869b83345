"""The audit log: who signed in, was refused, exported, or changed rights and settings; from where, and when.

Each line is sealed over itself and the seal before it, under a key that is not in the database: a line that
was changed, taken out, put in between or cut off at the end is found (`audit_keeping.verify`)."""

import contextlib
import json
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from store import clock, database, guard, secret_box
from store.actor import Actor
from store.audit_seals import canonical, is_keyed, mark_for, put_head, sealed, take_head
from store.operations import need
from store.problems import Problem, Refused
from store.throttle import Throttle

KINDS = (
    'signed_in', 'sign_in_failed', 'signed_out', 'session_ended', 'refused', 'exported', 'shared',
    'seen_as', 'invited', 'person_changed', 'rights_changed', 'password_changed',
    'second_factor_changed', 'token_made', 'token_revoked', 'setting_changed', 'directory_run', 'backup',
    'restored', 'structure_changed', 'log_kept', 'mailbox_changed',
)  # fmt: skip
"""What lines are about, in the order people see; a line may have a kind of its own."""

LONGEST_FACT = 500
LONGEST_LINE = 8_000
PAGE = 1000

by_source = Throttle(40, 600, code='audit_flooded')
by_everybody = Throttle(1000, 3600, code='audit_flooded')
"""Lines that anybody can provoke are counted, so that nobody fills the disk with refusals."""
_unlisted: dict[str, int] = {}
_is_summed_up: ContextVar[bool] = ContextVar('is_summed_up', default=False)
_origin: ContextVar[tuple[str, str]] = ContextVar('origin', default=('', ''))


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """One line; `person_id` is None where nobody was signed in, `facts` are plain values without controls."""

    id: int
    at: datetime
    kind: str
    person_id: int | None = None
    who: str = ''
    address: str = ''
    facts: Mapping[str, Any] = field(default_factory=dict)


@contextlib.contextmanager
def coming_from(address: str, agent: str = '') -> Iterator[None]:
    """Inside the block lines say that the request came from this address, with this program."""
    token = _origin.set((address[:64], agent[:200]))
    try:
        yield
    finally:
        _origin.reset(token)


def present_address() -> str:
    """Where the present request comes from; '' for work nobody asked for just now."""
    return _origin.get()[0]


def present_agent() -> str:
    """What the program that sent the present request calls itself."""
    return _origin.get()[1]


def forget() -> None:
    """Forget who provoked how many lines, as when another database is opened."""
    by_source.forget()
    by_everybody.forget()
    _unlisted.clear()


async def note(actor: Actor, kind: str, **facts: Any) -> None:
    """Append a line, in the caller's transaction if one is open: undone with it, and never without it.

    :param facts: plain JSON values; `person_id` names whom it is about"""
    person_id, name = actor.looker or (actor.person_id, actor.name)
    if actor.looker:
        # What is done through borrowed eyes is the doing of whoever looks.
        facts = {**facts, 'through': actor.person_id}
    line = {
        'at': time.time_ns() // 1_000_000,
        'person_id': person_id,
        'who': clean(name)[:200],
        'kind': kind[:40],
        'address': clean(present_address())[:64],
        'facts': _tidy(facts),
    }
    about = facts.get('person_id')
    row = {**line, 'about_id': about if isinstance(about, int) else None}
    with guard.acting(guard.DOOR), guard.untied():
        async with database.transaction():
            # Lines of all processes are written one after another, so each waits until all else is done.
            database.before_commit(lambda: _append(row))


async def _append(row: dict[str, Any]) -> None:
    with guard.acting(guard.DOOR), guard.untied():
        head = await take_head()
        mark = await mark_for(head)
        line = {'id': head.line + 1, **row}
        about = line.pop('about_id')
        seal = sealed(head.seal, line, keyed=secret_box.is_open() and is_keyed(mark, line['id']))
        await database.rows(
            'INSERT INTO audit_log (id, at, person_id, who, about_id, kind, address, facts, seal)'
            ' VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
            [
                line['id'], line['at'], line['person_id'], line['who'], about,
                line['kind'], line['address'], canonical(line['facts']), seal,
            ],
        )  # fmt: skip
        await put_head(line['id'], seal)


@contextlib.contextmanager
def summed_up() -> Iterator[None]:
    """Inside the block changes of structure write no lines of their own: one line tells of all."""
    token = _is_summed_up.set(True)
    try:
        yield
    finally:
        _is_summed_up.reset(token)


async def note_structure(actor: Actor, what: str, **facts: Any) -> None:
    """Append a line about catalogues, fields, pipelines, rules, layouts or dashboards.

    :param facts: `name` is what was changed, `place` the catalogue, as they are called"""
    if not _is_summed_up.get():
        await note(actor, 'structure_changed', what=what, **facts)


async def note_provoked(actor: Actor, kind: str, **facts: Any) -> None:
    """Append a line that anybody can provoke: bounded by person, address and hour.

    What was left out is counted in the next line, as the fact `unlisted`."""
    source = f'{kind}:{actor.person_id or ""}:{present_address()}'
    try:
        by_source.take(source)
        by_everybody.take(kind)
    except Refused:
        if len(_unlisted) > PAGE:
            _unlisted.clear()
        _unlisted[source] = _unlisted.get(source, 0) + 1
        return
    if left_out := _unlisted.pop(source, 0):
        facts['unlisted'] = left_out
    await note(actor, kind, **facts)


async def note_refusal(actor: Actor, problem: Problem, **facts: Any) -> None:
    """Write down that somebody asked for what they may not do or see.

    Only plain facts of the refusal are kept: which right, catalogue, record."""
    told = {name: value for name, value in problem.facts.items() if isinstance(value, str | int)}
    await note_provoked(actor, 'refused', **{**told, **facts, 'code': problem.code})


def refused_soon(actor: Actor, problem: Problem, **facts: Any) -> None:
    """`note_refusal` for a caller who cannot wait; the address is that of the caller."""
    address = present_address()

    async def write() -> None:
        with coming_from(address):
            await note_refusal(actor, problem, **facts)

    guard.spawn(write(), name='note a refusal')


async def entries(
    actor: Actor,
    *,
    kinds: Sequence[str] = (),
    person_id: int | None = None,
    between: tuple[datetime | None, datetime | None] = (None, None),
    before: int | None = None,
    limit: int = 100,
) -> list[AuditEntry]:
    """Lines, the latest first: of these kinds, by or about a person.

    :param between: the first moment, and the one at which it is too late
    :param before: the id of the last line of the page before"""
    need(actor, 'view_audit')
    parts: list[str] = ['1 = 1']
    args: list[Any] = []
    if kinds:
        parts.append(f'kind IN ({", ".join("?" * len(kinds))})')
        args.extend(kinds)
    if person_id is not None:
        parts.append('(person_id = ? OR about_id = ?)')
        args.extend((person_id, person_id))
    for condition, value in (
        ('at >= ?', between[0] and clock.to_ms(between[0])),
        ('at < ?', between[1] and clock.to_ms(between[1])),
        ('id < ?', before),
    ):
        if value is not None:
            parts.append(condition)
            args.append(value)
    with guard.acting(actor):
        found = await database.rows(
            f'SELECT * FROM audit_log WHERE {" AND ".join(parts)} ORDER BY id DESC LIMIT ?',
            [*args, max(1, min(limit, PAGE))],
            read=True,
        )
    return [_entry(row) for row in found]


def clean(text: str) -> str:
    """A text in which line breaks, terminal sequences and direction marks are visible instead of working."""
    if text.isprintable():
        return text
    return ''.join(one if _is_harmless(one) else one.encode('unicode_escape').decode() for one in text)


def _is_harmless(one: str) -> bool:
    return one == ' ' or unicodedata.category(one)[0] not in 'CZ' or one == '\N{NO-BREAK SPACE}'


def _tidy(facts: Mapping[str, Any]) -> dict[str, Any]:
    tidy = {clean(name)[:60]: _plain(value) for name, value in facts.items() if value is not None}
    while len(canonical(tidy)) > LONGEST_LINE:
        tidy.pop(max(tidy, key=lambda name: len(canonical(tidy[name]))))
        tidy['cut'] = True
    return tidy


def _plain(value: Any, depth: int = 0) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, Mapping) and depth < 3:
        return {clean(str(name))[:60]: _plain(one, depth + 1) for name, one in list(value.items())[:100]}
    if isinstance(value, list | tuple | set | frozenset) and depth < 3:
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        return [_plain(one, depth + 1) for one in items[:100]]
    return clean(str(value)[:LONGEST_FACT])


def _entry(row: Mapping[str, Any]) -> AuditEntry:
    return AuditEntry(
        id=row['id'],
        at=clock.from_ms(row['at']),
        kind=row['kind'],
        person_id=row['person_id'],
        who=row['who'],
        address=row['address'],
        facts=json.loads(row['facts']),
    )
