"""Mailboxes of people, against a real IMAP and a real SMTP server on this machine."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from automations import Engine
from integrations.letter_reading import read_letter
from integrations.mail_in import Mailboxes
from integrations.outside import OutsidePolicy
from store import (
    Designer,
    FieldSpec,
    Records,
    clock,
    database,
    guard,
    letter_writing,
    letters,
    mailbox_turns,
    mailboxes,
    notifications,
    people,
    secret_box,
)
from store.actors import actor_as
from store.letter_people import people_of
from store.letter_writing import Draft, write
from store.letters import Conversation
from store.mail_values import Connection
from store.problems import Invalid, NotAllowed, NotFound, Problem
from store.settings import SmtpServer
from store.system_settings import change_settings
from tests.conftest import Outbox, records_of
from tests.imap_server import PASSWORD, ImapServer, letter, serving_imap
from tests.mail_server import Box, serving
from ui.components.letter_words import state_said
from ui.text import words_of

ADDRESS = 'anna@example.test'


@pytest.fixture(scope='module')
def running() -> Iterator[ImapServer]:
    """The server; each test takes a mailbox of its own there."""
    with serving_imap() as server:
        yield server


@pytest.fixture
def user(running: ImapServer, request: pytest.FixtureRequest) -> str:
    """A mailbox nobody else has."""
    return f'u{abs(hash(request.node.nodeid)) % 10**9}'


@pytest.fixture
def box() -> Box:
    """What arrives at the SMTP server."""
    return Box()


@pytest.fixture
def smtp(box: Box) -> Iterator[SmtpServer]:
    """The SMTP server while it runs; it takes any sign-in."""
    with serving(box, takes=PASSWORD) as server:
        yield server


@pytest.fixture
async def anna(as_admin: Records, tmp_path: Path, running: ImapServer) -> Records:
    """Anna, who works with records and has no mailbox yet; the company's settings name its mail server."""
    secret_box.open_key(tmp_path / 'key')
    mailboxes.by_tester.forget()
    letter_writing.by_writer.forget()
    await change_settings(as_admin.actor, {'mailbox_ca': running.ca})
    await _catalogs(as_admin)
    return await records_of('anna', 'Anna', role='member')


async def _catalogs(admin: Records) -> None:
    designer = Designer(admin.actor)
    await designer.create_catalog('accounts', 'Accounts', 'Account')
    await designer.create_catalog('contacts', 'Contacts', 'Contact')
    await designer.add_field('contacts', FieldSpec(code='email', label='E-mail', type='email'))
    account = FieldSpec(code='account', label='Account', type='link', options={'target': 'accounts'})
    await designer.add_field('contacts', account)
    await designer.create_catalog('deals', 'Deals', 'Deal')
    contact = FieldSpec(code='contact', label='Contact', type='link', options={'target': 'contacts'})
    await designer.add_field('deals', contact)
    await designer.add_field('deals', account)


@pytest.fixture
def post() -> Mailboxes:
    """What reads and sends; servers on this machine are allowed."""
    return Mailboxes(Outbox(), OutsidePolicy(lambda: ('127.0.0.1',)), test_s=5, read_s=10)


def form(running: ImapServer, user: str, smtp: SmtpServer | None = None, **more: Any) -> dict[str, Any]:
    """What Anna types."""
    return {
        'preset': 'own', 'address': ADDRESS, 'login': user, 'password': PASSWORD,
        'imap_host': '127.0.0.1', 'imap_port': running.tls_port, 'imap_security': 'tls',
        'smtp_host': '127.0.0.1', 'smtp_port': smtp.port if smtp else 25, 'smtp_security': 'none', **more,
    }  # fmt: skip


async def connect(who: Records, values: dict[str, Any]) -> Connection:
    """Connect a mailbox as its form does."""
    there = await mailboxes.connection_for(who.actor, values)
    await mailboxes.save_mailbox(who.actor, values['preset'], there)
    return there


async def refusal_of(work: Any) -> Problem:
    with pytest.raises(Problem) as refused:
        await work
    return refused.value


def subjects(found: list[Conversation]) -> list[str]:
    return [one.subject for one in found]


