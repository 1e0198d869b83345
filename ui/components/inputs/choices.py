"""Several of the given choices, as coloured pills."""

from typing import Any

from store.schema import FieldSpec
from ui.components.controls.picker import Picker
from ui.components.inputs import Drawn, Input, OnChange
from ui.values import choice_of, field_label, offered


class ChoicesInput(Input):
    """Any number of choices."""

    key = 'choices'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A picker of pills that keeps several."""

        def items(keys: Any) -> list[dict[str, Any]]:
            return [choice_of(str(key), spec) for key in keys or ()]

        control = Picker(
            items(value),
            options=offered(spec, value),
            label=field_label(spec),
            readonly=spec.read_only,
            multiple=True,
            on_set=lambda chosen: on_change([c['id'] for c in chosen] or None),
        )
        return Drawn(control, lambda new: control.give(items(new)), control.mark_invalid)
