"""The audit log is sealed under a key outside the database, and old lines go without breaking the rest."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store import Records, audit, audit_keeping, clock, database, guard, secret_box
from store.audit_seals import FIRST_SEAL, HEAD, MARK, canonical, put_head, sealed
from store.doctor_files import check_audit
from store.system_settings import change_settings


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key of this test's own, forgotten afterwards."""
    for known in ('_opened', '_proving', '_places'):
        monkeypatch.setattr(secret_box, known, {})
    return tmp_path / 'secret.key'


async def _sql(text: str, *args: Any) -> list[dict[str, Any]]:
    with guard.acting(guard.SETUP):
        return await database.rows(text, args)


async def _notes(as_admin: Records, count: int) -> None:
    for number in range(count):
        await audit.note(as_admin.actor, 'exported', catalog=f'number {number}')


async def _last() -> int:
    return int((await _sql('SELECT MAX(id) AS id FROM audit_log'))[0]['id'])


async def _seal_anew(*, first: int) -> None:
    """Change every line from `first` on and compute all that can be computed without the key."""
    before = FIRST_SEAL
    for row in await _sql('SELECT * FROM audit_log ORDER BY id'):
        line = {name: row[name] for name in ('id', 'at', 'person_id', 'who', 'kind', 'address')}
        if row['id'] >= first:
            line['who'] = 'Somebody else'
        facts = json.loads(row['facts'])
        before = sealed(before, {**line, 'facts': facts}, keyed=False)
        await _sql('UPDATE audit_log SET who = ?, seal = ? WHERE id = ?', line['who'], before, row['id'])
    await _sql('UPDATE store_state SET value = ? WHERE key = ?', f'{await _last()}:{before}:', HEAD)


async def test_who_has_only_the_database_cannot_seal_a_changed_line(as_admin: Records, key: Path) -> None:
    secret_box.open_key(key)
    await _notes(as_admin, 3)
    first = await _last() - 1
    assert await audit_keeping.verify(as_admin.actor) is None
    await _seal_anew(first=first)
    assert await audit_keeping.verify(as_admin.actor) is not None


async def test_a_log_made_to_look_as_if_it_never_had_a_key_is_found(as_admin: Records, key: Path) -> None:
    secret_box.open_key(key)
    await _notes(as_admin, 3)
    await _sql('DELETE FROM store_state WHERE key = ?', MARK)
    await _seal_anew(first=2)
    assert await audit_keeping.verify(as_admin.actor) == 1
    await _notes(as_admin, 1)
    assert await audit_keeping.unproven(as_admin.actor) == await _last() - 1
    assert [found.code for found in await _checked()] == ['audit_unproven']


async def test_lines_cut_off_the_end_are_found(as_admin: Records, key: Path) -> None:
    secret_box.open_key(key)
    await _notes(as_admin, 4)
    last = await _last()
    await _sql('DELETE FROM audit_log WHERE id > ?', last - 2)
    [row] = await _sql('SELECT seal FROM audit_log WHERE id = ?', last - 2)
    await _sql('UPDATE store_state SET value = ? WHERE key = ?', f'{last - 2}:{row["seal"]}:{"0" * 64}', HEAD)
    assert await audit_keeping.verify(as_admin.actor) == last - 2


async def test_a_changed_mark_is_found(as_admin: Records, key: Path) -> None:
    secret_box.open_key(key)
    await _notes(as_admin, 3)
    [row] = await _sql('SELECT value FROM store_state WHERE key = ?', MARK)
    proof, _, told = row['value'].partition(':')
    later = canonical({**json.loads(told), 'keyed_from': await _last() + 1})
    await _sql('UPDATE store_state SET value = ? WHERE key = ?', f'{proof}:{later}', MARK)
    assert await audit_keeping.verify(as_admin.actor) is not None


async def test_a_log_from_before_there_was_a_key_is_bound_by_the_next_line(
    as_admin: Records, key: Path
) -> None:
    await _notes(as_admin, 3)
    old = await _last()
    secret_box.open_key(key)
    assert await audit_keeping.verify(as_admin.actor) is None
    await _notes(as_admin, 2)
    assert await audit_keeping.verify(as_admin.actor) is None
    assert await audit_keeping.unproven(as_admin.actor) == 0
    await _sql("UPDATE audit_log SET who = 'X' WHERE id = ?", old)
    assert await audit_keeping.verify(as_admin.actor) == old


