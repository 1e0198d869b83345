"""The look: one style sheet from tokens, light and dark under the same names."""

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

from nicegui import ui

HERE: Final = Path(__file__).parent
ASSETS: Final = HERE / 'assets'

LIGHT: Final[dict[str, str]] = {
    'bg': '#fafafa',
    'surface': '#ffffff',
    'surface-2': '#f4f4f5',
    'hover': '#f1f1f3',
    'border': '#e6e6e9',
    'border-strong': '#d2d2d8',
    'text': '#18181b',
    'text-2': '#52525b',
    'text-3': '#6a6a73',
    'accent': '#4f46e5',
    'on-accent': '#ffffff',
    'accent-hover': '#4338ca',
    'accent-soft': '#eeedfd',
    'accent-text': '#4338ca',
    'danger': '#c8252c',
    'danger-soft': '#fdecec',
    'warning': '#9a5b00',
    'warning-soft': '#fdf3e0',
    'success': '#16794a',
    'success-soft': '#e7f6ee',
    'shadow-float': '0 8px 28px rgb(24 24 27 / 12%), 0 1px 3px rgb(24 24 27 / 8%)',
    'veil': 'rgb(24 24 27 / 28%)',
}
DARK: Final[dict[str, str]] = {
    'bg': '#111113',
    'surface': '#18181b',
    'surface-2': '#202024',
    'hover': '#232328',
    'border': '#2a2a30',
    'border-strong': '#3d3d45',
    'text': '#ededf0',
    'text-2': '#b4b4bd',
    'text-3': '#92929d',
    'accent': '#6a61ee',
    'on-accent': '#ffffff',
    'accent-hover': '#5a51e6',
    'accent-soft': '#26244a',
    'accent-text': '#b3aefc',
    'danger': '#f2777c',
    'danger-soft': '#3a1d20',
    'warning': '#e3a84a',
    'warning-soft': '#372a14',
    'success': '#56c68d',
    'success-soft': '#17301f',
    'shadow-float': '0 10px 32px rgb(0 0 0 / 55%), 0 0 0 1px rgb(255 255 255 / 5%)',
    'veil': 'rgb(0 0 0 / 55%)',
}
SPACES: Final = (4, 8, 12, 16, 20, 24, 28, 32)
PALETTE: Final = (
    '#6366f1',
    '#0ea5a4',
    '#e0913a',
    '#d6568b',
    '#4c9f50',
    '#5b8def',
    '#a16ae8',
    '#8a8f98',
    '#c65d4a',
)
"""Colours that people may give to stages, choices and chart lines."""

_styles: list[str] = ['assets/base.css', 'assets/quasar.css', 'assets/frame.css', 'assets/pages.css']


def add_style(path: str) -> None:
    """Put a component's style sheet (path from ui/) into the one sheet every page loads."""
    if path not in _styles:
        _styles.append(path)
        style_sheet.cache_clear()


def _variables(tokens: dict[str, str]) -> str:
    return ''.join(f'--a-{name}:{value};' for name, value in tokens.items())


@cache
def style_sheet() -> str:
    """The whole style sheet."""
    spaces = ''.join(f'--a-{index}:{size}px;' for index, size in enumerate(SPACES, 1))
    tokens = (
        f':root{{{spaces}{_variables(LIGHT)}color-scheme:light}}\n'
        f'body.body--dark{{{_variables(DARK)}color-scheme:dark}}\n'
    )
    return tokens + '\n'.join((HERE / path).read_text('utf-8') for path in _styles)


def early_dark(*, always: bool) -> str:
    """Rules that make a page dark before any script runs; otherwise only where the device is dark."""
    rule = f':root{{{_variables(DARK)}color-scheme:dark}}'
    return rule if always else f'@media (prefers-color-scheme:dark){{{rule}}}'


def version() -> str:
    """A short fingerprint of the assets, so that browsers keep them until they change."""
    scripts = b''.join(path.read_bytes() for path in sorted(ASSETS.glob('*.js')))
    return blake2b(style_sheet().encode() + scripts, digest_size=6).hexdigest()


def chart_colors(dark: bool) -> dict[str, str | tuple[str, ...]]:
    """Colours for a chart: text, grid lines, and the palette of its series."""
    tokens = DARK if dark else LIGHT
    return {
        'text': tokens['text-2'],
        'grid': tokens['border'],
        'surface': tokens['surface'],
        'series': PALETTE,
    }


def set_defaults() -> None:
    """Give NiceGUI's inputs the product's manners; called once before pages are drawn."""
    for kind in (ui.input, ui.select, ui.number, ui.textarea, ui.input_chips):
        kind.default_props('outlined dense stack-label hide-bottom-space')
    ui.select.default_props('options-dense behavior=menu dropdown-icon=expand_more')
    ui.button.default_props('unelevated no-caps :ripple=false color=null text-color=null')
    ui.checkbox.default_props('dense')
    ui.switch.default_props('dense')
    ui.radio.default_props('dense')
    ui.tabs.default_props('no-caps align=left inline-label dense indicator-color=transparent')
    ui.tab.default_props('no-caps :ripple=false')
    ui.item.default_props('dense')
    ui.menu_item.default_props('dense')
    ui.dialog.default_props('transition-duration=120')
    ui.menu.default_props('transition-duration=100')
