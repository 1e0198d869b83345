"""Waiting for a dialog without leaving it behind."""

from typing import Any

from nicegui import ui


async def answer_of(dialog: ui.dialog) -> Any:
    """What the person answers; the dialog is gone then, as is everything when the tab was closed meanwhile."""
    answer = await dialog
    if not dialog.client.is_deleted and not dialog.is_deleted:
        dialog.delete()
    return answer
