"""Colleagues, their contacts and their photos."""

import io
from typing import Any

import pytest
from PIL import Image

from store import Designer, FieldSpec, Records, colleagues, database, files, guard, people, photos, units
from store.actor import Actor
from store.problems import Invalid, NotAllowed, NotFound, Refused


@pytest.fixture
async def contacts(as_admin: Records) -> Records:
    """The administrator of a store with contacts."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('contacts', 'Contacts', 'Contact', title_label='Full name')
    for kind in ('email', 'phone'):
        await designer.add_field('contacts', FieldSpec(code=kind, label=kind, type=kind))
    return as_admin


async def add(mine: Records, **values: Any) -> people.Person:
    return await colleagues.add_person(mine.actor, values)


async def test_a_new_colleague_gets_a_contact_of_their_own(contacts: Records) -> None:
    nora = await add(contacts, name='Nora', login='nora', email='nora@example.com', phone='+7 900 000-00-01')
    assert nora.contact_id is not None
    contact = await contacts.get('contacts', nora.contact_id)
    assert (contact.title, contact.values['email'], contact.values['phone']) == (
        'Nora',
        'nora@example.com',
        '+7 900 000-00-01',
    )
    found = await colleagues.person_of_contact(contacts.actor, 'contacts', contact.id)
    assert found is not None
    assert found.id == nora.id


async def test_the_contact_with_the_same_email_is_linked_and_two_are_left_alone(contacts: Records) -> None:
    known = await contacts.create('contacts', {'title': 'Nora N', 'email': 'Nora@Example.com'})
    assert (await add(contacts, name='Nora', email='nora@example.com')).contact_id == known.id
    for name in ('One', 'Two'):
        await contacts.create('contacts', {'title': name, 'email': 'info@example.com'})
    assert (await add(contacts, name='Info', email='info@example.com')).contact_id is None
    assert await contacts.count('contacts') == 3


async def test_a_contact_is_at_most_one_active_colleague(contacts: Records) -> None:
    nora = await add(contacts, name='Nora', email='nora@example.com')
    twin = await add(contacts, name='Twin', email='nora@example.com')
    assert twin.contact_id is None
    with pytest.raises(Invalid) as refusal:
        await colleagues.change_person(contacts.actor, twin.id, {'contact_id': nora.contact_id})
    assert refusal.value.errors['contact_id'].code == 'contact_taken'
    await people.change_person(contacts.actor, nora.id, {'is_active': False})
    await colleagues.change_person(contacts.actor, twin.id, {'contact_id': nora.contact_id})
    with pytest.raises(Invalid):
        await people.change_person(contacts.actor, nora.id, {'is_active': True})
    with pytest.raises(Invalid):
        await colleagues.change_person(contacts.actor, twin.id, {'contact_id': 999})


async def test_a_name_without_login_and_email_makes_no_contact(contacts: Records) -> None:
    assert (await add(contacts, name='Anna Snelling')).contact_id is None
    assert await contacts.count('contacts') == 0


async def test_without_contacts_a_colleague_is_added_all_the_same(as_admin: Records) -> None:
    one = await units.save_unit(as_admin.actor, {'name': 'Sales'})
    nora = await add(as_admin, name='Nora', login='nora', units=[one.id])
    assert nora.contact_id is None
    assert (await units.unit(as_admin.actor, one.id)).members == (nora.id,)
    assert (await colleagues.counts(as_admin.actor))['waiting'] == 2


def picture(size: tuple[int, int] = (900, 600), kind: str = 'JPEG', **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new('RGB', size, 'teal').save(out, kind, **more)
    return out.getvalue()


async def test_a_photo_becomes_a_square_without_its_metadata(as_member: Records, tmp_path: Any) -> None:
    files.open_folder(tmp_path / 'files')
    secret = Image.Exif()
    secret[0x010E] = 'taken at home'
    assert as_member.actor.person_id is not None
    for kind in ('JPEG', 'PNG', 'WEBP'):
        file_id = await photos.set_photo(
            as_member.actor, as_member.actor.person_id, picture(kind=kind, exif=secret)
        )
    info, path = await files.open_file(as_member.actor, file_id)
    with Image.open(path) as kept:
        assert (kept.size, kept.format, dict(kept.getexif())) == ((512, 512), 'WEBP', {})
    assert info.content_type == 'image/webp'
    assert photos.photo_of(as_member.actor.person_id) == file_id
    with guard.acting(guard.SETUP):
        assert len(await database.rows('SELECT id FROM files')) == 1
    await photos.remove_photo(as_member.actor, as_member.actor.person_id)
    assert photos.photo_of(as_member.actor.person_id) is None


@pytest.mark.parametrize(
    ('data', 'reason'),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'not_a_picture'),
        (b'GIF89a' + b'\0' * 60, 'not_a_picture'),
        (picture()[:200], 'damaged'),
        (b'\x89PNG\r\n\x1a\n' + b'rubbish' * 20, 'damaged'),
        (b'\xff\xd8\xff' + b'\0' * (5 << 20), 'too_big'),
    ],
)
async def test_what_is_no_sound_picture_is_refused(as_member: Records, data: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        await photos.set_photo(as_member.actor, as_member.actor.person_id or 0, data)
    assert (refusal.value.code, refusal.value.facts['reason']) == ('file_refused', reason)


async def test_a_picture_that_would_fill_the_memory_is_refused(as_member: Records) -> None:
    bomb = picture((20_000, 20_000), 'PNG')
    assert len(bomb) < photos.MAX_BYTES
    with pytest.raises(Refused) as refusal:
        await photos.shaped(bomb)
    assert refusal.value.facts['reason'] == 'damaged'


async def test_nobody_changes_the_photo_of_another(as_member: Records, as_viewer: Records) -> None:
    with pytest.raises(NotAllowed):
        await photos.set_photo(as_viewer.actor, as_member.actor.person_id or 0, picture())
    with pytest.raises(NotFound):
        await photos.set_photo(as_viewer.actor, 999, picture())


async def test_who_may_not_make_contacts_still_gives_a_new_colleague_one(contacts: Records) -> None:
    hanna = Actor(person_id=contacts.actor.person_id, name='Hanna', operations=frozenset({'manage_people'}))
    one = await colleagues.add_person(hanna, {'name': 'Nora', 'login': 'nora'})
    assert (await contacts.get('contacts', one.contact_id or 0)).title == 'Nora'
    made = await colleagues.add_person(guard.SETUP, {'name': 'Otto', 'login': 'otto'})
    assert (await contacts.get('contacts', made.contact_id or 0)).title == 'Otto'


async def test_those_who_came_before_the_contacts_get_theirs_later(contacts: Records) -> None:
    await people.create_person(guard.SETUP, {'name': 'Early', 'login': 'early'})
    assert await colleagues.give_contacts(contacts.actor) == 2
    assert await colleagues.give_contacts(contacts.actor) == 0
    assert await contacts.count('contacts') == 2
