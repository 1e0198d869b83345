"""The kanban board: a component that knows no store, and the source that feeds it from one."""

from ui.components.views.board.element import Board, BoardHooks, BoardLook, Snapshot, snapshot
from ui.components.views.board.source import (
    BoardSource,
    Card,
    CardPage,
    CardPlace,
    ColumnTotal,
    Move,
    StageHead,
)
from ui.components.views.board.store_source import StoreBoardSource, stage_heads

__all__ = [
    'Board', 'BoardHooks', 'BoardLook', 'BoardSource', 'Card', 'CardPage', 'CardPlace', 'ColumnTotal', 'Move',
    'Snapshot', 'StageHead', 'StoreBoardSource', 'snapshot', 'stage_heads',
]  # fmt: skip
