"""The place where a file for an import is dropped or chosen."""

import io
from collections.abc import Awaitable, Callable

from nicegui import events, ui
from nicegui.element import Element

from integrations.exchange.importer import Importer, format_names
from integrations.exchange.reading import MAX_BYTES
from store import Problem, Refused
from store.imports import ImportJob
from ui import theme
from ui.session import records
from ui.text import t, words

theme.add_style('components/import.css')


class ImportDrop(Element, component='import_drop.js'):
    """Takes one file, has it read, and tells `on_read` about the import that begins with it."""

    def __init__(self, on_read: Callable[[ImportJob], Awaitable[None]]) -> None:
        super().__init__()
        self._on_read = on_read
        limit = MAX_BYTES >> 20
        with self:
            # Only its address is used: its route checks the page and the origin, and limits the size.
            receiver = ui.upload(on_upload=self._read).classes('a-hidden')
        self._props['url'] = receiver.props['url']
        self._props['accept'] = ','.join(format_names())
        self._props['limit'] = MAX_BYTES
        self._props['words'] = {
            'title': t('Drop a file here or choose one'),
            'hint': t('Excel (XLSX) or CSV, up to {limit} MB', limit=limit),
            'sending': t('Uploading…'),
            'reading': t('Reading the file…'),
            'too_big': t('The file is larger than {limit} MB. Split it into several.', limit=limit),
            'failed': t('The file did not arrive. Check the connection and try again.'),
        }
        self.on('begun', lambda: None)

    async def _read(self, event: events.UploadEventArguments) -> None:
        self._show(busy=True)
        try:
            if event.file.size() > MAX_BYTES:
                raise Refused('file_refused', reason='too_big', limit_mb=MAX_BYTES >> 20)
            content = io.BytesIO(await event.file.read())
            job = await Importer(records()).upload(event.file.name, content)
        except Problem as problem:
            self._show(busy=False, error=words(problem))
            return
        await self._on_read(job)

    def _show(self, *, busy: bool, error: str = '') -> None:
        self._props['busy'] = busy
        self._props['error'] = error
        self.update()
