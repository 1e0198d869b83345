"""What a trace tells a reader who is no administrator: nothing of records that this reader may not read.

A trace is written with the rights of the rule's owner, who may see more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from automations.values import Scope
from store.actor import Actor
from store.records import Records
from store.rules import catalogs
from store.runs import Decision, Run, StepTrace
from store.schema import Catalog
from store.seen import hidden
from store.values import Ref

Names = Mapping[tuple[str, int], str]
WRITTEN = frozenset({'text', 'subject', 'body', 'values', 'detail'})
"""What a step tells of fields: texts that were filled in, values that were set."""


async def steps_for(records: Records, steps: Sequence[StepTrace]) -> tuple[StepTrace, ...]:
    """The steps with the names this reader may know; what was made out of the reader's sight stays untold."""
    names = await records.titles({ref for step in steps for ref in _refs(step.result)})
    # A text may hold the value of any field, so whoever is kept from one reads none.
    gone = WRITTEN if records.actor.fields and not records.actor.is_admin else frozenset()
    return tuple(
        replace(step, result=_result({k: v for k, v in step.result.items() if k not in gone}, names))
        for step in steps
    )


def run_for(actor: Actor, run: Run) -> Run:
    """A run without the hidden fields of the change that started it."""
    kind = catalogs().get(run.catalog)
    gone = hidden(actor, kind) if kind else frozenset()
    return replace(run, event=_without(run.event, gone)) if gone else run


def scope_for(actor: Actor, catalog: Catalog, scope: Scope) -> Scope:
    """The names of a text as its recipient may know them: hidden fields are empty, behind links too."""
    if actor.is_admin or not actor.fields:
        return scope
    return replace(scope, values=_blanked(actor, catalog, scope.values))


def _blanked(actor: Actor, catalog: Catalog, names: Mapping[str, Any]) -> dict[str, Any]:
    gone, known = hidden(actor, catalog), catalogs()
    told: dict[str, Any] = {}
    for code, value in names.items():
        inner = known.get(str(value.get('catalog'))) if isinstance(value, Mapping) else None
        if code in gone:
            told[code] = None
        elif inner is not None:
            told[code] = _blanked(actor, inner, value)
        else:
            is_end = code in ('old', 'new') and isinstance(value, Mapping)
            told[code] = _blanked(actor, catalog, value) if is_end else value
    return told


def _without(event: Mapping[str, Any], gone: frozenset[str]) -> dict[str, Any]:
    told = dict(event)
    for end in ('old', 'new'):
        if isinstance(event.get(end), Mapping):
            told[end] = {code: value for code, value in event[end].items() if code not in gone}
    if isinstance(event.get('changed'), list):
        told['changed'] = [code for code in event['changed'] if code not in gone]
    return told


def decision_for(actor: Actor, decision: Decision) -> Decision:
    """A decision without hidden fields, and without what a condition met behind a link or in a formula."""
    line = decision.facts.get('line')
    if not isinstance(line, Mapping):
        return decision
    path = str(line.get('path') or '').removeprefix('old.').removeprefix('new.')
    kind = catalogs().get(decision.catalog)
    if kind and path.partition('.')[0] in hidden(actor, kind):
        return replace(decision, facts={})
    if path and '.' not in path:
        return decision
    told = {code: value for code, value in line.items() if code not in ('actual', 'explained')}
    return replace(decision, facts={**decision.facts, 'line': told})


def _result(result: Mapping[str, Any], names: Names) -> Mapping[str, Any]:
    made = result.get('made')
    if isinstance(made, Mapping) and _is_ref(made) and (made['catalog'], made['id']) not in names:
        return {}
    told: Mapping[str, Any] = _named(result, names)
    return told


def _is_ref(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get('id'), int) and 'catalog' in value


def _refs(value: Any) -> Iterator[Ref]:
    if _is_ref(value):
        yield Ref(value['id'], '', str(value['catalog']))
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _refs(one)


def _named(value: Any, names: Names) -> Any:
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    if not isinstance(value, Mapping):
        return value
    told = {code: _named(one, names) for code, one in value.items()}
    if _is_ref(value) and 'title' in value:
        told['title'] = names.get((str(value['catalog']), value['id']), '')
    return told
