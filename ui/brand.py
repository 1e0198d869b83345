"""The company's look: its logos, and the colour of the side panel."""

from store.system_settings import setting
from ui import contrast

LOGOS = ('sign_in', 'header', 'icon')


def logo_url(which: str) -> str:
    """The address of one of `LOGOS`, new with each picture; '' while none is set."""
    file_id = int(setting(f'logo_{which}') or 0)
    return f'/files/{file_id}' if file_id else ''


def panel_css() -> str:
    """The side panel's own tokens as a rule; '' while it looks like everything else."""
    color = str(setting('panel_color'))
    if not contrast.is_color(color):
        return ''
    tokens = ''.join(f'--a-{name}:{value};' for name, value in contrast.panel(color).items())
    return f'.a-side,.a-panel-colors{{{tokens}color:var(--a-text)}}'


def head_html(prefix: str) -> str:
    """What a document's head says about the company."""
    css, icon = panel_css(), logo_url('icon')
    return f'<style id="a-brand">{css}</style>' + (f'<link rel="icon" href="{prefix}{icon}">' if icon else '')
