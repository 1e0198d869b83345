"""How customers come into the portal, and back after a forgotten password: letters by a real mail server."""

import re
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage

import pytest

from automations import Engine
from integrations.mail_out import SmtpMailer
from store import (
    Records,
    Refused,
    guard,
    invitations,
    notifications,
    people,
    portal,
    roles,
    sessions,
    system_settings,
)
from store.actor import Level, Rights
from store.role_rights import set_operations
from store.settings import SmtpServer
from tests.conftest import records_of
from tests.journeys import rights_world as world_of
from tests.journeys.rights_world import World
from tests.mail_server import Box, serving
from ui import forgotten
from ui.pages.portal_register import Question, write_asked, write_decided
from ui.reader import Reader, reading

PASSWORD = 'correct-horse-battery-9'
BASE = 'https://crm.example.com/artel'


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box) -> Iterator[SmtpServer]:
    with serving(box) as running:
        yield running


@pytest.fixture
async def engine(database: str, server: SmtpServer) -> AsyncIterator[Engine]:
    """What sends letters."""
    made = Engine(mailer=SmtpMailer(lambda: server))
    yield made
    await made.stop()


@pytest.fixture
async def world(database: str, server: SmtpServer) -> World:
    """The company of the rights, with a mail server and a public address."""
    made = await world_of.built()
    wanted = {
        'smtp_host': server.host,
        'public_url': BASE,
        'company': 'Acme',
        'portal_registration': 'approval',
    }
    await system_settings.change_settings(made.admin.actor, wanted)
    return made


def link_in(letter: EmailMessage, page: str) -> str:
    """What follows the address of a page in a letter."""
    found = re.search(rf'{re.escape(BASE)}/{page}/(\S+)', str(letter.get_content()))
    assert found, letter.get_content()
    return found[1]


async def test_from_the_registration_to_the_first_record(world: World, engine: Engine, box: Box) -> None:
    """Whoever registers confirms the address, is approved, and then sees what is theirs."""
    made = await portal.register(name='Rita', email='rita@new.example', company='New', language='en')
    await write_asked(made)
    await engine.drain()
    assert not await portal.confirm(link_in(box.letters[-1], 'portal/confirm'), PASSWORD)
    [waits] = await portal.waiting(world.admin.actor)
    await write_decided(await portal.approve(world.admin.actor, waits.id), is_in=True)
    await engine.drain()
    assert box.letters[-1]['To'].addresses[0].addr_spec == 'rita@new.example'
    await roles.save_role(guard.SETUP, 'portal', 'Portal', {'deals': Rights(Level.OWN, Level.OWN)})
    session = await sessions.sign_in('rita@new.example', PASSWORD, portal=True)
    actor = await sessions.actor_of_session(session.token)
    assert actor is not None
    rita = Records(actor)
    assert await rita.count('deals') == 0
    await rita.create('deals', {'title': 'A wish'})
    assert [view.title for view in (await rita.find('deals')).records] == ['A wish']


async def test_a_known_address_is_told_so_by_letter_alone(world: World, engine: Engine, box: Box) -> None:
    """The page says the same to everybody; the letter to somebody known holds no link to confirm."""
    await people.create_person(guard.SETUP, {'name': 'Max', 'login': 'max2', 'email': 'max@work.example'})
    made = await portal.register(name='Max', email='max@work.example')
    await write_asked(made)
    await engine.drain()
    text = str(box.letters[-1].get_content())
    assert 'is known here' in text
    assert '/portal/confirm/' not in text
    assert 'Max' not in text


async def test_a_forgotten_password_by_letter(world: World, engine: Engine, box: Box) -> None:
    """At either door: the link leads to the door of who asked, and the old sessions end with the password."""
    customer, colleague = world.people['cora'], world.people['kit']
    for who, email in ((customer, 'cora@x.example'), (colleague, 'kit@x.example')):
        await people.change_person(guard.SETUP, who, {'email': email})
        await people.set_password(guard.SETUP, who, PASSWORD)
    for email, page in (('cora@x.example', 'portal/reset'), ('kit@x.example', 'reset')):
        made = await invitations.ask_reset(email)
        assert made is not None
        await invitations.mail_reset(made, *forgotten.letter(made, 'en'))
        await engine.drain()
        token = link_in(box.letters[-1], page)
        await invitations.accept(token, name=made.name, password='another-horse-battery-8')
        with pytest.raises(Refused, match='sign_in_failed'):
            await sessions.sign_in(made.login, PASSWORD, portal=True)


def test_the_question_takes_digits_and_words() -> None:
    asked = Question(4, 5)
    with reading(Reader('ru')):
        assert asked.words == 'Сколько будет четыре плюс пять?'
        assert [asked.is_answer(given) for given in ('9', ' Девять ', '8', '')] == [True, True, False, False]


async def test_a_holder_of_the_right_hears_of_who_waits(world: World) -> None:
    head = await records_of('head', 'Head', role='member')
    await roles.save_role(guard.SETUP, 'head', 'Head', {})
    await set_operations(guard.SETUP, 'head', ['manage_people'])
    await people.change_person(guard.SETUP, head.actor.person_id or 0, {'roles': ['head']})
    made = await portal.register(name='Rita', email='rita@new.example')
    await portal.confirm(made.token, PASSWORD)
    from_bell = await notifications.list_notifications(head.actor)
    assert [(line.code, line.facts['name']) for line in from_bell] == [('portal_to_approve', 'Rita')]
    await portal.refuse(world.admin.actor, (await portal.waiting(world.admin.actor))[0].id)
    assert (await notifications.list_notifications(head.actor))[0].read_at is not None
