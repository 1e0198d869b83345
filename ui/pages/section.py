"""The bare address of a section leads to the view this person used last, else to its board or list."""

from store import system_settings
from ui.last_view import VIEWS
from ui.pages import Page, everyone
from ui.place import Place, catalog_url
from ui.session import records, session


async def draw_section(place: Place) -> None:
    """Go on to a view of the section."""
    catalog = records().catalog(place.params['catalog'])
    saved = await system_settings.preferences(session().actor, f'view.{catalog.code}')
    view = str(saved.get(f'view.{catalog.code}') or 'board')
    place.replace(catalog_url(catalog.code, view if catalog.pipelines and view in VIEWS else 'list'))


PAGES = (Page(path='/c/{catalog}', draw=draw_section, title='Section', allowed=everyone),)
