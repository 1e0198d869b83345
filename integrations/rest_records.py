"""Records over REST: the same door as the pages, so the same rights, checks and journal."""

from collections.abc import Mapping
from typing import Any

from integrations.rest_calls import MOST_ROWS, Answer, Answered, Call, Endpoint
from integrations.rest_json import change_json, record_json
from store import Catalog, Filter, Invalid, Problem, Query, RecordView, feed
from store.query import NO_FILTER

_ROWS = (list,)


def _one(call: Call, view: RecordView, status: int = 200) -> Answer:
    headers = {'ETag': f'"{view.version}"'}
    if status == 201:
        headers['Location'] = f'/api/v1/catalogs/{view.catalog}/records/{view.id}'
    return Answer(record_json(call.records.catalog(call.catalog), view), status, headers)


def _filter(plain: Any) -> Filter:
    """A filter of JSON values or of its text."""
    if isinstance(plain, str):
        return Filter.from_text(plain)
    return NO_FILTER if plain in (None, {}) else Filter.from_plain(plain)


async def list_records(call: Call) -> Answer:
    """A page asked for in the address."""
    asked: dict[str, Any] = dict(call.query)
    asked.pop('deleted', None)
    unknown = asked.keys() - {'filter', 'sort', 'limit', 'after', 'text', 'fields'}
    if unknown:
        raise Invalid({name[:60]: Problem('unknown_field') for name in unknown})
    fields = asked.get('fields')
    asked['limit'] = call.number('limit')
    asked['fields'] = fields.split(',') if fields else None
    return await _page(call, asked)


async def query_records(call: Call) -> Answer:
    """A page asked for in the body, for filters too long for an address."""
    return await _page(
        call, call.given(filter=(dict, str), sort=str, limit=int, after=str, text=str, fields=list)
    )


async def _page(call: Call, asked: Mapping[str, Any]) -> Answer:
    catalog = call.records.catalog(call.catalog)
    fields = asked.get('fields')
    query = Query(
        filter=_filter(asked.get('filter')),
        sort=asked.get('sort') or '-id',
        limit=50 if asked.get('limit') is None else asked['limit'],
        after=asked.get('after') or None,
        text=asked.get('text') or '',
        fields=None if fields is None else _known_fields(catalog, fields),
    )
    page = await call.records.find(call.catalog, query)
    return Answer({'records': [record_json(catalog, view) for view in page.records], 'next': page.cursor})


def _known_fields(catalog: Catalog, codes: list[Any]) -> tuple[str, ...]:
    unknown = [code for code in codes if not isinstance(code, str) or catalog.field(code) is None]
    if unknown:
        raise Invalid({str(code)[:60]: Problem('unknown_field') for code in unknown})
    return tuple(codes)


async def get_record(call: Call) -> Answer:
    """One record, also from the recycle bin with ?deleted=1."""
    deleted = call.query.get('deleted') in ('1', 'true')
    return _one(call, await call.records.get(call.catalog, call.id, deleted=deleted))


async def create_record(call: Call) -> Answer:
    """A new record."""
    given = call.given(values=dict, stage=str)
    view = await call.records.create(call.catalog, given['values'] or {}, stage=given['stage'])
    return _one(call, view, 201)


async def change_record(call: Call) -> Answer:
    """Change fields; with `version` a later change by somebody else is a conflict."""
    given = call.given(values=dict, version=int)
    if given['values'] is None:
        raise Invalid({'values': Problem('required')})
    return _one(
        call, await call.records.change(call.catalog, call.id, given['values'], version=given['version'])
    )


async def move_record(call: Call) -> Answer:
    """Put a card into a stage."""
    given = call.given(stage=str, above=int, below=int, version=int)
    if not given['stage']:
        raise Invalid({'stage': Problem('required')})
    return _one(call, await call.records.move(call.catalog, call.id, **given))


async def remove_record(call: Call) -> Answer:
    """Into the recycle bin."""
    await call.records.remove(call.catalog, call.id, version=call.number('version'))
    return Answer(status=204)


async def restore_record(call: Call) -> Answer:
    """Out of the recycle bin."""
    call.given()
    return _one(call, await call.records.restore(call.catalog, call.id))


async def history(call: Call) -> Answer:
    """What happened to a record, the latest first."""
    limit = call.number('limit', 50) or 50
    found = await call.records.history(
        call.catalog, call.id, limit=min(limit, MOST_ROWS), before=call.number('before')
    )
    return Answer({'changes': [change_json(change) for change in found]})


async def comment(call: Call) -> Answer:
    """Say something about a record."""
    given = call.given(text=str)
    records, message = call.records, feed.Message(given['text'] or '')
    posted = await feed.post(records.actor, call.catalog, call.id, message, cause=records.cause)
    return Answer(change_json(posted.change), 201)


async def create_many(call: Call) -> Answer:
    """New records, all or none; answers with their ids and versions in the order given."""
    rows = _rows(call.given(records=_ROWS)['records'])
    bad = next((place for place, row in enumerate(rows) if not isinstance(row, dict)), None)
    if bad is not None:
        raise Invalid({'records': Problem('wrong_type', row=bad)})
    ids = await call.records.add_many(call.catalog, rows)
    return Answer({'records': [{'id': id, 'version': 1} for id in ids]}, 201)


