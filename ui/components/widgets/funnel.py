"""The funnel of a pipeline."""

from collections.abc import Sequence

from ui.components.charts import GOOD, Mark
from ui.components.widgets import Panel, Scene, Widget
from ui.text import number, percent, t


class PipelineFunnel(Widget):
    """How many came as far as each stage, and which share of the beginning that is."""

    key = 'funnel'
    label = 'Funnel'
    width = 5

    async def panels(self, scene: Scene) -> Sequence[Panel]:
        """One funnel."""
        series = await scene.report.funnel()
        first = series.points[0].count if series.points else 0
        marks, before = [], first
        for place, point in enumerate(series.points):
            is_won = place == len(series.points) - 1
            marks.append(
                Mark(
                    label=scene.stage(point.key),
                    value=point.count,
                    text=number(point.count),
                    note=_share(point.count, first),
                    hint=t('{share} of the stage before', share=_share(point.count, before)) if place else '',
                    url=scene.url(point.filter),
                    color=GOOD if is_won else '',
                )
            )
            before = point.count
        note = t('Created in the period: how far they came')
        return [Panel(chart='funnel', marks=marks, note=note)]


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else '—'
