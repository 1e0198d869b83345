"""Charts: a file each. A chart turns marks, which are already words and sizes, into a plotly figure.

Colours of text and lines come from the style sheet, so one figure fits the light and the dark theme."""

import html
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from store.registry import Registry

Figure = dict[str, Any]
ACCENT = '#6366f1'
SOFT = 'rgba(99,102,241,0.13)'
GOOD = '#30a46c'
LONGEST = 24
"""Characters of a caption beside a bar; the hint shows all of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One bar: its size, and how the reader's language writes it; `url` lists the records behind it.

    `note` is a second number, `caption` a narrow name for the axis, `exact` the value not shortened."""

    label: str
    value: float
    text: str
    hint: str = ''
    note: str = ''
    caption: str = ''
    exact: str = ''
    url: str = ''
    color: str = ''


class Chart(ABC):
    """A way to draw marks; `key` names it, `label` is what people would call it."""

    key: ClassVar[str]
    label: ClassVar[str]

    @abstractmethod
    def figure(self, marks: Sequence[Mark]) -> Figure:
        """The plotly figure: data, layout, config."""

    @abstractmethod
    def height(self, marks: Sequence[Mark]) -> int:
        """How many pixels it needs."""


def plain(text: str) -> str:
    """Text in which plotly finds no markup."""
    return html.escape(text, quote=False)


def short(text: str) -> str:
    """A caption that fits beside a bar."""
    return plain(text if len(text) <= LONGEST else f'{text[: LONGEST - 1].rstrip()}…')


def hints(marks: Sequence[Mark]) -> list[str]:
    """What is shown at the pointer."""
    return [
        '<br>'.join(
            part for part in (plain(m.label), f'<b>{plain(m.exact or m.text)}</b>', plain(m.hint)) if part
        )
        for m in marks
    ]


def framed(data: list[Figure], layout: Figure) -> Figure:
    """A figure with the manners of the product: no tool bar, no zoom, no background."""
    return {
        'data': data,
        'layout': {
            'font': {'family': 'var(--a-font), sans-serif', 'size': 12},
            'paper_bgcolor': 'rgba(0,0,0,0)',
            'plot_bgcolor': 'rgba(0,0,0,0)',
            'margin': {'l': 4, 'r': 4, 't': 8, 'b': 4},
            'showlegend': False,
            'dragmode': False,
            'hovermode': 'closest',
            'bargap': 0.38,
            'barcornerradius': 3,
            'hoverlabel': {'align': 'left', 'font': {'size': 12}},
            **layout,
        },
        'config': {'displayModeBar': False, 'responsive': True, 'doubleClick': False, 'showTips': False},
    }


CHARTS: Registry[Chart] = Registry(__name__, Chart)
"""Every chart by its key."""
