"""Which view of a section each person used last, so that its link in the side panel leads there."""

from store import system_settings
from ui.place import Place
from ui.session import Tab

VIEWS = ('board', 'list', 'analytics')


async def remember_view(tab: Tab, place: Place) -> None:
    """Keep the view of a section that is being shown."""
    parts = place.path.strip('/').split('/')
    if (
        tab.actor.read_only
        or len(parts) != 3
        or parts[0] != 'c'
        or parts[2] not in VIEWS
        or tab.last_views.get(parts[1]) == parts[2]
    ):
        return
    tab.last_views[parts[1]] = parts[2]
    await system_settings.save_preference(tab.actor, f'view.{parts[1]}', parts[2])