# Connecting


async def test_a_test_says_how_many_letters_there_are(
    anna: Records, post: Mailboxes, running: ImapServer, user: str, smtp: SmtpServer
) -> None:
    running.put(letter('One'), user)
    there = await mailboxes.connection_for(anna.actor, form(running, user, smtp))
    assert await post.test(anna.actor, there) == 1
    for security, port in (('starttls', running.port), ('none', running.port)):
        values = form(running, user, smtp, imap_port=port, imap_security=security)
        assert await post.test(anna.actor, await mailboxes.connection_for(anna.actor, values)) == 1


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    'password': ({'password': 'wrong'}, 'mail_login'),
    'port': ({'imap_port': 1}, 'mail_no_connection'),
    'inner name': ({'imap_host': 'localhost.localdomain'}, 'mail_address_refused'),
    'metadata': ({'imap_host': '169.254.169.254'}, 'mail_address_refused'),
    'name': ({'imap_host': 'nobody.invalid'}, 'mail_no_such_host'),
    'encryption': ({'imap_port': 'plain'}, 'mail_no_tls'),
    'smtp port': ({'smtp_port': 1}, 'mail_no_connection'),
    'smtp encryption': ({'smtp_security': 'starttls'}, 'mail_no_tls'),
}


@pytest.mark.parametrize('case', WRONG)
async def test_a_test_says_what_is_wrong_and_where(
    anna: Records, post: Mailboxes, running: ImapServer, user: str, smtp: SmtpServer, case: str
) -> None:
    values, code = WRONG[case]
    typed = {name: running.port if value == 'plain' else value for name, value in values.items()}
    there = await mailboxes.connection_for(anna.actor, form(running, user, smtp, **typed))
    problem = await refusal_of(post.test(anna.actor, there))
    assert problem.code == code
    assert problem.facts['server']


async def test_a_certificate_nobody_vouches_for_is_refused(
    anna: Records, as_admin: Records, post: Mailboxes, running: ImapServer, user: str
) -> None:
    await change_settings(as_admin.actor, {'mailbox_ca': ''})
    for security, port in (('tls', running.tls_port), ('starttls', running.port)):
        values = form(running, user, imap_port=port, imap_security=security)
        there = await mailboxes.connection_for(anna.actor, values)
        assert (await refusal_of(post.test(anna.actor, there))).code == 'mail_certificate'


async def test_a_kept_password_is_not_sent_to_another_server(
    anna: Records, running: ImapServer, user: str
) -> None:
    await connect(anna, form(running, user))
    kept = await mailboxes.connection_for(anna.actor, form(running, user, password='', imap_port=143))
    assert kept.password == PASSWORD
    changes: tuple[dict[str, Any], ...] = (
        {'imap_host': 'evil.example'}, {'smtp_host': 'evil.example'}, {'imap_security': 'none'},
    )  # fmt: skip
    for change in changes:
        problem = await refusal_of(
            mailboxes.connection_for(anna.actor, form(running, user, password='', **change))
        )
        assert isinstance(problem, Invalid)
        assert set(problem.errors) == {'password'}


async def test_the_password_is_kept_locked_and_bound_to_its_owner(
    anna: Records, running: ImapServer, user: str
) -> None:
    await connect(anna, form(running, user))
    max_ = await records_of('max', 'Max', role='member')
    with guard.acting(guard.SETUP):
        (row,) = await database.rows('SELECT * FROM mailboxes')
        assert PASSWORD not in repr(row)
        await database.rows('UPDATE mailboxes SET person_id = ?', [max_.actor.person_id])
    assert await mailbox_turns.take_due(9) == []
    moved = await mailboxes.mailbox(max_.actor)
    assert moved is not None
    assert moved.problem == 'wrong_key'


