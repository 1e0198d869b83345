"""Taking the records of a list or board home: a menu of formats, progress that can be stopped, the file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from nicegui import ui

from integrations.exchange.export import FORMATS, ExportColumn, Wanted, Work, export
from store import NO_FILTER, Catalog, Filter, Problem
from store.system_settings import preferences
from ui.cells import columns_of, default_columns
from ui.compat import WhileShown
from ui.components.basics import button, icon_button, menu_item, row, tell, text, toast
from ui.exports import fresh_path, offer
from ui.formats import number, today
from ui.reader import reader, reading
from ui.session import Tab, records, session
from ui.text import label, n, t
from ui.values import shown, zone

LOOK_S = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What is being looked at: codes of the columns in their order (none for those of the reader's list),
    and what narrows and sorts the records."""

    columns: Sequence[str] = ()
    filter: Filter = NO_FILTER
    text: str = ''
    sort: str = '-id'


def may_export(catalog: str) -> bool:
    """Whether the reader may take records of this catalogue home."""
    mine = records()
    return mine.actor.may_do('export') and mine.may('export', catalog)


def draw_export(catalog: Catalog, view: Callable[[], View]) -> None:
    """The button with its menu, for whoever may export; `view` tells what is looked at when it is chosen."""
    if not may_export(catalog.code):
        return
    with icon_button('download', t('Export')).mark('export'), ui.menu().classes('a-menu'):
        for key, name in FORMATS.items():
            menu_item(name, partial(_chosen, catalog, view, key)).mark(f'export-{key}')


async def _chosen(catalog: Catalog, view: Callable[[], View], kind: str) -> None:
    with ui.context.client.layout:
        seen = view()
        columns = seen.columns or await _list_columns(catalog)
        await _Export(session(), catalog, _wanted(catalog, replace(seen, columns=columns), kind)).run()


async def _list_columns(catalog: Catalog) -> list[str]:
    key = f'list.{catalog.code}'
    saved = (await preferences(session().actor, key)).get(key) or {}
    return [str(column['code']) for column in saved.get('columns') or ()] or default_columns(catalog)


def _wanted(catalog: Catalog, view: View, kind: str) -> Wanted:
    known = columns_of(records(), catalog)
    return Wanted(
        catalog=catalog.code,
        columns=[
            ExportColumn(code=c.code, caption=c.label, spec=c.spec, catalog=c.catalog, through=c.through)
            for c in (known[code] for code in view.columns if code in known)
        ],
        say=_sayer(),
        zone=zone(),
        filter=view.filter,
        text=view.text,
        sort=view.sort,
        format=kind,
        language=reader().language,
        currency=t('currency'),
    )


def _sayer() -> Callable[[Any, ExportColumn], str]:
    who = reader()

    def say(value: Any, column: ExportColumn) -> str:
        with reading(who):
            return shown(value, column.spec, column.catalog)

    return say


class _Export:
    """One export in one tab; it stops when the tab is closed."""

    def __init__(self, tab: Tab, catalog: Catalog, wanted: Wanted) -> None:
        self._tab, self._catalog, self._wanted = tab, catalog, wanted
        self._work = Work()

    async def run(self) -> None:
        """Show progress, and hand the file out at the end."""
        with ui.dialog().props('persistent') as dialog, ui.card().style('width:min(440px,100%)'):
            self._draw()
        dialog.open()
        path = fresh_path(self._wanted.format)
        try:
            count = await export(self._tab.records, self._wanted, path, self._work)
        except Problem as problem:
            path.unlink(missing_ok=True)
            if problem.code != 'export_cancelled':
                tell(problem)
        else:
            name = f'{label(self._catalog)} {today().isoformat()}.{self._wanted.format}'
            ui.download(offer(self._tab.person_id, path, name), name)
            toast(n('{count} record exported', '{count} records exported', count))
        finally:
            dialog.close()
            dialog.delete()

    def _draw(self) -> None:
        text(t('Export'), 'a-title')
        self._said = ui.label(t('Reading …')).classes('a-meta a-num')
        with ui.element('span').classes('im-bar im-bar--wide').props('role=progressbar') as self._bar:
            self._fill = ui.element('span')
        with row('a-full').style('justify-content:flex-end'):
            button(t('Cancel'), self._stop).mark('export-cancel')
        ui.timer(LOOK_S, self._show)
        WhileShown(self._stop)

    def _show(self) -> None:
        work = self._work
        # Reading takes about twice as long as writing.
        share = (2 * work.read + work.written) / (3 * work.total) * 100 if work.total else 0
        self._fill.style(f'width:{min(share, 100):.1f}%')
        self._bar.props(f'aria-valuenow={share:.0f} aria-valuemin=0 aria-valuemax=100')
        self._said.text = t('{done} of {total} records', done=number(work.read), total=number(work.total))

    def _stop(self) -> None:
        self._work.is_cancelled = True
