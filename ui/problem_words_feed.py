"""Sentences about messages, notifications and noteworthy days; blanks are the facts."""

from typing import Final


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is shown."""
    return text


FEED: Final[dict[str, str]] = {
    'mentioned': _later('{who} mentioned you: {said}'),
    'answered': _later('{who} answered: {said}'),
    'answered_files': _later('{who} answered with files'),
    'posted': _later('{who} wrote: {said}'),
    'posted_files': _later('{who} added files'),
    'followed_moved': _later('{who}: “{title}” is now in “{stage}”'),
    'followed_closed': _later('{who} closed “{title}”: {stage}'),
    'followed_owner': _later('{who} made somebody else responsible for “{title}”'),
    'followed_yours': _later('{who} made you responsible for “{title}”'),
    'followed_many': _later('{who} changed {count} records that you follow'),
    'birthday': _later('Birthday: {title}, {day}'),
    'anniversary': _later('{field}: {title}, {day}'),
    'notice_closed': _later('This is about a record that you may no longer open.'),
    'nobody_follows': _later('Only people can follow a record.'),
    'not_a_moment_to_come': _later('Choose a moment within the year to come.'),
}
"""By code."""
