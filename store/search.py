"""Words of records, kept in the same transaction as the record; found by the beginnings of words."""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from store import database
from store.actor import Actor
from store.catalogs import SCHEMA
from store.fields import FIELD_TYPES
from store.folding import fold, stems, words
from store.person_values import words_of_people
from store.policies import readable
from store.schema import Catalog, FieldSpec
from store.seen import hidden
from store.sql import NEVER, Sql
from store.tables import table
from store.values import Ref

SPAN = 1 << 40
"""Each catalogue owns this many document ids: the id of a document is catalogue * SPAN + record."""
CLOSED = SPAN >> 1
"""How much higher the document lies that holds the words of fields hidden from some role."""
LONGEST = 400
"""So much of what is searched for is looked at; SQLite refuses far longer patterns."""
SEARCHED = frozenset({'text', 'long_text', 'phone', 'email', 'web', 'auto_number'})
MAX_WORDS = 8
Documents = list[tuple[int, str]]
_fields: dict[int, tuple[Catalog, list[FieldSpec], list[FieldSpec] | None]] = {}


def document_id(catalog: Catalog, record_id: int) -> int:
    """The id of a record's document."""
    return catalog.id * SPAN + record_id


def documents(catalog: Catalog, record_id: int, values: Mapping[str, Any]) -> Documents:
    """The documents of a record: what every reader may find, and apart from it the words of closed fields."""
    first = document_id(catalog, record_id)
    # As it is now: the caller may hold a catalogue of before it waited for a change of rights.
    of_everybody, closed = _fields_of(SCHEMA.by_code.get(catalog.code, catalog))
    found = [(first, _words_of(values, of_everybody))]
    if closed is not None:
        found.append((first + CLOSED, _words_of(values, closed, named=False)))
    return found


def _fields_of(catalog: Catalog) -> tuple[list[FieldSpec], list[FieldSpec] | None]:
    """The searched fields that everybody may read and those that are closed, None while nothing at all is."""
    kept = _fields.get(catalog.id)
    if kept is None or kept[0] is not catalog:
        searched = _searched(catalog)
        closed = [spec for spec in searched if spec.closed]
        has_closed = any(spec.closed for spec in catalog.live_fields)
        of_everybody = [spec for spec in searched if not spec.closed]
        kept = _fields[catalog.id] = (catalog, of_everybody, closed if has_closed else None)
    return kept[1], kept[2]


def _words_of(values: Mapping[str, Any], specs: Iterable[FieldSpec], *, named: bool = True) -> str:
    """The words of the title and of these searched fields, the title first."""
    parts = [str(values.get('title') or '')] if named else []
    for spec in specs:
        if value := values.get(spec.code):
            parts.append(str(value))
            if spec.type == 'phone':
                parts.append(str(FIELD_TYPES['phone'].operand(value, spec) or ''))
    return ' '.join(words(' '.join(parts)))[:20_000]


def looks_at(catalog: Catalog, codes: Container[str]) -> bool:
    """Whether words of one of these fields are searched."""
    specs = SCHEMA.by_code.get(catalog.code, catalog).fields
    return 'title' in codes or any(spec.type in SEARCHED and spec.code in codes for spec in specs)


async def write(documents: Documents) -> None:
    """Store documents, replacing those that are there."""
    if database.is_postgres():
        sql = (
            'INSERT INTO search_docs (rowid, words) VALUES (?, ?)'
            ' ON CONFLICT (rowid) DO UPDATE SET words = excluded.words'
        )
    else:
        sql = 'INSERT OR REPLACE INTO search_docs (rowid, words) VALUES (?, ?)'
    await database.owe(sql, documents)


def matching(text: str) -> Sql | None:
    """The condition on `search_docs` that all words of `text` begin a word of it; None without a word."""
    beginnings = stems(text[:LONGEST])[:MAX_WORDS]
    if not beginnings:
        return None
    if database.is_postgres():
        return "tokens @@ to_tsquery('simple', ?)", [' & '.join(f"'{word}':*" for word in beginnings)]
    return 'search_docs MATCH ?', [' '.join(f'"{word}"*' for word in beginnings)]


