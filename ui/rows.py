"""Rows for the grid of a list: a page of records by JSON, for the person whose cookie asks."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from store import Condition, Filter, NotFound, Problem, Query, Records, Refused
from ui.cells import Column, columns_of, rows
from ui.reader import reading
from ui.session import note_refusal, tab_of
from ui.text import n, words

router = APIRouter(include_in_schema=False)
HEADER = 'x-artel'
"""Own pages send this header; a foreign page cannot add it without being asked first, and is then refused."""
MAX_ROWS = 200


@router.post('/_rows/{catalog}')
async def read_rows(catalog: str, request: Request) -> JSONResponse:
    """One block of rows; with it the total, when `count` asks for it."""
    tab = await tab_of(request) if request.headers.get(HEADER) else None
    if tab is None:
        return JSONResponse({'error': 'signed_out'}, 401)
    with reading(tab.reader):
        try:
            asked = json.loads(await request.body())
            return JSONResponse(await block(tab.records(), catalog, asked if isinstance(asked, dict) else {}))
        except ClientDisconnect:
            # The list was left before it had asked; nobody waits for the answer.
            return JSONResponse({}, 400)
        except (ValueError, RecursionError):
            return JSONResponse({'error': words(Refused('bad_filter', reason='not JSON'))}, 400)
        except Problem as problem:
            note_refusal(problem, tab, path=request.url.path)
            return JSONResponse({'error': words(problem)}, 404 if isinstance(problem, NotFound) else 400)


async def block(records: Records, catalog: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Rows from `start` to `end` in the order `sort`, narrowed by `filter` and `text`.

    `after` is the cursor of the block before, when that one ended where this begins."""
    kind = records.catalog(catalog)
    start, end = _whole(asked.get('start')), _whole(asked.get('end'), 100)
    narrowed, text = Filter.from_text(str(asked.get('filter') or '')), str(asked.get('text') or '')[:400]
    columns = _columns(records, catalog, asked.get('columns'))
    after = str(asked['after']) if asked.get('after') else None
    query = Query(
        filter=narrowed,
        text=text,
        sort=str(asked.get('sort') or '-id')[:200],
        limit=max(1, min(MAX_ROWS, end - start)),
        after=after,
        offset=0 if after else start,
        fields=_fields(columns),
    )
    page = await records.find(kind.code, query)
    answer: dict[str, Any] = {'rows': await rows(records, page.records, columns), 'cursor': page.cursor}
    if asked.get('count'):
        total = await records.count(kind.code, narrowed, text)
        answer |= {'total': total, 'total_text': total_words(total)}
    return answer


async def changed_rows(
    records: Records, catalog: str, ids: list[int], asked: dict[str, Any]
) -> list[dict[str, Any]]:
    """The rows of these records that the list still shows, for a live change."""
    columns = _columns(records, catalog, asked.get('columns'))
    narrowed = Filter.from_text(str(asked.get('filter') or ''))
    query = Query(
        filter=narrowed.also(Condition('id', 'in', ids)),
        text=str(asked.get('text') or ''),
        sort='id',
        limit=len(ids),
        fields=_fields(columns),
    )
    return await rows(records, (await records.find(catalog, query)).records, columns)


def total_words(total: int) -> str:
    """How many records the list holds."""
    return n('{count} record', '{count} records', total)


def _columns(records: Records, catalog: str, wanted: Any) -> list[Column]:
    known = columns_of(records, records.catalog(catalog))
    codes = [str(code) for code in wanted] if isinstance(wanted, list) else []
    return [known[code] for code in dict.fromkeys(['title', *codes]) if code in known]


def _fields(columns: list[Column]) -> list[str]:
    return [column.through.code if column.through else column.spec.code for column in columns]


def _whole(raw: Any, default: int = 0) -> int:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 10**9 else default
