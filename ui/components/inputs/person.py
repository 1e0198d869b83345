"""A colleague."""

from typing import Any

from store.schema import FieldSpec
from ui.components.controls.picker import Picker
from ui.components.inputs import Drawn, Input, OnChange
from ui.components.references import item_of, ref_of, search_people
from ui.values import field_label


class PersonInput(Input):
    """One person, found by name."""

    key = 'person'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A picker that asks the server as one types."""

        def items(person: Any) -> list[dict[str, Any]]:
            return [item_of(person)] if person else []

        control = Picker(
            items(value),
            search=search_people,
            look='person',
            label=field_label(spec),
            readonly=spec.read_only,
            clearable=not spec.required,
            on_set=lambda chosen: on_change(ref_of(chosen[0]) if chosen else None),
        )
        return Drawn(control, lambda new: control.give(items(new)), control.mark_invalid)