async def change_many(call: Call) -> Answer:
    """One change of several records (`ids`, `values`), or each its own (`records`), all or none."""
    given = call.given(ids=_ROWS, values=dict, records=_ROWS)
    if given['records'] is not None:
        views = await call.records.change_each(
            call.catalog, [_own_change(row) for row in _rows(given['records'])]
        )
    else:
        views = await call.records.change_many(call.catalog, _ids(_rows(given['ids'])), given['values'] or {})
    return Answer({'records': [{'id': view.id, 'version': view.version} for view in views]})


def _rows(rows: list[Any] | None) -> list[Any]:
    if not rows:
        raise Invalid({'records': Problem('required')})
    if len(rows) > MOST_ROWS:
        raise Answered('too_many_rows', limit=MOST_ROWS)
    return rows


def _ids(rows: list[Any]) -> list[int]:
    if not all(isinstance(row, int) and not isinstance(row, bool) and 0 < row < 10**18 for row in rows):
        raise Invalid({'ids': Problem('wrong_type')})
    return rows


def _own_change(row: Any) -> tuple[int, dict[str, Any]]:
    if not isinstance(row, dict) or row.keys() != {'id', 'values'} or not isinstance(row['values'], dict):
        raise Invalid({'records': Problem('wrong_type')})
    return _ids([row['id']])[0], row['values']


async def count(call: Call) -> Answer:
    """How many records match."""
    asked = _filter(call.query.get('filter', ''))
    return Answer({'count': await call.records.count(call.catalog, asked, call.query.get('text', ''))})


async def stage_totals(call: Call) -> Answer:
    """Count and value by stage of a pipeline, the first one unless `pipeline` names another."""
    found = await call.records.stage_totals(
        call.catalog,
        call.query.get('pipeline') or None,
        _filter(call.query.get('filter', '')),
        call.query.get('text', ''),
    )
    return Answer(
        {
            'stages': [
                {'stage': code, 'count': total.count, 'sums': {c: str(s) for c, s in total.sums.items()}}
                for code, total in found.items()
            ]
        }
    )


async def search(call: Call) -> Answer:
    """Records of every readable catalogue by their words."""
    limit = min(call.number('limit', 20) or 20, 100)
    found = await call.records.search(
        call.query.get('text', ''), limit=limit, catalog=call.query.get('catalog')
    )
    return Answer({'found': [{'catalog': ref.catalog, 'id': ref.id, 'title': ref.title} for ref in found]})


_FILTER = ('filter', 'conditions as JSON, e.g. {"all":[["amount","greater",1000]]}')
_TEXT = ('text', 'words to search for')
_LIMIT = ('limit', f'at most {MOST_ROWS}')
_SORT = ('sort', 'a field code; with a minus in front the other way round')
_AFTER = ('after', 'the `next` of the page before')
_ALL = '/catalogs/{catalog}/records'
_EACH = f'{_ALL}/{{id}}'
RECORD_ENDPOINTS = (
    Endpoint(
        'GET',
        _ALL,
        list_records,
        'A page of records',
        answer='page',
        query=(_FILTER, _SORT, _LIMIT, _AFTER, _TEXT, ('fields', 'codes between commas; all without it')),
    ),
    Endpoint('POST', _ALL, create_record, 'Create', body='new', answer='record', status=201),
    Endpoint(
        'POST',
        f'{_ALL}/query',
        query_records,
        'A page of records, asked in the body',
        body='query',
        answer='page',
    ),
    Endpoint(
        'POST',
        f'{_ALL}/bulk',
        create_many,
        'Create several, all or none',
        body='new_many',
        answer='ids',
        status=201,
    ),
    Endpoint(
        'PATCH', f'{_ALL}/bulk', change_many, 'Change several, all or none', body='change_many', answer='ids'
    ),
    Endpoint(
        'GET',
        _EACH,
        get_record,
        'One record',
        answer='record',
        query=(('deleted', '1 looks into the recycle bin'),),
    ),
    Endpoint(
        'PATCH',
        _EACH,
        change_record,
        'Change; a conflict answers 409 with both values',
        body='change',
        answer='record',
    ),
    Endpoint(
        'DELETE',
        _EACH,
        remove_record,
        'Put into the recycle bin',
        status=204,
        query=(('version', 'refuse when the record is newer'),),
    ),
    Endpoint('POST', f'{_EACH}/move', move_record, 'Move to a stage', body='move', answer='record'),
    Endpoint('POST', f'{_EACH}/restore', restore_record, 'Take out of the recycle bin', answer='record'),
    Endpoint(
        'GET',
        f'{_EACH}/history',
        history,
        'History and comments',
        answer='history',
        query=(_LIMIT, ('before', 'the id of a change to go on from')),
    ),
    Endpoint(
        'POST', f'{_EACH}/comments', comment, 'Comment', body='comment', answer='change_entry', status=201
    ),
    Endpoint(
        'GET', '/catalogs/{catalog}/count', count, 'How many match', answer='count', query=(_FILTER, _TEXT)
    ),
    Endpoint(
        'GET',
        '/catalogs/{catalog}/stages',
        stage_totals,
        'Count and value by stage',
        answer='stages',
        query=(('pipeline', 'its code; the first without it'), _FILTER, _TEXT),
    ),
    Endpoint(
        'GET',
        '/search',
        search,
        'Search every catalogue',
        tag='Search',
        answer='found',
        query=(_TEXT, _LIMIT, ('catalog', 'search one catalogue only')),
    ),
)
"""What may be done with records."""
