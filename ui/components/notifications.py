"""The bell: how many lines are unread, right in every open tab, and the panel that lists them."""

from collections.abc import Callable
from typing import Any

from nicegui import background_tasks, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from store import notifications
from store.notifications import Notification
from ui import live, theme
from ui.place import record_url
from ui.session import Tab
from ui.text import ago, date_long, t, words_of

theme.add_style('components/notifications.css')
ICONS = {
    'task': 'task_alt',
    'mention': 'alternate_email',
    'approval': 'how_to_reg',
    'event': 'event',
    'process': 'bolt',
    'system': 'info',
}


class Bell(Element, component='notifications.js'):
    """The notifications of one tab's person."""

    def __init__(self, tab: Tab) -> None:
        super().__init__()
        self._tab = tab
        self._is_open = False
        self._show_count: Callable[[int], None] = lambda _count: None
        self._props['words'] = {
            'title': t('Notifications'),
            'all': t('Mark all as read'),
            'read': t('Mark as read'),
            'close': t('Close'),
            'empty': t('Tasks, reminders and what rules tell you will appear here.'),
        }
        self.on('read', self._read)
        self.on('all', self._read_all)
        stop = notifications.subscribe(self._told)
        with ui.element('span').classes('a-hidden'):
            live.while_shown(stop)
        ui.context.client.on_connect(self._refresh)

    def on_count(self, show: Callable[[int], None]) -> None:
        """Hand every new count of unread lines to `show`."""
        self._show_count = show

    async def open(self) -> None:
        """Show the panel."""
        self._is_open = True
        self.run_method('start')
        await self._refresh()

    def _told(self, person_id: int) -> None:
        if person_id == self._tab.person_id and not self.is_deleted:
            background_tasks.create(self._refresh(), name='ring the bell', context=self)

    async def _refresh(self) -> None:
        if not await self._tab.refresh() or self.is_deleted:
            return
        self._show_count(await notifications.unread_count(self._tab.actor))
        if self._is_open:
            lines = await notifications.list_notifications(self._tab.actor)
            self.run_method('set', [_line(one) for one in lines])

    async def _read(self, event: GenericEventArguments) -> None:
        await notifications.mark_read(self._tab.actor, int(event.args))

    async def _read_all(self) -> None:
        await notifications.mark_read(self._tab.actor)


def said(one: Notification) -> str:
    """What a notification says in the reader's language."""
    return one.text or words_of(one.code, dict(one.facts))


def _line(one: Notification) -> dict[str, Any]:
    return {
        'id': one.id,
        'text': said(one),
        'at': ago(one.created_at),
        'exact': date_long(one.created_at),
        'icon': ICONS.get(one.kind, 'notifications'),
        'read': one.read_at is not None,
        'href': record_url(one.catalog, one.record_id) if one.catalog and one.record_id else '',
    }
