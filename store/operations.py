"""Named operations: what one may do with the system itself, apart from records."""

from collections.abc import Mapping
from dataclasses import dataclass

from store.actor import Actor
from store.problems import NotAllowed


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that a role may allow; `area` groups them for people."""

    code: str
    label: str
    area: str


OPERATIONS: Mapping[str, Operation] = {
    one.code: one
    for one in (
        Operation('manage_people', 'Manage people', 'people'),
        Operation('manage_roles', 'Manage roles and rights', 'people'),
        Operation('run_as', 'See as another person', 'people'),
        Operation('share', 'Share records', 'records'),
        Operation('import', 'Import', 'records'),
        Operation('export', 'Export', 'records'),
        Operation('bulk_change', 'Change many records at once', 'records'),
        Operation('bulk_delete', 'Delete many records at once', 'records'),
        Operation('restore', 'Restore deleted records', 'records'),
        Operation('edit_lookups', 'Edit choices', 'shape'),
        Operation('edit_structure', 'Edit catalogues, fields and stages', 'shape'),
        Operation('manage_workplaces', 'Arrange workplaces and brand', 'shape'),
        Operation('edit_processes', 'Edit rules', 'processes'),
        Operation('see_process_log', 'See what rules did', 'processes'),
        Operation('manage_settings', 'Change system settings', 'system'),
        Operation('view_audit', 'See the audit log', 'system'),
        Operation('api_keys', 'Make keys for the API', 'system'),
    )
}
"""By code, in the order people see."""

USUAL = frozenset({'share', 'import', 'export', 'bulk_change', 'bulk_delete', 'restore', 'api_keys'})
"""What the ready roles of people who work with records allow."""


def need(actor: Actor, operation: str, *, hands: bool = False) -> None:
    """Let only those pass who may do this operation; with `hands` nobody who only looks.

    :raises NotAllowed: right 'operation', with the operation that is missing; right 'read_only'"""
    if not actor.may_do(operation):
        raise NotAllowed(right='operation', operation=operation)
    if hands and actor.read_only:
        raise NotAllowed(right='read_only')


def need_employee(actor: Actor) -> None:
    """Let nobody of the portal pass: what colleagues say and are is theirs alone.

    :raises NotAllowed: right 'employee'"""
    if actor.portal:
        raise NotAllowed(right='employee')
