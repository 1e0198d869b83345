"""Whether rules react to an import, said plainly before it begins: which ones, and how often."""

from typing import Any

from nicegui import events, ui

from integrations.exchange.effects import Reaction, reactions
from ui.components.basics import icon, pill
from ui.components.import_state import Wizard
from ui.session import records, session
from ui.text import n, t


class RuleChoice:
    """A switch that is off, and the rules that it would set off; `refresh` counts anew."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard

    async def draw(self) -> None:
        """Draw into the open slot."""
        ui.label(t('Automations')).classes('a-h2').props('role=heading aria-level=2')
        is_on = self._wizard.plan.run_rules
        ui.checkbox(t('Let rules react to the imported records'), value=is_on, on_change=self._switched).mark(
            'run-rules'
        )
        self._box = ui.element('div').classes('im-section')
        await self.refresh()

    async def refresh(self) -> None:
        """Show what the present answers would set off."""
        catalog, forecast = self._wizard.catalog, self._wizard.forecast
        known = await reactions(records(), catalog, forecast.stages) if catalog and forecast else ()
        self._known = known
        self._show()

    def _switched(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self._wizard.change(run_rules=bool(event.value))
        self._show()

    def _show(self) -> None:
        is_on = self._wizard.plan.run_rules
        awake = [one for one in self._known if is_on or one.always]
        self._box.clear()
        with self._box:
            if not awake:
                ui.label(self._calm(is_on)).classes('a-muted a-small')
                return
            with ui.element('div').classes('im-note').props('role=status'):
                icon('bolt')
                if is_on:
                    ui.label(t('These rules will run. An import usually brings the past: is that wanted?'))
                else:
                    ui.label(t('These rules listen to imports and run anyway.'))
            with ui.element('div').classes('a-card'):
                for one in awake:
                    _draw(one)

    def _calm(self, is_on: bool) -> str:
        if is_on and not records().actor.is_admin:
            return t('Rules may create tasks and send messages for the imported records.')
        if is_on:
            return t('No rule reacts to these records.')
        return t('Rules stay silent: the import creates no tasks and sends no messages.')


def _draw(one: Reaction) -> None:
    with ui.element('div').classes('im-reason'):
        ui.label(one.rule.called(session().language)).classes('a-grow')
        if one.sends:
            pill(t('sends messages'), kind='warning')
        ui.label(n('at most {count} time', 'at most {count} times', one.count)).classes('a-meta a-num')
