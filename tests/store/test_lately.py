"""What has changed last, in the reader's rights."""

from store import Designer, Level, Records, Rights, guard, people, roles
from store.lately import changed_lately


async def test_the_latest_changes_come_first_and_only_those_one_may_see(as_admin: Records) -> None:
    designer = Designer(as_admin.actor)
    await designer.create_catalog('open', 'Open', 'Open')
    await designer.create_catalog('closed', 'Closed', 'Closed')
    first = await as_admin.create('open', {'title': 'First'})
    await as_admin.create('closed', {'title': 'Secret'})
    await as_admin.create('open', {'title': 'Second'})
    gone = await as_admin.create('open', {'title': 'Gone'})
    await as_admin.change('open', first.id, {'title': 'First, changed'})
    await as_admin.remove('open', gone.id)

    await roles.save_role(guard.SETUP, 'half', 'Half', {'open': Rights(read=Level.ALL)})
    person = await people.create_person(guard.SETUP, {'login': 'half', 'name': 'Half', 'roles': ('half',)})
    actor = await people.actor_of_person(person.id)
    assert actor is not None

    titles = {view.title for view in await changed_lately(as_admin, 10)}
    assert titles == {'First, changed', 'Second', 'Secret'}
    assert {view.title for view in await changed_lately(Records(actor), 10)} == {'First, changed', 'Second'}
    assert [view.title for view in await changed_lately(Records(actor), 1)] == ['First, changed']
