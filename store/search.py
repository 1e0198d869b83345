"""Words of records, kept in the same transaction as the record; found by the beginnings of words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from store import database
from store.actor import Actor
from store.fields import FIELD_TYPES
from store.folding import fold, stems, words
from store.policies import Sql, readable, words_of_people
from store.schema import Catalog
from store.tables import table
from store.values import Ref

SPAN = 1 << 40
"""Each catalogue owns this many document ids: the id of a document is catalogue * SPAN + record."""
SEARCHED = frozenset({'text', 'long_text', 'phone', 'email', 'web', 'auto_number'})
MAX_WORDS = 8


def document_id(catalog: Catalog, record_id: int) -> int:
    """The id of a record's document."""
    return catalog.id * SPAN + record_id


def words_of(catalog: Catalog, values: Mapping[str, Any]) -> str:
    """The searched words of a record's values, title first."""
    parts = [str(values.get('title') or '')]
    for spec in catalog.live_fields:
        value = values.get(spec.code)
        if value and spec.type in SEARCHED:
            parts.append(str(value))
            if spec.type == 'phone':
                parts.append(str(FIELD_TYPES['phone'].operand(value, spec) or ''))
    return ' '.join(words(' '.join(parts)))[:20_000]


async def write(documents: Sequence[tuple[int, str]]) -> None:
    """Store documents, replacing those that are there."""
    if database.is_postgres():
        sql = (
            'INSERT INTO search_docs (rowid, words) VALUES (?, ?)'
            ' ON CONFLICT (rowid) DO UPDATE SET words = excluded.words'
        )
    else:
        sql = 'INSERT OR REPLACE INTO search_docs (rowid, words) VALUES (?, ?)'
    await database.many(sql, documents)


def matching(text: str) -> Sql | None:
    """The condition on `search_docs` that all words of `text` begin a word of it; None without a word."""
    beginnings = stems(text)[:MAX_WORDS]
    if not beginnings:
        return None
    if database.is_postgres():
        return "tokens @@ to_tsquery('simple', ?)", [' & '.join(f"'{word}':*" for word in beginnings)]
    return 'search_docs MATCH ?', [' '.join(f'"{word}"*' for word in beginnings)]


def condition(catalog: Catalog, text: str) -> Sql:
    """The condition on a record's row `t` that it has these words."""
    match = matching(text)
    if match is None:
        return '1 = 0', []
    first = catalog.id * SPAN
    sql = f't.id IN (SELECT rowid - {first} FROM search_docs WHERE {match[0]} AND rowid BETWEEN ? AND ?)'
    return sql, [*match[1], first, first + SPAN - 1]


async def everywhere(actor: Actor, catalogs: Iterable[Catalog], text: str, limit: int) -> list[Ref]:
    """The newest matches of each catalogue the actor may read, titles that begin with the words first."""
    hits: list[tuple[bool, Ref]] = []
    for catalog in catalogs:
        sql, args = condition(catalog, text)
        narrow, more = readable(actor, catalog)
        found = await database.rows(
            f'SELECT t.id, t.title, t.title_key FROM {table(catalog)} t'
            f' WHERE t.deleted_at IS NULL AND {narrow} AND {sql} ORDER BY t.id DESC LIMIT ?',
            [*more, *args, limit],
            read=True,
        )
        beginnings = stems(text)
        for row in found:
            named = all(any(w.startswith(b) for w in words(row['title'])) for b in beginnings)
            hits.append((not named, Ref(row['id'], row['title'], catalog.code)))
    return [ref for _, ref in sorted(hits, key=lambda hit: hit[0])][:limit]


async def named_like(actor: Actor, catalog: Catalog | None, text: str, limit: int) -> list[dict[str, Any]]:
    """Rows (id, title) of records whose name contains `text`; active people without a catalogue."""
    wanted = '%' + _literal(fold(text.strip()) or '') + '%'
    if catalog is None:
        found_in = words_of_people(actor)
        sql = (
            'SELECT id, name AS title FROM people WHERE is_active = 1'
            f" AND {found_in} LIKE ? ESCAPE '\\' ORDER BY {found_in}, id LIMIT ?"
        )
        return await database.rows(sql, [wanted, limit], read=True)
    narrow, args = readable(actor, catalog)
    sql = (
        f'SELECT t.id, t.title FROM {table(catalog)} t WHERE t.deleted_at IS NULL AND {narrow}'
        " AND t.title_key LIKE ? ESCAPE '\\' ORDER BY t.title_key, t.id LIMIT ?"
    )
    return await database.rows(sql, [*args, wanted, limit], read=True)


def _literal(text: str) -> str:
    for special in '\\%_':
        text = text.replace(special, f'\\{special}')
    return text
