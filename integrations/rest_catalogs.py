"""Catalogues, and who one is, over REST."""

from integrations.rest_calls import Answer, Call, Endpoint
from integrations.rest_json import catalog_json
from store import Catalog
from store.actor import RIGHTS


def _told(call: Call, catalog: Catalog) -> dict[str, object]:
    return catalog_json(catalog, may={right: call.records.may(right, catalog.code) for right in RIGHTS})


async def list_catalogs(call: Call) -> Answer:
    """Every catalogue the token's owner may read."""
    return Answer({'catalogs': [_told(call, catalog) for catalog in call.records.catalogs()]})


async def get_catalog(call: Call) -> Answer:
    """One catalogue."""
    return Answer(_told(call, call.records.catalog(call.catalog)))


async def who_am_i(call: Call) -> Answer:
    """The token's owner."""
    actor = call.actor
    return Answer(
        {
            'id': actor.person_id,
            'name': actor.name,
            'login': actor.login,
            'is_admin': actor.is_admin,
            'roles': sorted(actor.roles),
            'operations': sorted(actor.operations),
        }
    )


CATALOG_ENDPOINTS = (
    Endpoint('GET', '/me', who_am_i, 'Whose token this is', tag='Catalogues', answer='person'),
    Endpoint(
        'GET',
        '/catalogs',
        list_catalogs,
        'Every catalogue with its fields',
        tag='Catalogues',
        answer='catalogs',
    ),
    Endpoint(
        'GET',
        '/catalogs/{catalog}',
        get_catalog,
        'One catalogue with its fields',
        tag='Catalogues',
        answer='catalog',
    ),
)
"""What may be asked about the shape of the data."""
