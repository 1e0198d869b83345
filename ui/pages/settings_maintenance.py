"""Backups and health: the schedule, what there is, making and checking one, what the doctor found."""

from functools import partial
from typing import Any

from nicegui import ui

from store import NotAllowed, Problem, audit, backups, doctor
from store.backups import Backup, Work
from store.doctor import Report
from store.operations import need
from ui.components import frame
from ui.components.basics import (
    button,
    col,
    confirm,
    empty_state,
    icon,
    icon_button,
    pill,
    row,
    tell,
    text,
    toast,
)
from ui.components.feed_words import weight
from ui.components.kept_rows import KeptRows
from ui.components.settings import block, listing
from ui.components.system_setting import draw_settings_of
from ui.exports import offer
from ui.formats import ago, date_long
from ui.pages import Area, Page, may
from ui.place import Place
from ui.session import session
from ui.text import n, t, words_of

LOOK_S = 0.5


class Maintenance:
    """The page in one tab."""

    def __init__(self, place: Place) -> None:
        self._place = place

    async def draw(self) -> None:
        """Header and blocks."""
        with frame.header(t('Backups and health'), back='/settings') as head, head.actions:
            self._make = button(t('Back up now'), self._back_up, primary=True, icon='backup').mark('back-up')
        with frame.body(narrow=True):
            self._progress = ui.element('div')
            with block(t('Daily backup')):
                draw_settings_of('Backups', self._place.query.get('find', ''))
            self._draw_list()
            self._health = ui.element('div')
        await self._show()
        ui.timer(LOOK_S, self._look)

    async def _show(self) -> None:
        self._made.give(backups.list_backups(backups.place()))
        self._health.clear()
        with self._health:
            _draw_health(await doctor.last_report(), self._examine)

    # Backups

    def _draw_list(self) -> None:
        with listing(t('Backups')):
            self._made = KeptRows[Backup](
                ui.element('div'),
                self._line,
                key=lambda one: one.name,
                root=lambda _: row('a-item').mark('backup'),
                empty=lambda: empty_state(t('There is no backup yet.'), icon_name='backup'),
            )
            text(
                t('The key file data/secret.key is not in a backup. Keep a copy of it in another place: '
                  'without it saved passwords of mail servers cannot be read.'),
                'a-small a-muted a-pad',
            )  # fmt: skip

    def _line(self, backup: Backup) -> None:
        icon('inventory_2')
        with col('a-grow a-gap-0'):
            text(date_long(backup.made_at), 'a-strong a-small')
            text(_facts(backup), 'a-meta')
        _verdict(backup)
        icon_button('fact_check', t('Check it'), partial(self._check, backup.name), small=True)
        if session().actor.is_admin:
            icon_button('download', t('Download'), partial(self._download, backup), small=True)
        icon_button('delete', t('Remove'), partial(self._remove, backup), small=True)

    async def _back_up(self) -> None:
        actor = session().actor
        need(actor, 'manage_settings', hands=True)
        try:
            made = await backups.make(backups.place())
            await audit.note(actor, 'backup', name=made.name)
        except Problem as problem:
            tell(problem)
        else:
            toast(t('The backup is made and checked.'))
        await self._show()

    async def _check(self, name: str) -> None:
        need(session().actor, 'manage_settings', hands=True)
        try:
            await backups.check(backups.place(), name)
        except Problem as problem:
            tell(problem)
        await self._show()

    async def _download(self, backup: Backup) -> None:
        """A backup holds everything, so it is for those who may see everything."""
        actor = session().actor
        need(actor, 'manage_settings', hands=True)
        if not actor.is_admin:
            raise NotAllowed(right='operation', operation='manage_settings')
        await audit.note(actor, 'backup', name=backup.name, downloaded=True)
        ui.download(offer(session().person_id, backup.file, backup.name, is_ours=False), backup.name)

    async def _remove(self, backup: Backup) -> None:
        actor = session().actor
        need(actor, 'manage_settings', hands=True)
        if await confirm(t('Remove the backup of {date}?', date=date_long(backup.made_at)), t('Remove')):
            backups.remove(backups.place(), backup.name)
            await audit.note(actor, 'backup', name=backup.name, removed=True)
            await self._show()

    # Progress, also of a backup that somebody else has begun

    async def _look(self) -> None:
        work = backups.present_work()
        self._make.set_enabled(work is None)
        was_shown = bool(self._progress.default_slot.children)
        if work is not None:
            if not was_shown:
                with self._progress:
                    self._bar = _Bar()
            self._bar.show(work)
        elif was_shown:
            self._progress.clear()
            await self._show()

    async def _examine(self) -> None:
        need(session().actor, 'manage_settings', hands=True)
        try:
            await backups.examine(backups.place())
        except Problem as problem:
            tell(problem)
        await self._show()