@pytest.mark.parametrize('host', ['10.0.0.7', '169.254.169.254', 'localhost', '[::1]', '0x7f.1'])
async def test_nobody_reaches_into_the_network_by_a_mailbox(anna: Records, host: str) -> None:
    """Without the administrator's word no server inside the network is called, and no odd port outside."""
    strict = Mailboxes(Outbox(), OutsidePolicy(), test_s=3)
    values = {'preset': 'own', 'address': ADDRESS, 'password': 'x', 'imap_host': host, 'smtp_host': host}
    there = await mailboxes.connection_for(anna.actor, values)
    problem = await refusal_of(strict.test(anna.actor, there))
    assert problem.code in ('mail_address_refused', 'mail_no_such_host')
    for port, security, code in ((22, 'tls', 'mail_port_refused'), (143, 'none', 'mail_needs_tls')):
        outside = {**values, 'imap_host': '192.0.43.10', 'imap_port': port, 'imap_security': security}
        there = await mailboxes.connection_for(anna.actor, outside)
        assert (await refusal_of(strict.test(anna.actor, there))).code == code


async def test_tests_are_counted(anna: Records, running: ImapServer, user: str, post: Mailboxes) -> None:
    there = await mailboxes.connection_for(anna.actor, form(running, user, imap_port=1))
    codes = {(await refusal_of(post.test(anna.actor, there))).code for _ in range(21)}
    assert codes == {'mail_no_connection', 'mail_tests_throttled'}


# Reading


async def test_a_conversation_is_read_from_the_inbox_and_from_what_was_sent(
    anna: Records, post: Mailboxes, running: ImapServer, user: str
) -> None:
    running.put(letter('One', Message_ID='<one@x.com>'), user)
    running.put(letter('Re: One', In_Reply_To='<one@x.com>', Message_ID='<two@x.com>'), user, folder='Sent')
    running.put(letter('Another', Message_ID='<three@x.com>'), user, seen=True)
    await connect(anna, form(running, user))
    assert await post.read_due() == 1
    found = await letters.conversations(anna.actor)
    assert {(one.subject, one.letters, one.unread) for one in found} == {('Re: One', 2, 1), ('Another', 1, 0)}
    assert await letters.unread(anna.actor) == 1
    (one,) = [one for one in found if one.letters == 2]
    whole = await letters.conversation(anna.actor, one.letter_id)
    assert [(x.direction, x.subject) for x in whole.letters] == [('in', 'One'), ('out', 'Re: One')]
    await letters.mark(anna.actor, one.letter_id)
    assert await letters.unread(anna.actor) == 0
    await letters.mark(anna.actor, whole.letters[0].id, seen=False)
    assert await letters.unread(anna.actor) == 1
    box = await mailboxes.mailbox(anna.actor)
    assert box is not None
    assert (box.state, box.problem) == ('ok', '')
    assert await post.read_due() == 0


async def test_a_letter_is_kept_once_also_when_the_server_numbers_anew(
    anna: Records, post: Mailboxes, running: ImapServer, user: str
) -> None:
    running.put(letter('One', Message_ID='<one@x.com>'), user)
    running.put(letter('One', Message_ID='<one@x.com>'), user)
    running.put(letter('No name'), user)
    await connect(anna, form(running, user))
    for _ in range(2):
        await post.read_own(anna.actor)
        assert sorted(subjects(await letters.conversations(anna.actor))) == ['No name', 'One']
    running.renumber(user)
    running.put(letter('New', Message_ID='<new@x.com>'), user)
    assert await post.read_own(anna.actor) is None
    assert sorted(subjects(await letters.conversations(anna.actor))) == ['New', 'No name', 'One']


async def test_a_wrong_password_stops_the_reading_until_its_owner_mends_it(
    anna: Records, post: Mailboxes, running: ImapServer, user: str
) -> None:
    running.put(letter('One'), user)
    await connect(anna, form(running, user, password='wrong'))
    await post.read_due()
    box = await mailboxes.mailbox(anna.actor)
    assert box is not None
    assert (box.state, box.problem) == ('trouble', 'mail_login')
    assert 'password for apps' in words_of(box.problem, dict(box.facts))
    with clock.at(clock.now() + timedelta(days=365)):
        assert await post.read_due() == 0
    await connect(anna, form(running, user))
    assert await post.read_due() == 1
    assert subjects(await letters.conversations(anna.actor)) == ['One']


