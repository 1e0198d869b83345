"""What a trace tells a reader who is no administrator: nothing of records that this reader may not read.

A trace is written with the rights of the rule's owner, who may see more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from store.records import Records
from store.runs import Decision, StepTrace
from store.values import Ref

Names = Mapping[tuple[str, int], str]


async def steps_for(records: Records, steps: Sequence[StepTrace]) -> tuple[StepTrace, ...]:
    """The steps with the names this reader may know; what was made out of the reader's sight stays untold."""
    names = await records.titles({ref for step in steps for ref in _refs(step.result)})
    return tuple(replace(step, result=_result(step.result, names)) for step in steps)


def decision_for(decision: Decision) -> Decision:
    """A decision without the values that a condition met behind a link or in a formula."""
    line = decision.facts.get('line')
    if not isinstance(line, Mapping):
        return decision
    path = str(line.get('path') or '').removeprefix('old.').removeprefix('new.')
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
