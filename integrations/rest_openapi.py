"""The OpenAPI description of the interface, made of the catalogues as they are now, for one reader."""

from collections.abc import Iterable, Mapping
from typing import Any

from integrations.rest_calls import MOST_ROWS, Endpoint
from integrations.rest_schemas import COMMON, MONEY, NUMBER, REF, TEXT, Schema, a_list, an_object, to
from store import SYSTEM_FIELDS, Actor, Catalog, FieldSpec, Records

_TYPES: Mapping[str, Schema] = {
    'number': {'type': 'number'},
    'money': MONEY,
    'date': {'type': 'string', 'format': 'date'},
    'date_time': {'type': 'string', 'format': 'date-time'},
    'yes_no': {'type': 'boolean'},
    'person': REF,
    'link': REF,
    'email': {'type': 'string', 'format': 'email'},
    'web': {'type': 'string', 'format': 'uri'},
}


def openapi(actor: Actor, endpoints: Iterable[Endpoint]) -> Schema:
    """The whole description; catalogues and fields the actor may not read are not in it."""
    records = Records(actor)
    catalogs = records.catalogs()
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Schema] = dict(COMMON)
    for known in catalogs:
        schemas |= _schemas_of(known)
    for endpoint in endpoints:
        each: tuple[Catalog | None, ...] = catalogs if '{catalog}' in endpoint.path else (None,)
        for catalog in each:
            path = endpoint.path.replace('{catalog}', catalog.code) if catalog else endpoint.path
            paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, catalog)
    return {
        'openapi': '3.1.0',
        'info': {
            'title': 'Artel',
            'version': '1',
            'description': 'Every request acts as the owner of its token, with their rights.',
        },
        'servers': [{'url': '/api/v1'}],
        'security': [{'token': []}],
        'paths': paths,
        'components': {
            'schemas': schemas,
            'securitySchemes': {'token': {'type': 'http', 'scheme': 'bearer'}},
        },
    }


def _operation(endpoint: Endpoint, catalog: Catalog | None) -> dict[str, Any]:
    name = f'{endpoint.handler.__name__}_{catalog.code}' if catalog else endpoint.handler.__name__
    operation: dict[str, Any] = {
        'operationId': name,
        'summary': endpoint.summary,
        'tags': [catalog.label if catalog and endpoint.tag == 'Records' else endpoint.tag],
        'parameters': [
            *_path_blanks(endpoint, catalog),
            *(_query(name, told) for name, told in endpoint.query),
        ],
        'responses': {
            str(endpoint.status): _answer(endpoint, catalog),
            'default': {
                'description': 'A refusal: code, facts and a sentence',
                'content': {'application/json': {'schema': to('error')}},
            },
        },
    }
    if endpoint.body:
        schema = to(_named(endpoint.body, catalog))
        operation['requestBody'] = {'required': True, 'content': {'application/json': {'schema': schema}}}
    return operation


def _path_blanks(endpoint: Endpoint, catalog: Catalog | None) -> list[Schema]:
    blanks = [part[1:-1] for part in endpoint.path.split('/') if part.startswith('{')]
    return [
        {'name': blank, 'in': 'path', 'required': True, 'schema': NUMBER}
        for blank in blanks
        if not (catalog and blank == 'catalog')
    ]


def _query(name: str, told: str) -> Schema:
    kind = NUMBER if name in ('limit', 'before', 'version', 'deleted') else TEXT
    return {'name': name, 'in': 'query', 'required': False, 'description': told, 'schema': kind}


def _answer(endpoint: Endpoint, catalog: Catalog | None) -> Schema:
    if not endpoint.answer:
        return {'description': 'Done'}
    schema = to(_named(endpoint.answer, catalog))
    return {'description': 'Done', 'content': {'application/json': {'schema': schema}}}


def _named(name: str, catalog: Catalog | None) -> str:
    return f'{catalog.code}.{name}' if catalog and name in _PER_CATALOG else name


_PER_CATALOG = ('new', 'new_many', 'change', 'change_many', 'move', 'record', 'page')


def _schemas_of(catalog: Catalog) -> dict[str, Schema]:
    """The schemas of one catalogue: what is read, and what may be written."""
    live = [spec for spec in catalog.fields if not spec.archived]
    fields = [*(catalog.field(code) or spec for code, spec in SYSTEM_FIELDS.items()), *live]
    written = [spec for spec in fields if not spec.read_only]
    values = an_object(
        tuple(s.code for s in written if s.required), **{s.code: _field(s, catalog) for s in written}
    )
    some = an_object(**{spec.code: _field(spec, catalog) for spec in written})
    record = an_object(
        ('id', 'version', 'values'),
        id=NUMBER,
        version=NUMBER,
        values={
            'type': 'object',
            'properties': {spec.code: _or_null(_field(spec, catalog)) for spec in fields},
        },
        deleted_at={'type': 'string', 'format': 'date-time'},
    )
    stage = _field(SYSTEM_FIELDS['stage'], catalog)
    name = catalog.code
    rows = {'type': 'array', 'maxItems': MOST_ROWS}
    own = an_object(('id', 'values'), id=NUMBER, values=to(f'{name}.some_values'))
    return {
        f'{name}.values': {**values, 'title': catalog.label_one},
        f'{name}.some_values': some,
        f'{name}.record': record,
        f'{name}.page': an_object(
            ('records', 'next'), records=a_list(to(f'{name}.record')), next=_or_null(TEXT)
        ),
        f'{name}.new': an_object(('values',), values=to(f'{name}.values'), stage=stage),
        f'{name}.new_many': an_object(('records',), records={**rows, 'items': to(f'{name}.values')}),
        f'{name}.change': an_object(('values',), values=to(f'{name}.some_values'), version=NUMBER),
        f'{name}.change_many': an_object(
            ids={**rows, 'items': NUMBER}, values=to(f'{name}.some_values'), records={**rows, 'items': own}
        ),
        f'{name}.move': an_object(('stage',), stage=stage, above=NUMBER, below=NUMBER, version=NUMBER),
    }


def _field(spec: FieldSpec, catalog: Catalog) -> Schema:
    schema: Schema = {**_TYPES.get(spec.type, TEXT), 'title': spec.label}
    if spec.code in ('id', 'number') and not spec.id:
        schema['type'] = 'integer'
    if spec.type == 'stage':
        schema['enum'] = [stage.code for _, stage in catalog.stages()]
    if spec.type in ('choice', 'choices'):
        one: Schema = {
            'type': 'string',
            'enum': [choice['key'] for choice in spec.options.get('choices', ())],
        }
        schema = {'title': spec.label, **(one if spec.type == 'choice' else a_list(one))}
    if spec.hint:
        schema['description'] = spec.hint
    if spec.read_only:
        schema['readOnly'] = True
    return schema


def _or_null(schema: Schema) -> Schema:
    return {'anyOf': [schema, {'type': 'null'}]}
