"""The store: records behind one door. The names below are what the other layers may import."""

from store.actor import (
    ALL_RIGHTS,
    BY_PERSON,
    NO_RIGHTS,
    QUIET,
    TO_UNDO,
    Actor,
    Cause,
    FieldLevel,
    Level,
    Rights,
)  # fmt: skip
from store.changes import Change, subscribe
from store.designer import Designer
from store.fields import FIELD_TYPES, FieldType
from store.guard import spawn
from store.problems import BadValue, Conflict, Invalid, NotAllowed, NotFound, Problem, Refused, Unguarded
from store.query import NO_FILTER, OPERATORS, Condition, Filter, Page, Query, where
from store.records import Records, Related, StageTotal
from store.schema import SYSTEM_FIELDS, Catalog, FieldSpec, Pipeline, Stage
from store.values import Money, Reading, RecordView, Ref

__all__ = [
    'ALL_RIGHTS', 'BY_PERSON', 'FIELD_TYPES', 'NO_FILTER', 'NO_RIGHTS', 'OPERATORS', 'QUIET',
    'SYSTEM_FIELDS', 'TO_UNDO', 'Actor', 'BadValue', 'Catalog', 'Cause', 'Change', 'Condition', 'Conflict',
    'Designer', 'FieldLevel', 'FieldSpec', 'FieldType', 'Filter', 'Invalid', 'Level', 'Money', 'NotAllowed',
    'NotFound', 'Page', 'Pipeline', 'Problem', 'Query', 'Reading', 'RecordView', 'Records', 'Ref', 'Refused',
    'Related', 'Rights', 'Stage', 'StageTotal', 'Unguarded', 'spawn', 'subscribe', 'where',
]  # fmt: skip
