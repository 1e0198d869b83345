"""A moment on the reader's clock."""

from datetime import datetime
from typing import Any

from store.schema import FieldSpec
from ui.components.controls.date_control import DateControl
from ui.components.inputs import Drawn, Input, OnChange
from ui.formats import today
from ui.text import t
from ui.values import edited, field_label, local, sample_day, zone


class DateTimeInput(Input):
    """A day with a time, in the reader's time zone."""

    key = 'date_time'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A text box with a calendar and a clock."""

        def answer(text: str, picked: bool) -> Any:
            # The calendar speaks of the reader's clock; the value must name its own zone.
            moment = datetime.fromisoformat(text).replace(tzinfo=zone()) if picked and text else None
            return on_change(moment or text or None)

        control = DateControl(
            *self._texts(value),
            today=today().isoformat(),
            on_set=answer,
            timed=True,
            label=field_label(spec),
            readonly=spec.read_only,
            format=t('{day}, hh:mm', day=sample_day()),
        )
        return Drawn(control, lambda new: control.give(*self._texts(new)), control.mark_invalid)

    @staticmethod
    def _texts(value: Any) -> tuple[str, str]:
        return (edited(value), f'{local(value):%Y-%m-%dT%H:%M}') if value else ('', '')
