"""An import at work and what became of it: progress, cancel, counts, the refused rows to take home."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from nicegui import ui

from integrations.exchange.formats.excel_files import workbook
from integrations.exchange.importer import Importer
from integrations.exchange.plan import PEOPLE, Plan
from store import Problem, imports
from store.import_undos import UndoJob, may_undo
from store.imports import CANCELLED, FAILED, ImportJob, RefusedRow
from ui.components.basics import button, icon, tell
from ui.components.import_state import target_name
from ui.components.import_undo import draw_undone
from ui.place import catalog_url, go
from ui.session import records, session
from ui.text import n, number, t, words_of

POLL_S = 0.4
SHOWN = 20
Say = Callable[[RefusedRow], str]


class Progress:
    """An import at work; it goes on when the page is left."""

    def __init__(self, job: ImportJob, home: ui.element, on_end: Callable[[], Awaitable[None]]) -> None:
        self._job = job
        # The clock lives beside the step: the end of the import replaces the step while the clock still runs.
        self._home = home
        self._on_end = on_end

    def draw(self) -> None:
        """Draw into the open slot, and look again until it has ended."""
        with ui.element('section').classes('im-section a-card a-pad'):
            with ui.element('div').classes('a-row a-between'):
                self._count = ui.label('').classes('a-h2 a-num')
                self._left = ui.label('').classes('a-meta a-num')
            with ui.element('span').classes('im-bar im-bar--wide').props('role=progressbar') as self._bar:
                self._fill = ui.element('span')
            ui.label(t('You can leave this page: the import goes on.')).classes('a-meta')
            with ui.element('div').classes('im-foot'):
                button(t('Cancel the import'), self._cancel).mark('cancel')
        self._show()
        with self._home:
            self._timer = ui.timer(POLL_S, self._look)

    async def _look(self) -> None:
        try:
            self._job = await Importer(records()).job(self._job.id)
        except Problem as problem:
            self._timer.cancel()
            tell(problem)
            return
        self._show()
        if not self._job.is_running:
            self._timer.cancel()
            await self._on_end()

    def _show(self) -> None:
        job = self._job
        share = 100 * job.place / job.total if job.total else 0
        self._count.text = t('{done} of {total} rows', done=number(job.place), total=number(job.total))
        if job.lap > 1:
            self._count.text = t(
                'Linking the records to each other: {done} of {total}', done=job.place, total=job.total
            )
        self._fill.style(f'width:{share:.1f}%')
        self._bar.props(f'aria-valuenow={share:.0f} aria-valuemin=0 aria-valuemax=100')
        self._left.text = _time_left(job)

    async def _cancel(self) -> None:
        try:
            await Importer(records()).cancel(self._job.id)
        except Problem as problem:
            tell(problem)


def _time_left(job: ImportJob) -> str:
    """A guess from the speed so far; nothing in the first moments."""
    spent = (datetime.now(UTC) - job.started_at).total_seconds() if job.started_at else 0
    if spent < 1 or not job.place or job.lap > 1:
        return ''
    seconds = round(spent / job.place * (job.total - job.place))
    if seconds < 60:
        return n('{count} second left', '{count} seconds left', max(1, seconds))
    return n('{count} minute left', '{count} minutes left', round(seconds / 60))


async def draw_report(
    job: ImportJob, say: Say, undo: UndoJob | None, ask_undo: Callable[[], Awaitable[None]]
) -> None:
    """What became of an import, and of its undo if there was one; `ask_undo` shows what undoing would do."""
    refused = await imports.refused_rows(records().actor, job.id)
    if undo:
        await draw_undone(undo)
    with ui.element('section').classes('im-section'):
        _draw_ending(job)
        with ui.element('div').classes('im-figures'):
            for caption, count, bad in (
                (t('created'), job.created, False),
                (t('updated'), job.updated, False),
                (t('unchanged'), job.unchanged, False),
                (t('refused'), job.refused, True),
            ):
                kind = 'im-figure--zero' if not count else 'im-figure--bad' if bad else ''
                with ui.element('div').classes(f'a-card im-figure {kind}'):
                    ui.label(number(count)).classes('im-figure__number')
                    ui.label(caption).classes('a-meta')
    with ui.element('div').classes('im-foot'):
        if is_undoable(job, undo):
            words = t('Undo the rest') if undo else t('Undo this import')
            button(words, ask_undo, icon='undo', quiet=True).mark('ask-undo')
        button(t('Import another file'), lambda: go('/import'))
        if job.catalog == PEOPLE:
            to_invite = t('Invite those who have no password')
            button(to_invite, lambda: go('/settings/people?kind=waiting'), primary=True)
        else:
            open_it = t('Open “{section}”', section=target_name(job.catalog))
            button(open_it, lambda: go(catalog_url(job.catalog)), primary=True)
    if refused:
        _draw_refused(job, refused, say)


def is_undoable(job: ImportJob, undo: UndoJob | None) -> bool:
    """Whether there is something left of an import that this reader may undo."""
    has_done = job.created + job.updated > 0
    is_left = undo is None or not (undo.is_whole or undo.is_running)
    return has_done and is_left and may_undo(session().actor, job) and not session().actor.read_only


def _draw_ending(job: ImportJob) -> None:
    if job.state == FAILED and job.problem:
        _note(words_of(job.problem['code'], dict(job.problem['facts'])), 'error')
    elif job.state == CANCELLED:
        done, total = number(job.place), number(job.total)
        _note(t('Cancelled at row {done} of {total}. What was taken stays.', done=done, total=total), 'info')
    else:
        with ui.element('div').classes('a-row'):
            icon('check_circle').classes('a-success')
            ui.label(t('The import is done.')).classes('a-h2').mark('done')


def _note(sentence: str, name: str) -> None:
    with (
        ui.element('div')
        .classes('im-note im-note--danger' if name == 'error' else 'im-note')
        .props('role=status')
    ):
        icon(name)
        ui.label(sentence)


def _draw_refused(job: ImportJob, refused: Sequence[RefusedRow], say: Say) -> None:
    with ui.element('section').classes('im-section'):
        with ui.element('div').classes('a-row a-between a-wrap'):
            ui.label(t('Refused rows')).classes('a-h2').props('role=heading aria-level=2')

            async def download() -> None:
                await download_refused(job, Plan.from_plain(job.plan), refused, say)

            button(t('Download the refused rows'), download, icon='download', small=True)
        with ui.element('div').classes('a-card'):
            for one in refused[:SHOWN]:
                with ui.element('div').classes('im-reason'):
                    ui.label(t('row {rows}', rows=one.row)).classes('a-meta a-num')
                    ui.label(say(one)).classes('a-grow')
            if len(refused) > SHOWN:
                with ui.element('div').classes('im-reason'):
                    more = len(refused) - SHOWN
                    ui.label(n('and {count} more row', 'and {count} more rows', more)).classes('a-muted')


async def download_refused(job: ImportJob, plan: Plan, refused: Sequence[RefusedRow], say: Say) -> None:
    """Send the refused rows with their reasons as a workbook that can be corrected and imported."""
    captions = (t('Row of the file'), t('Reason'))
    try:
        rows = await Importer(records()).report(job, plan, refused, say, captions)
    except Problem as problem:
        tell(problem)
        return
    stem = job.file_name.rsplit('.', 1)[0][:80] or 'import'
    ui.download.content(workbook(rows), t('{name} - refused.xlsx', name=stem))
