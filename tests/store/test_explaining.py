"""Why somebody may or may not: the chain of reasons always says what the enforcement does."""

import json
import random
from typing import Any

import pytest

from store import (
    Level,
    NotAllowed,
    NotFound,
    Records,
    Ref,
    Rights,
    clock,
    database,
    effective_rights,
    explaining,
    guard,
    people,
    policies,
    role_rights,
    roles,
    shares,
)
from store.actor import FieldLevel
from store.catalogs import SCHEMA
from store.explaining import ASKED, Reason, Verdict
from tests.conftest import records_of

STAGES = ('new', 'talks', 'won', 'lost')
LEVELS = (Level.NONE, Level.NONE, Level.OWN, Level.UNIT, Level.ALL)


def holds(verdict: Verdict) -> bool:
    """What the reasons alone come to."""
    said = [reason.grants for reason in verdict.reasons]
    return True in said and False not in said


def codes(verdict: Verdict) -> list[str]:
    """The codes of the reasons that decide."""
    return [reason.code for reason in verdict.reasons if reason.grants is not None]


async def sql(text: str, *args: Any) -> list[dict[str, Any]]:
    """A statement of the test's own."""
    with guard.acting(guard.SETUP):
        return await database.rows(text, list(args))


async def unit(name: str, parent: int | None = None, manager: int | None = None, sees: int = 1) -> int:
    """A unit of the organisation."""
    made = await sql(
        'INSERT INTO org_units (name, parent_id, manager_id, manager_sees) VALUES (?, ?, ?, ?) RETURNING id',
        name, parent, manager, sees,
    )  # fmt: skip
    unit_id: int = made[0]['id']
    return unit_id


# Any rights at all


class World:
    """People, units, roles, places, shares and rules thrown together."""

    def __init__(self, admin: Records, seed: int) -> None:
        self.admin, self.dice = admin, random.Random(seed)
        self.people: list[int] = []
        self.records: list[int] = []

    async def build(self) -> None:
        """Make everything."""
        role_ids = [await self.role(f'role{n}') for n in range(4)]
        for n in range(5):
            made = await people.create_person(guard.SETUP, {'name': f'P{n}', 'login': f'p{n}'})
            self.people.append(made.id)
        units = [await unit('top')]
        for n in range(3):
            manager = self.dice.choice([None, *self.people])
            units.append(await unit(f'unit{n}', self.dice.choice(units), manager, self.dice.randrange(2)))
        for person in self.people:
            for role in self.dice.sample(role_ids, self.dice.choice((0, 1, 1, 2))):
                await sql('INSERT INTO person_roles (person_id, role_id) VALUES (?, ?)', person, role)
            for one in self.dice.sample(units, self.dice.choice((0, 1, 1, 2))):
                await sql('INSERT INTO unit_people (unit_id, person_id) VALUES (?, ?)', one, person)
        for one in self.dice.sample(units, 2):
            role = self.dice.choice(role_ids)
            await sql('INSERT INTO unit_roles (unit_id, role_id) VALUES (?, ?)', one, role)
        await self.fill(role_ids)
        people.forget()

    async def role(self, code: str) -> int:
        """A role with any rights, and with any rights of some places."""
        catalogs = {code: self.rights() for code in ('*', 'deals') if self.dice.random() < 0.6}
        await roles.save_role(guard.SETUP, code, code.title(), catalogs)
        places = [('sales', stage) for stage in ('', *STAGES)]
        chosen = self.dice.sample(places, self.dice.choice((0, 0, 1, 2)))
        await role_rights.set_places(guard.SETUP, code, 'deals', {place: self.rights() for place in chosen})
        with guard.acting(guard.SETUP):
            return await role_rights.role_id_of(code)

    def rights(self) -> Rights:
        """Any rights."""
        create, read, change, delete, export = (self.dice.choice(LEVELS) for _ in range(5))
        return Rights(create, read, change, delete, export, self.dice.choice([None, *LEVELS]))

    async def fill(self, role_ids: list[int]) -> None:
        """Records of anybody in any stage, some shared, some in the bin; and rules about them."""
        deals = SCHEMA['deals'].id
        for n in range(12):
            values: dict[str, Any] = {'title': f'd{n}', 'stage': self.dice.choice(STAGES), 'amount': '1 EUR'}
            values |= {'owner': self.dice.choice(self.people), 'heat': self.dice.choice(('hot', 'cold'))}
            made = await self.admin.create('deals', values)
            self.records.append(made.id)
        for _ in range(8):
            receivers = [(self.dice.choice(self.people), None), (None, self.dice.choice(role_ids))]
            person, role = self.dice.choice(receivers)
            until = self.dice.choice((None, clock.now_ms() - 1000, clock.now_ms() + 10**8))
            await sql(
                'INSERT INTO record_shares (catalog_id, record_id, person_id, role_id, may_change, until)'
                ' VALUES (?, ?, ?, ?, ?, ?)',
                deals, self.dice.choice(self.records), person, role, self.dice.randrange(2), until,
            )  # fmt: skip
        for n in range(self.dice.randrange(4)):
            condition = self.dice.choice(([['heat', 'is', 'hot']], [['owner', 'is_me']], [['gone', 'is', 1]]))
            await sql(
                'INSERT INTO record_rules (catalog, name, condition, roles, rights, "only")'
                ' VALUES (?, ?, ?, ?, ?, ?)',
                'deals', f'rule {n}', json.dumps({'all': condition}),
                json.dumps([f'role{self.dice.randrange(4)}']),
                json.dumps(self.dice.sample(['read', 'change', 'delete'], 2)), int(self.dice.random() < 0.4),
            )  # fmt: skip
        await self.admin.remove('deals', self.records[0])


