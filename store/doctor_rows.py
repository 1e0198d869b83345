"""Checks of everything beside records: rights, shares and bells that point nowhere, counters."""

from store import database
from store.catalogs import SCHEMA
from store.findings import Finding, Repair, about, ids_of
from store.tables import table

LEADS: tuple[tuple[str, str, str], ...] = (
    ('person_roles', 'person_id', 'people'),
    ('person_roles', 'role_id', 'roles'),
    ('role_rights', 'role_id', 'roles'),
    ('role_places', 'role_id', 'roles'),
    ('role_fields', 'role_id', 'roles'),
    ('role_operations', 'role_id', 'roles'),
    ('unit_people', 'unit_id', 'org_units'),
    ('unit_people', 'person_id', 'people'),
    ('unit_roles', 'unit_id', 'org_units'),
    ('unit_roles', 'role_id', 'roles'),
    ('record_shares', 'person_id', 'people'),
    ('record_shares', 'role_id', 'roles'),
    ('record_shares', 'catalog_id', 'catalogs'),
    ('default_rights', 'person_id', 'people'),
    ('default_rights', 'role_id', 'roles'),
    ('sessions', 'person_id', 'people'),
    ('api_tokens', 'person_id', 'people'),
    ('preferences', 'person_id', 'people'),
    ('notifications', 'person_id', 'people'),
    ('directory_roles', 'person_id', 'people'),
    ('directory_roles', 'role_id', 'roles'),
)
"""Rows that mean nothing once what they point at is gone: table, column, where to."""
KEPT: tuple[tuple[str, str, str], ...] = (
    ('org_units', 'parent_id', 'org_units'),
    ('org_units', 'manager_id', 'people'),
    ('people', 'manager_id', 'people'),
    ('rules', 'owner_id', 'people'),
    ('fields', 'catalog_id', 'catalogs'),
    ('pipelines', 'catalog_id', 'catalogs'),
    ('stages', 'pipeline_id', 'pipelines'),
)
"""Rows that mean something all the same: somebody has to decide."""


async def check_rows() -> list[Finding]:
    """Everything that points nowhere."""
    found: list[Finding] = []
    for place, repairable in ((LEADS, True), (KEPT, False)):
        for name, column, target in place:
            found += await _pointing_nowhere(name, column, target, repairable=repairable)
    return [*found, *await _shares_of_nothing(), *await _counters()]


async def _pointing_nowhere(name: str, column: str, target: str, *, repairable: bool) -> list[Finding]:
    where = (
        f'{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target} x WHERE x.id = {name}.{column})'
        # A rule of the system itself, made before there is an administrator, has the owner 0.
        + (f' AND {column} <> 0' if name == 'rules' else '')
    )
    ids = await ids_of(f'SELECT id FROM {name} WHERE {where} ORDER BY id')
    if not ids:
        return []
    code = 'notification_to_nobody' if name == 'notifications' else 'points_nowhere'
    facts = {'table': name, 'column': column, **about(ids)}
    return [Finding(code=code, facts=facts, repair=_deleting(name, where) if repairable else None)]


def _deleting(name: str, where: str) -> Repair:
    async def mend() -> None:
        await database.rows(f'DELETE FROM {name} WHERE {where}')

    return mend


async def _shares_of_nothing() -> list[Finding]:
    found: list[Finding] = []
    for catalog in SCHEMA:
        where = (
            f'catalog_id = {int(catalog.id)}'
            f' AND NOT EXISTS (SELECT 1 FROM {table(catalog)} t WHERE t.id = record_shares.record_id)'
        )
        ids = await ids_of(f'SELECT id FROM record_shares WHERE {where} ORDER BY id')
        if ids:
            facts = {'catalog': catalog.code, **about(ids)}
            found.append(
                Finding(code='share_of_nothing', facts=facts, repair=_deleting('record_shares', where))
            )
    return found


async def _counters() -> list[Finding]:
    """On PostgreSQL: no table gives an id anew."""
    if not database.is_postgres():
        return []
    found: list[Finding] = []
    tables = await database.rows(
        "SELECT table_name AS name, pg_get_serial_sequence(quote_ident(table_name), 'id') AS counter"
        " FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'id'"
    )
    # Lines of the audit log are numbered by the log itself.
    for row in (one for one in tables if one['counter'] and one['name'] != 'audit_log'):
        name, counter = row['name'], row['counter']
        at = await database.rows(
            f'SELECT (SELECT COALESCE(MAX(id), 0) FROM {name}) AS highest,'
            f' (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {counter}) AS given'
        )
        if at[0]['highest'] > at[0]['given']:
            facts = {'catalog': name, 'field': 'id', 'counter': at[0]['given'], 'highest': at[0]['highest']}
            found.append(
                Finding(code='counter_behind', facts=facts, repair=_setting(counter, at[0]['highest']))
            )
    return found


def _setting(counter: str, value: int) -> Repair:
    async def mend() -> None:
        await database.rows('SELECT setval(CAST(? AS regclass), ?)', [counter, value])

    return mend
