"""What a trace tells a reader who is no administrator: nothing of records that this reader may not read.

A trace is written with the rights of the rule's owner, who may see more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from automations.snapshot import OUR_COMPANY
from automations.values import Scope
from store.actor import Actor, Level
from store.records import Records
from store.rules import catalogs
from store.runs import Decision, Run, StepTrace
from store.schema import Catalog
from store.seen import hidden
from store.values import Ref

Names = Mapping[tuple[str, int], str]
WRITTEN = frozenset({'text', 'subject', 'body', 'values', 'detail', 'facts'})
"""What a step tells of fields: texts that were filled in, values that were set or refused."""


async def steps_for(records: Records, steps: Sequence[StepTrace]) -> tuple[StepTrace, ...]:
    """The steps with the names this reader may know; what was made out of the reader's sight stays untold."""
    names = await records.titles({ref for step in steps for ref in _refs(step.result)})
    # A text may hold the value of any field, so whoever is kept from one reads none.
    gone = WRITTEN if records.actor.fields and not records.actor.is_admin else frozenset()
    return tuple(
        replace(step, result=_result({k: v for k, v in step.result.items() if k not in gone}, names))
        for step in steps
    )


async def runs_for(records: Records, runs: Sequence[Run]) -> list[Run]:
    """Runs as `run_for` tells them, and next to nothing of those about records this reader may not read."""
    if records.actor.is_admin:
        return list(runs)
    names = await records.titles({Ref(run.record_id, '', run.catalog) for run in runs if run.record_id})
    return [
        run_for(records.actor, run)
        if not run.record_id or (run.catalog, run.record_id) in names
        else replace(run, event={}, made={}, error=_bare(run.error))
        for run in runs
    ]


async def decisions_for(records: Records, decisions: Sequence[Decision]) -> list[Decision]:
    """Decisions as `decision_for` tells them; of records this reader may not read the reason alone."""
    if records.actor.is_admin:
        return list(decisions)
    names = await records.titles({Ref(one.record_id, '', one.catalog) for one in decisions if one.record_id})
    return [
        decision_for(records.actor, one)
        if not one.record_id or (one.catalog, one.record_id) in names
        else replace(one, facts={})
        for one in decisions
    ]


def run_for(actor: Actor, run: Run) -> Run:
    """A run without the hidden fields of the change that started it, and without the values that its error
    speaks of where any field is hidden."""
    if actor.is_admin or not actor.fields:
        return run
    kind = catalogs().get(run.catalog)
    gone = hidden(actor, kind) if kind else frozenset()
    return replace(run, event=_without(run.event, gone), made={}, error=_bare(run.error))


def _bare(error: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return error and {'code': error.get('code', 'problem'), 'facts': {}}


def scope_for(actor: Actor, catalog: Catalog, scope: Scope) -> Scope:
    """The names of a text as its recipient may know them: hidden fields are empty, behind links too."""
    if actor.is_admin:
        return scope
    names = _bare_company(actor, scope.values)
    return replace(scope, values=_blanked(actor, catalog, names) if actor.fields else names)


def _bare_company(actor: Actor, names: Mapping[str, Any]) -> Mapping[str, Any]:
    """The names with no more than the name of our own company for who may not read every account."""
    company = names.get(OUR_COMPANY)
    if not isinstance(company, Mapping) or 'catalog' not in company:
        return names
    if actor.rights(str(company['catalog'])).read == Level.ALL:
        return names
    return {**names, OUR_COMPANY: {'name': company['name'], 'signature': company['name']}}


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
