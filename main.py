"""Artel's command line, and the wiring of its parts; nothing else."""

import argparse
import asyncio
import contextlib
import getpass
import itertools
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request

from automations import Engine, Rules
from automations.attempt import attempt
from automations.followers import Followers
from automations.noteworthy import Announcer
from integrations import clamd, ldap_sync, mail_in
from integrations.exchange import running as imports
from integrations.exchange import undoing as import_undos
from integrations.mail_out import SmtpMailer
from integrations.outside import OutsidePolicy
from integrations.rest import RestApi
from integrations.webhooks import WebhookPoster
from store import (
    audit_keeping,
    colleagues,
    files,
    guard,
    people,
    rules,
    second_factor,
    sessions,
    solutions,
    spawn,
)
from store.actor import Actor
from store.backup_schedule import back_up_when_due
from store.opening import close_store, follow_others, is_current, open_store
from store.problems import Problem, Refused
from store.scanning import scan_with
from store.settings import BadEnvironment, Environment
from store.system_settings import setting, smtp_server
from store.upkeep import go_through_records, refresh_statistics
from ui import care
from ui.app import mount, opened
from ui.compat import end_pages
from ui.digest import send_digests
from ui.prefix import UnderPrefix
from ui.reader import Reader, reading
from ui.security import Forwarded
from ui.session import end_outlived, tab_of
from ui.text import languages, words, words_of

FOLLOW_S = 2.0
FIT_TURNS = 30
TAB_TURNS = 10
CARE_S = 60.0
POST_S = 20.0
SWEEP_TURNS = 180
LONGEST_MESSAGE = 1 << 20
"""Bytes of one message of a socket; a file comes by a request of its own."""
Command = Callable[[argparse.Namespace, Environment], Coroutine[Any, Any, None]]


