"""A number, grouped for reading and plain for typing."""

from typing import Any

from store.schema import FieldSpec
from ui.components.controls.text_control import TextControl
from ui.components.inputs import Drawn, Input, OnChange
from ui.values import edited, field_label, shown


class NumberInput(Input):
    """A number in the reader's notation."""

    key = 'number'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A native box with the decimal keyboard on a phone."""
        control = TextControl(
            shown(value, spec), edit=edited(value), on_set=on_change, label=field_label(spec), kind='number',
            numeric=True, readonly=spec.read_only, suffix=str(spec.options.get('unit', '')),
        )  # fmt: skip
        return Drawn(control, lambda new: control.give(shown(new, spec), edited(new)), control.mark_invalid)
