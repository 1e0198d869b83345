"""Rules at hand: loaded once, compiled, and looked up by catalogue until one of them changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from automations.conditions import Compiled, compile_group
from automations.expr import BadExpression
from automations.spec import Part, Rule, rule_from_plain, rule_paths
from automations.triggers import TRIGGERS, Span
from store import rules, system_settings
from store.actor import Actor
from store.changes import Change
from store.people import actor_of_person
from store.problems import BadValue, Invalid
from store.rules import StoredRule
from store.schema import Catalog
from store.seen import hidden, seen


@dataclass(frozen=True, slots=True)
class LiveRule:
    """A rule ready to be asked: its catalogue, compiled conditions, the names they look up, its zone."""

    stored: StoredRule
    rule: Rule
    catalog: Catalog
    conditions: Compiled
    paths: frozenset[tuple[str, ...]]
    links: frozenset[tuple[str, ...]]
    zone: ZoneInfo

    @property
    def is_on(self) -> bool:
        """Whether it may start."""
        return self.stored.enabled and not self.stored.paused

    @property
    def timed(self) -> tuple[Part, ...]:
        """Its triggers that look at the clock."""
        return tuple(part for part in self.rule.triggers if TRIGGERS[part.kind].timed)

    def seen_by(self, owner: Actor) -> Catalog:
        """The rule's catalogue as its owner sees it."""
        return seen(owner, self.catalog)

    def is_blind(self, owner: Actor) -> bool:
        """Whether the rule looks at a field that is hidden from its owner: it could tell them of it."""
        gone = hidden(owner, self.catalog)
        looked_at = {
            path[1] if path[0] in ('old', 'new') and len(path) > 1 else path[0] for path in self.paths
        }
        for part in self.rule.triggers:
            named = (part.options.get(name) for name in ('field', 'fields'))
            looked_at |= {code for one in named for code in ([one] if isinstance(one, str) else one or ())}
        return not gone.isdisjoint(looked_at) or any(self._is_hidden(owner, path) for path in self.links)

    def _is_hidden(self, owner: Actor, path: tuple[str, ...]) -> bool:
        """Whether a path ends in a field of a linked catalogue that is hidden from the owner."""
        kind: Catalog | None = self.catalog
        for code in path:
            spec = kind.field(code) if kind else None
            if kind is None or spec is None:
                return False
            if code in hidden(owner, kind):
                return True
            kind = rules.catalogs().get(str(spec.options.get('target')))
        return False

    def started_by(self, change: Change, seen: datetime) -> tuple[str, str] | None:
        """The key of the trigger that a change sets off, with what binds the run; None when none does.

        :param seen: up to when moments have been looked for"""
        for part in self.rule.triggers:
            trigger = TRIGGERS[part.kind]
            if trigger.matches(change, part.options, self.catalog):
                return part.kind, ''
            if trigger.timed and seen > change.at:
                due = trigger.missed(change, part.options, self.catalog, Span(change.at, seen, self.zone))
                if due:
                    return part.kind, bind_of(due.record_id, due.moment)
        return None


def bind_of(record_id: int | None, moment: datetime) -> str:
    """What makes a moment's run the only one: the record and the moment."""
    return f'{record_id or 0}:{moment.isoformat(timespec="milliseconds")}'


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The zone of this name."""
    return ZoneInfo(name)


class Shelf:
    """All rules, kept until something changes."""

    def __init__(self, company_zone: Callable[[], str] | None = None) -> None:
        self._company_zone = company_zone or company_time_zone
        self._by_catalog: dict[str, tuple[LiveRule, ...]] = {}
        self._by_id: dict[int, LiveRule] = {}
        self._versions: dict[int, LiveRule] = {}
        self._stale = True
        self._catalogs: Mapping[str, Catalog] = {}

    def forget(self) -> None:
        """Load anew before the next look."""
        self._stale = True

    @property
    def is_stale(self) -> bool:
        """Whether something has changed since they were loaded."""
        return self._stale

    async def refresh(self) -> None:
        """Load the rules if one of them, or a catalogue, has changed."""
        catalogs = rules.catalogs()
        # Catalogues are values: a changed one is another object under the same code.
        same = len(catalogs) == len(self._catalogs) and all(
            self._catalogs.get(code) is one for code, one in catalogs.items()
        )
        if not self._stale and same:
            return
        self._stale = False
        try:
            await self._load(catalogs)
        except BaseException:
            # A change looked at without its rules would be lost to them for ever.
            self._stale = True
            raise

    async def _load(self, catalogs: Mapping[str, Catalog]) -> None:
        self._catalogs = catalogs
        self._versions.clear()
        live: list[LiveRule] = []
        for stored in await rules.every():
            found = self._live(stored, stored.spec)
            if found:
                live.append(found)
            elif stored.enabled and not stored.paused:
                await rules.pause(stored.id, 'rule_broken')
        self._by_id = {one.stored.id: one for one in live}
        codes = {one.catalog.code for one in live}
        self._by_catalog = {code: tuple(one for one in live if one.catalog.code == code) for code in codes}

    def _live(self, stored: StoredRule, spec: Mapping[str, object]) -> LiveRule | None:
        """None when the rule no longer fits the catalogues: a field it needs is gone."""
        try:
            rule = rule_from_plain(spec)
            catalog = self._catalogs[rule.catalog]
            conditions = compile_group(rule.conditions, catalog, self._catalogs)
        except (Invalid, BadValue, BadExpression, KeyError):
            return None
        zone = zone_of(rule.zone or self._company_zone())
        paths = rule_paths(rule)
        links = frozenset(path for path in paths if len(path) > 1 and path[0] not in ('old', 'new'))
        return LiveRule(stored, rule, catalog, conditions, paths, links, zone)

    def of(self, catalog: str) -> tuple[LiveRule, ...]:
        """The rules of a catalogue, in the order they run."""
        return self._by_catalog.get(catalog, ())

    def timed(self) -> list[LiveRule]:
        """The rules that are on and look at the clock."""
        return [live for live in self._by_id.values() if live.is_on and live.timed and live.stored.owner_id]

    def every(self) -> list[LiveRule]:
        """All rules."""
        return list(self._by_id.values())

    async def version(self, rule_id: int, version_id: int) -> LiveRule | None:
        """The rule as it was when a run began."""
        present = self._by_id.get(rule_id)
        if present and present.stored.version_id == version_id:
            return present
        if version_id not in self._versions:
            stored = present.stored if present else await rules.any_of(rule_id)
            found = self._live(stored, await rules.version(version_id))
            if found is None:
                return None
            self._versions[version_id] = found
        return self._versions[version_id]


async def owner_of(live: LiveRule) -> Actor | None:
    """The rule's owner with their present rights; None when they are gone, or nobody owns it yet."""
    return await actor_of_person(live.stored.owner_id)


def company_time_zone() -> str:
    """The zone of the company, as its settings say."""
    return str(system_settings.setting('time_zone') or 'UTC')
