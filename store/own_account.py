"""Which account is our own company: a setting names it, so there is never a second one."""

from collections.abc import Sequence

from store import changes, database, guard
from store.catalogs import SCHEMA
from store.changes import Change
from store.problems import Refused
from store.schema import Catalog
from store.system_settings import setting
from store.tables import table

SETTING = 'own_company'
ACCOUNTS = 'accounts'
"""The code of the catalogue of accounts, and the trait of one that is called otherwise."""
_name = ''


def accounts_catalog() -> Catalog | None:
    """The catalogue of accounts, None when there is none."""
    marked = [one for one in SCHEMA if ACCOUNTS in one.traits]
    return next(iter(marked), None) or SCHEMA.by_code.get(ACCOUNTS)


def own_id() -> int | None:
    """The id of the account that is our own company, None while none is."""
    return int(setting(SETTING) or 0) or None


def is_own(catalog: str, record_id: int) -> bool:
    """Whether this record is our own company."""
    kind = accounts_catalog()
    return kind is not None and kind.code == catalog and own_id() == record_id


def company_name() -> str:
    """What the company is called: as in the settings, else as its account; '' while neither says."""
    return str(setting('company')).strip() or (_name if own_id() else '')


def own_name() -> str:
    """The name of the account that is our own company, which everybody may know; '' while none is."""
    return _name if own_id() else ''


def need_not_own(catalog: str, record_id: int) -> None:
    """Keep the account that is our own company from being removed.

    :raises Refused: 'own_company_kept'"""
    if is_own(catalog, record_id):
        raise Refused('own_company_kept', name=_name)


async def load() -> None:
    """Read the name of our own company into memory; after settings were loaded."""
    global _name  # noqa: PLW0603  one for the process, as the settings are
    kind, record_id = accounts_catalog(), own_id()
    if kind is None or record_id is None:
        _name = ''
        return
    with guard.acting(guard.DOOR):
        found = await database.rows(
            f'SELECT title FROM {table(kind)} WHERE id = ? AND deleted_at IS NULL', [record_id]
        )
    _name = str(found[0]['title']) if found else ''


def _renamed(told: Sequence[Change]) -> None:
    global _name  # noqa: PLW0603  see `load`
    for change in told:
        if 'title' in change.after and is_own(change.catalog, change.record_id):
            _name = str(change.after['title'])


changes.subscribe(_renamed)