async def test_a_changed_connection_counts_at_once(
    anna: Records, post: Mailboxes, running: ImapServer, user: str
) -> None:
    """What was read by the old connection is not kept, nor is how that went."""
    running.put(letter('Of the old mailbox'), user)
    running.put(letter('Of the new mailbox'), f'{user}new')
    await connect(anna, form(running, user))
    old = await mailbox_turns.take_own(anna.actor)
    assert old is not None
    await connect(anna, form(running, f'{user}new'))
    await post.read(old)
    assert await letters.conversations(anna.actor) == []
    box = await mailboxes.mailbox(anna.actor)
    assert box is not None
    assert box.state == 'new'
    await post.read_due()
    assert subjects(await letters.conversations(anna.actor)) == ['Of the new mailbox']


class Scripted:
    """A server that says what it is told to: answers by the command, None hangs, '' breaks off."""

    def __init__(self, **answers: str | None) -> None:
        self.answers: dict[str, str | None] = {
            'SELECT': '* OK [UIDVALIDITY 7] x\r\n', 'EXAMINE': '* OK [UIDVALIDITY 7] x\r\n',
            'SEARCH': '* SEARCH 1 2\r\n', 'CAPABILITY': '* CAPABILITY IMAP4rev1\r\n', **answers,
        }  # fmt: skip
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> 'Scripted':
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone does not wake a thread that waits for the next line.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                with line, line.makefile('rb') as said, contextlib.suppress(OSError):
                    line.sendall(b'* OK ready\r\n')
                    while words := said.readline().decode().split():
                        if not self._answer(line, words):
                            break

    def _answer(self, line: socket.socket, words: list[str]) -> bool:
        command = words[2] if words[1] == 'UID' else words[1]
        answer = self.answers.get(command, '')
        if answer is None:
            with contextlib.suppress(OSError):
                line.recv(1)
            return False
        if command in self.answers and not answer:
            return False
        line.sendall(answer.encode())
        line.sendall(f'{words[0]} OK done\r\n'.encode())
        return True


@pytest.mark.parametrize(
    ('answers', 'code'),
    [
        ({'LOGIN': None}, 'mail_slow'),
        ({'FETCH': None}, 'mail_slow'),
        ({'FETCH': ''}, 'mail_broke_off'),
        ({'FETCH': '* 1 FETCH (UID 1 BODY[] {99999999999}\r\nx'}, 'mail_broke_off'),
        ({'EXAMINE': ')))\r\n* BYE\r\n'}, 'mail_broke_off'),
    ],
)
async def test_a_server_that_hangs_breaks_off_or_never_ends_holds_nothing_up(
    anna: Records, answers: dict[str, str | None], code: str
) -> None:
    hasty = Mailboxes(Outbox(), OutsidePolicy(lambda: ('127.0.0.1',)), read_s=1)
    with Scripted(**answers) as server:
        values = {
            'preset': 'own', 'address': ADDRESS, 'password': 'x', 'imap_host': '127.0.0.1',
            'imap_port': server.port, 'imap_security': 'none', 'smtp_host': '127.0.0.1',
        }  # fmt: skip
        await connect(anna, values)
        problem = await hasty.read_own(anna.actor)
    assert problem is not None
    assert problem.code == code
    box = await mailboxes.mailbox(anna.actor)
    assert box is not None
    assert (box.state, box.problem, box.is_on) == ('trouble', code, True)


