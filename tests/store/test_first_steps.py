"""The first steps are seen from the data, not from what was clicked (B-48)."""

from automations import Rules
from store import Records, first_steps, guard, people, solutions, system_settings


async def test_each_step_is_done_when_the_data_says_so(as_admin: Records) -> None:
    me = as_admin.actor
    assert set(await first_steps.done(me)) == set(first_steps.STEPS)
    assert not any((await first_steps.done(me)).values())
    await people.change_person(me, me.person_id or 0, {'email': 'ada@example.com'})
    await system_settings.change_settings(me, {'logo_icon': 1})
    await people.create_person(guard.SETUP, {'name': 'Max', 'login': 'max'})
    done = await first_steps.done(me)
    assert [step for step, is_done in done.items() if is_done] == ['profile', 'logo', 'people']
    await people.create_person(guard.SETUP, {'name': 'Mia', 'login': 'mia', 'roles': ['member']})
    await solutions.install(me, 'sales', 'en', save_rule=Rules(me).keep)
    done = await first_steps.done(me)
    assert [step for step, is_done in done.items() if not is_done] == ['import']
    await as_admin.create('accounts', {'title': 'Acme'})
    assert all((await first_steps.done(me)).values())


async def test_they_are_for_administrators_until_they_are_hidden(
    as_admin: Records, as_member: Records
) -> None:
    assert await first_steps.done(as_member.actor) == {}
    await first_steps.hide(as_admin.actor)
    assert await first_steps.done(as_admin.actor) == {}
