"""An invitation by letter: it leaves through the outbox, with a link of the public address."""

from automations import Delivery, Engine, FakeClock
from store import Records, invitations, people
from store.system_settings import change_settings
from tests.conftest import Outbox


async def test_an_invitation_leaves_by_letter_and_a_dead_one_harms_nothing(
    as_admin: Records, clock: FakeClock, outbox: Outbox
) -> None:
    await change_settings(
        as_admin.actor, {'smtp_host': 'mail.example.com', 'public_url': 'https://crm.example.com/artel'}
    )
    assert (invitations.base_url(), invitations.can_mail()) == ('https://crm.example.com/artel', True)
    nora = await people.create_person(
        as_admin.actor, {'name': 'Nora', 'login': 'nora', 'email': 'nora@example.com'}
    )
    made = await invitations.invite(as_admin.actor, nora.id)
    link = f'{invitations.base_url()}/invite/{made.token}'
    await invitations.mail(as_admin.actor, made, 'Welcome', f'Come in: {link}')
    engine = Engine(clock=clock, mailer=outbox)
    clock.set(made.good_until)
    await engine.drain()
    [letter] = outbox.mails
    assert (letter.to, letter.subject) == (('nora@example.com',), 'Welcome')
    assert link in letter.text
    again = await invitations.invite(as_admin.actor, nora.id)
    await invitations.mail(as_admin.actor, again, 'Welcome', 'Again')
    outbox.answer = Delivery(outcome='dead', code='smtp_550')
    clock.set(again.good_until)
    await engine.drain()
    assert len(outbox.mails) == 2
    await engine.stop()
