"""Standing bars along time."""

import math
from collections.abc import Sequence

from ui.components.charts import ACCENT, Chart, Figure, Mark, framed, hints, plain
from ui.formats import short_number

STEPS = (1, 2, 2.5, 5, 10)


class Columns(Chart):
    """One standing bar a mark, with a scale at the left."""

    key = 'columns'
    label = 'Columns'

    def figure(self, marks: Sequence[Mark]) -> Figure:
        """Bars from left to right."""
        ticks = scale(max((mark.value for mark in marks), default=0))
        places = list(range(len(marks)))
        trace = {
            'type': 'bar',
            'x': places,
            'y': [mark.value for mark in marks],
            'marker': {'color': [mark.color or ACCENT for mark in marks]},
            'hovertext': hints(marks),
            'hovertemplate': '%{hovertext}<extra></extra>',
        }
        return framed(
            [trace],
            {
                'margin': {'l': 8, 'r': 4, 't': 8, 'b': 8},
                'bargap': 0.45 if len(marks) > 2 else 0.8,
                'xaxis': {
                    'tickvals': places,
                    'ticktext': [plain(mark.caption).replace('\n', '<br>') for mark in marks],
                    'tickangle': 0,
                    'tickfont': {'size': 11},
                    'fixedrange': True,
                    'showgrid': False,
                    'zeroline': False,
                    'automargin': True,
                    'range': [-0.6, max(len(marks), 3) - 0.4],
                },
                'yaxis': {
                    'tickvals': ticks,
                    'ticktext': [plain(short_number(tick)) for tick in ticks],
                    'range': [0, ticks[-1] * 1.02],
                    'fixedrange': True,
                    'zeroline': False,
                    'automargin': True,
                    'ticklabelstandoff': 4,
                },
            },
        )

    def height(self, marks: Sequence[Mark]) -> int:
        """Always the same."""
        return 240


def scale(most: float) -> list[float]:
    """Three to six round values from zero to `most` or just above."""
    if most <= 0:
        return [0, 1]
    size = 10 ** math.floor(math.log10(most / 4))
    step = next(step * size for step in STEPS if step * size * 5 >= most)
    # Nothing is counted in halves.
    step = max(step, 1) if most == int(most) else step
    return [step * place for place in range(math.ceil(most / step) + 1)]
