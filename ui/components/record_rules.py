"""What rules did with a record, and the buttons of rules that are started by hand."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from automations import Rules, RuleView
from store import Problem
from ui.components.basics import tell, toast
from ui.components.record_state import RecordState
from ui.components.rule_runs import decision_line, run_line
from ui.session import session
from ui.text import n, t

SHOWN = 30
AT_ONCE = 500
"""Records a rule is started on by one call."""


async def manual_rules(state: RecordState) -> list[tuple[str, Callable[[], Any]]]:
    """Captions of the rules that may be started by hand on this record, and how to start them."""
    if not state.may_change:
        return []
    found = await rule_buttons(state.catalog.code)

    def starter(rule_id: int) -> Callable[[], Any]:
        return lambda: start_rule(rule_id, [state.view.id])

    return [(caption, starter(rule_id)) for rule_id, caption in found]


async def rule_buttons(catalog: str) -> list[tuple[int, str]]:
    """The rules of a catalogue that wait for a button, with what the button says."""
    return [(view.id, _button(view)) for view in await Rules(session().actor).buttons(catalog)]


async def start_rule(rule_id: int, ids: Sequence[int]) -> None:
    """Start a rule on these records, and say so."""
    rules, started = Rules(session().actor), 0
    try:
        for first in range(0, len(ids), AT_ONCE):
            started += await rules.start(rule_id, ids[first : first + AT_ONCE])
    except Problem as problem:
        tell(problem)
    else:
        toast(n('Started on {count} record', 'Started on {count} records', started))


def _button(view: RuleView) -> str:
    said = next((part.options.get('button') for part in view.rule.triggers if part.kind == 'manual'), '')
    return str(said or view.stored.name)


class RuleRuns:
    """What rules did with a record, and which ones did not run and why; newest first."""

    def __init__(self, state: RecordState) -> None:
        self._state = state
        self._box = ui.element('div').classes('rl-list')

    async def draw(self) -> None:
        """Read and draw both lists again."""
        code, id = self._state.catalog.code, self._state.view.id
        story = await Rules(session().actor).of_record(code, id, limit=SHOWN)
        gone = t('A rule that was removed')
        self._box.clear()
        with self._box:
            for run in story.runs:
                run_line(run, {}, story.names.get(run.rule_id, gone))
            if not story.runs:
                ui.label(t('No rule has run here yet.')).classes('a-muted')
            if story.decisions:
                ui.label(t('Did not run')).classes('rc-block__title rl-apart')
            for decision in story.decisions:
                decision_line(decision, {}, story.names.get(decision.rule_id, gone))
