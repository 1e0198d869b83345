"""The page of one record; of a deleted one the way back."""

from nicegui import ui

from store import Catalog, NotFound, Problem, RecordView
from ui.components import frame, record_drawer
from ui.components.basics import empty_state, tell
from ui.components.record_view import RecordPane
from ui.pages import Page, everyone
from ui.place import Place, catalog_url, go
from ui.session import records
from ui.text import label, t


async def draw_record(place: Place) -> None:
    """The page /c/{catalog}/{id}."""
    catalog = records().catalog(place.params['catalog'])
    number = place.params['id']
    if not number.isdecimal() or len(number) > 15:
        raise NotFound(catalog=catalog.code, id=number[:40])
    view, home = await _read(catalog, int(number)), catalog_url(catalog.code)
    place.set_title(view.title)
    with frame.header(label(catalog), back=home):
        pass
    with frame.body():
        if view.deleted_at is not None:
            _deleted(catalog, view)
            return
        await RecordPane(catalog.code, view.id, on_gone=lambda: go(home)).draw()
    drawer = record_drawer.attach(place)
    place.on_query(drawer.follow)


async def _read(catalog: Catalog, id: int) -> RecordView:
    """The record, or the deleted one for those who may bring it back.

    :raises NotFound: neither is there for this reader"""
    try:
        return await records().get(catalog.code, id)
    except NotFound:
        if not records().may('delete', catalog.code):
            raise
        return await records().get(catalog.code, id, deleted=True)


def _deleted(catalog: Catalog, view: RecordView) -> None:
    async def restore() -> None:
        try:
            await records().restore(catalog.code, view.id)
        except Problem as problem:
            tell(problem)
        else:
            ui.navigate.reload()

    sentence = t('“{name}” was deleted.', name=view.title)
    empty_state(sentence, t('Bring it back'), restore, icon_name='delete')


PAGES = (Page(path='/c/{catalog}/{id}', draw=draw_record, title='Record', allowed=everyone),)
