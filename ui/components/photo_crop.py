"""Somebody's photo with its buttons; the square is cut in the browser and checked by the store."""

import inspect
from collections.abc import Callable
from typing import Any

from nicegui import events, ui
from nicegui.element import Element

from store import Problem, photos
from store.people import Person
from ui import theme
from ui.components.basics import avatar_color, initials
from ui.faces import photo
from ui.session import session
from ui.text import t, words

theme.add_style('components/people.css')


class PhotoCrop(Element, component='photo_crop.js'):
    """Shows a photo, takes another one, and tells `on_changed`."""

    def __init__(self, person: Person, on_changed: Callable[[], Any]) -> None:
        super().__init__()
        self._person, self._on_changed = person, on_changed
        limit = photos.MAX_BYTES >> 20
        with self:
            # Only its address is used: its route checks the page and the origin, and limits the size.
            receiver = ui.upload(on_upload=self._take, max_file_size=photos.MAX_BYTES).classes('a-hidden')
        self._props['url'] = receiver.props['url']
        self._props['limit'] = photos.MAX_BYTES
        self._props['photo'] = photo(person.id)
        self._props['initials'] = initials(person.name)
        self._props['color'] = avatar_color(person.name)
        self._props['words'] = {
            'choose': t('Choose a photo'),
            'change': t('Change photo'),
            'remove': t('Remove'),
            'hint': t('PNG, JPEG or WebP, up to {limit} MB', limit=limit),
            'crop': t('What shall be seen?'),
            'zoom': t('Zoom'),
            'keys': t('The photo: arrows move it, plus and minus zoom'),
            'cancel': t('Cancel'),
            'save': t('Save'),
            'wrong': t('This is no picture. Take a PNG, JPEG or WebP file.'),
            'too_big': t('This file is too big: at most {limit_mb} MB.', limit_mb=limit),
            'failed': t('The file did not arrive. Check the connection and try again.'),
        }
        self.on('remove', self._remove)

    async def _take(self, event: events.UploadEventArguments) -> None:
        try:
            await photos.set_photo(session().actor, self._person.id, await event.file.read())
        except Problem as problem:
            self._show(words(problem))
            return
        self._show('')
        await self._tell()

    async def _remove(self) -> None:
        try:
            await photos.remove_photo(session().actor, self._person.id)
        except Problem as problem:
            self._show(words(problem))
            return
        self._show('')
        await self._tell()

    async def _tell(self) -> None:
        answer = self._on_changed()
        if inspect.isawaitable(answer):
            await answer

    def _show(self, error: str) -> None:
        self._props['error'] = error
        self._props['photo'] = photo(self._person.id)
        self.update()
