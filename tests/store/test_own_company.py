"""Our own company (C-06): exactly one account, kept from being removed, its name known to everybody."""

import pytest

from store import Designer, FieldSpec, Records, audit, guard, opening, own_company, system_settings
from store.own_company import company_name, is_own, make_own, own_id
from store.problems import NotAllowed, NotFound, Refused
from store.values import RecordView
from tests.conftest import records_of


@pytest.fixture
async def ours(as_admin: Records) -> RecordView:
    """An account with a phone and an office, said to be our company."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('accounts', 'Accounts', 'Account')
    for spec in (('phone', 'phone'), ('mail', 'email'), ('office', 'text')):
        await designer.add_field('accounts', FieldSpec(code=spec[0], label=spec[0], type=spec[1]))
    values = {'title': 'Artel Inc.', 'phone': '+12125550110', 'office': 'New York'}
    made = await as_admin.create('accounts', values)
    await make_own(as_admin.actor, made.id)
    return made


async def test_another_account_takes_the_place_of_the_one_before(as_admin: Records, ours: RecordView) -> None:
    other = await as_admin.create('accounts', {'title': 'Other'})
    assert is_own('accounts', ours.id)
    await make_own(as_admin.actor, other.id)
    assert (is_own('accounts', ours.id), is_own('accounts', other.id)) == (False, True)
    assert not is_own('contacts', other.id)
    await make_own(as_admin.actor, None)
    assert own_id() is None
    assert await own_company.own_company(as_admin.actor) is None
    notes = [one for one in await audit.entries(as_admin.actor) if one.facts.get('setting') == 'own_company']
    assert len(notes) == 3


async def test_it_is_known_again_after_a_restart(ours: RecordView, database_url: str) -> None:
    await opening.close_store()
    await opening.open_migrated(database_url)
    assert is_own('accounts', ours.id)
    assert own_company.own_name() == 'Artel Inc.'


async def test_the_company_is_called_by_its_account_until_the_settings_say_otherwise(
    as_admin: Records, ours: RecordView
) -> None:
    assert company_name() == 'Artel Inc.'
    await as_admin.change('accounts', ours.id, {'title': 'Artel and Sons'})
    assert company_name() == 'Artel and Sons'
    await system_settings.change_settings(as_admin.actor, {'company': 'Brand'})
    assert company_name() == 'Brand'


async def test_its_readers_get_its_details_and_others_its_name_alone(ours: RecordView) -> None:
    reader = await records_of('rita', 'Rita', role='viewer')
    found = await own_company.own_company(reader.actor)
    assert found is not None
    assert (found.name, found.phone, found.address, found.email) == (
        'Artel Inc.', '+12125550110', 'New York', '',
    )  # fmt: skip
    stranger = await records_of('sid', 'Sid', role='seller')
    told = await own_company.own_company(stranger.actor)
    assert told == own_company.OwnCompany(name='Artel Inc.')


async def test_it_cannot_be_removed_until_another_one_is_chosen(as_admin: Records, ours: RecordView) -> None:
    other = await as_admin.create('accounts', {'title': 'Other'})
    for remove in (
        as_admin.remove('accounts', ours.id),
        as_admin.remove_many('accounts', [ours.id, other.id]),
    ):
        with pytest.raises(Refused) as refusal:
            await remove
        assert (refusal.value.code, refusal.value.facts['name']) == ('own_company_kept', 'Artel Inc.')
    assert await as_admin.count('accounts') == 2
    await make_own(as_admin.actor, other.id)
    await as_admin.remove('accounts', ours.id)


async def test_only_who_changes_settings_says_it_and_only_of_an_account_they_see(ours: RecordView) -> None:
    member = await records_of('bob', 'Bob', role='member')
    with pytest.raises(NotAllowed):
        await make_own(member.actor, ours.id)
    with pytest.raises(NotFound):
        await make_own(guard.SETUP, 999)
    assert is_own('accounts', ours.id)


async def test_without_a_section_of_accounts_nothing_is_ours(as_admin: Records) -> None:
    assert own_company.accounts_catalog() is None
    with pytest.raises(Refused):
        await make_own(as_admin.actor, 1)
    assert own_id() is None
