"""What the side panel leads to: the sections of the chosen workplace that the reader may read."""

from collections.abc import Mapping
from typing import Any

from store import Catalog, workplaces
from store.workplaces import EVERYTHING, Workplace
from ui.pages import Page, all_pages
from ui.place import catalog_url
from ui.session import Tab
from ui.text import label, t

PLACES_ON_PHONE = 3

Entry = Mapping[str, Any]


class Panel:
    """The entries of one tab; `chosen` is the code of the workplace the person chose."""

    def __init__(self, tab: Tab, chosen: str = EVERYTHING) -> None:
        self._tab = tab
        self.chosen = chosen

    def entries(self) -> dict[str, Any]:
        """The panel as it is now: groups, its bottom, the phone's bar, the workplaces to change to."""
        offered = workplaces.open_to(self._tab.actor)
        here = self._present(offered)
        pages = [page for page in all_pages() if page.nav and page.allowed(self._tab.actor)]
        pages.sort(key=lambda page: page.nav.place if page.nav else 0)
        groups = self._everything(pages) if here is None else self._of(here, pages)
        flat = [item for group in groups for item in group['items']]
        return {
            'groups': groups,
            'bottom': [_entry(page) for page in pages if page.nav and page.nav.bottom],
            'places': flat[:PLACES_ON_PHONE],
            'workplaces': self._offers(offered),
            'workplace': here.code if here else EVERYTHING,
        }

    def sections(self) -> set[str]:
        """Codes of the catalogues the panel shows."""
        return {item['key'] for group in self.entries()['groups'] for item in group['items']}

    def _present(self, offered: tuple[Workplace, ...]) -> Workplace | None:
        """Where this person works; None is everything: for whom none is open, an administrator's first."""
        found = next((one for one in offered if one.code == self.chosen), None)
        if found is None and offered and not self._tab.actor.is_admin:
            return offered[0]
        return found

    def _offers(self, offered: tuple[Workplace, ...]) -> list[dict[str, str]]:
        shown = [{'key': one.code, 'label': label(one), 'icon': one.icon} for one in offered]
        if self._tab.actor.is_admin and shown:
            shown.insert(0, {'key': EVERYTHING, 'label': t('Everything'), 'icon': 'apps'})
        return shown

    def _of(self, here: Workplace, pages: list[Page]) -> list[dict[str, Any]]:
        sections = {catalog.code: catalog for catalog in self._tab.records().catalogs()}
        known = {code: _section(catalog) for code, catalog in sections.items()}
        known |= {page.path: _entry(page) for page in pages if page.nav and not page.nav.bottom}
        items = [known[code] for code in here.sections if code in known]
        return [{'key': f'of {here.code}', 'label': '', 'items': items}]

    def _everything(self, pages: list[Page]) -> list[dict[str, Any]]:
        free = [page for page in pages if page.nav and not page.nav.bottom]
        sections = [_section(catalog) for catalog in self._tab.records().catalogs()]
        groups = [
            ('top', '', [_entry(page) for page in free if page.nav and page.nav.place < 20]),
            ('sections', t('Sections'), sections),
            ('work', t('Tools'), [_entry(page) for page in free if page.nav and page.nav.place >= 20]),
        ]
        return [{'key': key, 'label': name, 'items': items} for key, name, items in groups if items]


def _section(catalog: Catalog) -> Entry:
    return {
        'key': catalog.code,
        'href': catalog_url(catalog.code),
        'icon': catalog.icon,
        'label': label(catalog),
    }


def _entry(page: Page) -> Entry:
    if page.nav is None:
        raise LookupError(f'{page.path} has no place in the panel')
    return {'key': page.path, 'href': page.path, 'icon': page.nav.icon, 'label': t(page.nav.label)}
