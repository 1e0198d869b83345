"""Several lines of text."""

from typing import Any

from store.schema import FieldSpec
from ui.components.controls.text_control import TextControl
from ui.components.inputs import Drawn, Input, OnChange
from ui.values import field_label


class LongTextInput(Input):
    """A box that grows with its text."""

    key = 'long_text'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A native text area; Ctrl+Enter submits."""
        control = TextControl(
            str(value or ''), on_set=on_change, label=field_label(spec), lines=3, readonly=spec.read_only
        )
        return Drawn(control, lambda new: control.give(str(new or '')), control.mark_invalid)
