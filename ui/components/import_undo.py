"""Undoing an import: what would happen, the work itself, and what became of it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import events, ui

from integrations.exchange import undoing
from integrations.exchange.importer import Importer, makes_structure
from integrations.exchange.plan import Plan
from store import Problem, import_undos
from store.import_undos import Kept, RuleEffects, UndoJob
from store.imports import CANCELLED, FAILED, ImportJob
from store.undoing import PUT_BACK, REMOVE, Survey
from ui.components.basics import button, icon, tell
from ui.components.import_kept import draw_kept
from ui.session import records
from ui.text import date_long, n, number, t, words_of

POLL_S = 0.4
BY_OTHERS = frozenset({'changed', 'commented', 'shared', 'restored', 'linked'})
"""Why records stay that can be taken back anyway."""
Show = Callable[[str], Awaitable[None]]


class UndoPreview:
    """Shows what undoing would do; nothing happens before it is agreed to."""

    def __init__(self, job: ImportJob, home: ui.element, show: Show) -> None:
        self._job = job
        # Whoever waits for the look lives beside the box, which is emptied meanwhile.
        self._home = home
        self._show = show
        self._turn = 0
        self._base: Survey | None = None

    def draw(self) -> None:
        """Draw into the open slot; what has happened since is looked up behind it."""
        self._box = ui.element('section').classes('im-section')
        with self._box:
            ui.label(t('Undo this import?')).classes('a-h2').props('role=heading aria-level=2')
            with ui.element('div').classes('a-col a-gap-8').props('role=status'):
                ui.label(t('Looking at what has happened to these records since…')).classes('a-muted a-small')
                with ui.element('span').classes('im-bar im-bar--endless'):
                    ui.element('span')
        with self._home:
            ui.timer(0, lambda: self._look(anyway=False), once=True)

    async def _look(self, *, anyway: bool) -> None:
        self._turn += 1
        turn = self._turn
        self._box.classes('im-stale')
        try:
            survey = await undoing.preview(records(), self._job.id, anyway=anyway)
            effects = await undoing.effects(records(), self._job.id)
            structure = await self._made_structure()
        except Problem as problem:
            tell(problem)
            await self._show('run')
            return
        if turn != self._turn or self._box.is_deleted:
            return
        self._base = self._base or survey
        self._box.clear()
        self._box.classes(remove='im-stale')
        with self._box:
            ui.label(t('Undo this import?')).classes('a-h2').props('role=heading aria-level=2')
            self._draw_figures(survey)
            await self._draw_kept(survey, anyway=anyway)
            _draw_not_undone(effects, structure=structure)
            self._draw_foot(survey, anyway=anyway)

    async def _made_structure(self) -> bool:
        plan = Plan.from_plain(self._job.plan)
        return makes_structure(await Importer(records()).target(plan.catalog), plan)

    def _draw_figures(self, survey: Survey) -> None:
        with ui.element('div').classes('im-figures').props('aria-live=polite'):
            _figure(t('will be deleted'), survey.count(REMOVE))
            _figure(t('will get their old values back'), survey.count(PUT_BACK))
            _figure(t('will stay as they are, wholly or in part'), len(survey.kept), bad=True)
        ui.label(t('Deleted records go to the recycle bin: each can be brought back on its page.')).classes(
            'a-muted a-small'
        )

    async def _draw_kept(self, survey: Survey, *, anyway: bool) -> None:
        base = self._base or survey
        if anyway or any(one.code in BY_OTHERS for one in base.kept):
            ui.checkbox(
                t('Take back what others have changed since, too'),
                value=anyway,
                on_change=self._switched,
            ).mark('anyway')
        left = {(one.catalog, one.record_id) for one in survey.kept}
        lost = [one for one in base.kept if (one.catalog, one.record_id) not in left]
        if lost:
            await _draw_list(t('Later changes that will be lost'), lost)
        if survey.kept:
            await _draw_list(t('What stays as it is'), survey.kept)

    def _switched(self, event: events.ValueChangeEventArguments[Any]) -> None:
        with self._home:
            ui.timer(0, lambda: self._look(anyway=bool(event.value)), once=True)

    def _draw_foot(self, survey: Survey, *, anyway: bool) -> None:
        count = len(survey.deeds)

        async def begin() -> None:
            self._go.props('loading')
            try:
                await undoing.start(records(), self._job.id, anyway=anyway)
            except Problem as problem:
                tell(problem)
                self._go.props(remove='loading')
                return
            await self._show('run')

        with ui.element('div').classes('im-foot'):
            button(t('Back'), lambda: self._show('run'), quiet=True)
            self._go = button(
                n('Undo for {count} record', 'Undo for {count} records', count),
                begin,
                primary=True,
                danger=True,
            ).mark('undo')
            self._go.set_enabled(count > 0)


async def _draw_list(caption: str, kept: Sequence[Kept], total: int = 0) -> None:
    ui.label(caption).classes('a-h2').props('role=heading aria-level=2')
    await draw_kept(kept, total)


def _figure(caption: str, count: int, *, bad: bool = False) -> None:
    kind = 'im-figure--zero' if not count else 'im-figure--warning' if bad else ''
    with ui.element('div').classes(f'a-card im-figure {kind}'):
        ui.label(number(count)).classes('im-figure__number')
        ui.label(caption).classes('a-meta')


def _draw_not_undone(effects: RuleEffects, *, structure: bool) -> None:
    """What no undo can take back, said before it begins."""
    counted = (
        (effects.letters, n('{count} letter', '{count} letters', effects.letters)),
        (effects.calls, n('{count} call of another system', '{count} calls of other systems', effects.calls)),
    )
    gone = ', '.join(words for count, words in counted if count)
    lines = (
        [t('Because of this import rules have sent, or are about to send: {what}.', what=gone)]
        if gone
        else []
    )
    if structure:
        lines.append(t('Stages, values of lists and people that the import made stay.'))
    if effects.runs:
        ui.label(t('What rules changed and made because of this import is undone with it.')).classes(
            'a-muted a-small'
        )
    if lines:
        with ui.element('div').classes('im-note').props('role=status'):
            icon('mail' if gone else 'info')
            with ui.element('div').classes('a-col a-gap-0'):
                ui.label(t('Not undone')).classes('a-strong')
                for one in lines:
                    ui.label(one)


class UndoProgress:
    """An undo at work; it goes on when the page is left."""

    def __init__(self, undo: UndoJob, home: ui.element, on_end: Callable[[], Awaitable[None]]) -> None:
        self._undo = undo
        # The clock lives beside the step: the end of the work replaces the step while the clock still runs.
        self._home = home
        self._on_end = on_end

    def draw(self) -> None:
        """Draw into the open slot, and look again until it has ended."""
        with ui.element('section').classes('im-section a-card a-pad'):
            self._count = ui.label('').classes('a-h2 a-num')
            with ui.element('span').classes('im-bar im-bar--wide').props('role=progressbar') as self._bar:
                self._fill = ui.element('span')
            ui.label(t('You can leave this page: the undoing goes on.')).classes('a-meta')
            with ui.element('div').classes('im-foot'):
                button(t('Stop the undoing'), self._cancel).mark('stop-undo')
        self._show()
        with self._home:
            self._timer = ui.timer(POLL_S, self._look)

    async def _look(self) -> None:
        try:
            undo = await undoing.undo_of(records(), self._undo.import_id)
        except Problem as problem:
            self._timer.cancel()
            tell(problem)
            return
        self._undo = undo or self._undo
        self._show()
        if not self._undo.is_running:
            self._timer.cancel()
            await self._on_end()

    def _show(self) -> None:
        undo = self._undo
        share = 100 * undo.place / undo.total if undo.total else 0
        done, total = number(undo.place), number(undo.total)
        self._count.text = (
            t('Undone: {done} of {total} records', done=done, total=total)
            if undo.total
            else t('Looking at what has happened to these records since…')
        )
        self._fill.style(f'width:{share:.1f}%')
        self._bar.props(f'aria-valuenow={share:.0f} aria-valuemin=0 aria-valuemax=100')

    async def _cancel(self) -> None:
        try:
            await undoing.cancel(records(), self._undo.import_id)
        except Problem as problem:
            tell(problem)


async def draw_undone(undo: UndoJob) -> None:
    """What became of an undo: who did it and when, the counts, and what it left as it is."""
    when = date_long(undo.finished_at or undo.started_at)
    with ui.element('section').classes('im-section').mark('undone'):
        kind = 'im-note--danger' if undo.state == FAILED else 'im-note--calm'
        with ui.element('div').classes(f'im-note {kind}').props('role=status'):
            icon('error' if undo.state == FAILED else 'undo')
            with ui.element('div').classes('a-col a-gap-0'):
                ui.label(_ending(undo)).classes('a-strong')
                ui.label(f'{undo.person or t("Artel")} · {when}').classes('a-meta')
                if undo.state == FAILED and undo.problem:
                    ui.label(words_of(undo.problem['code'], dict(undo.problem['facts'])))
        with ui.element('div').classes('im-figures'):
            _figure(t('deleted'), undo.removed)
            _figure(t('got their old values back'), undo.put_back)
            _figure(t('stayed as they are, wholly or in part'), undo.kept, bad=True)
        if undo.kept:
            kept = await import_undos.kept_records(records().actor, undo.import_id)
            await _draw_list(t('What stayed as it is'), kept, undo.kept)


def _ending(undo: UndoJob) -> str:
    if undo.state == FAILED:
        return t('The undoing stopped. It can be started again and goes on.')
    if undo.state == CANCELLED:
        return t('The undoing was stopped half-way. It can be started again and goes on.')
    return t('This import is undone.') if undo.is_whole else t('This import is undone in part.')