async def enforced(person_id: int, record_id: int) -> dict[str, bool]:
    """What the database gives a person of one record."""
    actor = await people.actor_of_person(person_id)
    assert actor is not None
    kind, found = SCHEMA['deals'], {}
    for right in ASKED:
        text, args = policies.allowed(actor, right, kind)
        read, read_args = policies.readable(actor, kind)
        with guard.acting(actor):
            rows = await database.rows(
                f'SELECT t.id FROM o_{kind.id} t WHERE t.id = ? AND t.deleted_at IS NULL'
                f' AND {read} AND {text}',
                [record_id, *read_args, *args],
            )
        found[right] = bool(rows)
    return found


@pytest.mark.parametrize('seed', range(6))
async def test_reasons_verdict_and_enforcement_are_one(trade: Records, seed: int) -> None:
    """N-13: for every person, record and right of a random installation."""
    world = World(trade, seed)
    await world.build()
    for person_id in world.people:
        for record_id in world.records:
            why = await explaining.why_record(trade.actor, person_id, 'deals', record_id)
            truth = await enforced(person_id, record_id)
            assert {right: one.allowed for right, one in why.items()} == truth, (person_id, record_id)
            for right, verdict in why.items():
                assert holds(verdict) == verdict.allowed, (person_id, record_id, right, verdict)
        found = await people.actor_of_person(person_id)
        assert found is not None
        door = Records(found)
        kinds = {catalog.code for catalog in door.catalogs()}
        seen = [view.id for view in (await door.find('deals')).records] if 'deals' in kinds else []
        told = [await explaining.why_record(trade.actor, person_id, 'deals', one) for one in world.records]
        assert sorted(seen) == [
            one for one, why in zip(world.records, told, strict=True) if why['read'].allowed
        ]


@pytest.mark.parametrize('seed', range(3))
async def test_the_page_of_effective_rights_says_what_counts(trade: Records, seed: int) -> None:
    """B-43: every level of the page is the level that the person has."""
    world = World(trade, seed)
    await world.build()
    for person_id in world.people:
        actor = await people.actor_of_person(person_id)
        assert actor is not None
        page = await effective_rights.effective(trade.actor, person_id)
        for one in page.catalogs:
            for right, reach in one.rights.items():
                assert reach.level == actor.rights(one.catalog.code).level(right)
                assert bool(reach.by) == (reach.level > Level.NONE)
            for place, rights in one.places.items():
                known = actor.places[one.catalog.code][place]
                assert {right: reach.level for right, reach in rights.items()} == {
                    right: known.level(right) for right in rights
                }
        assert {source.role for source in page.roles} == actor.roles


# The links of the chain