def condition(actor: Actor, catalog: Catalog, text: str) -> Sql:
    """The condition on a record's row `t` that it has these words in fields that the actor may read."""
    if matching(text) is None:
        return NEVER
    whole = SCHEMA[catalog.code]
    closed = closed_of(whole)
    gone = frozenset(spec.code for spec in _searched(whole)) & hidden(actor, whole)
    now = _found_in(catalog, text, gone, closed, closed)
    run = SCHEMA.rewriting.get(catalog.id)
    if run is None:
        return now
    before = _found_in(catalog, text, gone, run.apart, run.maybe)
    return f'((t.id >= ? AND {now[0]}) OR (t.id < ? AND {before[0]}))', [
        run.below,
        *now[1],
        run.below,
        *before[1],
    ]


def _searched(catalog: Catalog) -> list[FieldSpec]:
    return [spec for spec in catalog.live_fields if spec.type in SEARCHED]


def closed_of(catalog: Catalog) -> frozenset[str]:
    """The searched fields of a catalogue that are hidden from some role, whose words lie apart."""
    return frozenset(spec.code for spec in _searched(catalog) if spec.closed)


def _found_in(
    catalog: Catalog, text: str, gone: frozenset[str], apart: frozenset[str], maybe: frozenset[str]
) -> Sql:
    """Where a reader looks who must find no word of the fields `gone`, given whose words lie apart."""
    if gone - apart:
        return NEVER
    if maybe and not gone & maybe:
        return _over_both(catalog, text)
    match, first = matching(text) or NEVER, catalog.id * SPAN
    sql = f't.id IN (SELECT rowid - {first} FROM search_docs WHERE {match[0]} AND rowid BETWEEN ? AND ?)'
    return sql, [*match[1], first, first + CLOSED - 1]


def _over_both(catalog: Catalog, text: str) -> Sql:
    """Each word may be in either document."""
    first, parts, args = catalog.id * SPAN, [], []
    for word in stems(text[:LONGEST])[:MAX_WORDS]:
        match = matching(word)
        if match:
            place = f'(rowid - {first}) % {CLOSED}'
            parts.append(
                f't.id IN (SELECT {place} FROM search_docs WHERE {match[0]} AND rowid BETWEEN ? AND ?)'
            )
            args += [*match[1], first, first + SPAN - 1]
    return f'({" AND ".join(parts)})', args


async def everywhere(actor: Actor, catalogs: Iterable[Catalog], text: str, limit: int) -> list[Ref]:
    """The newest matches of each catalogue the actor may read, titles that begin with the words first."""
    hits: list[tuple[bool, Ref]] = []
    for catalog in catalogs:
        sql, args = condition(actor, catalog, text)
        narrow, more = readable(actor, catalog)
        found = await database.rows(
            f'SELECT t.id, t.title, t.title_key FROM {table(catalog)} t'
            f' WHERE t.deleted_at IS NULL AND {narrow} AND {sql} ORDER BY t.id DESC LIMIT ?',
            [*more, *args, limit],
            read=True,
        )
        beginnings = stems(text[:LONGEST])
        for row in found:
            named = all(any(w.startswith(b) for w in words(row['title'])) for b in beginnings)
            hits.append((not named, Ref(row['id'], row['title'], catalog.code)))
    return [ref for _, ref in sorted(hits, key=lambda hit: hit[0])][:limit]


async def named_like(actor: Actor, catalog: Catalog | None, text: str, limit: int) -> list[dict[str, Any]]:
    """Rows (id, title) of records whose name contains `text`; active people without a catalogue."""
    wanted = '%' + _literal(fold(text.strip()[:LONGEST]) or '') + '%'
    if catalog is None:
        found_in = words_of_people(actor)
        sql = (
            "SELECT id, name AS title FROM people WHERE is_active = 1 AND kind = 'employee'"
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
