"""The schemas of the REST description that are the same in every installation."""

from collections.abc import Mapping
from typing import Any

from integrations.rest_calls import MOST_ROWS

Schema = dict[str, Any]

TEXT: Schema = {'type': 'string'}
NUMBER: Schema = {'type': 'integer'}
MONEY: Schema = {
    'type': 'object',
    'properties': {
        'amount': {'type': 'string', 'example': '12.50'},
        'currency': {'type': 'string', 'example': 'EUR'},
    },
    'required': ['amount', 'currency'],
}
REF: Schema = {
    'type': 'object',
    'properties': {'id': NUMBER, 'title': TEXT, 'catalog': TEXT},
    'description': 'For writing, the id alone does',
}
YES_NO: Schema = {'type': 'boolean'}
OPEN: Schema = {'type': 'object'}
MOMENT: Schema = {'type': 'string', 'format': 'date-time'}
KIND: Schema = {'type': 'string', 'enum': ['open', 'won', 'lost']}


def to(name: str) -> Schema:
    """A pointer to a schema."""
    return {'$ref': f'#/components/schemas/{name}'}


def an_object(required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """An object of these members, and no others."""
    return {
        'type': 'object',
        'properties': properties,
        'required': list(required),
        'additionalProperties': False,
    }


def a_list(items: Schema) -> Schema:
    """Any number of these."""
    return {'type': 'array', 'items': items}


COMMON: Mapping[str, Schema] = {
    'error': an_object(
        ('error',),
        error=an_object(
            ('code', 'facts', 'message'),
            code=TEXT,
            facts={'type': 'object'},
            message=TEXT,
            fields={
                'type': 'object',
                'description': 'Refused fields by code, each with code, facts and message',
            },
        ),
    ),
    'query': an_object(
        filter={'type': 'object', 'description': '{"all": [["amount", "greater", 1000]]}'},
        sort=TEXT,
        limit={**NUMBER, 'maximum': MOST_ROWS},
        after=TEXT,
        text=TEXT,
        fields=a_list(TEXT),
    ),
    'ids': an_object(('records',), records=a_list(an_object(('id', 'version'), id=NUMBER, version=NUMBER))),
    'comment': an_object(('text',), text=TEXT),
    'change_entry': an_object(
        ('id', 'at', 'kind'),
        id=NUMBER,
        at={'type': 'string', 'format': 'date-time'},
        kind=TEXT,
        version=NUMBER,
        actor=REF,
        before={'type': 'object'},
        after={'type': 'object'},
        text=TEXT,
        cause={'type': 'object'},
    ),
    'history': an_object(('changes',), changes=a_list(to('change_entry'))),
    'count': an_object(('count',), count=NUMBER),
    'stages': an_object(
        ('stages',), stages=a_list(an_object(stage=TEXT, count=NUMBER, sums={'type': 'object'}))
    ),
    'found': an_object(('found',), found=a_list(REF)),
    'person': an_object(
        id=NUMBER,
        name=TEXT,
        login=TEXT,
        is_admin={'type': 'boolean'},
        roles=a_list(TEXT),
        operations=a_list(TEXT),
    ),
    'field': an_object(
        code=TEXT,
        label=TEXT,
        labels=OPEN,
        type=TEXT,
        required=YES_NO,
        unique=YES_NO,
        read_only=YES_NO,
        system=YES_NO,
        options=OPEN,
        filters=a_list(TEXT),
    ),
    'stage': an_object(code=TEXT, label=TEXT, labels=OPEN, color=TEXT, kind=KIND, required=a_list(TEXT)),
    'pipeline': an_object(code=TEXT, label=TEXT, labels=OPEN, value_field=TEXT, stages=a_list(to('stage'))),
    'catalog': an_object(
        code=TEXT,
        label=TEXT,
        label_one=TEXT,
        labels=OPEN,
        icon=TEXT,
        may=OPEN,
        fields=a_list(to('field')),
        pipelines=a_list(to('pipeline')),
    ),
    'catalogs': an_object(('catalogs',), catalogs=a_list(to('catalog'))),
    'rules': an_object(('rules',), rules=a_list(to('rule'))),
    'rule': an_object(
        id=NUMBER,
        version=NUMBER,
        owner=NUMBER,
        is_on=YES_NO,
        paused=TEXT,
        changed_at=MOMENT,
        last_run=MOMENT,
        runs_this_week=NUMBER,
        failed_this_week=NUMBER,
        rule=OPEN,
    ),
    'runs': an_object(('runs',), runs=a_list(to('run'))),
    'step': an_object(step=NUMBER, action=TEXT, status=TEXT, result=OPEN, at=MOMENT, ms=NUMBER),
    'run': an_object(
        id=NUMBER,
        rule=NUMBER,
        catalog=TEXT,
        record=NUMBER,
        trigger=TEXT,
        status=TEXT,
        created_at=MOMENT,
        finished_at=MOMENT,
        error=OPEN,
        steps=a_list(to('step')),
    ),
}
"""Every schema by name."""