async def test_letters_made_to_do_harm_are_kept_as_text_and_the_next_one_is_read(
    anna: Records, post: Mailboxes, running: ImapServer, user: str
) -> None:
    script = (
        '<p>Dear <b>Anna</b></p><script>alert(1)</script><img src="http://evil.example/x.png" onerror="x()">'
        '<style>p{}</style><a href="javascript:alert(1)">here</a> <a href="https://example.com/y">there</a>'
    )
    in_html = EmailMessage()
    in_html['From'], in_html['To'], in_html['Subject'] = 'Eve <eve@example.com>', ADDRESS, 'Html'
    in_html.set_content(script, subtype='html')
    running.put(in_html, user)
    running.put(letter('Huge', 'x' * 3_000_000), user)
    nested = b'From: e@x.com\r\nSubject: Nested\r\n' + b''.join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(2000)
    )
    running.put(nested, user)
    for raw in (
        b'Subject: =?utf-7?Q?+ADw-?= =?nope?B?////?=\r\nFrom: \xff\xfe <a@b\r\n'
        b'Date: 99 Foo 99999\r\nContent-Type: text/plain; charset=klingon\r\n\r\nbad \x00 \xff words',
        b'\r\n\r\nNo header at all',
        b'From: a@x.com\r\nMessage-ID: '
        + b'<' * 5000
        + b'\r\nReferences: '
        + b'<a@b> ' * 3000
        + b'\r\n\r\nx',
        b'To: ' + b'a@b.cc, ' * 20000 + b'\r\nSubject: many\r\n\r\nx',
    ):
        running.put(raw, user)
    running.put(letter('The next one'), user)
    await connect(anna, form(running, user))
    assert await post.read_own(anna.actor) is None
    found = await letters.conversations(anna.actor, limit=50)
    assert len(found) == 8
    texts = {}
    for one in found:
        (whole,) = (await letters.conversation(anna.actor, one.letter_id)).letters
        texts[whole.subject] = whole
    assert texts['Html'].text == 'Dear Anna\nhere there <https://example.com/y>'
    assert texts['Huge'].is_cut
    assert len(texts['Huge'].text) <= 200_000
    assert 'The next one' in texts
    assert not any(character in one.text for one in texts.values() for character in '\x00\x1b\u202e')


@pytest.mark.parametrize(
    'raw',
    [
        b'To: ' + b'<' * 250_000 + b'\r\n\r\nx',
        b'Content-Type: text/plain\r\n\r\n' + b' ' * 250_000 + b'x',
        b'Content-Type: text/html\r\n\r\n' + b'<div>' * 50_000,
        b'Content-Type: text/html\r\n\r\n' + b'<!--<a href=' * 20_000,
        b'Content-Type: text/html\r\n\r\n' + b'&#' + b'9' * 100_000,
        b'Content-Type: multipart/mixed; boundary=b\r\n\r\n' + b'--b\r\nContent-Type: a/b\r\n\r\n' * 8_000,
    ],
    ids=['address', 'spaces', 'nested', 'comments', 'number', 'parts'],
)
@pytest.mark.timeout(60)
def test_a_letter_made_to_keep_its_reader_busy_is_read_soon(raw: bytes) -> None:
    """Each of these once took from seconds to minutes: time that grows with the square of the length."""
    assert read_letter(1, raw, (), size=len(raw), now=clock.now()).is_cut


# Whose letters, and about what


@pytest.fixture
async def talk(
    anna: Records, post: Mailboxes, running: ImapServer, user: str, smtp: SmtpServer
) -> dict[str, int]:
    """Anna's mailbox with a letter from Bob and one from a stranger; Bob is a contact of Acme with a deal."""
    acme = await anna.create('accounts', {'title': 'Acme'})
    bob = await anna.create('contacts', {'title': 'Bob', 'email': 'Bob@Example.com', 'account': acme.ref})
    deal = await anna.create('deals', {'title': 'Big deal', 'contact': bob.ref})
    bare = await anna.create('deals', {'title': 'Bare deal'})
    running.put(letter('From Bob', Message_ID='<bob1@x.com>'), user)
    running.put(letter('Strange', From='x@other.com', Message_ID='<str@x.com>'), user)
    await connect(anna, form(running, user, smtp))
    await post.read_own(anna.actor)
    return {'accounts': acme.id, 'contacts': bob.id, 'deals': deal.id, 'bare': bare.id}


async def test_letters_stand_on_the_contact_its_account_and_its_deals(
    anna: Records, talk: dict[str, int]
) -> None:
    for catalog in ('contacts', 'accounts', 'deals'):
        found = await letters.conversations(anna.actor, (catalog, talk[catalog]))
        assert subjects(found) == ['From Bob'], catalog
    assert await letters.conversations(anna.actor, ('deals', talk['bare'])) == []
    (bob,) = await people_of(anna, 'deals', talk['deals'])
    assert (bob.name, bob.address) == ('Bob', 'Bob@Example.com')
    await anna.change('contacts', talk['contacts'], {'email': 'x@other.com'})
    assert subjects(await letters.conversations(anna.actor, ('deals', talk['deals']))) == ['Strange']