async def test_each_reason_is_named(trade: Records) -> None:
    """N-13: the chain of reasons of one record."""
    await roles.save_role(guard.SETUP, 'unitary', 'Unitary', {'deals': Rights(read=Level.UNIT)})
    boss, clerk = await records_of('bo', 'Bo', role='seller'), await records_of('cy', 'Cy', role='unitary')
    sue = await records_of('sue', 'Sue', role='seller')
    north = await unit('North')
    east = await unit('East', north, boss.actor.person_id)
    for unit_id, who in ((east, sue), (north, clerk)):
        await sql('INSERT INTO unit_people (unit_id, person_id) VALUES (?, ?)', unit_id, who.actor.person_id)
    people.publish_changed(None)
    deal = await sue.create('deals', {'title': 'd'})

    async def why(who: Records, right: str = 'read') -> Verdict:
        return (await explaining.why_record(trade.actor, who.actor.person_id or 0, 'deals', deal.id))[right]

    by_role = (await why(clerk)).reasons[0]
    assert by_role.grants
    assert by_role.facts['because'] == 'unit'
    assert by_role.facts['unit'] == 'East'
    assert codes(await why(boss)) == ['manager']
    assert (await why(boss)).allowed
    assert codes(await why(boss, 'change')) == []
    assert codes(await why(trade)) == ['administrator']
    own = (await why(sue, 'change')).reasons[0]
    assert own.facts['because'] == 'own'
    assert own.facts['said'] == 'every'
    await shares.share(trade.actor, deal.ref, Ref(boss.actor.person_id or 0, '', 'person'), change=True)
    shared = (await why(boss, 'change')).reasons[-1]
    assert shared.code == 'share'
    assert shared.grants
    assert shared.facts['by'] == 'Ada Admin'
    await people.change_person(trade.actor, clerk.actor.person_id or 0, {'is_active': False})
    assert codes(await why(clerk)) == ['deactivated']
    await trade.remove('deals', deal.id)
    assert codes(await why(boss)) == ['in_bin']


async def test_who_may_ask(trade: Records) -> None:
    sue, oleg = await records_of('sue', 'Sue', role='seller'), await records_of('oleg', 'Oleg', role='seller')
    deal = await sue.create('deals', {'title': 'd'})
    me, other = sue.actor.person_id or 0, oleg.actor.person_id or 0
    assert (await explaining.why_record(sue.actor, me, 'deals', deal.id))['read'].allowed
    with pytest.raises(NotAllowed):
        await explaining.why_record(sue.actor, other, 'deals', deal.id)
    with pytest.raises(NotAllowed):
        await explaining.why_field(sue.actor, other, 'deals', 'note')
    with pytest.raises(NotAllowed):
        await effective_rights.effective(sue.actor, other)
    with pytest.raises(NotFound):
        await explaining.why_record(oleg.actor, other, 'deals', deal.id)
    with pytest.raises(NotFound):
        await explaining.why_record(trade.actor, 999, 'deals', deal.id)


async def test_why_a_field_is_hidden(trade: Records) -> None:
    """N-13: one field; and that who does not see it learns nothing of it."""
    sue = await records_of('sue', 'Sue', role='seller')
    me = sue.actor.person_id or 0
    await role_rights.set_fields(trade.actor, 'seller', 'deals', {'note': FieldLevel.HIDDEN})
    level, reasons = await explaining.why_field(trade.actor, me, 'deals', 'note')
    assert level == FieldLevel.HIDDEN
    assert [(r.code, r.facts['role'], r.facts['level']) for r in reasons] == [('field_role', 'seller', 0)]
    actor = await people.actor_of_person(me)
    assert actor is not None
    with pytest.raises(NotFound):
        await explaining.why_field(actor, me, 'deals', 'note')
    own = await effective_rights.effective(actor, me)
    assert all('note' not in one.fields for one in own.catalogs)
    await people.change_person(trade.actor, me, {'roles': ('seller', 'member')})
    level, reasons = await explaining.why_field(trade.actor, me, 'deals', 'note')
    assert level == FieldLevel.CHANGE
    assert len(reasons) == 2
    level, reasons = await explaining.why_field(trade.actor, trade.actor.person_id or 0, 'deals', 'note')
    assert (level, reasons) == (FieldLevel.CHANGE, (Reason('administrator', grants=True),))
