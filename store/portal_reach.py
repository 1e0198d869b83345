"""What is "own" for a customer at the portal: records linked to the contact they are, or to its account."""

from collections.abc import Iterable, Iterator, Mapping

from store import database, guard
from store.actor import Actor, Level
from store.catalogs import SCHEMA
from store.problems import BadValue, Invalid, Problem
from store.schema import Catalog, FieldSpec
from store.sql import ALWAYS, NEVER, Sql, any_of
from store.tables import columns, table
from store.values import Ref

CONTACTS, ACCOUNTS = 'contacts', 'accounts'
"""Codes of the catalogues of people and companies, and the traits of those that are called otherwise."""


def known_as(trait: str) -> Catalog | None:
    """The catalogue that plays a part: the one with the trait, else the one called so; None without it."""
    marked = (one for one in SCHEMA if trait in one.traits)
    return next(marked, None) or SCHEMA.by_code.get(trait)


def is_identity(catalog: str) -> bool:
    """Whether the records of a catalogue say who somebody is: contacts and accounts."""
    return catalog in {one.code for one in (known_as(CONTACTS), known_as(ACCOUNTS)) if one}


def reach(level: Level, actor: Actor, right: str, catalog: Catalog) -> Sql:
    """The condition on a record's row `t` that a level stands for, for somebody of the portal.

    Who they are, a contact and an account, is for the company to say: they read that and change nothing."""
    if level == Level.NONE or (right != 'read' and is_identity(catalog.code)):
        return NEVER
    if level >= Level.ALL:
        return ALWAYS
    if actor.contact_id is None:
        return NEVER
    ways = list(_of_contact(actor.contact_id, catalog))
    if level >= Level.UNIT:
        ways += _of_account(actor.contact_id, catalog)
    return any_of(ways)


def _of_contact(contact_id: int, catalog: Catalog) -> Iterator[Sql]:
    contacts = known_as(CONTACTS)
    if contacts is None:
        return
    if catalog.code == contacts.code:
        yield 't.id = ?', [contact_id]
        return
    # A contact in the recycle bin is nobody, as in `_of_account`.
    mine = f'(SELECT c.id FROM {table(contacts)} c WHERE c.id = ? AND c.deleted_at IS NULL)'
    for spec in links(catalog, contacts):
        yield f't.{columns(spec)[0]} = {mine}', [contact_id]


def _of_account(contact_id: int, catalog: Catalog) -> Iterator[Sql]:
    contacts, accounts = known_as(CONTACTS), known_as(ACCOUNTS)
    if contacts is None or accounts is None:
        return
    mine = next(iter(links(contacts, accounts)), None)
    if mine is None:
        return
    # The contact of this moment is asked, so that another account counts at the next call.
    asked = f'SELECT c.{columns(mine)[0]} FROM {table(contacts)} c WHERE c.id = ? AND c.deleted_at IS NULL'
    account = f'({asked})'
    if catalog.code == accounts.code:
        yield f't.id = {account}', [contact_id]
        return
    for spec in links(catalog, accounts):
        yield f't.{columns(spec)[0]} = {account}', [contact_id]


def links(catalog: Catalog, target: Catalog) -> list[FieldSpec]:
    """The fields that link to this catalogue and no other: a link to anything claims nothing."""
    return [
        spec
        for spec in catalog.live_fields
        if spec.type == 'link' and spec.options.get('target') == target.code
    ]


def claims(catalog: Catalog) -> dict[str, str]:
    """The fields that say whose a record is, with the part ('contacts' or 'accounts') of their target."""
    found: dict[str, str] = {}
    for part in (CONTACTS, ACCOUNTS):
        target = known_as(part)
        if target is not None:
            found |= {spec.code: part for spec in links(catalog, target)}
    return found


def kept_from(catalog: Catalog, values: Iterable[str]) -> dict[str, Problem]:
    """What somebody of the portal may not say about a record: whose it is, and who is responsible.

    About who somebody is they say nothing at all, whatever rule lets them change such records."""
    if is_identity(catalog.code):
        return {code: BadValue('read_only') for code in values}
    people = (spec.code for spec in catalog.live_fields if spec.type == 'person')
    closed = {*claims(catalog), 'owner', *people}
    return {code: BadValue('read_only') for code in values if code in closed}


async def claimed(actor: Actor, catalog: Catalog) -> dict[str, Ref | None]:
    """What a record that they make says about whose it is: theirs, and nobody's responsibility yet."""
    found = claims(catalog)
    given: dict[str, Ref | None] = {'owner': None}
    for part, own in (await _identity(actor)).items():
        # A second link to a contact, as that of a partner, is not theirs to fill.
        first = next((code for code, target in found.items() if target == part), None)
        if first is not None:
            given[first] = own
    return given


async def _identity(actor: Actor) -> dict[str, Ref]:
    """The contact that is this person, and the account of it."""
    contacts, accounts = known_as(CONTACTS), known_as(ACCOUNTS)
    if contacts is None or actor.contact_id is None:
        return {}
    link = next(iter(links(contacts, accounts)), None) if accounts is not None else None
    account = f't.{columns(link)[0]}' if link is not None else 'NULL'
    with guard.acting(guard.DOOR):
        row = await database.rows(
            f'SELECT {account} AS id FROM {table(contacts)} t WHERE t.id = ? AND t.deleted_at IS NULL',
            [actor.contact_id],
        )
    if not row:
        return {}
    found = {CONTACTS: Ref(actor.contact_id, '', contacts.code)}
    if accounts is not None and row[0]['id'] is not None:
        found[ACCOUNTS] = Ref(row[0]['id'], '', accounts.code)
    return found


def need_claimed(catalog: Catalog, own: Mapping[str, Ref | None], levels: Iterable[Level]) -> None:
    """Let only such records be made as the one who makes them will find among their own.

    :raises Invalid: of the first that is not; facts carry `row`"""
    parts = claims(catalog)
    has_contact = any(parts.get(code) == CONTACTS for code, ref in own.items() if ref)
    has_any = any(own.values())
    for place, level in enumerate(levels):
        if level >= Level.ALL or (level >= Level.UNIT and has_any) or (level >= Level.OWN and has_contact):
            continue
        problem = BadValue('stage_not_allowed' if level == Level.NONE else 'only_own')
        refused = Invalid({'stage' if level == Level.NONE else 'title': problem})
        refused.facts = {**refused.facts, 'row': place}
        raise refused
