"""Files by HTTP: what was kept comes out only through its rights, what comes in is cut off at its limit."""

from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from store import NotAllowed, NotFound, Problem, Refused, files
from store.file_contents import HTML, RASTER, SVG, UNKNOWN
from store.files import FileInfo
from ui.prefix import public
from ui.reader import reading
from ui.rows import HEADER
from ui.session import Tab, note_refusal, tab_of
from ui.text import words

router = APIRouter(include_in_schema=False)
SANDBOX: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A file that is opened as a page of its own runs nothing and belongs to no origin."""
_FOREVER: Final = 'private, max-age=31536000, immutable'


def file_url(info: FileInfo) -> str:
    """The address of a file."""
    return f'/files/{info.id}'


@router.get('/files/{file_id}')
async def read_file(request: Request, file_id: int) -> Response:
    """The content of a file, for whoever may have it."""
    tab = await tab_of(request)
    try:
        info, path = await files.open_file(tab.actor if tab else None, file_id)
    except Problem as problem:
        note_refusal(problem, tab, path=request.url.path)
        if isinstance(problem, Refused):
            return JSONResponse({'error': {'code': problem.code, 'message': words(problem)}}, 403)
        if tab is None and await tab_of(request, portal=True) is not None:
            return JSONResponse({'error': {'code': 'portal_only'}}, 403)
        if tab is None:
            return RedirectResponse(public(request, f'/sign-in?next=%2Ffiles%2F{file_id}'), 303)
        return JSONResponse({'error': {'code': 'not_found'}}, 404)
    tag = f'"{info.sha256}"'
    headers = _headers(info) | {'etag': tag}
    if tag in request.headers.get('if-none-match', ''):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=_served_type(info), headers=headers)


def _headers(info: FileInfo) -> dict[str, str]:
    return {
        'content-disposition': disposition(info),
        'content-security-policy': SANDBOX,
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        # Rights to a record may end, so its attachments are asked for each time.
        'cache-control': 'private, no-cache' if info.kind == files.ATTACHMENT else _FOREVER,
    }


def _served_type(info: FileInfo) -> str:
    if info.content_type == HTML or (info.content_type == SVG and info.kind != files.LOGO):
        return UNKNOWN
    return info.content_type


def disposition(info: FileInfo) -> str:
    """How a browser treats a file: only raster pictures are shown, all else is saved (RFC 6266)."""
    kind = 'inline' if info.content_type in RASTER else 'attachment'
    plain = ''.join(c if c.isascii() and c.isprintable() and c not in '"\\%' else '_' for c in info.name)
    return f'{kind}; filename="{plain}"; filename*=UTF-8\'\'{quote(info.name, safe="")}'


@router.post('/files')
async def take_file(request: Request, catalog: str, record: int, name: str) -> JSONResponse:
    """Keep the body as an attachment that waits for its message; only our own pages may send one."""
    tab = await tab_of(request) if request.headers.get(HEADER) else None
    if tab is None:
        return JSONResponse({'error': 'signed_out'}, 401)
    with reading(tab.reader):
        try:
            return JSONResponse(shown(await _taken(tab, request, catalog, record, name)))
        except ClientDisconnect:
            # The upload was given up; nobody waits for the answer.
            return JSONResponse({}, 400)
        except Problem as problem:
            return JSONResponse({'error': words(problem)}, _status(problem))


async def _taken(tab: Tab, request: Request, catalog: str, record: int, name: str) -> FileInfo:
    await tab.records().get(catalog, record)
    limit, parts, seen = files.size_limit(), [], 0
    async for part in request.stream():
        seen += len(part)
        if seen > limit:
            raise Refused('file_refused', reason='too_big', limit_mb=limit >> 20)
        parts.append(part)
    return await files.keep(
        tab.actor,
        name[:1000],
        b''.join(parts),
        kind=files.DRAFT,
        catalog=catalog,
        record_id=record,
    )


def _status(problem: Problem) -> int:
    if isinstance(problem, NotFound | NotAllowed):
        return 404 if isinstance(problem, NotFound) else 403
    return 413 if problem.facts.get('reason') in ('too_big', 'quota') else 400


def shown(info: FileInfo) -> dict[str, object]:
    """A file as the pages draw it."""
    return {
        'id': info.id,
        'name': info.name,
        'size': info.size,
        'picture': info.is_picture,
        'url': file_url(info),
    }
