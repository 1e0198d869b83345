"""Import: a file, its columns, a dry run, and the import itself, each step at the address of its import."""

from collections.abc import Collection, Sequence

from nicegui import ui

from integrations.exchange.importer import Importer
from integrations.exchange.plan import Plan
from integrations.exchange.undoing import undo_of
from store import Actor, imports
from store.import_undos import UndoJob, undos_of
from store.imports import CANCELLED, DONE, FAILED, RUNNING, UPLOADED, ImportJob
from ui.components import frame
from ui.components.basics import icon, icon_button, pill
from ui.components.import_check import Check
from ui.components.import_columns import Columns
from ui.components.import_drop import ImportDrop
from ui.components.import_report import Progress, Say, draw_report, is_undoable
from ui.components.import_samples import draw_samples
from ui.components.import_state import Wizard, target_name
from ui.components.import_undo import UndoPreview, UndoProgress
from ui.pages import Area, Nav, Page
from ui.place import Place, go
from ui.session import records, session
from ui.text import date_short, number, t

RECENT = 12


def may_import(actor: Actor) -> bool:
    """Whoever may import."""
    return actor.may_do('import')


async def draw_start(place: Place) -> None:
    """Where an import begins."""
    with frame.header(t('Import')):
        pass
    wanted = place.query.get('catalog', '')
    with frame.body(), ui.element('div').classes('im-page'):
        _draw_steps(0)

        async def read(job: ImportJob) -> None:
            go(f'/import/{job.id}?catalog={wanted}' if wanted.isidentifier() else f'/import/{job.id}')

        ImportDrop(read)
        with ui.element('section').classes('im-section'):
            ui.label(t('Sample files')).classes('a-h2').props('role=heading aria-level=2')
            ui.label(
                t('Begin with those that others link to: contacts, then accounts and products, then deals.')
            ).classes('a-muted a-small')
            draw_samples(Importer(records()).targets())
        await _draw_recent(await imports.recent(records().actor, limit=RECENT))


async def _draw_recent(jobs: Sequence[ImportJob]) -> None:
    if not jobs:
        return
    undos = await undos_of(records().actor, [job.id for job in jobs])
    known = {*Importer(records()).targets(), *(catalog.code for catalog in records().catalogs())}
    with ui.element('section').classes('im-section'):
        ui.label(t('Recent imports')).classes('a-h2').props('role=heading aria-level=2')
        with ui.element('div').classes('a-card'):
            for job in jobs:
                _draw_past(job, known, undos.get(job.id))


def _draw_past(job: ImportJob, known: Collection[str], undo: UndoJob | None) -> None:
    """An import of the past: its line leads to its report, its button to what undoing it would do."""
    with ui.element('div').classes('im-past'):
        with ui.link(target=f'/import/{job.id}').classes('im-past__line'):
            with ui.element('div').classes('a-col a-gap-0'):
                ui.label(job.file_name).classes('a-strong a-ellipsis')
                where = target_name(job.catalog) if job.catalog in known else job.catalog
                ui.label(f'{where} · {_counts(job)}' if where else _counts(job)).classes('a-meta a-num')
                if undo and not undo.is_running:
                    when = date_short(undo.finished_at or undo.started_at)
                    ui.label(t('Undone by {who}, {date}', who=undo.person, date=when)).classes('a-meta')
            ui.label(date_short(job.uploaded_at)).classes('a-meta a-num im-past__when')
            _draw_state(job, undo)
        if is_undoable(job, undo):
            ask = t('Undo the import “{name}”', name=job.file_name)
            icon_button('undo', ask, lambda: go(f'/import/{job.id}?undo=1'), small=True)


def _counts(job: ImportJob) -> str:
    if job.state == UPLOADED:
        return t('not started')
    return t('{created} created, {updated} updated, {refused} refused', created=number(job.created),
             updated=number(job.updated), refused=number(job.refused))  # fmt: skip


def _draw_state(job: ImportJob, undo: UndoJob | None) -> None:
    if undo:
        pill(*_undo_state(undo))
        return
    words, kind = {
        UPLOADED: (t('Draft'), ''),
        RUNNING: (t('At work'), 'accent'),
        DONE: (t('Done'), 'success'),
        CANCELLED: (t('Cancelled'), 'warning'),
        FAILED: (t('Failed'), 'danger'),
    }[job.state]
    pill(words, kind=kind)