async def test_a_letter_written_on_a_record_and_its_answer_stand_there(
    anna: Records, post: Mailboxes, talk: dict[str, int], running: ImapServer, user: str, box: Box
) -> None:
    engine = Engine(mailer=post)
    about = ('deals', talk['bare'])
    await write(anna.actor, Draft(to=['stranger@x.com'], subject='Offer', text='Hello', about=about))
    await engine.drain()
    await engine.stop()
    (arrived,) = box.letters
    assert arrived['From'] == f'Anna <{ADDRESS}>'
    assert arrived['Auto-Submitted'] is None
    running.put(
        letter('Re: Offer', From='other@y.com', In_Reply_To=arrived['Message-ID'], Message_ID='<a@y>'), user
    )
    # Some servers file the copy of what is sent by themselves.
    running.put(arrived.as_bytes(), user, folder='Sent')
    await post.read_own(anna.actor)
    (one,) = await letters.conversations(anna.actor, about)
    assert (one.subject, one.letters) == ('Re: Offer', 2)
    sent, answer = (await letters.conversation(anna.actor, one.letter_id)).letters
    assert (sent.state, answer.direction) == ('sent', 'in')


async def test_an_answer_names_what_it_answers(
    anna: Records, post: Mailboxes, talk: dict[str, int], box: Box
) -> None:
    (one,) = await letters.conversations(anna.actor, ('contacts', talk['contacts']))
    draft = Draft(
        to=['bob@example.com'],
        cc=['carl@example.com'],
        subject='Re: From Bob',
        text='Yes',
        answers=one.letter_id,
    )
    await write(anna.actor, draft)
    engine = Engine(mailer=post)
    await engine.drain()
    await engine.stop()
    (arrived,) = box.letters
    assert (arrived['In-Reply-To'], arrived['References']) == ('<bob1@x.com>', '<bob1@x.com>')
    assert box.envelopes[0].rcpt_tos == ['bob@example.com', 'carl@example.com']
    (again,) = await letters.conversations(anna.actor, ('contacts', talk['contacts']))
    assert (again.letters, again.direction) == (2, 'out')


@pytest.mark.parametrize(
    ('draft', 'field'),
    [
        (Draft(to=[], subject='', text='x'), 'to'),
        (Draft(to=['a@b.com\r\nBcc: c@d.com'], subject='', text='x'), 'to'),
        (Draft(to=['a@b.com'], cc=['nobody'], subject='', text='x'), 'cc'),
        (Draft(to=['a@b.com'], subject='', text=' '), 'text'),
        (Draft(to=[f'a{n}@b.com' for n in range(30)], subject='', text='x'), 'to'),
    ],
)
async def test_a_letter_that_cannot_be_sent_is_refused_beside_its_field(
    anna: Records, talk: dict[str, int], draft: Draft, field: str
) -> None:
    problem = await refusal_of(write(anna.actor, draft))
    assert isinstance(problem, Invalid)
    assert set(problem.errors) == {field}


async def test_a_line_break_in_a_subject_adds_no_header(
    anna: Records, post: Mailboxes, talk: dict[str, int], box: Box
) -> None:
    await write(anna.actor, Draft(to=['a@b.com'], subject='Hi\r\nBcc: evil@x.com', text='x'))
    engine = Engine(mailer=post)
    await engine.drain()
    await engine.stop()
    assert box.letters[0]['Subject'] == 'Hi Bcc: evil@x.com'
    assert box.letters[0]['Bcc'] is None
    assert box.envelopes[0].rcpt_tos == ['a@b.com']


