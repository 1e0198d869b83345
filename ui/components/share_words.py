"""What the timeline says of sharing."""

from store import Change, shares
from ui.text import t


def shared_words(change: Change, who: str) -> str:
    """Who shared a record with whom; other lines say just who."""
    to = change.after.get('to') or {}
    role = change.after.get('to_role')
    name = t('the role “{role}”', role=role) if role else str(to.get('title') or t('Somebody'))
    if change.kind == shares.UNSHARED:
        return t('{who} ended the sharing with {to}', who=who, to=name)
    if change.kind != shares.SHARED:
        return who
    if change.after.get('change'):
        return t('{who} shared this record with {to}, to change', who=who, to=name)
    return t('{who} shared this record with {to}', who=who, to=name)
