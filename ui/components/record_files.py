"""The files of a record: everything that came with its messages, the latest first."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from store import Ref, files
from store.files import FileInfo
from store.scanning import INFECTED, UNSCANNED, is_set
from ui.components.basics import icon
from ui.components.feed_words import weight
from ui.components.record_state import RecordState
from ui.files import file_url
from ui.session import records, session
from ui.text import ago, date_long, t


class RecordFiles:
    """What people attached here, as far as the record may be read."""

    def __init__(self, state: RecordState, told: Callable[[int], Any]) -> None:
        self._state, self._told = state, told
        self._box = ui.element('div').classes('rl-list').mark('files')

    async def draw(self) -> None:
        """Read and draw the files again."""
        view = self._state.view
        found = await files.files_of(session().actor, view.catalog, view.id)
        owners = {Ref(info.owner_id, '', 'person') for info in found if info.owner_id}
        names = await records().titles(owners)
        self._told(len(found))
        self._box.clear()
        with self._box:
            for info in found:
                _row(info, names.get(('person', info.owner_id or 0), ''))
            if not found:
                ui.label(t('Files that come with messages will be here.')).classes('a-muted')


async def count_files(state: RecordState) -> int:
    """How many files a record has."""
    return len(await files.files_of(session().actor, state.view.catalog, state.view.id))


def _row(info: FileInfo, who: str) -> None:
    prefix = ui.context.client.request.scope.get('root_path', '')
    with ui.element('a').classes('rl-row').props('target=_blank rel=noopener') as link:
        link.props['href'] = prefix + file_url(info)
        if not info.is_picture:
            link.props['download'] = info.name
        icon('image' if info.is_picture else 'description')
        ui.label(info.name).classes('rl-name')
        if info.scan == INFECTED:
            ui.label(t('Malicious')).classes('rl-fact a-danger')
        elif info.scan == UNSCANNED and is_set():
            ui.label(t('Unscanned')).classes('rl-fact')
        ui.label(weight(info.size)).classes('rl-fact')
        ui.label(who).classes('rl-fact rf-who')
        ui.label(ago(info.created_at)).classes('rl-fact').props['title'] = date_long(info.created_at)
