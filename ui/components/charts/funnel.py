"""A funnel: how many came as far as each step."""

from collections.abc import Sequence

from ui.components.charts import ACCENT, SOFT, Chart, Figure, Mark, framed, hints
from ui.components.charts.bars import rows_layout

ROW = 44


class Funnel(Chart):
    """Centred bars that get narrower, joined by what was lost on the way."""

    key = 'funnel'
    label = 'Funnel'

    def figure(self, marks: Sequence[Mark]) -> Figure:
        """Steps from top to bottom."""
        most = max((mark.value for mark in marks), default=0) or 1
        trace = {
            'type': 'funnel',
            'orientation': 'h',
            'x': [mark.value for mark in marks],
            'y': list(range(len(marks))),
            'textinfo': 'none',
            'marker': {'color': [mark.color or ACCENT for mark in marks]},
            'connector': {'fillcolor': SOFT, 'line': {'width': 0}},
            'hovertext': hints(marks),
            'hovertemplate': '%{hovertext}<extra></extra>',
        }
        return framed([trace], {**rows_layout(marks, [-most / 2, most / 2]), 'funnelgap': 0.34})

    def height(self, marks: Sequence[Mark]) -> int:
        """So much for each step."""
        return ROW * len(marks) + 16
