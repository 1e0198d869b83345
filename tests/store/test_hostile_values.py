"""Hostile names and values at the door: kept as they are, and never a part of a statement."""

from typing import Any

import pytest

from store import Condition, Designer, FieldSpec, Filter, Problem, Query, Records, database, guard, people
from store.fields import FIELD_TYPES
from store.query import where
from store.values import Reading

SQL = (
    "x'; DROP TABLE people; --",
    'x" OR "1"="1',
    "' UNION SELECT password_hash FROM people --",
    '1; UPDATE people SET is_admin = 1',
    '%s %(a)s ? $1 :name {0} ${x}',
    'x\\',
    "x'||(SELECT 1)||'",
    '/* x */ --',
    '\x00x',
    ')) OR 1=1 --',
)


async def _is_whole(as_admin: Records) -> bool:
    with guard.acting(guard.SETUP):
        found = await database.rows('SELECT id, is_admin FROM people ORDER BY id')
    return [row['id'] for row in found] == [as_admin.actor.person_id]


async def test_a_hostile_label_is_only_a_label(as_admin: Records) -> None:
    """Second order: what was kept by one request is part of the statements of the next ones."""
    designer = Designer(as_admin.actor)
    choices = [{'key': f'k{n}', 'label': text} for n, text in enumerate(SQL)]
    await designer.create_catalog('traps', SQL[0], SQL[1])
    for n, text in enumerate(SQL):
        spec = FieldSpec(code=f'f{n}', label=text, type='choice', options={'choices': choices}, block=text)
        await designer.add_field('traps', spec)
    stages = [
        {'code': f's{n}', 'label': text, 'color': '#888888', 'kind': 'won' if n == 9 else 'open'}
        for n, text in enumerate(SQL)
    ]
    await designer.add_pipeline('traps', 'main', SQL[2], stages)
    for n, text in enumerate(SQL):
        values = {f'f{n}': f'k{n}', 'stage': f's{n}', 'title': text}
        made = await as_admin.create('traps', values)
        await as_admin.comment('traps', made.id, text)
        assert (await as_admin.find('traps', Query(text=text))).records is not None
        found = await as_admin.find('traps', Query(filter=where(title=made.title), sort=f'-f{n}'))
        assert [view.id for view in found.records] == [made.id]
    assert await as_admin.count('traps') == len(SQL)
    assert await _is_whole(as_admin)


@pytest.mark.parametrize('text', SQL)
async def test_a_hostile_name_in_a_question_is_refused_or_finds_nothing(trade: Records, text: str) -> None:
    await trade.create('accounts', {'title': 'Acme', 'city': 'Oslo'})
    asked: list[Any] = [
        Query(sort=text),
        Query(sort=f'-{text}'),
        Query(after=text),
        Query(fields=[text]),
        Query(filter=Filter((Condition(text, 'eq', 1),))),
        Query(filter=Filter((Condition('city', text, 1),))),
        Query(filter=Filter((Condition('city', 'eq', text),))),
        Query(filter=Filter((Condition('city', 'contains', text),))),
        Query(filter=Filter((Condition(f'account.{text}', 'eq', 1),))),
        Query(text=text),
    ]
    for query in asked:
        for catalog in ('accounts', text):
            try:
                page = await trade.find(catalog, query)
            except Problem:
                continue
            assert [view.title for view in page.records] in ([], ['Acme'])
    with pytest.raises(Problem):
        await trade.create('accounts', {text: 'x'})
    with pytest.raises(Problem):
        await trade.get(text, 1)
    assert await _is_whole(trade)


async def test_a_search_takes_its_text_as_it_is(trade: Records) -> None:
    """No pattern of LIKE, of a full-text query or of a regular expression gets through."""
    for title in ('100% wool', '1000 wool', 'a_b', 'axb', 'a*b', '(a+)+$'):
        await trade.create('accounts', {'title': title, 'city': title})
    for text, expected in (('0%', ['100% wool']), ('a_b', ['a_b']), ('a*b', ['a*b']), ('(a+)+$', ['(a+)+$'])):
        found = await trade.find('accounts', Query(filter=Filter((Condition('city', 'contains', text),))))
        assert [view.title for view in found.records] == expected, text
    for text in ('"', '* OR *', 'a NEAR b', 'title:x', "'", '(', '-x', 'a* AND', '\\', '^x'):
        assert isinstance((await trade.find('accounts', Query(text=text))).records, tuple | list)


RUNS = (
    'javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'java\tscript:alert(1)',
    'java\nscript:alert(1)', '\x01javascript:alert(1)', 'javascript\u2028:alert(1)', 'vbscript:x',
    'data:text/html,<script>alert(1)</script>', 'data:text/html;base64,PHNjcmlwdD4=', 'file:///etc/passwd',
    'blob:https://example.com/x', 'ftp://example.com', '//evil.example', 'https:evil', 'https:///evil.example',
    'https://user:pass@', 'http://[::1', 'about:blank', 'view-source:https://example.com',
)  # fmt: skip


@pytest.mark.parametrize('address', RUNS)
def test_an_address_that_runs_or_leads_nowhere_is_refused(address: str) -> None:
    kind, spec = FIELD_TYPES['web'], FieldSpec(code='site', label='Site', type='web')
    try:
        kept = kind.read(address, spec, Reading())
    except Problem:
        return
    assert str(kept).startswith(('https://', 'http://')), kept
    assert 'script' not in str(kept)


async def test_a_hostile_person_is_only_a_name(as_admin: Records) -> None:
    for text in SQL:
        made = await people.create_person(as_admin.actor, {'name': text, 'department': text})
        kept = await people.person(as_admin.actor, made.id)
        assert kept.name == ' '.join(text.replace('\x00', '').split()) or kept.name == text
        await people.list_people(as_admin.actor, text=text)
    assert len(await people.list_people(as_admin.actor)) == len(SQL) + 1
