"""The audit log: nothing is left out, nothing can be changed unseen, nobody can forge or flood it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from store import Records, audit, audit_keeping, clock, database, guard, people
from store.problems import NotAllowed, NotFound


async def _sql(text: str, *args: Any) -> list[dict[str, Any]]:
    with guard.acting(guard.SETUP):
        return await database.rows(text, args)


async def _notes(as_admin: Records, count: int) -> None:
    for number in range(count):
        await audit.note(as_admin.actor, 'setting_changed', setting=f'number {number}')


async def _start(as_admin: Records) -> int:
    """The id of the last line before a test's own."""
    found = await audit.entries(as_admin.actor, limit=1)
    return found[0].id if found else 0


async def test_a_line_says_who_what_when_and_from_where(as_admin: Records) -> None:
    with audit.coming_from('192.0.2.7'):
        await audit.note(as_admin.actor, 'exported', catalog='deals', rows=12)
    [line] = await audit.entries(as_admin.actor, kinds=('exported',))
    assert (line.person_id, line.who, line.address) == (as_admin.actor.person_id, 'Ada Admin', '192.0.2.7')
    assert line.facts == {'catalog': 'deals', 'rows': 12}
    assert abs(line.at - clock.now()) < timedelta(seconds=5)


async def test_a_line_shares_the_fate_of_what_it_tells(as_admin: Records) -> None:
    start = await _start(as_admin)

    async def change_in_vain() -> None:
        async with database.transaction():
            await audit.note(as_admin.actor, 'setting_changed', setting='company')
            raise ZeroDivisionError

    with guard.acting(as_admin.actor), pytest.raises(ZeroDivisionError):
        await change_in_vain()
    assert await _start(as_admin) == start
    await _notes(as_admin, 1)
    assert await audit_keeping.verify(as_admin.actor) is None


async def test_lines_written_at_once_stand_in_one_order(as_admin: Records) -> None:
    start = await _start(as_admin)
    await asyncio.gather(*(audit.note(as_admin.actor, 'exported', n=n) for n in range(20)))
    lines = await audit.entries(as_admin.actor, kinds=('exported',))
    assert [line.id for line in reversed(lines)] == list(range(start + 1, start + 21))
    assert sorted(line.facts['n'] for line in lines) == list(range(20))
    assert await audit_keeping.verify(as_admin.actor) is None


async def test_whoever_notes_first_does_not_block_whoever_notes_last(as_admin: Records) -> None:
    """On PostgreSQL the order of lines is kept by a lock, which must be the last one anybody takes."""
    await people.change_person(as_admin.actor, as_admin.actor.person_id or 0, {'department': 'A'})

    async def change(steps: Sequence[str]) -> None:
        with guard.acting(guard.SETUP):
            async with database.transaction():
                for step in steps:
                    if step == 'note':
                        await audit.note(as_admin.actor, 'setting_changed', setting='company')
                    else:
                        await database.rows("UPDATE people SET department = department || 'x'")
                    await asyncio.sleep(0.05)

    async with asyncio.timeout(60):
        await asyncio.gather(change(('note', 'row')), change(('row', 'note')), change(('note', 'row')))
    assert await audit_keeping.verify(as_admin.actor) is None


@pytest.mark.parametrize(
    ('forgery', 'shift'),
    [
        ('UPDATE audit_log SET facts = \'{"setting":"other"}\' WHERE id = ?', 0),
        ("UPDATE audit_log SET who = 'Somebody' WHERE id = ?", 0),
        ('UPDATE audit_log SET at = at - 1000 WHERE id = ?', 0),
        ('UPDATE audit_log SET about_id = 7 WHERE id = ?', 0),
        ("UPDATE audit_log SET facts = 'no JSON' WHERE id = ?", 0),
        ('DELETE FROM audit_log WHERE id = ?', 0),
        ('DELETE FROM audit_log WHERE id >= ?', 0),
        ('UPDATE audit_log SET id = 1000 WHERE id = ?', 0),
        ('UPDATE audit_log SET seal = (SELECT seal FROM audit_log WHERE id = 1) WHERE id = ?', 0),
    ],
)
async def test_a_changed_line_is_found(as_admin: Records, forgery: str, shift: int) -> None:
    await _notes(as_admin, 5)
    third = await _start(as_admin) - 2
    assert await audit_keeping.verify(as_admin.actor) is None
    await _sql(forgery, third)
    assert await audit_keeping.verify(as_admin.actor) == third + shift
    assert await audit_keeping.verify(as_admin.actor, latest=4) == third + shift