async def test_a_letter_that_is_refused_says_so_and_rings(
    anna: Records, post: Mailboxes, talk: dict[str, int], box: Box
) -> None:
    box.answers['rcpt'] = '550 no such user'
    letter_id = await write(anna.actor, Draft(to=['gone@x.com'], subject='Hi', text='x'))
    engine = Engine(mailer=post)
    await engine.drain()
    await engine.stop()
    sent = await letters.own_letter(anna.actor, letter_id)
    assert (sent.state, sent.problem) == ('failed', 'smtp_550')
    assert 'no such user' in state_said(sent)
    (notice,) = await notifications.list_notifications(anna.actor)
    assert notice.code == 'letter_failed'


async def test_nobody_else_reads_a_letter_unless_its_conversation_is_shared_on_a_record(
    anna: Records, as_admin: Records, talk: dict[str, int]
) -> None:
    about = ('deals', talk['deals'])
    max_ = await records_of('max', 'Max', role='member')
    (one,) = await letters.conversations(anna.actor, about)
    for other in (max_, as_admin):
        assert await letters.conversations(other.actor, about) == []
        assert isinstance(await refusal_of(letters.conversation(other.actor, one.letter_id, about)), NotFound)
        assert isinstance(await refusal_of(letters.mark(other.actor, one.letter_id)), NotFound)
        assert isinstance(
            await refusal_of(letters.share(other.actor, one.letter_id, about, shared=True)), NotFound
        )
    await letters.share(anna.actor, one.letter_id, about, shared=True)
    (shown,) = await letters.conversations(max_.actor, about)
    assert shown.owner is not None
    assert (shown.owner.title, shown.unread) == ('Anna', 0)
    assert (await letters.conversation(max_.actor, one.letter_id, about)).owner is not None
    # Only there: not in the list of all, not on another record, not without the record.
    assert await letters.conversations(max_.actor) == []
    elsewhere = ('contacts', talk['contacts'])
    assert await letters.conversations(max_.actor, elsewhere) == []
    assert isinstance(await refusal_of(letters.conversation(max_.actor, one.letter_id, elsewhere)), NotFound)
    await as_admin.remove('deals', talk['deals'])
    assert isinstance(await refusal_of(letters.conversation(max_.actor, one.letter_id, about)), NotFound)
    await as_admin.restore('deals', talk['deals'])
    await letters.share(anna.actor, one.letter_id, about, shared=False)
    assert await letters.conversations(max_.actor, about) == []


async def test_whoever_looks_through_somebodys_eyes_sees_no_letter(
    anna: Records, as_admin: Records, talk: dict[str, int]
) -> None:
    eyes = await actor_as(as_admin.actor, anna.actor.person_id or 0)
    for work in (letters.conversations(eyes), letters.unread(eyes), mailboxes.mailbox(eyes)):
        assert isinstance(await refusal_of(work), NotAllowed)


async def test_a_mailbox_that_is_off_or_whose_owner_is_gone_is_neither_read_nor_sent_through(
    anna: Records, as_admin: Records, post: Mailboxes, talk: dict[str, int], box: Box
) -> None:
    letter_id = await write(anna.actor, Draft(to=['a@b.com'], subject='Late', text='x'))
    await mailboxes.switch(anna.actor, False)
    assert (
        await refusal_of(write(anna.actor, Draft(to=['a@b.com'], subject='', text='x')))
    ).code == 'no_mailbox'
    assert await post.read_due() == 0
    engine = Engine(mailer=post)
    await engine.drain()
    await engine.stop()
    assert (await letters.own_letter(anna.actor, letter_id)).problem == 'no_mailbox'
    assert box.letters == []
    await mailboxes.switch(anna.actor, True)
    await people.change_person(as_admin.actor, anna.actor.person_id or 0, {'is_active': False})
    assert await post.read_due() == 0


async def test_a_removed_mailbox_leaves_nothing(anna: Records, talk: dict[str, int]) -> None:
    await write(anna.actor, Draft(to=['a@b.com'], subject='Late', text='x', about=('deals', talk['bare'])))
    await mailboxes.remove_mailbox(anna.actor)
    assert await mailboxes.mailbox(anna.actor) is None
    with guard.acting(guard.SETUP):
        for table in ('letters', 'letter_addresses', 'letter_links', 'mail_folders', 'mailboxes', 'outbox'):
            assert await database.rows(f'SELECT * FROM {table}') == [], table
