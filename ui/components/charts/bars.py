"""Lying bars, one under another."""

from collections.abc import Sequence

from ui.components.charts import ACCENT, Chart, Figure, Mark, framed, hints, plain, short

ROW = 34
WIDTH = 7
"""Pixels of a character in the column of values."""


class Bars(Chart):
    """One lying bar a mark: the name at the left, the value at the right."""

    key = 'bars'
    label = 'Bars'

    def figure(self, marks: Sequence[Mark]) -> Figure:
        """Bars from top to bottom."""
        most = max((mark.value for mark in marks), default=0)
        places = list(range(len(marks)))
        trace = {
            'type': 'bar',
            'orientation': 'h',
            'x': [mark.value for mark in marks],
            'y': places,
            'marker': {'color': [mark.color or ACCENT for mark in marks]},
            'hovertext': hints(marks),
            'hovertemplate': '%{hovertext}<extra></extra>',
        }
        return framed([trace], rows_layout(marks, [0, most or 1]))

    def height(self, marks: Sequence[Mark]) -> int:
        """So much for each bar."""
        return ROW * len(marks) + 16


def rows_layout(marks: Sequence[Mark], span: Sequence[float]) -> Figure:
    """Names at the left, values in a column at the right, bars between them."""
    room = 20 + WIDTH * max((len(mark.text) + len(mark.note) for mark in marks), default=0)
    return {
        'margin': {'l': 4, 'r': room, 't': 8, 'b': 4},
        'xaxis': {'visible': False, 'fixedrange': True, 'range': list(span)},
        'yaxis': {
            'tickvals': list(range(len(marks))),
            'ticktext': [short(mark.label) for mark in marks],
            'range': [len(marks) - 0.5, -0.5],
            'fixedrange': True,
            'showgrid': False,
            'zeroline': False,
            'automargin': True,
            'ticklabelstandoff': 8,
        },
        'annotations': [
            {
                'x': 1,
                'xref': 'paper',
                'xanchor': 'right',
                'xshift': room - 2,
                'y': place,
                'yref': 'y',
                'showarrow': False,
                'text': f'<b>{plain(mark.text)}</b>' + (f'  {plain(mark.note)}' if mark.note else ''),
            }
            for place, mark in enumerate(marks)
        ],
    }
