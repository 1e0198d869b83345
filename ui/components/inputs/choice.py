"""One of the given choices, as a coloured pill."""

from typing import Any

from store.schema import FieldSpec
from ui.components.controls.picker import Picker
from ui.components.inputs import Drawn, Input, OnChange
from ui.values import choice_of, field_label, offered


class ChoiceInput(Input):
    """One choice."""

    key = 'choice'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A picker of pills."""

        def items(key: Any) -> list[dict[str, Any]]:
            return [choice_of(str(key), spec)] if key else []

        control = Picker(
            items(value), options=offered(spec, value), label=field_label(spec), readonly=spec.read_only,
            on_set=lambda chosen: on_change(chosen[0]['id'] if chosen else None),
        )  # fmt: skip
        return Drawn(control, lambda new: control.give(items(new)), control.mark_invalid)
