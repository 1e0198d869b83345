"""Photos of people, wherever their initials are drawn."""

from store import photos
from ui.compat import current_client


def photo(person_id: int | None) -> str:
    """The picture of somebody as a CSS value for `--photo`; '' without one."""
    file_id = photos.photo_of(person_id)
    if file_id is None:
        return ''
    client = current_client()
    prefix = client.request.scope.get('root_path', '') if client is not None else ''
    return f'url({prefix}/files/{file_id})'
