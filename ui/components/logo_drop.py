"""A preview of a picture that takes another one."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui
from nicegui.element import Element

from store import Problem, Refused
from ui import theme
from ui.text import t, words

theme.add_style('components/brand.css')
MAX_BYTES = 1 << 20
KINDS = '.png,.jpg,.jpeg,.webp,.svg'


class LogoDrop(Element, component='logo_drop.js'):
    """Shows a picture, or room for one; `on_picture` gets the name and bytes of the one that is chosen."""

    def __init__(self, label: str, picture: str, on_picture: Callable[[str, bytes], Awaitable[str]]) -> None:
        super().__init__()
        self._on_picture = on_picture
        with self:
            # Only its address is used: its route checks the page and the origin, and limits the size.
            receiver = ui.upload(on_upload=self._take).classes('a-hidden')
        self._props.update(
            url=receiver.props['url'],
            accept=KINDS,
            limit=MAX_BYTES,
            label=label,
            picture=picture,
            words={
                'choose': t('Choose a picture or drop it here'),
                'too_big': t('The picture is larger than 1 MB.'),
                'failed': t('The file did not arrive. Check the connection and try again.'),
            },
        )

    async def _take(self, event: events.UploadEventArguments) -> None:
        try:
            if event.file.size() > MAX_BYTES:
                raise Refused('file_refused', reason='too_big', limit_mb=1)
            self.show(await self._on_picture(event.file.name, await event.file.read()))
        except Problem as problem:
            self._props['error'] = words(problem)
        self.update()

    def show(self, picture: str) -> None:
        """Show another picture; '' for none."""
        self._props['picture'] = picture
        self._props['error'] = ''
        self.update()