class _Bar:
    """How far a backup is."""

    def __init__(self) -> None:
        with block(t('Making a backup')):
            with row('a-between'):
                self._said = text('', 'a-small')
                self._share = text('', 'a-meta a-num')
            with ui.element('span').classes('im-bar im-bar--wide').props('role=progressbar') as self._bar:
                self._fill = ui.element('span')
            with row('a-full').style('justify-content:flex-end'):
                button(t('Cancel'), self._stop)

    def show(self, work: Work) -> None:
        """Draw what is done."""
        share = min(100.0, work.done / work.total * 100) if work.total else 0
        self._said.text = _step(work.step)
        self._share.text = f'{share:.0f} %' if work.total else ''
        self._bar.classes(**{'remove' if work.total else 'add': 'im-bar--endless'})
        self._fill.style(f'width:{share if work.total else 40:.0f}%')
        self._bar.props(f'aria-valuenow={share:.0f} aria-valuemin=0 aria-valuemax=100')

    def _stop(self) -> None:
        if work := backups.present_work():
            work.is_cancelled = True


def _step(step: str) -> str:
    return {
        'database': t('Copying the database'),
        'files': t('Packing it with the files'),
        'check': t('Restoring it elsewhere to check it'),
    }[step]


def _facts(backup: Backup) -> str:
    size = weight(backup.size)
    if backup.manifest is None:
        return size
    records = sum(count for name, count in backup.manifest.counts.items() if name.startswith('records: '))
    said = n('{count} record', '{count} records', records)
    how = t('by schedule') if backup.manifest.reason == backups.SCHEDULED else t('by hand')
    return f'{size} · {said} · {how}'


def _verdict(backup: Backup) -> None:
    if backup.manifest is None:
        pill(t('Damaged'), kind='danger')
    elif backup.checked is None:
        pill(t('Not checked'), kind='warning')
    elif backup.checked.is_healthy:
        pill(t('Checked'), kind='success')
    else:
        pill(n('{count} problem', '{count} problems', len(backup.checked.findings)), kind='danger')


def _draw_health(report: Report | None, examine: Any) -> None:
    with listing(t('Health')) as head:
        with head:
            button(t('Call the doctor'), examine, icon='health_and_safety').mark('examine')
        if report is None:
            text(t('Nobody has called the doctor yet.'), 'a-small a-muted a-pad')
            return
        for found in report.findings:
            with row('a-item').mark('finding'):
                icon('check_circle' if found['repaired'] else 'error')
                text(words_of(found['code'], dict(found['facts'])), 'a-small a-grow')
        said = n('{count} record looked at', '{count} records looked at', report.records)
        when = ago(report.moment)
        ending = (
            t('All is well.') if report.is_healthy else t('`make doctor REPAIR=1` mends what can be mended.')
        )
        text(f'{said}, {when}. {ending}', 'a-small a-muted a-pad')


PAGES = (
    Page(
        path='/settings/maintenance',
        draw=lambda place: Maintenance(place).draw(),
        title='Backups and health',
        allowed=may('manage_settings'),
        area=Area(
            category='maintenance',
            icon='backup',
            sentence='Daily backups, restoring, and whether the data fit together',
            words='резервная копия бэкап восстановление доктор проверка данных backup restore health doctor',
            blocks=('Backups',),
            place=11,
        ),
    ),
)
