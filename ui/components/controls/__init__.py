"""Controls of the forms: one small Vue component each, styled by controls.css."""

from ui import theme

theme.add_style('components/controls/controls.css')
