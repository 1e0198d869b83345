"""A day."""

from typing import Any

from store.schema import FieldSpec
from ui.components.controls.date_control import DateControl
from ui.components.inputs import Drawn, Input, OnChange
from ui.formats import today
from ui.values import day_typed, field_label, sample_day


class DateInput(Input):
    """A day, typed in the reader's order or picked."""

    key = 'date'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A text box with a calendar."""
        control = DateControl(
            *texts(value), today=today().isoformat(), on_set=lambda text, _picked: on_change(text or None),
            label=field_label(spec), readonly=spec.read_only, format=sample_day(),
        )  # fmt: skip
        return Drawn(control, lambda new: control.give(*texts(new)), control.mark_invalid)


def texts(value: Any) -> tuple[str, str]:
    """A day as the reader types it, and as the calendar takes it."""
    return (day_typed(value), value.isoformat()) if value else ('', '')
