"""How long the stages take."""

from collections.abc import Sequence

from ui.components.charts import Mark
from ui.components.widgets import Panel, Scene, Widget, counted
from ui.text import number, t


class DaysInStage(Widget):
    """Average days in each open stage."""

    key = 'days_in_stage'
    label = 'Average days in stage'

    async def panels(self, scene: Scene) -> Sequence[Panel]:
        """One chart."""
        series = await scene.report.days_in_stage()
        marks = [
            Mark(
                label=scene.stage(point.key),
                value=float(point.value),
                text=t('{days} d', days=number(round(float(point.value), 1))),
                hint=counted(point.count),
                url=scene.url(point.filter),
                color='#e0913a',
            )
            for point in series.points
        ]
        return [Panel(chart='bars', marks=marks)]