def _undo_state(undo: UndoJob) -> tuple[str, str]:
    if undo.is_running:
        return t('Being undone'), ''
    return (t('Import undone'), '') if undo.is_whole else (t('Undone in part'), '')


async def draw_import(place: Place) -> None:
    """One import: planned, at work, or done."""
    job = await Importer(records()).job(_number(place.params['job']))
    with frame.header(job.file_name or t('Import'), back='/import'):
        pass
    place.set_title(job.file_name)
    with frame.body():
        box, home = ui.element('div').classes('im-page'), ui.element('div').classes('a-hidden')
    await _Steps(job, box, home).begin(place.query.get('catalog', ''), undo='undo' in place.query)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


class _Steps:
    """Shows one step of an import at a time."""

    def __init__(self, job: ImportJob, box: ui.element, home: ui.element) -> None:
        self._job = job
        self._box = box
        self._home = home

    async def begin(self, wanted: str, *, undo: bool = False) -> None:
        """The step the import is at; with `undo`, of an ended one, what undoing it would do."""
        if self._job.state != UPLOADED:
            await self._show('undo' if undo else 'run')
            return
        importer = Importer(records())
        codes = importer.targets()
        kept = Plan.from_plain(self._job.plan) if self._job.plan else None
        best = await importer.best_target(self._job)
        code = kept.catalog if kept and kept.catalog in codes else wanted if wanted in codes else best
        plan = kept or await importer.propose(self._job, code, language=session().language)
        self._wizard = Wizard(self._job, plan, await importer.target(code), self._show)
        await self._show('columns')

    async def _show(self, step: str) -> None:
        """Draw a step in place of the one before."""
        job = self._job = await Importer(records()).job(self._job.id)
        self._box.clear()
        with self._box:
            _draw_steps({'columns': 1, 'check': 2}.get(step, 3))
            if job.state == UPLOADED:
                await (Columns(self._wizard).draw() if step == 'columns' else Check(self._wizard).draw())
            elif job.is_running:
                Progress(job, self._home, lambda: self._show('run')).draw()
            else:
                await self._draw_ended(job, step)
            ui.run_javascript('document.getElementById("page")?.scrollTo(0, 0)')

    async def _draw_ended(self, job: ImportJob, step: str) -> None:
        """The report, what undoing would do, or the undo at work."""
        undo = await undo_of(records(), job.id)
        if undo and undo.is_running:
            UndoProgress(undo, self._home, lambda: self._show('run')).draw()
        elif step == 'undo' and is_undoable(job, undo):
            UndoPreview(job, self._home, self._show).draw()
        else:
            await draw_report(job, await self._say(job), undo, lambda: self._show('undo'))

    async def _say(self, job: ImportJob) -> Say:
        target = await Importer(records()).target(job.catalog)
        return Wizard(job, Plan.from_plain(job.plan), target, self._show).reason


def _draw_steps(now: int) -> None:
    """File, columns, check, import: where one is."""
    with ui.element('ol').classes('im-steps').style('list-style:none;margin:0;padding:0'):
        for place, caption in enumerate((t('File'), t('Columns'), t('Check'), t('Import'))):
            if place:
                ui.element('li').classes('im-steps__line').props('aria-hidden=true')
            kind = 'im-step--now' if place == now else 'im-step--past' if place < now else ''
            with ui.element('li').classes(f'im-step {kind}') as step:
                if place == now:
                    step.props('aria-current=step')
                with ui.element('span').classes('im-step__number'):
                    icon('check') if place < now else ui.label(str(place + 1))
                ui.label(caption).classes('im-step__label')


AREA = Area(
    category='import',
    icon='upload_file',
    sentence='Records from Excel or CSV, with a check before anything is written',
    words='импорт загрузка excel xlsx csv таблица import upload spreadsheet',
)
PAGES = (
    Page(path='/import', draw=draw_start, title='Import', allowed=may_import,
         nav=Nav(icon='upload_file', label='Import', place=50), area=AREA),
    Page(path='/import/{job}', draw=draw_import, title='Import', allowed=may_import),
)  # fmt: skip
