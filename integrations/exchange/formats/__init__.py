"""What a table file format is. The registry of them is `FORMATS` in integrations/exchange/reading.py.

These modules run inside the limited child process; they import neither the store nor anything heavy."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

MAX_ROWS = 500_000
MAX_COLUMNS = 1_000
MAX_CELLS = 4_000_000
MAX_CELL_CHARS = 1_000_000
HEAD_BYTES = 8_192


class Unreadable(Exception):
    """A file that is refused; `reason` is a stable word such as 'damaged' or 'password'."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a file: rows of text, each with its place (1 is the first row), wholly empty ones left out.

    `facts` say how it was read, e.g. encoding and delimiter."""

    name: str
    rows: Iterator[tuple[int, list[str]]]
    facts: dict[str, str]


class Format(ABC):
    """A kind of table file; `order` says which one looks at the content first."""

    key: ClassVar[str]
    label: ClassVar[str]
    extension: ClassVar[str]
    media_type: ClassVar[str]
    order: ClassVar[int] = 100

    @abstractmethod
    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes is for this format; its name does not count."""

    @abstractmethod
    def read(self, path: Path) -> Iterator[Sheet]:
        """The tables of a file, read lazily, in order.

        :raises Unreadable: with the reason"""

    @abstractmethod
    def write(self, rows: Iterable[Sequence[str]], target: BinaryIO) -> None:
        """Write rows of text as one table; a text that looks like a formula stays a text."""


def numbered(rows: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, with their places.

    :raises Unreadable: more rows, columns or characters than an import takes"""
    cells = 0
    for place, row in enumerate(rows, 1):
        while row and not row[-1].strip():
            row.pop()
        cells += len(row)
        if len(row) > MAX_COLUMNS or place > MAX_ROWS or cells > MAX_CELLS:
            raise Unreadable('too_many_cells')
        if any(len(cell) > MAX_CELL_CHARS for cell in row):
            raise Unreadable('cell_too_long')
        if row:
            yield place, row
