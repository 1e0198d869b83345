"""What is on its way, stage by stage."""

from collections.abc import Sequence

from ui.components.widgets import Panel, Scene, Widget, mark_of, valued
from ui.text import number, t


class OpenByStage(Widget):
    """One bar a stage, today."""

    key = 'open_by_stage'
    label = 'Open by stage'

    async def panels(self, scene: Scene) -> Sequence[Panel]:
        """A chart for each currency."""
        answer = []
        for series in await scene.report.open_by_stage():
            marks = [
                mark_of(
                    scene,
                    series,
                    point,
                    scene.stage(point.key),
                    note=f'× {number(point.count)}' if series.currency else '',
                )
                for point in series.points
            ]
            total = valued(series.total, series.currency)
            answer.append(Panel(chart='bars', marks=marks, total=total, note=t('today, whatever the period')))
        return answer
