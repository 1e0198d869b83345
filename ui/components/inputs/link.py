"""A link to a record, found by its name or made on the spot."""

from typing import Any

from store.schema import FieldSpec
from ui.components.controls.picker import Picker
from ui.components.inputs import Drawn, Input, OnChange
from ui.components.references import is_open, item_of, maker, ref_of, searcher, visit
from ui.values import field_label


class LinkInput(Input):
    """One linked record."""

    key = 'link'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A picker that asks the server as one types and can create what is missing."""
        target = str(spec.options.get('target', '*'))

        def items(record: Any) -> list[dict[str, Any]]:
            return [item_of(record)] if record else []

        control = Picker(
            items(value), search=searcher(target), make=maker(target), look='link', label=field_label(spec),
            readonly=spec.read_only or not is_open(target),
            on_set=lambda chosen: on_change(ref_of(chosen[0]) if chosen else None),
        )  # fmt: skip
        control.on('open', lambda e: visit(e.args))
        return Drawn(control, lambda new: control.give(items(new)), control.mark_invalid)
