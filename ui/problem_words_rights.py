"""Sentences about rights: which one is missing, and what cannot be given."""

from typing import Final


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is shown."""
    return text


REFUSED: Final[dict[str, str]] = {
    'not_allowed.operation': _later('You lack the right “{operation}”. Ask an administrator if you need it.'),
    'not_allowed.create': _later('You have no right to create records here.'),
    'not_allowed.read': _later('You have no right to see this.'),
    'not_allowed.change': _later('You have no right to change this record.'),
    'not_allowed.delete': _later('You have no right to delete this record.'),
    'not_allowed.move': _later('You have no right to move this record.'),
    'not_allowed.export': _later('You have no right to export these records.'),
    'not_allowed.field': _later('You have no right to change this field.'),
    'not_allowed.administer': _later('Only an administrator may do this.'),
    'not_allowed.read_only': _later('You look through somebody else’s eyes: nothing can be changed.'),
}
SHARING: Final[dict[str, str]] = {
    'already_past': _later('This day is over. Choose a later one.'),
    'beyond_own': _later('You have this record for a time yourself: choose a day within it.'),
    'field_stays': _later('Every record has this field: it cannot be hidden.'),
    'record_shared': _later('{who} shared “{title}” with you.'),
}
RIGHTS: Final[dict[str, str]] = {**REFUSED, **SHARING}
"""Codes of rights and of sharing."""
