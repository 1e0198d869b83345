"""Yes or no."""

from typing import Any

from store.schema import FieldSpec
from ui.components.controls.toggle import Toggle
from ui.components.inputs import Drawn, Input, OnChange
from ui.values import field_label


class SwitchInput(Input):
    """A switch."""

    key = 'switch'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A switch that answers at once."""
        control = Toggle(bool(value), on_set=on_change, label=field_label(spec), readonly=spec.read_only)
        return Drawn(control, lambda new: control.give(bool(new)), control.mark_invalid)
