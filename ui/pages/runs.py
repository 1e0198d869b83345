"""One run of a rule: what started it, what each step did, what left the house, and why it stopped."""

from typing import Any

from nicegui import ui

from automations import ACTIONS, Rules, RunView, say_step
from store import Catalog, NotFound, Problem, Ref
from store.outbox import Parcel
from store.runs import StepTrace
from ui import theme
from ui.components import frame
from ui.components.basics import button, icon, pill, text, toast
from ui.components.rule_conditions import readable
from ui.components.rule_results import Titles, draw_result, fact, mentioned
from ui.components.rule_words import (
    ACTION_ICONS,
    OTHER_ICON,
    TRIGGER_ICONS,
    delivery_sentence,
    error_sentence,
    plainly,
    rule_words,
    started_by,
    status_kind,
    status_word,
)
from ui.components.settings import listing
from ui.components.toast import tell
from ui.pages import Page, everyone
from ui.place import Place, record_url
from ui.session import records, session
from ui.text import date_long, date_short, language, n, number, t

theme.add_style('components/rules.css')


async def draw_run(place: Place) -> None:
    """The trace of one run, drawn again while it goes on."""
    given = place.params['run']
    if not given.isdecimal() or len(given) > 15:
        raise NotFound('no_such_run', id=given[:20])
    sheet = _Sheet(int(given))
    await sheet.draw()


class _Sheet:
    """The page of a run."""

    _box: ui.element
    _actions: ui.element

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._shown: object = None

    async def draw(self) -> None:
        """Draw the header and the trace, and keep looking while the run lives."""
        view = await Rules(session().actor).run(self._run_id)
        back = f'/rules/{view.rule.id}' if view.rule and session().actor.may_do('edit_processes') else '/'
        with frame.header(t('Run {number}', number=self._run_id), back=back) as head, head.actions:
            self._actions = ui.element('div').classes('a-row')
        with frame.body(read=True):
            self._box = ui.element('div').classes('a-col a-gap-16')
        await self._show(view)
        ui.timer(2.0, self._again)

    async def _again(self) -> None:
        try:
            await self._show(await Rules(session().actor).run(self._run_id))
        except Problem:
            return

    async def _show(self, view: RunView) -> None:
        found = (
            view.run.status,
            len(view.steps),
            [(one.id, one.status, one.attempts) for one in view.parcels],
        )
        if found == self._shown:
            return
        self._shown = found
        catalog = readable(view.run.catalog)
        names = await _titles(view)
        if view.rule is not None:
            spoken = await Rules(session().actor).words(rule_words(), [view.rule.rule])
        else:
            spoken = rule_words()
        self._actions.clear()
        with self._actions:
            self._buttons(view)
        self._box.clear()
        with self._box:
            _facts(view, catalog, names)
            with ui.element('div'):
                for step in view.steps:
                    _step(step, catalog, names, spoken)
            if view.parcels:
                with listing(t('Sent out')):
                    for parcel in view.parcels:
                        _parcel(parcel)

    def _buttons(self, view: RunView) -> None:
        if not session().actor.may_do('edit_processes'):
            return
        if view.run.status in ('failed', 'dead'):
            button(t('Try again'), lambda: self._do('again'), primary=True, icon='refresh')
        elif view.run.status in ('queued', 'waiting'):
            button(t('Stop this run'), lambda: self._do('cancel'), icon='stop')

    async def _do(self, deed: str) -> None:
        mine = Rules(session().actor)
        try:
            await (mine.again(self._run_id) if deed == 'again' else mine.cancel(self._run_id))
        except Problem as problem:
            tell(problem)
        else:
            toast(t('The run starts again') if deed == 'again' else t('The run is stopped'))
        with self._box:
            await self._again()


async def _titles(view: RunView) -> Titles:
    """The names of every record and colleague the trace mentions, as far as the reader may know them."""
    refs = mentioned(view.steps)
    if view.run.record_id is not None:
        refs.add(Ref(view.run.record_id, '', view.run.catalog))
    return await records().titles(refs) if refs else {}


def _facts(view: RunView, catalog: Catalog | None, names: Titles) -> None:
    run = view.run
    with ui.element('div').classes('a-card a-pad a-col a-gap-12'):
        with ui.element('div').classes('a-row a-wrap'):
            with ui.element('span').classes('ar-mark'):
                icon(TRIGGER_ICONS.get(run.trigger, OTHER_ICON))
            text(view.rule.rule.called(language()) if view.rule else t('Deleted rule'), 'a-title a-grow')
            pill(status_word(run.status), kind=status_kind(run.status))
        with ui.element('dl').classes('ar-facts'):
            fact(t('Started by'), started_by(run))
            title = names.get((run.catalog, run.record_id or 0), '')
            if run.record_id is not None:
                fact(
                    t('Record'),
                    title or t('No access'),
                    record_url(run.catalog, run.record_id) if title else '',
                )
            fact(t('Began'), date_long(run.created_at))
            if run.finished_at:
                fact(t('Ended'), date_long(run.finished_at))
            elif run.status == 'waiting':
                fact(t('Waits until'), date_long(run.due))
        if run.error:
            text(error_sentence(run.error, catalog), 'a-error')


def _step(step: StepTrace, catalog: Catalog | None, names: Titles, spoken: Any) -> None:
    is_bad = step.status == 'failed'
    with ui.element('div').classes('ar-step').classes('ar-step--bad' if is_bad else 'ar-step--done'):
        with ui.element('span').classes('ar-rail'):
            icon('close' if is_bad else ACTION_ICONS.get(step.action, OTHER_ICON))
        with ui.element('div').classes('a-card ar-step__card'):
            with ui.element('div').classes('ar-step__head'):
                text(_deed(step, catalog, spoken), 'a-grow ar-wrap')
                text(t('{number} ms', number=number(step.ms)), 'a-meta a-num')
                text(date_short(step.at), 'a-meta a-num')
            if is_bad:
                text(error_sentence(step.result, catalog), 'a-error')
            else:
                draw_result(step, catalog, names)


def _deed(step: StepTrace, catalog: Catalog | None, spoken: Any) -> str:
    """The step as the rule says it; its bare name when the catalogue or a field is gone."""
    if step.action not in ACTIONS:
        return step.action
    caption = t(ACTIONS[step.action].label)
    if catalog is None:
        return caption
    try:
        said = plainly(say_step(step.action, step.options, catalog, spoken), catalog)
    except (KeyError, ValueError):
        return caption
    return said[:1].upper() + said[1:]


def _parcel(parcel: Parcel) -> None:
    with ui.element('div').classes('ar-run'):
        icon('mail' if parcel.channel == 'mail' else 'webhook')
        with ui.element('div').classes('a-grow'):
            text(parcel.recipient, 'a-strong a-ellipsis')
            text(delivery_sentence(parcel.code, parcel.detail), 'a-meta ar-wrap')
        if parcel.attempts > 1:
            text(n('{count} attempt', '{count} attempts', parcel.attempts), 'a-meta')
        pill(status_word(parcel.status), kind=status_kind(parcel.status))
        text(date_short(parcel.sent_at or parcel.created_at), 'a-meta a-num ar-when')


PAGES = (Page(path='/runs/{run}', draw=draw_run, title='Run', allowed=everyone),)
