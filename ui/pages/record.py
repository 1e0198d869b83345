"""The page of one record."""

from store import NotFound
from ui.components import frame, record_drawer
from ui.components.record_view import RecordPane
from ui.pages import Page, everyone
from ui.place import Place, catalog_url, go
from ui.session import records
from ui.text import label


async def draw_record(place: Place) -> None:
    """The page /c/{catalog}/{id}."""
    catalog = records().catalog(place.params['catalog'])
    number = place.params['id']
    if not number.isdecimal() or len(number) > 15:
        raise NotFound(catalog=catalog.code, id=number[:40])
    home = catalog_url(catalog.code)
    # Read before anything is drawn, so that a missing record is a page of its own and not half a frame.
    await records().get(catalog.code, int(number))
    with frame.header(label(catalog), back=home):
        pass
    with frame.body():
        view = await RecordPane(catalog.code, int(number), on_gone=lambda: go(home)).draw()
    place.set_title(view.title)
    drawer = record_drawer.attach(place)
    place.on_query(drawer.follow)


PAGES = (Page(path='/c/{catalog}/{id}', draw=draw_record, title='Record', allowed=everyone),)
