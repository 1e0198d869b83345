"""The switcher between the views of one catalogue: board, list, analytics."""

from collections.abc import Mapping

from store import Catalog
from ui.components.frame import ViewLink
from ui.place import catalog_url, with_query
from ui.text import t

KEPT = ('filter', 'q')


def view_links(catalog: Catalog, current: str, query: Mapping[str, str] | None = None) -> list[ViewLink]:
    """Links to each view this catalogue has; the filter of the address goes with them."""
    kept = {key: value for key, value in (query or {}).items() if key in KEPT}
    known = [('list', t('List'), 'view_list')]
    if catalog.pipelines:
        known = [('board', t('Board'), 'view_kanban'), *known, ('analytics', t('Analytics'), 'bar_chart')]
    return [
        ViewLink(with_query(catalog_url(catalog.code, view), kept), word, icon, is_on=view == current)
        for view, word, icon in known
    ]
