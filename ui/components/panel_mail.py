"""The e-mail tab of the communication panel: conversations about the record at hand or all, and writing."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from integrations import mail_in
from store import NotFound, Problem, Records, letters, mailboxes
from store.letter_people import Correspondent, people_of
from store.letter_writing import Draft, write
from store.mail_values import Mailbox
from ui import theme
from ui.components.letter_words import conversation_drawn, line_drawn
from ui.components.toast import tell, toast
from ui.place import record_at
from ui.session import Tab
from ui.text import field_errors, p, t, words_of

theme.add_style('components/mail.css')
PAGE = 30
About = tuple[str, int]


class MailTab(Element, component='panel_mail.js'):
    """What the tab shows is read anew when it is looked at, when letters come, and on another page."""

    def __init__(self, tab: Tab) -> None:
        super().__init__()
        self._tab = tab
        self._about: About | None = None
        self._is_narrow = True
        self._limit = PAGE
        self._opened: int | None = None
        self._props['words'] = _words()
        self.reread: Callable[[], Any] = self.show
        self.on('narrow', self._narrow)
        self.on('more', self._more)
        self.on('open', self._open)
        self.on('back', self._back)
        self.on('unread', self._unread)
        self.on('send', self._send)
        self.on('share', self._share)
        self.on('check', self._check)

    def follow(self, url: str) -> bool:
        """Take notice of the address that the tab shows now; True when another record is at hand."""
        before, self._about = self._about, record_at(url)
        if before != self._about:
            self._limit, self._is_narrow = PAGE, True
        return before != self._about

    async def unread(self) -> int:
        """How many letters wait; none for whoever looks through another's eyes."""
        return 0 if self._tab.actor.read_only else await letters.unread(self._tab.actor)

    async def show(self) -> None:
        """Read and draw what is asked for now."""
        shown = await self._read()
        if not self.is_deleted:
            self.run_method('set', shown)

    # What is shown

    async def _read(self) -> dict[str, Any]:
        actor = self._tab.actor
        if actor.read_only:
            return {'state': 'closed', 'lines': [], 'letter': None}
        box = await mailboxes.mailbox(actor)
        title, people = await self._record()
        narrow = title is not None and self._is_narrow
        found = await letters.conversations(actor, self._about if narrow else None, limit=self._limit + 1)
        return {
            'state': _state(box),
            'address': box.address if box else '',
            'trouble': words_of(box.problem, dict(box.facts)) if box and box.state == 'trouble' else '',
            'record': title,
            'narrow': narrow,
            'people': [{'name': one.name, 'address': one.address} for one in people],
            'lines': [line_drawn(one) for one in found[: self._limit]],
            'more': len(found) > self._limit,
            'letter': await self._conversation(),
        }

    async def _record(self) -> tuple[str | None, list[Correspondent]]:
        """What the record at hand is called, and whom one writes to about it."""
        if self._about is None:
            return None, []
        records: Records = self._tab.records()
        try:
            view = await records.get(*self._about)
            return view.title or t('Untitled'), await people_of(records, *self._about)
        except NotFound:
            self._about = None
            return None, []

    async def _conversation(self) -> dict[str, Any] | None:
        if self._opened is None:
            return None
        try:
            found = await letters.conversation(self._tab.actor, self._opened, self._about)
        except NotFound:
            self._opened = None
            return None
        return conversation_drawn(found, self._opened, can_share=self._about is not None)

    # What is done

    async def _narrow(self, event: GenericEventArguments) -> None:
        self._is_narrow, self._limit = bool(event.args), PAGE
        await self.reread()

    async def _more(self) -> None:
        self._limit += PAGE
        await self.reread()

    async def _open(self, event: GenericEventArguments) -> None:
        self._opened = _number(event.args)
        if self._opened is None:
            return
        await self.reread()
        try:
            await letters.mark(self._tab.actor, self._opened)
        except Problem:
            # Somebody else's letter, shared here, is read or unread for them.
            return

    def _back(self) -> None:
        self._opened = None

    async def _unread(self, event: GenericEventArguments) -> None:
        number, self._opened = _number(event.args), None
        await self._tried(letters.mark(self._tab.actor, number or 0, seen=False))

    async def _share(self, event: GenericEventArguments) -> None:
        if self._opened is None or self._about is None:
            return
        on = bool(event.args)
        work = letters.share(self._tab.actor, self._opened, self._about, shared=on)
        if await self._tried(work):
            toast(
                t('Whoever may open this record reads the conversation here') if on else t('Only you see it')
            )
            await self.reread()

    async def _check(self) -> None:
        try:
            problem = await mail_in.present().read_own(self._tab.actor)
        except Problem as refused:
            problem = refused
        if problem is not None:
            tell(problem)
        if not self.is_deleted:
            self.run_method('checked')

    async def _send(self, event: GenericEventArguments) -> None:
        given = event.args if isinstance(event.args, Mapping) else {}
        draft = Draft(
            to=_split(given.get('to')),
            cc=_split(given.get('cc')),
            subject=str(given.get('subject') or ''),
            text=str(given.get('text') or ''),
            answers=_number(given.get('answers')),
            about=self._about,
        )
        try:
            letter_id = await write(self._tab.actor, draft)
        except Problem as problem:
            if errors := field_errors(problem):
                self.run_method('refuse', errors)
            else:
                self.run_method('refuse', {})
                tell(problem)
            return
        self._opened = letter_id
        self.run_method('sent', letter_id)
        toast(t('The letter is on its way'))
        await self.reread()

    async def _tried(self, work: Any) -> bool:
        try:
            await work
        except Problem as problem:
            tell(problem)
            return False
        return True


def _state(box: Mailbox | None) -> str:
    return 'none' if box is None else 'on' if box.is_on else 'off'


def _number(raw: Any) -> int | None:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 1 << 53 else None


def _split(raw: Any) -> list[str]:
    """Addresses as they are typed: with commas, semicolons or spaces between."""
    text = str(raw or '')[:5000]
    for mark in ',;\n':
        text = text.replace(mark, ' ')
    return text.split()[:100]


def _words() -> dict[str, Any]:
    return {
        'about': t('About this record'),
        'all': t('All'),
        'write': t('Write'),
        'check': t('Check for new letters'),
        'more': t('Show earlier'),
        'none': t(
            'Connect your mailbox, and letters stand beside your records: those you get and those you send.'
        ),
        'off': t('Your mailbox is switched off.'),
        'closed': t('Only they themselves see this.'),
        'connect': t('Connect mailbox'),
        'settings': t('Mailbox settings'),
        'no_letters': t('No letters yet.'),
        'no_about': t('No letters with the people of this record yet.'),
        'back': t('Back to the letters'),
        'reply': t('Reply'),
        'unread': t('Mark as unread'),
        'share': t('Show to colleagues on this record'),
        'shared': t('Shared on this record'),
        'quoted': t('Show what is quoted'),
        'to': p('letter', 'To'),
        'cc': p('letter', 'Copy'),
        'subject': t('Subject'),
        'text': t('Your letter'),
        'send': t('Send'),
        'cancel': t('Cancel'),
        'new': t('New letter'),
        'cut': t('The letter is longer; the rest is in your mailbox.'),
    }
