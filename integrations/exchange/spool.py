"""The files of an import: the upload until it is read, then its rows as plain lines."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from integrations.exchange.plan import Plan
from integrations.exchange.reading import rows_of
from store import imports


def upload_path(import_id: int) -> Path:
    """Where the file lies until it is read."""
    return imports.folder_of(import_id) / 'upload'


def spool_path(import_id: int) -> Path:
    """Where its rows lie."""
    return imports.folder_of(import_id) / 'rows.jsonl'


def rows_after_header(import_id: int, plan: Plan) -> Iterator[tuple[int, list[str]]]:
    """The rows that are records: those behind the row of captions."""
    for place, cells in rows_of(spool_path(import_id), plan.sheet):
        if place > plan.header:
            yield place, cells


def captions_of(import_id: int, plan: Plan) -> list[str]:
    """The captions of the columns; empty texts without a row of captions."""
    for place, cells in rows_of(spool_path(import_id), plan.sheet):
        if place == plan.header:
            return cells
    return []


def remove_files(import_id: int) -> None:
    """Forget the files; a report without rows is left."""
    shutil.rmtree(imports.folder_of(import_id), ignore_errors=True)
