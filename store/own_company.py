"""Our own company: the one account that is us, for signatures, captions and defaults."""

from collections.abc import Mapping
from dataclasses import dataclass

from store import own_account, system_settings
from store.actor import Actor
from store.operations import need
from store.own_account import SETTING, accounts_catalog, company_name, is_own, own_id, own_name
from store.problems import NotAllowed, NotFound, Refused
from store.records import Records
from store.schema import Catalog
from store.values import RecordView, Ref

__all__ = [
    'SETTING',
    'OwnCompany',
    'accounts_catalog',
    'company_name',
    'is_own',
    'make_own',
    'own_company',
    'own_id',
    'own_name',
]
_ADDRESSES = ('address', 'office')


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnCompany:
    """Our company as one reader may know it: `record` is None for who may not read the account.

    The other texts are '' where the account has no such field, no value, or it is hidden."""

    name: str
    record: RecordView | None = None
    phone: str = ''
    email: str = ''
    web: str = ''
    address: str = ''

    @property
    def signature(self) -> str:
        """What stands under a letter: the name and what is known besides, a line each."""
        return '\n'.join(line for line in (self.name, self.phone, self.email, self.web, self.address) if line)

    @property
    def ref(self) -> Ref | None:
        """A link to the account."""
        return self.record.ref if self.record else None


async def own_company(actor: Actor) -> OwnCompany | None:
    """Our own company, None while no account is it; its name is no secret, the rest is for its readers."""
    kind, record_id = accounts_catalog(), own_id()
    if kind is None or record_id is None:
        return None
    mine = Records(actor)
    try:
        view, seen = await mine.get(kind.code, record_id), mine.catalog(kind.code)
    except (NotFound, NotAllowed):
        return OwnCompany(name=own_name())
    return OwnCompany(name=view.title, record=view, **_details(seen, view))


def _details(kind: Catalog, view: RecordView) -> Mapping[str, str]:
    """Phone, e-mail and web address by type, the address by its name."""
    found = {wanted: _first(kind, view, wanted) for wanted in ('phone', 'email', 'web')}
    address = next((str(view.values[code]) for code in _ADDRESSES if view.values.get(code)), '')
    return {**found, 'address': address}


def _first(kind: Catalog, view: RecordView, wanted: str) -> str:
    values = (view.values.get(spec.code) for spec in kind.live_fields if spec.type == wanted)
    return next((str(value) for value in values if value), '')


async def make_own(actor: Actor, record_id: int | None) -> None:
    """Say which account is our own company, in place of the one before; None for none.

    :raises NotAllowed: operation 'manage_settings'
    :raises NotFound: no such account, or not for this actor
    :raises Refused: 'no_accounts' where there is no catalogue of accounts"""
    need(actor, 'manage_settings', hands=True)
    if record_id is None:
        await system_settings.reset_settings(actor, [SETTING])
        await own_account.load()
        return
    kind = accounts_catalog()
    if kind is None:
        raise Refused('no_accounts')
    await Records(actor).get(kind.code, record_id)
    await system_settings.change_settings(actor, {SETTING: record_id})
    await own_account.load()
