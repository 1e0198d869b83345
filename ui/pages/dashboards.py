"""Dashboards: the figures of a pipeline on one page, and the same as the third view of a catalogue."""

from store.dashboards import Dashboard, list_dashboards
from store.problems import NotFound
from ui.components import frame
from ui.components.basics import empty_state
from ui.components.dashboard_view import DashboardView, implied
from ui.components.view_links import view_links
from ui.pages import Area, Nav, Page, everyone
from ui.place import Place, go
from ui.session import records, session
from ui.text import label, t

MAX_LINKS = 6


async def _offered() -> list[Dashboard]:
    """Saved dashboards, then one for each further catalogue with a pipeline, tasks aside."""
    saved = list(await list_dashboards(session().actor))
    taken = {one.catalog for one in saved}
    others = [
        c for c in records().catalogs() if c.pipelines and c.code not in taken and 'task' not in c.traits
    ]
    return [*saved, *(implied(catalog) for catalog in others)]


async def draw_dashboards(place: Place) -> None:
    """The page /dashboards and /dashboards/{code}."""
    offered = await _offered()
    wanted = place.params.get('code')
    chosen = next((one for one in offered if wanted in (None, one.code)), None)
    if wanted and chosen is None:
        raise NotFound('no_such_dashboard', dashboard=wanted[:60])
    place.set_title(t('Dashboards'))
    links = [
        frame.ViewLink(f'/dashboards/{one.code}', label(one), 'insights', is_on=one is chosen)
        for one in offered[:MAX_LINKS]
    ]
    with frame.header(t('Dashboards'), links if len(links) > 1 else ()) as head:
        pass
    with frame.body() as body:
        if chosen is None:
            empty_state(
                t('Figures appear here once a catalogue has a pipeline.'),
                t('Install a solution') if session().actor.is_admin else '',
                lambda: go('/settings'),
                icon_name='insights',
            )
            return
    await DashboardView(place, chosen, head.filters, body).draw()


async def draw_analytics(place: Place) -> None:
    """The page /c/{catalog}/analytics."""
    catalog = records().catalog(place.params['catalog'])
    if not catalog.pipelines:
        raise NotFound('no_pipeline', catalog=catalog.code)
    saved = [one for one in await list_dashboards(session().actor) if one.catalog == catalog.code]
    place.set_title(label(catalog))
    with frame.header(label(catalog), view_links(catalog, 'analytics')) as head:
        pass
    with frame.body() as body:
        pass
    await DashboardView(place, saved[0] if saved else implied(catalog), head.filters, body).draw()


PAGES = (
    Page(
        path='/dashboards',
        draw=draw_dashboards,
        title='Dashboards',
        allowed=everyone,
        nav=Nav(icon='insights', label='Dashboards', place=30),
        area=Area(
            category='analytics',
            icon='insights',
            sentence='Funnels, sums and charts over your sections',
            words='итоги аналитика отчёты воронка графики dashboards reports charts',
        ),
    ),
    Page(path='/dashboards/{code}', draw=draw_dashboards, title='Dashboards', allowed=everyone),
    Page(path='/c/{catalog}/analytics', draw=draw_analytics, title='Analytics', allowed=everyone),
)
