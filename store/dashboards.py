"""Saved dashboards: which widgets are shown over which catalogue and pipeline."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from store import database, guard
from store.actor import Actor, Level
from store.audit import note_structure
from store.operations import need, need_employee
from store.problems import NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class Dashboard:
    """A page of figures and charts; `widgets` are keys in the order they are shown."""

    code: str
    label: str
    catalog: str
    pipeline: str
    widgets: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


async def list_dashboards(actor: Actor) -> tuple[Dashboard, ...]:
    """The dashboards over catalogues the actor may read."""
    need_employee(actor)
    with guard.acting(actor):
        found = await database.rows('SELECT * FROM dashboards ORDER BY position, id', read=True)
    every = (
        Dashboard(
            code=row['code'],
            label=row['label'],
            labels=json.loads(row['labels']),
            catalog=row['catalog'],
            pipeline=row['pipeline'],
            widgets=tuple(json.loads(row['widgets'])),
        )
        for row in found
    )
    return tuple(one for one in every if actor.rights(one.catalog).read > Level.NONE)


async def dashboard(actor: Actor, code: str) -> Dashboard:
    """One dashboard.

    :raises NotFound: there is none, or its catalogue is not for this reader"""
    for one in await list_dashboards(actor):
        if one.code == code:
            return one
    raise NotFound('no_such_dashboard', dashboard=code[:60])


async def save(actor: Actor, one: Dashboard) -> None:
    """Make a dashboard, or replace the one of this code."""
    need(actor, 'edit_structure')
    with guard.acting(actor):
        async with database.transaction():
            await database.rows(
                'INSERT INTO dashboards (code, label, labels, catalog, pipeline, widgets, position)'
                ' VALUES (?, ?, ?, ?, ?, ?, (SELECT count(*) FROM dashboards))'
                ' ON CONFLICT (code) DO UPDATE SET label = excluded.label, labels = excluded.labels,'
                ' catalog = excluded.catalog, pipeline = excluded.pipeline, widgets = excluded.widgets',
                [
                    one.code,
                    one.label,
                    json.dumps(dict(one.labels), ensure_ascii=False),
                    one.catalog,
                    one.pipeline,
                    json.dumps(list(one.widgets)),
                ],
            )
            await note_structure(actor, 'dashboard_saved', name=one.label)
