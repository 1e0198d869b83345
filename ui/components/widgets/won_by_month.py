"""What was won, month by month."""

from collections.abc import Sequence
from datetime import date

from ui.components.charts import GOOD
from ui.components.widgets import Panel, Scene, Widget, mark_of, valued
from ui.formats import month_long, month_short
from ui.text import t


class WonByMonth(Widget):
    """A column for each month of the period."""

    key = 'won_by_month'
    label = 'Won by month'
    width = 7

    def title(self, scene: Scene) -> str:
        """Where there is no money nothing is won: the end is called by its stage."""
        return t(self.label) if scene.report.has_value else f'{scene.won}: {t("by month")}'

    async def panels(self, scene: Scene) -> Sequence[Panel]:
        """A chart for each currency."""
        answer = []
        for series in await scene.report.won_by_month():
            many = len(series.points) > 13
            marks = []
            for place, point in enumerate(series.points):
                day = date.fromisoformat(f'{point.key}-01')
                is_named = not many or day.month in (1, 7) or not place
                # The year stands under January, and under the first column where January is not near.
                year = f'\n{day.year}' if day.month == 1 or (not place and day.month < 11) else ''
                caption = month_short(day) + year if is_named else ''
                marks.append(mark_of(scene, series, point, month_long(day), caption=caption, color=GOOD))
            answer.append(Panel(chart='columns', marks=marks, total=valued(series.total, series.currency)))
        return answer