async def test_under_another_key_the_doctor_says_what_cannot_be_checked_and_it_can_be_accepted(
    as_admin: Records, key: Path
) -> None:
    secret_box.open_key(key)
    await _notes(as_admin, 2)
    secret_box.open_key(key.with_name('another.key'))
    await _notes(as_admin, 2)
    assert await audit_keeping.verify(as_admin.actor) is None
    [found] = await _checked()
    assert (found.code, found.facts) == ('audit_unproven', {'line': await _last() - 2})
    await found.repaired()
    assert await _checked() == []
    assert await audit_keeping.verify(as_admin.actor) is None
    [line] = await audit.entries(as_admin.actor, kinds=('log_kept',))
    assert line.facts == {'accepted': found.facts['line']}


async def test_without_the_key_the_order_is_looked_at(
    as_admin: Records, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret_box.open_key(key)
    await _notes(as_admin, 3)
    for known in ('_opened', '_proving', '_places'):
        monkeypatch.setattr(secret_box, known, {})
    assert await audit_keeping.verify(as_admin.actor) is None
    await _sql('DELETE FROM audit_log WHERE id = ?', await _last() - 1)
    assert await audit_keeping.verify(as_admin.actor) == await _last() - 1


@pytest.mark.parametrize('has_key', [True, False])
async def test_old_lines_go_and_the_rest_stays_sealed(as_admin: Records, key: Path, *, has_key: bool) -> None:
    await _notes(as_admin, 2)
    if has_key:
        secret_box.open_key(key)
    await _notes(as_admin, 3)
    await _grow_old(until=await _last() - 2)
    assert await audit_keeping.forget_old() == 0, 'all is kept unless the settings say otherwise'
    await change_settings(as_admin.actor, {'audit_kept_days': 30})
    gone = await audit_keeping.forget_old()
    assert gone > 0
    lines = await audit.entries(as_admin.actor, limit=1000)
    assert min(line.id for line in lines) == gone + 1
    [told] = await audit.entries(as_admin.actor, kinds=('log_kept',))
    assert told.facts == {'removed': gone, 'until': gone}
    assert await audit_keeping.verify(as_admin.actor) is None
    assert await audit_keeping.verify(as_admin.actor, latest=2) is None
    assert await audit_keeping.forget_old() == 0
    await _sql('DELETE FROM audit_log WHERE id = ?', gone + 1)
    assert await audit_keeping.verify(as_admin.actor) == gone + 1


async def test_of_a_log_that_was_tampered_with_nothing_is_removed(as_admin: Records, key: Path) -> None:
    secret_box.open_key(key)
    await _notes(as_admin, 4)
    await change_settings(as_admin.actor, {'audit_kept_days': 30})
    await _sql('UPDATE audit_log SET at = ? WHERE id = 2', clock.to_ms(clock.now() - timedelta(days=40)))
    before = await _last()
    assert await audit_keeping.forget_old() == 0
    assert len(await audit.entries(as_admin.actor, limit=1000)) == before


async def _grow_old(*, until: int) -> None:
    """Let the lines up to `until` be forty days old, as if they had been written then."""
    past, before = clock.to_ms(clock.now() - timedelta(days=40)), FIRST_SEAL
    [state] = await _sql('SELECT value FROM store_state WHERE key = ?', MARK) or [{'value': ':{}'}]
    keyed_from = json.loads(state['value'].partition(':')[2]).get('keyed_from') or 10**9
    for row in await _sql('SELECT * FROM audit_log ORDER BY id'):
        line = {name: row[name] for name in ('id', 'at', 'person_id', 'who', 'kind', 'address')}
        line['at'] = past if row['id'] <= until else row['at']
        content = {**line, 'facts': json.loads(row['facts'])}
        before = sealed(before, content, keyed=row['id'] >= keyed_from)
        await _sql('UPDATE audit_log SET at = ?, seal = ? WHERE id = ?', line['at'], before, row['id'])
    with guard.acting(guard.SETUP):
        await put_head(await _last(), before)


async def _checked() -> Any:
    with guard.acting(guard.SETUP):
        return await check_audit()
