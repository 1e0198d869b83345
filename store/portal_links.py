"""Who a customer is among the contacts: found by e-mail, put to their company by its domain, or new."""

from typing import Any
from urllib.parse import urlsplit

from store import database, guard, own_account, role_rights
from store.actor import FieldLevel
from store.colleagues import EMAIL, field_of
from store.designer import Designer
from store.portal_reach import ACCOUNTS, CONTACTS, known_as, links
from store.problems import Problem
from store.query import Condition, Filter, Query
from store.records import Records
from store.schema import Catalog, FieldSpec
from store.values import RecordView, Ref

MARK = 'to_verify'
"""The field of contacts that says: the customer made this, somebody of us should look."""
_FREE = (
    'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com aol.com gmx.com'
    ' gmx.de gmx.net web.de t-online.de freenet.de icloud.com me.com mac.com proton.me protonmail.com'
    ' pm.me tutanota.com tuta.io zoho.com fastmail.com mail.com hey.com yandex.ru yandex.com ya.ru'
    ' yandex.by yandex.kz yandex.ua mail.ru bk.ru list.ru inbox.ru internet.ru xmail.ru rambler.ru lenta.ru'
    ' autorambler.ru ro.ru myrambler.ru ukr.net i.ua qq.com 163.com 126.com sina.com orange.fr free.fr'
    ' laposte.net wanadoo.fr libero.it virgilio.it seznam.cz wp.pl o2.pl onet.pl interia.pl mail.bg abv.bg'
    ' naver.com daum.net rediffmail.com uol.com.br bol.com.br'
)
FREE_MAIL = frozenset(_FREE.split())
"""Domains that belong to no customer: an address there says nothing about a company."""
_EVERYWHERE = frozenset({'yahoo', 'ymail', 'hotmail', 'outlook', 'live', 'msn', 'gmx', 'aol', 'yandex'})
"""First parts of such domains that stand before the endings of many countries."""


def email_of(contact: RecordView) -> str:
    """The e-mail of a contact, '' without one."""
    catalog = known_as(CONTACTS)
    spec = field_of(catalog, EMAIL) if catalog is not None else None
    return str(contact.values.get(spec.code) or '') if spec is not None else ''


async def contact_for(email: str, name: str) -> int | None:
    """The contact that somebody with this proven e-mail is: the only one who has it, else a new one.

    Inside the caller's transaction; None where contacts need more than is known."""
    catalog = known_as(CONTACTS)
    if catalog is None:
        return None
    found = await _match(catalog, email)
    return found if found is not None else await _new(catalog, email, name)


async def make_ready(email: str) -> None:
    """See to it that a new contact can be marked; before the transaction, for it may add a field."""
    catalog = known_as(CONTACTS)
    if catalog is None or await _match(catalog, email) is not None or catalog.field(MARK) is not None:
        return
    spec = FieldSpec(code=MARK, label='To verify', labels={'ru': 'Проверить'}, type='yes_no', indexed=True)
    try:
        await Designer(guard.SETUP).add_field(catalog.code, spec)
    except Problem:
        # Another registration was first.
        return
    with guard.acting(guard.SETUP):
        found = await database.rows('SELECT code FROM roles WHERE is_portal = 1')
    for row in found:
        await hide_mark(row['code'])


async def hide_mark(role: str) -> None:
    """Hide from a role of the portal that its holders are to be verified."""
    catalog = known_as(CONTACTS)
    if catalog is None or catalog.field(MARK) is None:
        return
    grants = await role_rights.grants_of(guard.SETUP, role)
    levels = {code: level for (of, code), level in grants.fields.items() if of == catalog.code}
    await role_rights.set_fields(guard.SETUP, role, catalog.code, {**levels, MARK: FieldLevel.HIDDEN})


async def _match(catalog: Catalog, email: str) -> int | None:
    """The contact with this e-mail, if it is one alone and nobody is it yet."""
    spec = field_of(catalog, EMAIL)
    if spec is None:
        return None
    asked = Filter((Condition(spec.code, 'in', [email]),))
    query = Query(filter=asked, sort='id', limit=200, fields=(spec.code,))
    found = (await Records(guard.SETUP).find(catalog.code, query)).records
    # Two addresses may be one word to a search, and still be mailboxes of two owners.
    fitting = [view.id for view in found if email_of(view).lower() == email]
    if len(fitting) != 1:
        return None
    with guard.acting(guard.DOOR):
        taken = await database.rows(
            'SELECT id FROM people WHERE contact_id = ? AND is_active = 1', [fitting[0]]
        )
    return None if taken else fitting[0]


async def _new(catalog: Catalog, email: str, name: str) -> int | None:
    values: dict[str, Any] = {'title': name}
    spec, mark, accounts = field_of(catalog, EMAIL), catalog.field(MARK), known_as(ACCOUNTS)
    if spec is not None:
        values[spec.code] = email
    if mark is not None and mark.type == 'yes_no':
        values[MARK] = True
    account = await account_for(email)
    link = next(iter(links(catalog, accounts)), None) if accounts is not None else None
    if account is not None and accounts is not None and link is not None:
        values[link.code] = Ref(account, '', accounts.code)
    try:
        return (await Records(guard.SETUP).create(catalog.code, values)).id
    except Problem:
        return None


async def account_for(email: str) -> int | None:
    """The one account whose site or e-mail is of the same domain; not for free mail, and never our own."""
    accounts, domain = known_as(ACCOUNTS), email.rpartition('@')[2].casefold()
    if accounts is None or not domain or _is_free(domain):
        return None
    found: set[int] = set()
    for kind in ('web', EMAIL):
        spec = field_of(accounts, kind)
        if spec is not None:
            found |= await _of_domain(accounts, spec, domain)
    found -= {own_account.own_id() or 0}
    return found.pop() if len(found) == 1 else None


async def _of_domain(accounts: Catalog, spec: FieldSpec, domain: str) -> set[int]:
    asked = Filter((Condition(spec.code, 'contains', domain),))
    query = Query(filter=asked, sort='id', limit=200, fields=(spec.code,))
    views = (await Records(guard.SETUP).find(accounts.code, query)).records
    return {view.id for view in views if _domain(str(view.values.get(spec.code) or '')) == domain}


def _is_free(domain: str) -> bool:
    return domain in FREE_MAIL or domain.partition('.')[0] in _EVERYWHERE


def _domain(text: str) -> str:
    """The domain of a web or e-mail address, without 'www.'."""
    host = text.rpartition('@')[2] if '://' not in text else urlsplit(text).hostname or ''
    return host.casefold().removeprefix('www.')
