"""What pages and REST may do with rules: list, check, save, switch, start by hand, and read what ran and
why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from automations import discretion
from automations.clock import Clock
from automations.dispatch import link_of
from automations.sentence import sentence
from automations.shelf import bind_of
from automations.spec import Rule, faults, rule_from_plain
from automations.words import Words
from store import outbox, roles, rules, runs, traces
from store.actor import Actor
from store.operations import need, need_employee
from store.outbox import Parcel
from store.people import list_people
from store.problems import Invalid, NotAllowed, NotFound, Problem, Refused
from store.records import Records
from store.rules import StoredRule
from store.runs import Decision, Run, StepTrace
from store.schema import Catalog
from store.traces import Tally

WEEK = timedelta(days=7)
NO_TALLY = Tally(None, 0, 0)
MAX_STARTED = 500


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule with how it has been doing."""

    stored: StoredRule
    rule: Rule
    tally: Tally = NO_TALLY

    @property
    def id(self) -> int:
        """Its number."""
        return self.stored.id

    @property
    def is_on(self) -> bool:
        """Whether it may start: switched on, and not paused by the engine."""
        return self.stored.enabled and not self.stored.paused


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its trace and what it sent."""

    run: Run
    rule: RuleView | None
    steps: tuple[StepTrace, ...]
    parcels: tuple[Parcel, ...]


@dataclass(frozen=True, slots=True)
class RecordStory:
    """What rules did with a record, and what they did not and why; `names` calls the rules by id."""

    runs: tuple[Run, ...]
    decisions: tuple[Decision, ...]
    names: Mapping[int, str]


class Rules:
    """Rules for one actor. Only administrators read and change them; what ran on a record is for its
    readers."""

    def __init__(self, actor: Actor, clock: Clock | None = None) -> None:
        self.actor = actor
        self._clock = clock or Clock()

    # Reading

    async def list(self) -> list[RuleView]:
        """Every rule in the order they run, with last run, runs and failures of this week."""
        need(self.actor, 'edit_processes')
        tallies = await traces.tallies(self._clock.now() - WEEK)
        return [_view(stored, tallies.get(stored.id, NO_TALLY)) for stored in await rules.every()]

    async def get(self, rule_id: int) -> RuleView:
        """One rule.

        :raises NotFound: 'no_such_rule'"""
        need(self.actor, 'edit_processes')
        tallies = await traces.tallies(self._clock.now() - WEEK)
        return _view(await rules.one(rule_id), tallies.get(rule_id, NO_TALLY))

    async def runs(self, rule_id: int, *, limit: int = 50, before: int | None = None) -> Sequence[Run]:
        """Runs of a rule, newest first; `before` is the id to go on from."""
        need(self.actor, 'edit_processes')
        found = await traces.of_rule(rule_id, limit=limit, before=before)
        return await discretion.runs_for(Records(self.actor), found)

    async def decisions(self, rule_id: int, *, limit: int = 50) -> Sequence[Decision]:
        """Why a rule did not run, newest first."""
        need(self.actor, 'edit_processes')
        found = await traces.decisions_of_rule(rule_id, limit=limit)
        return await discretion.decisions_for(Records(self.actor), found)

    async def broken(self, *, limit: int = 50) -> Sequence[Run]:
        """Runs that need attention, newest first."""
        need(self.actor, 'edit_processes')
        return await discretion.runs_for(Records(self.actor), await traces.broken(limit=limit))

    async def log(
        self, *, failed: bool = False, limit: int = 50, before: int | None = None
    ) -> tuple[Sequence[Run], Mapping[int, str]]:
        """What all rules did, newest first, with the rules' names by id; for operation 'see_process_log'."""
        need(self.actor, 'see_process_log')
        found = await traces.recent(failed=failed, limit=limit, before=before)
        names = {stored.id: stored.name for stored in await rules.every()}
        return await discretion.runs_for(Records(self.actor), found), names

    async def run(self, run_id: int) -> RunView:
        """One run with its trace, for readers of its record and of the log of rules.

        :raises NotFound: 'no_such_run'"""
        run = await traces.one(run_id)
        await self._need_reader(run)
        try:
            rule = _view(await rules.one(run.rule_id), NO_TALLY)
        except NotFound:
            rule = None
        steps, parcels = tuple(await traces.steps(run_id)), await outbox.of_run(run_id)
        run = discretion.run_for(self.actor, run)
        if not self.actor.is_admin:
            steps = await discretion.steps_for(Records(self.actor), steps)
            # What a letter says is for whom it is sent to.
            parcels = [replace(parcel, payload={}) for parcel in parcels]
        return RunView(run, rule, steps, tuple(parcels))

    async def of_record(self, catalog: str, record_id: int, *, limit: int = 50) -> RecordStory:
        """What rules did with a record the actor may read, and why others did not."""
        need_employee(self.actor)
        await Records(self.actor).get(catalog, record_id)
        ran = await traces.of_record(catalog, record_id, limit=limit)
        decided = await traces.decisions_of_record(catalog, record_id, limit=limit)
        ran = await discretion.runs_for(Records(self.actor), ran)
        decided = await discretion.decisions_for(Records(self.actor), decided)
        names = {stored.id: stored.name for stored in await rules.every()}
        return RecordStory(tuple(ran), tuple(decided), names)

    async def _need_reader(self, run: Run) -> None:
        if self.actor.may_do('see_process_log'):
            return
        if run.record_id is None or self.actor.portal:
            raise NotFound('no_such_run', id=run.id)
        try:
            await Records(self.actor).get(run.catalog, run.record_id)
        except NotFound:
            raise NotFound('no_such_run', id=run.id) from None

    # Writing

    def check(self, spec: Mapping[str, Any]) -> dict[str, Problem]:
        """Everything that keeps a rule from working, by place; empty when it may be saved."""
        try:
            rule = rule_from_plain(spec)
        except Invalid as problem:
            return dict(problem.errors)
        return faults(rule, rules.catalogs())

    def _checked(self, spec: Mapping[str, Any]) -> Rule:
        need(self.actor, 'edit_processes', hands=True)
        if found := self.check(spec):
            raise Invalid(found)
        return rule_from_plain(spec)

    async def create(self, spec: Mapping[str, Any]) -> RuleView:
        """A new rule, which acts with the actor's rights from now on.

        :raises Invalid: by place
        :raises Refused: 'rule_key_taken'"""
        rule = self._checked(spec)
        await _index(rule)
        return _view(await rules.create(self.actor, rule.to_plain(), now=self._clock.now()))

    async def keep(self, spec: Mapping[str, Any]) -> RuleView:
        """The rule of this key as it is, or a new one: installing twice changes nothing."""
        known = await rules.by_key(str(spec.get('key', ''))) if spec.get('key') else None
        return _view(known) if known else await self.create(spec)

    async def change(self, rule_id: int, spec: Mapping[str, Any]) -> RuleView:
        """Let a rule say something else; it acts with the rights of whoever changed it.

        :raises Invalid: by place"""
        old = await rules.one(rule_id)
        rule = replace(self._checked({**spec, 'key': old.key}), key=old.key)
        await _index(rule)
        return _view(await rules.change(self.actor, rule_id, rule.to_plain(), now=self._clock.now()))

    async def switch(self, rule_id: int, *, enabled: bool) -> RuleView:
        """Switch a rule on or off; on again, it does not make up for what it slept through."""
        return _view(await rules.switch(self.actor, rule_id, enabled=enabled, now=self._clock.now()))

    async def remove(self, rule_id: int) -> None:
        """Take a rule away; its runs stay to be read."""
        await rules.remove(self.actor, rule_id, now=self._clock.now())

    async def again(self, run_id: int) -> None:
        """Try a failed run once more, from the step it failed at."""
        need(self.actor, 'edit_processes', hands=True)
        await runs.again(run_id, self._clock.now())

    async def cancel(self, run_id: int) -> None:
        """End a run that waits."""
        need(self.actor, 'edit_processes', hands=True)
        await runs.cancel(run_id, self._clock.now())

    # By hand

    async def buttons(self, catalog: str) -> Sequence[RuleView]:
        """The rules of a catalogue that wait for a button, for everybody who may change its records."""
        if self.actor.portal or not Records(self.actor).may('change', catalog):
            return []
        found = [_view(stored) for stored in await rules.every() if stored.catalog == catalog]
        return [view for view in found if view.is_on and _button(view.rule)]

    async def start(self, rule_id: int, record_ids: Sequence[int]) -> int:
        """Start a rule with a button on records the actor may change; how many runs were queued.

        :raises Refused: 'rule_has_no_button', 'rule_off'"""
        need_employee(self.actor)
        view = _view(await rules.one(rule_id))
        if not _button(view.rule):
            raise Refused('rule_has_no_button')
        if not view.is_on:
            raise Refused('rule_off')
        records, catalog = Records(self.actor), view.rule.catalog
        for record_id in record_ids[:MAX_STARTED]:
            record = await records.get(catalog, record_id)
            if not (await records.granted(catalog, [record], 'change'))[record_id]:
                raise NotAllowed(right='change', catalog=catalog)
        now = self._clock.now()
        started = [self._started(view, record_id) for record_id in record_ids[:MAX_STARTED]]
        async with runs.transaction():
            await runs.queue(started, now)
        runs.nudge()
        return len(started)

    def _started(self, view: RuleView, record_id: int) -> Run:
        return Run(
            rule_id=view.id,
            version_id=view.stored.version_id,
            bind=f'{bind_of(record_id, self._clock.now())}:{self.actor.person_id}',
            catalog=view.rule.catalog,
            record_id=record_id,
            trigger='manual',
            started_by=self.actor.person_id,
            chain=(link_of(view.id, view.rule.catalog, record_id),),
        )

    # In words

    async def words(self, words: Words, specs: Sequence[Rule]) -> Words:
        """The reader's words with catalogues, and the names of the people and roles that these rules mean."""
        meant = {
            who
            for rule in specs
            for part in (*rule.steps, *rule.triggers)
            for who in _people_in(part.options)
        }
        person_ids = [int(who.removeprefix('person:')) for who in meant if who[7:].isdecimal()]
        codes = [who.removeprefix('role:') for who in meant if who.startswith('role:')]
        names = await rules.names(person_ids, codes, words.language)
        return replace(words, names={**words.names, **names}, catalogs=rules.catalogs())

    async def sentences(self, specs: Sequence[Rule], words: Words) -> Sequence[str]:
        """Each rule as one sentence in the reader's language."""
        filled = await self.words(words, specs)
        return [sentence(rule, filled) for rule in specs]

    async def people_choices(self, catalog: Catalog, words: Words) -> Sequence[Mapping[str, str]]:
        """Whom an action may mean: fields of the record, roles, colleagues; as choices of a form."""
        need(self.actor, 'edit_processes')
        full = replace(words, catalogs=rules.catalogs())
        fields = [
            spec for spec in (catalog.field('owner'), *catalog.fields) if spec and spec.type == 'person'
        ]
        choices = [{'key': f'field:{spec.code}', 'label': full.name(spec)} for spec in fields]
        choices += [
            {'key': f'role:{role.code}', 'label': words.t('Role {name}', name=full.quoted(full.name(role)))}
            for role in await roles.list_roles(self.actor)
        ]
        people = await list_people(self.actor)
        return [*choices, *({'key': f'person:{person.id}', 'label': person.name} for person in people)]


def _view(stored: StoredRule, tally: Tally = NO_TALLY) -> RuleView:
    return RuleView(
        stored, rule_from_plain({**stored.spec, 'key': stored.key, 'enabled': stored.enabled}), tally
    )


def _button(rule: Rule) -> bool:
    return any(part.kind == 'manual' for part in rule.triggers)


def _people_in(options: Mapping[str, Any]) -> list[str]:
    values = [
        one for value in options.values() for one in (value if isinstance(value, (list, tuple)) else [value])
    ]
    return [one for one in values if isinstance(one, str) and one.startswith(('person:', 'role:'))]


async def _index(rule: Rule) -> None:
    """What a clock looks up every second must be indexed."""
    catalog = rules.catalogs()[rule.catalog]
    for part in rule.triggers:
        if part.kind == 'date_reached':
            await rules.index_moments(catalog, part.options['field'])
