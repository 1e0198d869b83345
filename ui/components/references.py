"""People and linked records as pickers take them: items with the key 'catalogue/id'."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from store import NotFound, Problem, Ref, colleagues
from store.colleagues import Away
from ui.cells import face
from ui.components.basics import tell
from ui.formats import date_short, today
from ui.place import go, record_url
from ui.session import records
from ui.text import label_one, t

PERSON = 'person'
ANY = '*'


def item_of(ref: Ref, note: str = '') -> dict[str, Any]:
    """A reference as a picker item."""
    href = record_url(ref.catalog, ref.id) if ref.catalog != PERSON else ''
    item = {'id': f'{ref.catalog}/{ref.id}', 'title': ref.title or '—', 'href': href, 'note': note}
    return item | {'face': face(ref)} if ref.catalog == PERSON else item


def ref_of(item: Mapping[str, Any]) -> Ref:
    """The reference behind a picker item."""
    catalog, _, number = str(item['id']).partition('/')
    return Ref(id=int(number), title=str(item['title']), catalog=catalog)


async def search_people(text: str) -> list[dict[str, Any]]:
    """Colleagues whose names fit."""
    found = await records().suggest(PERSON, text)
    away = await colleagues.away(records().actor, today())
    return [item_of(ref, _absence(away.get(ref.id))) for ref in found]


def _absence(one: Away | None) -> str:
    """That somebody is away, and who stands in."""
    if one is None:
        return ''
    when = t('Away until {date}', date=date_short(one.until)) if one.until else t('Away')
    return f'{when} · {t("deputy: {name}", name=one.deputy)}' if one.deputy else when


def searcher(target: str) -> Callable[[str], Awaitable[Sequence[Mapping[str, Any]]]]:
    """A search in one catalogue, or in all of them."""

    async def search(text: str) -> list[dict[str, Any]]:
        mine = records()
        if not is_open(target):
            return []
        if target != ANY:
            return [item_of(ref) for ref in await mine.suggest(target, text)]
        names = {catalog.code: label_one(catalog) for catalog in mine.catalogs()}
        found = await mine.search(text, limit=12) if text.strip() else []
        return [item_of(ref, names.get(ref.catalog, '')) for ref in found]

    return search


def is_open(target: str) -> bool:
    """Whether this reader may see any record that a link to this section can hold."""
    return target in (ANY, PERSON) or target in {catalog.code for catalog in records().catalogs()}


def maker(target: str) -> Callable[[str], Awaitable[Mapping[str, Any] | None]] | None:
    """A way to create a record of the catalogue by its name, for those who may."""
    if target in (ANY, PERSON) or not _may_create(target):
        return None

    async def make(title: str) -> Mapping[str, Any] | None:
        try:
            made = await records().create(target, {'title': title})
        except Problem as problem:
            tell(problem)
            return None
        return item_of(Ref(id=made.id, title=made.title, catalog=target))

    return make


def visit(item: Mapping[str, Any]) -> None:
    """Go to the page of a linked record."""
    ref = ref_of(item)
    if ref.catalog != PERSON:
        go(record_url(ref.catalog, ref.id))


def _may_create(catalog: str) -> bool:
    try:
        return bool(records().may('create', catalog))
    except NotFound:
        return False
