"""An amount with its currency."""

from typing import Any

from store import Money
from store.schema import FieldSpec
from ui.components.controls.text_control import TextControl
from ui.components.inputs import Drawn, Input, OnChange
from ui.formats import money
from ui.values import currencies, edited, field_label


class MoneyInput(Input):
    """An amount and a currency in one box."""

    key = 'money'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A number box with the currency at its right end."""
        units = currencies(spec, value)
        state = {'text': edited(value), 'unit': value.currency if value else units[0]}

        def answer() -> Any:
            return on_change(
                {'amount': state['text'], 'currency': state['unit']} if state['text'].strip() else None
            )

        def typed(text: str) -> Any:
            state['text'] = text
            return answer()

        def measured(unit: str) -> Any:
            state['unit'] = unit
            return answer() if state['text'].strip() else None

        control = TextControl(
            money(value),
            edit=state['text'],
            on_set=typed,
            on_unit=measured,
            label=field_label(spec),
            kind='number',
            numeric=True,
            readonly=spec.read_only,
            units=units,
            unit=state['unit'],
        )

        def show(new: Money | None) -> None:
            state.update(text=edited(new), unit=new.currency if new else state['unit'])
            control.give(money(new), state['text'])
            control.props['unit'] = state['unit']

        return Drawn(control, show, control.mark_invalid)
