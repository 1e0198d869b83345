"""Which rules an import would set off, and how often, told before it begins."""

from collections.abc import Mapping
from dataclasses import dataclass

from automations import TRIGGERS, Rule, Rules
from store import Catalog, Cause, Change, Records
from store.clock import now

SENDING = frozenset({'send_email', 'call_webhook'})


@dataclass(frozen=True, kw_only=True, slots=True)
class Reaction:
    """A rule that new records set off, at most `count` times: its conditions are asked only when it runs.

    `always`: also when the person lets rules be silent, because the rule itself listens to imports."""

    rule: Rule
    count: int
    sends: bool
    always: bool


async def reactions(records: Records, catalog: Catalog, stages: Mapping[str, int]) -> tuple[Reaction, ...]:
    """The rules that so many new records by stage would set off; empty for who may not see rules."""
    if not records.actor.may_do('edit_processes'):
        return ()
    found = []
    for view in await Rules(records.actor).list():
        rule = view.rule
        count = sum(number for stage, number in stages.items() if _starts(rule, catalog, stage))
        if view.is_on and rule.catalog == catalog.code and count:
            sends = any(step.kind in SENDING for step in rule.steps)
            found.append(Reaction(rule=rule, count=count, sends=sends, always='import' in rule.origins))
    return tuple(sorted(found, key=lambda one: (not one.sends, -one.count)))


def _starts(rule: Rule, catalog: Catalog, stage: str) -> bool:
    """Whether a new record in this stage fits one of the rule's triggers."""
    if rule.catalog != catalog.code:
        return False
    made = Change(
        id=0, at=now(), actor=None, catalog=catalog.code, record_id=0, kind='created', version=1,
        after={'stage': stage} if stage else {}, cause=Cause('import'),
    )  # fmt: skip
    return any(TRIGGERS[one.kind].matches(made, one.options, catalog) for one in rule.triggers)
