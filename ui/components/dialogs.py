"""Waiting for a dialog without leaving it behind."""

import asyncio
from typing import Any

from nicegui import ui


async def answer_of(dialog: ui.dialog) -> Any:
    """What the person answers; the dialog is gone then.

    When the tab is closed meanwhile, whatever waits for the answer ends here."""
    answer = await dialog
    if dialog.client.is_deleted:
        raise asyncio.CancelledError
    if not dialog.is_deleted:
        dialog.delete()
    return answer
