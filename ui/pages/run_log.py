"""What all rules did, newest first: who may see it need not be able to change a rule."""

from collections.abc import Mapping, Sequence

from nicegui import ui

from automations import Rules
from store.runs import Run
from ui.components import frame
from ui.components.basics import button, empty_state
from ui.components.rule_runs import run_line, titles_of
from ui.pages import Area, Page, may
from ui.place import Place, go
from ui.session import session
from ui.text import t

PAGE = 50
FAILED = 'failed'


async def draw_log(place: Place) -> None:
    """The log, and a choice between everything and what failed."""
    only_failed = place.query.get('show') == FAILED
    with frame.header(t('Log of rules'), back='/settings') as head, head.actions:
        caption = t('Show everything') if only_failed else t('Only what failed')
        button(
            caption, lambda: go('/settings/run-log' if only_failed else f'/settings/run-log?show={FAILED}')
        )
    log = _Log(only_failed=only_failed)
    with frame.body(read=True):
        log.box = ui.element('div').classes('a-card')
        log.foot = ui.element('div').classes('a-row')
    await log.more()


class _Log:
    """Runs, a page at a time."""

    box: ui.element
    foot: ui.element

    def __init__(self, *, only_failed: bool) -> None:
        self._only_failed = only_failed
        self._last: int | None = None

    async def more(self) -> None:
        """The next page of runs at the end."""
        runs, names = await Rules(session().actor).log(
            failed=self._only_failed, limit=PAGE, before=self._last
        )
        with self.box:
            if runs:
                await _lines(runs, names)
            elif self._last is None:
                says = t('No rule has failed.') if self._only_failed else t('No rule has run yet.')
                empty_state(says, icon_name='task_alt' if self._only_failed else 'account_tree')
        self._last = runs[-1].id if runs else self._last
        self.foot.clear()
        if len(runs) == PAGE:
            with self.foot:
                button(t('Show more'), self.more)


async def _lines(runs: Sequence[Run], names: Mapping[int, str]) -> None:
    titles = await titles_of(runs)
    for run in runs:
        run_line(run, titles, rule=names.get(run.rule_id) or t('A rule that is gone'))


PAGES = (
    Page(
        path='/settings/run-log',
        draw=draw_log,
        title='Log of rules',
        allowed=may('see_process_log'),
        area=Area(
            category='processes',
            icon='manage_history',
            sentence='What rules did, when, and what failed',
            words='журнал правил процессы запуски трасса ошибки runs process log trace errors failures',
        ),
    ),
)
