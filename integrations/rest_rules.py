"""Rules and their runs over REST, to read, with the same rights as on the pages."""

from typing import Any

from automations import Rules, RuleView
from integrations.rest_calls import MOST_ROWS, Answer, Call, Endpoint
from store.runs import Run, StepTrace


def _rule(view: RuleView) -> dict[str, Any]:
    return {
        'id': view.id,
        'version': view.stored.number,
        'owner': view.stored.owner_id,
        'is_on': view.is_on,
        'paused': view.stored.paused or None,
        'changed_at': view.stored.changed_at,
        'last_run': view.tally.last.created_at if view.tally.last else None,
        'runs_this_week': view.tally.week,
        'failed_this_week': view.tally.broken,
        'rule': _without_secrets(view.rule.to_plain()),
    }


def _without_secrets(plain: dict[str, Any]) -> dict[str, Any]:
    steps = [
        {**step, 'options': {code: value for code, value in step['options'].items() if code != 'secret'}}
        for step in plain['steps']
    ]
    return {**plain, 'steps': steps}


def _run(run: Run) -> dict[str, Any]:
    return {
        'id': run.id,
        'rule': run.rule_id,
        'catalog': run.catalog,
        'record': run.record_id,
        'trigger': run.trigger,
        'status': run.status,
        'created_at': run.created_at,
        'finished_at': run.finished_at,
        'error': run.error,
    }


def _step(trace: StepTrace) -> dict[str, Any]:
    return {
        'step': trace.step,
        'action': trace.action,
        'status': trace.status,
        'result': dict(trace.result),
        'at': trace.at,
        'ms': trace.ms,
    }


async def list_rules(call: Call) -> Answer:
    """Every rule, in the order they run."""
    return Answer({'rules': [_rule(view) for view in await Rules(call.actor).list()]})


async def get_rule(call: Call) -> Answer:
    """One rule."""
    return Answer(_rule(await Rules(call.actor).get(call.id)))


async def list_runs(call: Call) -> Answer:
    """Runs of a rule, the latest first."""
    limit = min(call.number('limit', 50) or 50, MOST_ROWS)
    found = await Rules(call.actor).runs(call.id, limit=limit, before=call.number('before'))
    return Answer({'runs': [_run(run) for run in found]})


async def get_run(call: Call) -> Answer:
    """One run with what each step did."""
    view = await Rules(call.actor).run(call.id)
    return Answer({**_run(view.run), 'steps': [_step(trace) for trace in view.steps]})


_PAGE = (('limit', f'at most {MOST_ROWS}'), ('before', 'the id of a run to go on from'))
RULE_ENDPOINTS = (
    Endpoint('GET', '/rules', list_rules, 'Every rule', tag='Rules', answer='rules'),
    Endpoint('GET', '/rules/{id}', get_rule, 'One rule', tag='Rules', answer='rule'),
    Endpoint('GET', '/rules/{id}/runs', list_runs, 'Runs of a rule', tag='Rules', answer='runs', query=_PAGE),
    Endpoint('GET', '/runs/{id}', get_run, 'One run with its trace', tag='Rules', answer='run'),
)
"""What may be asked about rules and their runs."""