def build(environment: Environment) -> FastAPI:
    """The application: REST, then the pages; store and engine live as long as it does."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await open_store(environment)
        try:
            async with _working(environment):
                opened()
                print(f'Artel is at {_address(environment)}', flush=True)
                try:
                    yield
                finally:
                    await end_pages()
        finally:
            await close_store()

    app = FastAPI(
        lifespan=lifespan,
        title='Artel',
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.mount('/api', RestApi(_sentence, visitor=_visitor))
    mount(app)
    app.add_middleware(UnderPrefix, prefix=environment.prefix)
    return app


@contextlib.asynccontextmanager
async def _working(environment: Environment) -> AsyncIterator[None]:
    """What goes on without anybody looking: the engine of the rules, and imports that were cut short."""
    poster = WebhookPoster(
        OutsidePolicy(lambda: (*environment.allowed_hosts, *setting('webhook_hosts').split()))
    )
    company = SmtpMailer(lambda: smtp_server() if setting('smtp_host') else environment.smtp)
    mailboxes = mail_in.Mailboxes(
        company, OutsidePolicy(lambda: (*environment.allowed_hosts, *setting('mailbox_hosts').split()))
    )
    engine = Engine(
        mailer=mailboxes,
        poster=poster,
        zone=lambda: str(setting('time_zone')),
        base_url=lambda: _address(environment),
    )
    announcer, followers = Announcer(), Followers()
    stops = scan_with(clamd.scan), mail_in.use(mailboxes), announcer.close, followers.close
    await engine.start()
    going_on = [
        spawn(_follow(), name='follow other processes'),
        spawn(_care(), name='make the daily backup'),
        spawn(go_through_records(attempt), name='go through records'),
        spawn(ldap_sync.follow(), name='follow the directory'),
        spawn(mailboxes.follow(), name='read mailboxes'),
        spawn(announcer.run(), name='announce noteworthy days'),
        spawn(followers.run(), name='tell followers of changes'),
        spawn(_post(environment), name='send digests'),
    ]
    try:
        await imports.resume()
        await import_undos.resume()
        yield
    finally:
        for task in going_on:
            task.cancel()
        for stop in stops:
            stop()
        await engine.stop()
        await poster.close()


async def _follow() -> None:
    """See what another process has changed, as `main.py install` does; keep the statistics true."""
    for turn in itertools.count(1):
        await asyncio.sleep(FOLLOW_S)
        await attempt(follow_others(), 'following other processes')
        if turn % TAB_TURNS == 0:
            await attempt(end_outlived(), 'ending what was open too long')
        if turn % FIT_TURNS == 0:
            await attempt(refresh_statistics(), 'keeping the statistics')


async def _post(environment: Environment) -> None:
    """Send digests when their time has come and there is a mail server; drop files that nothing holds."""
    for turn in itertools.count():
        if setting('smtp_host') or environment.smtp.host:
            await attempt(send_digests(_address(environment)), 'sending digests')
        if turn % SWEEP_TURNS == 0:
            await attempt(files.sweep(), 'sweeping files')
            await attempt(files.scan_waiting(), 'scanning files')
            await attempt(audit_keeping.forget_old(), 'keeping the audit log')
        await asyncio.sleep(POST_S)


async def _care() -> None:
    """Make the daily backup when its time has come."""
    while True:
        await attempt(back_up_when_due(), 'making the daily backup')
        await asyncio.sleep(CARE_S)


def _address(environment: Environment) -> str:
    host = environment.host
    if host in ('127.0.0.1', '0.0.0.0', '::1', '::'):  # noqa: S104 only shown
        host = 'localhost'
    public = str(setting('public_url')).rstrip('/') or environment.public_url
    return public or f'http://{host}:{environment.port}'


def _sentence(code: str, facts: Mapping[str, Any], language: str) -> str:
    with reading(Reader(language)):
        return words_of(code, dict(facts))


async def _visitor(scope: MutableMapping[str, Any]) -> Actor | None:
    tab = await tab_of(Request(scope))
    return tab.actor if tab else None


def serve(environment: Environment) -> None:
    """Answer until stopped."""
    config = uvicorn.Config(
        Forwarded(build(environment), environment.trusted_proxies),
        host=environment.host,
        port=environment.port,
        ws='websockets-sansio',
        ws_max_size=LONGEST_MESSAGE,
        log_level='warning',
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    # The port is taken before anything is opened: a second start says so and touches nothing.
    sockets = [config.bind_socket()]
    # What is refused here ends in a sentence; inside the server it would end in a trace.
    asyncio.run(_make_ready(environment))
    uvicorn.Server(config).run(sockets=sockets)


async def _make_ready(environment: Environment) -> None:
    if not await is_current(environment.database_url):
        await open_store(environment)
        await close_store()


async def install(arguments: argparse.Namespace, environment: Environment) -> None:
    """Add a solution; its rules belong to the first administrator, also when that one comes later."""
    language = arguments.language or environment.language or 'en'
    await _install(await _administrator(), arguments.solution, language, demo=arguments.demo)
    print(f'Installed: {arguments.solution}')


async def user(arguments: argparse.Namespace, environment: Environment) -> None:
    """Make a person who can sign in."""
    password = _password()
    values = {
        'login': arguments.login,
        'name': arguments.name or arguments.login,
        'is_admin': arguments.admin,
        'language': arguments.language or environment.language,
    }
    person = await colleagues.add_person(
        guard.SETUP, values | {'roles': () if arguments.admin else ('member',)}
    )
    await people.set_password(guard.SETUP, person.id, password)
    if arguments.admin:
        await rules.adopt(person.id)
    print(f'{person.name} can sign in as {person.login}')


def _password() -> str:
    given = os.environ.get('ARTEL_PASSWORD')
    if given:
        return given
    if sys.stdin.isatty():
        return getpass.getpass('Password: ')
    made = secrets.token_urlsafe(12)
    print(f'Password, shown this once: {made}')
    return made


async def token(arguments: argparse.Namespace, _: Environment) -> None:
    """Make a token for the API and print it, this once."""
    person_id = await _person(arguments.login)
    print((await sessions.create_token(guard.SETUP, arguments.name, person_id)).secret)


async def unlock(arguments: argparse.Namespace, _: Environment) -> None:
    """Take away a second factor whose phone and spare codes are lost."""
    await second_factor.reset(guard.SETUP, await _person(arguments.login))


async def _person(login: str) -> int:
    person = await people.person_by_login(guard.SETUP, login)
    if person is None:
        raise Refused('no_such_person', login=login)
    return person.id


async def migrate(_: argparse.Namespace, environment: Environment) -> None:
    """Opening has migrated already."""
    print(f'Up to date: {environment.database_url.rpartition("@")[2]}')


async def backup(_: argparse.Namespace, environment: Environment) -> None:
    """Make a backup and check it."""
    _tell(await care.back_up(environment, guard.SETUP))


async def restore(arguments: argparse.Namespace, environment: Environment) -> None:
    """Put a backup in the place of the data."""
    _tell(await care.restore(environment, guard.SETUP, arguments.file, force=arguments.force))


async def examine(arguments: argparse.Namespace, environment: Environment) -> None:
    """Look whether everything fits together."""
    _tell(await care.examine(environment, repair=arguments.repair))


def _tell(told: care.Told) -> None:
    print(*told.lines, sep='\n')
    if not told.is_well:
        sys.exit(1)


async def prepare_demo(environment: Environment) -> None:
    """Fill an empty installation with the Sales and Service solutions and their demo data."""
    note = environment.data / 'sign-in.txt'
    if await sessions.needs_setup():
        password = secrets.token_urlsafe(9)
        language = environment.language or 'en'
        await sessions.set_up(
            login='demo', name='Demo', password=password, language=language, company='Artel'
        )
        for code in ('sales', 'service'):
            await _install(await _administrator(), code, language, demo=True, password=password)
        note.write_text(f'Sign in as demo, password {password}\n')
    print(
        note.read_text() if note.exists() else 'This installation is in use; it gets no demo data.',
        end='',
        flush=True,
    )


async def _administrator() -> Actor:
    for person in await people.list_people(guard.SETUP):
        if person.is_admin and (actor := await people.actor_of_person(person.id)):
            return actor
    return guard.SETUP


async def _install(actor: Actor, code: str, language: str, *, demo: bool, password: str = '') -> None:
    await solutions.install(actor, code, language, demo=demo, password=password, save_rule=Rules(actor).keep)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='main.py', description='Artel: a customer system for a team.')
    commands = parser.add_subparsers(dest='command', metavar='command')
    commands.add_parser('serve', help='start the server (also without a command)')
    commands.add_parser('demo', help='start with the Sales and Service solutions and demo data in data/demo')
    one = commands.add_parser('install', help='add a solution')
    one.add_argument('solution', help='its code: ' + ', '.join(s.code for s in solutions.list_solutions()))
    one.add_argument('--demo', action='store_true', help='with demo data')
    one.add_argument('--language', choices=languages(), help='of rules and demo data; ARTEL_LANG otherwise')
    one = commands.add_parser('user', help='add a person; the password is asked, or read from ARTEL_PASSWORD')
    one.add_argument('login')
    one.add_argument('--name', default='')
    one.add_argument('--admin', action='store_true', help='an administrator')
    one.add_argument('--language', choices=languages(), default='', help='the one of the browser otherwise')
    one = commands.add_parser('unlock', help='take away the second factor of a person who lost it')
    one.add_argument('login')
    one = commands.add_parser('token', help='make an API token for a person')
    one.add_argument('login')
    one.add_argument('--name', default='command line')
    commands.add_parser('migrate', help='bring the tables up to date and leave')
    commands.add_parser('backup', help='make a backup in data/backups, also while the server runs')
    one = commands.add_parser('restore', help='put a backup in the place of the data')
    one.add_argument('file', type=Path)
    one.add_argument('--force', action='store_true', help='also over data; these are kept aside')
    one = commands.add_parser('doctor', help='look whether everything fits together')
    one.add_argument('--repair', action='store_true', help='mend what can be mended safely')
    return parser


COMMANDS: dict[str, Command] = {one.__name__: one for one in (install, user, token, unlock, migrate)}
CARE: dict[str, Command] = {'backup': backup, 'restore': restore, 'doctor': examine}
"""Commands that open the store themselves, or never do."""


async def _with_store(environment: Environment, work: Awaitable[None]) -> None:
    await open_store(environment)
    try:
        await work
    finally:
        await close_store()


def main() -> None:
    """Read the command line and do it.

    :raises SystemExit: 1 after a refusal, 2 for a setting that cannot be used"""
    arguments = _arguments().parse_args()
    try:
        environment = Environment.read(os.environ)
    except BadEnvironment as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    try:
        if arguments.command == 'demo':
            if 'ARTEL_DATA' not in os.environ:
                environment = replace(environment, data=environment.data / 'demo')
            asyncio.run(_with_store(environment, prepare_demo(environment)))
        if arguments.command in CARE:
            asyncio.run(CARE[arguments.command](arguments, environment))
        elif arguments.command in COMMANDS:
            work = COMMANDS[arguments.command](arguments, environment)
            asyncio.run(_with_store(environment, work))
        else:
            serve(environment)
    except Problem as problem:
        print(words(problem), file=sys.stderr)
        sys.exit(1)


if __name__ == '__main__':
    main()
