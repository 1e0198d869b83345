"""Inputs: one per look of a field, each in a file of its own; every form of the product is made of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nicegui.element import Element

from store.registry import Registry
from store.schema import FieldSpec

OnChange = Callable[[Any], Any]
"""Gets what was typed or chosen, as `FieldType.parse` takes it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An input on the page: `show` gives it another value, `refuse` marks it wrong or fine."""

    element: Element
    show: Callable[[Any], None]
    refuse: Callable[[bool], None]


class Input(ABC):
    """How a value of one look is drawn and changed."""

    key: str

    @abstractmethod
    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """Draw into the open slot; `on_change` hears every finished edit."""


INPUTS: Registry[Input] = Registry(__name__, Input)
