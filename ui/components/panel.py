"""The communication panel at the right: notifications, the feed, one's tasks; the page beside it stays."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import background_tasks, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from store import Problem, Refused, bell, feed, feed_reading, mail_values, notifications
from store.changes import Change
from store.notice_choices import KEY, NoticeChoices
from store.system_settings import preferences, save_preference
from ui import live, theme
from ui.components.panel_lines import kinds, my_tasks, notice, posts, said
from ui.components.panel_mail import MailTab
from ui.components.toast import tell, toast
from ui.place import on_move
from ui.session import Tab
from ui.snoozing import snoozed_until
from ui.text import p, t

theme.add_style('components/panel.css')
NOTICES, FEED, MAIL, TASKS = 'notices', 'feed', 'mail', 'tasks'
PAGE = 30
SEEN = 'feed.seen'
COALESCED_S = 0.2
POPPING = ('task', 'mention', 'approval')
"""Kinds that also show for a moment at the bottom of the page."""


class Panel(Element, component='panel.js'):
    """The panel of one tab; what it shows is right in every tab."""

    def __init__(self, tab: Tab) -> None:
        super().__init__()
        self._tab = tab
        self._open = ''
        self._kind = ''
        self._limits = {NOTICES: PAGE, FEED: PAGE}
        self._newest = -1
        self._show = live.Latest(self._read)
        self._count = live.Latest(self._read_count)
        self._is_told = self._is_ringing = False
        self._show_count: Callable[[int], None] = lambda _count: None
        self._props['words'] = _words()
        with self:
            self._mail = MailTab(tab)
        self._mail.reread = self._show
        self.on('opened', self._opened)
        self.on('kind', self._choose)
        self.on('more', self._more)
        self.on('viewed', self._viewed)
        self.on('read', lambda e: notifications.mark_read(tab.actor, int(e.args)))
        self.on('all', lambda: notifications.mark_read(tab.actor))
        self.on('snooze', self._snooze)
        self.on('finish', self._finish)
        stops = (
            notifications.subscribe(self._told),
            feed.subscribe_touched(lambda *_: self._later(FEED)),
            mail_values.subscribe(self._mail_came),
        )
        with ui.element('span').classes('a-hidden'):
            for stop in stops:
                live.while_shown(stop)
            live.watch(None, self._changed)
        on_move(ui.context.client, self._moved)
        ui.context.client.on_connect(self._count)

    def on_count(self, show: Callable[[int], None]) -> None:
        """Hand every new count of unread notifications to `show`."""
        self._show_count = show

    def open(self) -> None:
        """Show or hide the panel, as the bell does."""
        self.run_method('toggle')

    # What has happened

    def _told(self, person_id: int) -> None:
        if person_id != self._tab.person_id or self.is_deleted:
            return
        self._is_told = True
        if not self._is_ringing:
            self._is_ringing = True
            background_tasks.create(self._ring(), name='ring the bell', context=self)

    def _later(self, what: str) -> None:
        if self._open == what and not self.is_deleted:
            background_tasks.create(self._show(), name='show the panel', context=self)

    def _mail_came(self, person_id: int) -> None:
        if person_id == self._tab.person_id:
            self._later(self._open)

    def _moved(self, url: str) -> None:
        if self._mail.follow(url):
            self._later(MAIL)

    async def _changed(self, changes: tuple[Change, ...]) -> None:
        said_something = any(change.kind == 'commented' for change in changes)
        if self._open == TASKS or (self._open and said_something):
            await self._show()

    async def _ring(self) -> None:
        try:
            while self._is_told and not self.is_deleted and await self._tab.refresh():
                self._is_told = False
                await self._count()
                await self._pop()
                if self._open:
                    await self._show()
                # A hundred lines at once ring a few times, not a hundred.
                await asyncio.sleep(COALESCED_S)
        finally:
            self._is_ringing = False

    async def _read_count(self) -> None:
        if await self._tab.refresh() and not self.is_deleted:
            # What comes from here on is new, so that whoever sees the count also sees the next one pop up.
            if self._newest < 0:
                self._newest = await self._newest_id()
            self._show_count(await notifications.unread_count(self._tab.actor))

    async def _newest_id(self) -> int:
        latest = await notifications.list_notifications(self._tab.actor, limit=1)
        return latest[0].id if latest else 0

    async def _pop(self) -> None:
        """Show what has just come, unless these are quiet hours or it is on the screen anyway."""
        actor = self._tab.actor
        unread = await notifications.list_notifications(actor, only_new=True, limit=5)
        fresh = [one for one in unread if one.id > self._newest >= 0 and one.kind in POPPING]
        self._newest = max(self._newest, await self._newest_id())
        if not fresh or self._open == NOTICES or await self._is_quiet():
            return
        line = (await bell.titled(actor, fresh[:1]))[0]
        words = said(line)
        toast(words if len(words) <= 140 else words[:139] + '…')

    async def _is_quiet(self) -> bool:
        chosen = NoticeChoices.from_plain((await preferences(self._tab.actor, KEY)).get(KEY))
        return chosen.is_quiet(datetime.now(UTC).astimezone(ZoneInfo(self._tab.zone or 'UTC')))

    # What is shown

    async def _opened(self, event: GenericEventArguments) -> None:
        self._open = str(event.args or '') if event.args in (NOTICES, FEED, MAIL, TASKS) else ''
        if self._open:
            await self._show()

    async def _viewed(self, event: GenericEventArguments) -> None:
        # Whoever looks through another's eyes leaves no trace there.
        if not self._tab.actor.read_only:
            await notifications.mark_viewed(self._tab.actor, _ids(event.args))

    async def _choose(self, event: GenericEventArguments) -> None:
        self._kind, self._limits[NOTICES] = str(event.args or ''), PAGE
        await self._show()

    async def _more(self) -> None:
        self._limits[self._open] = self._limits.get(self._open, PAGE) + PAGE
        await self._show()

    async def _read(self) -> None:
        if not await self._tab.refresh() or self.is_deleted or not self._open:
            return
        shown: dict[str, Any] = {'tab': self._open}
        tasks = await my_tasks(self._tab.records())
        seen = int((await preferences(self._tab.actor, SEEN)).get(SEEN, 0))
        if self._open == NOTICES:
            shown |= await self._notices()
        elif self._open == FEED:
            shown |= await self._feed(seen)
        elif self._open == MAIL:
            await self._mail.show()
        else:
            shown['tasks'] = tasks
        counts = {
            NOTICES: await notifications.unread_count(self._tab.actor),
            FEED: 0 if self._open == FEED else await feed_reading.unseen(self._tab.actor, seen),
            MAIL: await self._mail.unread(),
            TASKS: len(tasks),
        }
        if not self.is_deleted:
            self.run_method('set', shown | {'counts': counts})

    async def _notices(self) -> dict[str, Any]:
        actor, limit = self._tab.actor, self._limits[NOTICES]
        found = kinds(await notifications.counts(actor))
        if self._kind not in {one['key'] for one in found}:
            self._kind = ''
        lines = await bell.lines(actor, kind=self._kind, limit=limit + 1)
        shown = [notice(line) for line in lines[:limit]]
        return {'kinds': found, 'kind': self._kind, 'lines': shown, 'more': len(lines) > limit}

    async def _feed(self, seen: int) -> dict[str, Any]:
        records, limit = self._tab.records(), self._limits[FEED]
        found = await feed_reading.lately(records.actor, limit=limit + 1)
        if found and found[0].id > seen and not records.actor.read_only:
            await save_preference(records.actor, SEEN, found[0].id)
        return {'posts': posts(records, found[:limit], seen), 'more': len(found) > limit}

    # What is done

    async def _snooze(self, event: GenericEventArguments) -> None:
        try:
            until = snoozed_until(str(event.args['until']), datetime.now(UTC), self._tab.zone)
        except (ValueError, OverflowError):
            tell(Refused('not_a_moment_to_come'))
            return
        await notifications.snooze(self._tab.actor, int(event.args['id']), until)

    async def _finish(self, event: GenericEventArguments) -> None:
        catalog, _, number = str(event.args).partition(':')
        records = self._tab.records()
        try:
            view = await records.get(catalog, int(number))
            place = records.catalog(catalog).stage(view.stage or '')
            done = next((stage for stage in place[0].stages if stage.kind == 'won'), None) if place else None
            if done is None:
                return
            await records.move(catalog, view.id, stage=done.code)
        except Problem as problem:
            tell(problem)
            return
        before = view.stage or ''
        toast(
            t('Done: {title}', title=view.title),
            undo=lambda: self._tab.records().move(catalog, view.id, stage=before),
        )


def _ids(raw: Any) -> list[int]:
    return [one for one in raw if isinstance(one, int)][:200] if isinstance(raw, list) else []


def _words() -> dict[str, Any]:
    return {
        'panel': t('Communication'),
        'tabs': {
            NOTICES: t('Notifications'),
            FEED: t('Feed'),
            MAIL: p('panel', 'E-mail'),
            TASKS: p('panel', 'My tasks'),
        },
        'close': t('Close ( ] )'),
        'every': t('All'),
        'all': t('Mark all as read'),
        'read': t('Mark as read'),
        'done': t('Done'),
        'snooze': t('Remind me later'),
        'hour': t('In an hour'),
        'tomorrow': t('Tomorrow morning'),
        'week': t('Next Monday'),
        'choose': t('Choose a time'),
        'set': t('Set'),
        'more': t('Show earlier'),
        'empty': t('Tasks, reminders and what rules tell you will appear here.'),
        'no_posts': t('Messages on records that you follow will appear here.'),
        'no_tasks': t('Nothing is due today.'),
        'overdue': t('Overdue'),
        'today': t('Today'),
        'edited': t('edited'),
    }
