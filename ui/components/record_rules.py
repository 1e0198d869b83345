"""What rules did with a record, and the buttons of rules that are started by hand."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from automations import Rules, RuleView
from store import Problem
from store.runs import Run
from ui.components.basics import dot, tell, toast
from ui.components.record_state import RecordState
from ui.formats import ago, date_long
from ui.session import session
from ui.text import t, words_of

SHOWN = 50
COLORS = {'done': '#16a34a', 'failed': '#dc2626', 'dead': '#dc2626', 'waiting': '#d97706'}


async def manual_rules(state: RecordState) -> list[tuple[str, Callable[[], Any]]]:
    """Captions of the rules that may be started by hand on this record, and how to start them."""
    if not state.may_change:
        return []
    views = await Rules(session().actor).buttons(state.catalog.code)
    return [(_button(view), _starter(state, view)) for view in views]


def _button(view: RuleView) -> str:
    said = next((part.options.get('button') for part in view.rule.triggers if part.kind == 'manual'), '')
    return str(said or view.stored.name)


def _starter(state: RecordState, view: RuleView) -> Callable[[], Any]:
    async def start() -> None:
        try:
            await Rules(session().actor).start(view.id, [state.view.id])
        except Problem as problem:
            tell(problem)
        else:
            toast(t('Started: {rule}', rule=_button(view)))

    return start


class RuleRuns:
    """The runs that had to do with a record, newest first."""

    def __init__(self, state: RecordState) -> None:
        self._state = state
        self._box = ui.element('div').classes('rl-list')

    async def draw(self) -> None:
        """Read and draw the runs again."""
        code, id = self._state.catalog.code, self._state.view.id
        story = await Rules(session().actor).of_record(code, id, limit=SHOWN)
        self._box.clear()
        with self._box:
            for run in story.runs:
                self._row(run, story.names.get(run.rule_id, ''))
            if not story.runs:
                ui.label(t('No rule has run here yet.')).classes('a-muted')

    def _row(self, run: Run, name: str) -> None:
        with ui.link(target=f'/runs/{run.id}').classes('rl-row').mark(f'run-{run.id}'):
            dot(COLORS.get(run.status, ''))
            with ui.element('div').classes('rl-name'):
                ui.label(name or t('A rule that was removed')).classes('a-ellipsis')
                if run.error and run.status in ('failed', 'dead'):
                    why = words_of(str(run.error.get('code', '')), dict(run.error.get('facts', {})))
                    ui.label(why).classes('a-meta a-ellipsis')
            ui.label(run_state(run)).classes('rl-fact')
            with ui.label(ago(run.created_at)).classes('rl-fact'):
                ui.tooltip(date_long(run.created_at))


def run_state(run: Run) -> str:
    """How a run stands, in a word or two."""
    said = {
        'queued': t('Queued'),
        'running': t('Running'),
        'waiting': t('Waiting until {time}', time=date_long(run.due)),
        'done': t('Completed'),
        'skipped': t('Skipped'),
        'failed': t('Failed'),
        'dead': t('Given up'),
        'cancelled': t('Cancelled'),
    }
    return said.get(run.status, run.status)
