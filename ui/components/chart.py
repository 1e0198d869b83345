"""A chart on a page: drawn by plotly, opened bar by bar, or read as a table."""

from collections.abc import Sequence

from nicegui import ui
from nicegui.events import GenericEventArguments

from ui import theme
from ui.components.basics import icon_button, text
from ui.components.charts import CHARTS, Mark
from ui.place import go
from ui.text import t

theme.add_style('components/chart.css')


class ChartView:
    """Marks drawn by a chart of the registry; a click on a bar opens the records behind it.

    The same marks can be shown as a table of links, for keyboards, screen readers and exact reading."""

    def __init__(self, key: str, marks: Sequence[Mark], title: str) -> None:
        self.marks = marks
        self.title = title
        self._chart = CHARTS[key]
        self._as_table = False
        self._slot = ui.element('div').classes('a-chart__slot')
        self._draw()

    def switch(self) -> None:
        """Show the table instead of the picture, or the picture again."""
        self._as_table = not self._as_table
        self._slot.clear()
        self._draw()

    def _draw(self) -> None:
        with self._slot:
            if self._as_table:
                self._table()
            else:
                self._picture()

    def _picture(self) -> None:
        plot = ui.plotly(self._chart.figure(self.marks)).classes('a-chart__plot')
        plot.style(f'height:{self._chart.height(self.marks)}px')
        plot.props['role'] = 'img'
        plot.props['aria-label'] = f'{self.title}: ' + '; '.join(f'{m.label} {m.text}' for m in self.marks)
        plot.on(
            'plotly_click',
            self._clicked,
            js_handler='(e) => emit(e.points[0].pointNumber ?? e.points[0].pointIndex)',
        )

    def _clicked(self, event: GenericEventArguments) -> None:
        place = event.args
        if isinstance(place, int) and 0 <= place < len(self.marks) and self.marks[place].url:
            go(self.marks[place].url)

    def _table(self) -> None:
        with ui.element('table').classes('a-table a-chart__table').props(f'aria-label="{t("As a table")}"'):
            for mark in self.marks:
                with ui.element('tr'):
                    with ui.element('td'):
                        text(mark.label)
                    with ui.element('td').classes('a-num'):
                        if mark.url:
                            ui.link(mark.exact or mark.text, mark.url).classes('a-link')
                        else:
                            text(mark.exact or mark.text)
                    with ui.element('td').classes('a-num'):
                        text(mark.hint if mark.exact else mark.note, 'a-muted')


def switch_button(views: Sequence[ChartView]) -> None:
    """The button in a chart's corner that turns pictures into tables and back."""

    def switch() -> None:
        for view in views:
            view.switch()

    icon_button('table_rows', t('As a table'), switch, small=True).classes('a-chart__switch')
