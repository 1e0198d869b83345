"""With whom one writes about a record: the addresses of its people, as far as the reader may see them."""

from collections.abc import Iterator
from dataclasses import dataclass

from store.folding import fold
from store.portal_reach import ACCOUNTS, CONTACTS, known_as
from store.problems import NotFound
from store.query import Query, where
from store.records import Records
from store.schema import Catalog
from store.values import RecordView, Ref

MOST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Correspondent:
    """Somebody with an address, and the record that says so."""

    name: str
    address: str
    catalog: str
    record_id: int


async def people_of(records: Records, catalog: str, record_id: int) -> list[Correspondent]:
    """Whom one writes to about a record: itself, the contacts it names; failing these those of its account.

    :raises NotFound: no such record, or not for this reader"""
    kind = records.catalog(catalog)
    view = await records.get(catalog, record_id)
    found = list(_own(kind, view))
    accounts = known_as(ACCOUNTS)
    if accounts is not None and catalog == accounts.code:
        found += await _of_account(records, record_id)
    else:
        for ref in _linked(kind, view, CONTACTS):
            found += await _of(records, ref)
        if not found:
            for ref in _linked(kind, view, ACCOUNTS):
                found += [*await _of(records, ref), *await _of_account(records, ref.id)]
    return list({fold(one.address): one for one in reversed(found)}.values())[::-1][:MOST]


def _own(kind: Catalog, view: RecordView) -> Iterator[Correspondent]:
    for spec in kind.live_fields:
        if spec.type == 'email' and (address := view.values.get(spec.code)):
            yield Correspondent(name=view.title, address=str(address), catalog=kind.code, record_id=view.id)


def _linked(kind: Catalog, view: RecordView, part: str) -> list[Ref]:
    target = known_as(part)
    if target is None:
        return []
    specs = (one for one in kind.live_fields if one.type == 'link')
    wanted = [one.code for one in specs if one.options.get('target') == target.code]
    return [ref for code in wanted if isinstance(ref := view.values.get(code), Ref)]


async def _of(records: Records, ref: Ref) -> list[Correspondent]:
    """The addresses of a record that another one names, unless it is closed to the reader."""
    try:
        view = await records.get(ref.catalog, ref.id)
    except NotFound:
        return []
    return list(_own(records.catalog(ref.catalog), view))


async def _of_account(records: Records, account_id: int) -> list[Correspondent]:
    contacts, accounts = known_as(CONTACTS), known_as(ACCOUNTS)
    kind = next((one for one in records.catalogs() if contacts and one.code == contacts.code), None)
    if kind is None or accounts is None:
        return []
    link = next(
        (s for s in kind.live_fields if s.type == 'link' and s.options.get('target') == accounts.code), None
    )
    if link is None:
        return []
    asked = Query(filter=where(**{link.code: account_id}), sort='id', limit=MOST)
    page = await records.find(kind.code, asked)
    return [one for view in page.records for one in _own(kind, view)]
