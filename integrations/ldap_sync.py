"""The synchronisation with the company's directory: what a run would do, and doing it."""

import asyncio
from collections import Counter
from collections.abc import Callable

from automations.attempt import attempt
from integrations import ldap_directory
from store import colleagues, directory, directory_runs
from store.actor import Actor
from store.directory_links import check_with
from store.directory_plan import KINDS, REFUSED, Line, Plan, plan
from store.directory_settings import directory as settings_of_directory
from store.people import need_admin
from store.problems import Problem, Refused

LOOK_S = 60.0
LEASE_LINES = 50
"""After so many lines others are told anew that this run is alive."""
Progress = Callable[[int, int], None]


async def preview(actor: Actor) -> Plan:
    """What a run would do now; nothing is changed.

    :raises Refused: 'directory_…'"""
    need_admin(actor)
    entries = await ldap_directory.read()
    if not entries:
        # An empty branch is far more often a wrong filter than a company that everybody has left.
        raise Refused('directory_empty')
    roles = {role.code for role in await colleagues.role_names(actor) if not role.is_portal}
    return plan(entries, await directory.everybody(actor), settings_of_directory().groups, roles)


async def run(actor: Actor, progress: Progress | None = None) -> dict[str, int]:
    """Read the directory anew and do all that follows; the counts by kind.

    :param progress: hears how many of how many lines are done
    :raises Refused: 'directory_busy', or 'directory_…' as in `preview`"""
    return await _carry_out(actor, await directory_runs.begin(actor), progress)


async def run_when_due() -> dict[str, int] | None:
    """The run of the schedule if its time has come; administrators are told when it fails."""
    run_id = await directory_runs.begin_when_due()
    return None if run_id is None else await _carry_out(directory_runs.SCHEDULE, run_id, None)


async def follow() -> None:
    """Check passwords with the directory, and take people over when it is time to; end it by cancelling."""
    no_more = check_with(ldap_directory.check)
    try:
        while True:
            await attempt(run_when_due(), 'following the directory')
            await asyncio.sleep(LOOK_S)
    finally:
        no_more()


async def _carry_out(actor: Actor, run_id: int, progress: Progress | None) -> dict[str, int]:
    counts: Counter[str] = Counter(dict.fromkeys(('found', *KINDS), 0))
    problem: Problem | None = Refused('directory_interrupted')
    try:
        made = await preview(actor)
        counts['found'] = made.found
        if actor.person_id is None and made.is_frightening:
            raise Refused('directory_shrank', count=made.counts()['disabled'], of=made.linked)
        for place, line in enumerate(made.lines, 1):
            counts[await _apply(actor, line, run_id)] += 1
            if place % LEASE_LINES == 0:
                await directory_runs.still_going()
            if progress is not None:
                progress(place, len(made.lines))
        problem = None
    except Problem as trouble:
        problem = trouble
        raise
    finally:
        await directory_runs.finish(actor, run_id, counts, problem)
    return dict(counts)


async def _apply(actor: Actor, line: Line, run_id: int) -> str:
    """The kind of what became of a line: one that is refused now does not stop the others."""
    if line.kind == REFUSED:
        return REFUSED
    try:
        await directory.apply(actor, line, run_id)
    except Problem:
        return REFUSED
    return line.kind