async def test_a_line_put_in_by_hand_is_found(as_admin: Records) -> None:
    await _notes(as_admin, 2)
    last = await _start(as_admin)
    await _sql(
        "INSERT INTO audit_log (id, at, who, kind, address, facts, seal) SELECT ?, at, 'X', kind, '', facts,"
        ' seal FROM audit_log WHERE id = ?',
        last + 1,
        last,
    )
    assert await audit_keeping.verify(as_admin.actor) == last + 1


HOSTILE = 'Eve\r\n2026-03-02 signed_in root\x1b[2K\x1b[1A\u202egpj.exe\u2028\x00'


async def test_a_name_cannot_forge_a_line(as_admin: Records) -> None:
    hostile = guard.DOOR
    await audit.note(hostile, 'sign_in_failed', login=HOSTILE, many=[HOSTILE, {HOSTILE: HOSTILE}])
    [line] = await audit.entries(as_admin.actor, kinds=('sign_in_failed',))
    [row] = await _sql('SELECT facts FROM audit_log WHERE id = ?', line.id)
    for text in (line.facts['login'], line.facts['many'][0], row['facts']):
        assert text.isprintable(), text
    assert line.facts['login'].startswith('Eve\\r\\n2026-03-02')
    assert len(await audit.entries(as_admin.actor, kinds=('sign_in_failed',))) == 1


def test_an_ordinary_name_stays_as_it_is() -> None:
    for name in ('Анна Ёлкина', "O'Brien-Øster", '株式会社', 'a\N{NO-BREAK SPACE}b', '👩🏽 ok'):
        assert audit.clean(name) == name


async def test_an_endless_fact_is_cut(as_admin: Records) -> None:
    await audit.note(as_admin.actor, 'exported', **{f'fact{n}': 'x' * 10_000 for n in range(100)})
    [line] = await audit.entries(as_admin.actor, kinds=('exported',))
    assert len(str(line.facts)) < 2 * audit.LONGEST_LINE
    assert line.facts['cut'] is True
    assert await audit_keeping.verify(as_admin.actor) is None


async def test_a_flood_of_refusals_leaves_a_bounded_trace_that_counts_it(as_admin: Records) -> None:
    problem = NotFound(catalog='deals', id=7)
    for _ in range(100):
        await audit.note_refusal(as_admin.actor, problem, channel='api')
    lines = await audit.entries(as_admin.actor, kinds=('refused',))
    assert len(lines) == 40
    assert lines[0].facts == {'catalog': 'deals', 'id': 7, 'channel': 'api', 'code': 'not_found'}
    audit.by_source.forget()
    await audit.note_refusal(as_admin.actor, problem)
    assert (await audit.entries(as_admin.actor, kinds=('refused',)))[0].facts['unlisted'] == 60


async def test_lines_are_found_by_kind_person_and_time_page_by_page(
    as_admin: Records, as_member: Records
) -> None:
    await _notes(as_admin, 3)
    await audit.note(as_member.actor, 'exported', catalog='deals')
    await audit.note(as_admin.actor, 'person_changed', person_id=as_member.actor.person_id)
    about_max = await audit.entries(as_admin.actor, person_id=as_member.actor.person_id)
    assert [line.kind for line in about_max][:2] == ['person_changed', 'exported']
    first = await audit.entries(as_admin.actor, limit=2)
    rest = await audit.entries(as_admin.actor, limit=100, before=first[-1].id)
    assert [line.id for line in (*first, *rest)] == list(range(first[0].id, 0, -1))
    now = clock.now()
    assert await audit.entries(as_admin.actor, between=(now + timedelta(hours=1), None)) == []
    assert await audit.entries(as_admin.actor, between=(None, now - timedelta(hours=1))) == []
    assert len(await audit.entries(as_admin.actor, between=(now - timedelta(hours=1), None))) == len(
        [*first, *rest]
    )


async def test_only_who_may_see_the_log_sees_it(as_member: Records) -> None:
    with pytest.raises(NotAllowed):
        await audit.entries(as_member.actor)
    with pytest.raises(NotAllowed):
        await audit_keeping.verify(as_member.actor)
