"""What each person won."""

from collections.abc import Sequence

from ui.components.charts import GOOD
from ui.components.widgets import Panel, Scene, Widget, mark_of
from ui.text import t

MOST = 12


class WonByOwner(Widget):
    """The people with the most, one bar each."""

    key = 'won_by_owner'
    label = 'Won by responsible'
    width = 5

    def title(self, scene: Scene) -> str:
        """Where there is no money nothing is won: the end is called by its stage."""
        return t(self.label) if scene.report.has_value else f'{scene.won}: {t("by responsible")}'

    async def panels(self, scene: Scene) -> Sequence[Panel]:
        """A chart for each currency."""
        return [
            Panel(
                chart='bars',
                marks=[
                    mark_of(scene, series, point, point.label or t('Nobody'), color=GOOD)
                    for point in series.points[:MOST]
                ],
            )
            for series in await scene.report.won_by_owner()
        ]
