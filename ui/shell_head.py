"""What every document carries in its head."""

import json

from nicegui import Client, ui

from ui import brand, theme
from ui.compat import dress


def add_head(client: Client, language: str, wanted_theme: str) -> None:
    """Language, theme and style sheet of one page, settled before its first paint."""
    dress(client, language=language, dark={'light': False, 'dark': True}.get(wanted_theme))
    prefix = client.request.scope.get('root_path', '')
    if prefix:
        # NiceGUI tells it only once the page is mounted, when components have drawn their links already.
        told = json.dumps(prefix).replace('<', '\\u003c')
        ui.add_head_html(f'<script>window.path_prefix = {told}</script>')
    assets = f'{prefix}/assets/{theme.version()}'
    ui.add_head_html(f'<link rel="stylesheet" href="{assets}/artel.css">')
    ui.add_head_html(f'<script src="{assets}/hands.js"></script>')
    ui.add_head_html(brand.head_html(prefix))
    if wanted_theme != 'light':
        ui.add_head_html(f'<style>{theme.early_dark(always=wanted_theme == "dark")}</style>')
