"""Artel's command line, and the wiring of its parts; nothing else."""

import argparse
import asyncio
import contextlib
import getpass
import itertools
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any

import uvicorn
from fastapi import FastAPI, Request

from automations import Engine, Rules
from automations.attempt import attempt
from integrations.exchange import running as imports
from integrations.mail_out import SmtpMailer
from integrations.outside import OutsidePolicy
from integrations.rest import RestApi
from integrations.webhooks import WebhookPoster
from store import catalogs, guard, people, rules, sessions, solutions, spawn
from store.actor import Actor
from store.opening import close_store, open_store
from store.problems import Problem, Refused
from store.settings import BadEnvironment, Environment
from store.system_settings import setting, smtp_server
from store.upkeep import refresh_statistics
from ui.app import mount, opened
from ui.reader import Reader, reading
from ui.session import tab_of
from ui.text import languages, words, words_of

FOLLOW_S = 2.0
FIT_TURNS = 30
Command = Callable[[argparse.Namespace, Environment], Awaitable[None]]


def build(environment: Environment) -> FastAPI:
    """The application: REST, then the pages; store and engine live as long as it does."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await open_store(environment)
        try:
            async with _working(environment):
                opened()
                print(f'Artel is at {_address(environment)}', flush=True)
                yield
        finally:
            await close_store()

    app = FastAPI(lifespan=lifespan, title='Artel', docs_url=None, redoc_url=None, openapi_url=None)
    app.mount('/api', RestApi(_sentence, visitor=_visitor))
    mount(app)
    return app


@contextlib.asynccontextmanager
async def _working(environment: Environment) -> AsyncIterator[None]:
    """What goes on without anybody looking: the engine of the rules, and imports that were cut short."""
    poster = WebhookPoster(
        OutsidePolicy(lambda: (*environment.allowed_hosts, *setting('webhook_hosts').split()))
    )
    engine = Engine(
        mailer=SmtpMailer(lambda: smtp_server() if setting('smtp_host') else environment.smtp),
        poster=poster,
        zone=lambda: str(setting('time_zone')),
        base_url=_address(environment),
    )
    await engine.start()
    following = spawn(_follow(), name='follow other processes')
    try:
        await imports.resume()
        yield
    finally:
        following.cancel()
        await engine.stop()
        await poster.close()


async def _follow() -> None:
    """See what another process has changed, as `main.py install` does; keep the statistics true."""
    for turn in itertools.count(1):
        await asyncio.sleep(FOLLOW_S)
        if (await attempt(catalogs.refresh(), 'following other processes')).result:
            people.forget()
        if turn % FIT_TURNS == 0:
            await attempt(refresh_statistics(), 'keeping the statistics')


def _address(environment: Environment) -> str:
    host = environment.host
    if host in ('127.0.0.1', '0.0.0.0', '::1', '::'):  # noqa: S104 only shown
        host = 'localhost'
    return environment.public_url or f'http://{host}:{environment.port}'


def _sentence(code: str, facts: Mapping[str, Any], language: str) -> str:
    with reading(Reader(language)):
        return words_of(code, dict(facts))


async def _visitor(scope: MutableMapping[str, Any]) -> Actor | None:
    tab = await tab_of(Request(scope))
    return tab.actor if tab else None


def serve(environment: Environment) -> None:
    """Answer until stopped."""
    config = uvicorn.Config(
        build(environment),
        host=environment.host,
        port=environment.port,
        ws='websockets-sansio',
        log_level='warning',
        proxy_headers=bool(environment.trusted_proxies),
        forwarded_allow_ips=list(environment.trusted_proxies),
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    # The port is taken before anything is opened: a second start says so and touches nothing.
    uvicorn.Server(config).run(sockets=[config.bind_socket()])


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
    person = await people.create_person(
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
    person = await people.person_by_login(guard.SETUP, arguments.login)
    if person is None:
        raise Refused('no_such_person', login=arguments.login)
    print((await sessions.create_token(guard.SETUP, arguments.name, person.id)).secret)


async def migrate(_: argparse.Namespace, environment: Environment) -> None:
    """Opening has migrated already."""
    print(f'Up to date: {environment.database_url.rpartition("@")[2]}')


async def prepare_demo(environment: Environment) -> None:
    """Fill an empty installation with the Sales solution and its demo data."""
    note = environment.data / 'sign-in.txt'
    if await sessions.needs_setup():
        password = secrets.token_urlsafe(9)
        language = environment.language or 'en'
        await sessions.set_up(
            login='demo', name='Demo', password=password, language=language, company='Artel'
        )
        await _install(await _administrator(), 'sales', language, demo=True, password=password)
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
    commands.add_parser('demo', help='start with the Sales solution and demo data in data/demo')
    one = commands.add_parser('install', help='add a solution')
    one.add_argument('solution', help='its code: ' + ', '.join(s.code for s in solutions.list_solutions()))
    one.add_argument('--demo', action='store_true', help='with demo data')
    one.add_argument('--language', choices=languages(), help='of rules and demo data; ARTEL_LANG otherwise')
    one = commands.add_parser('user', help='add a person; the password is asked, or read from ARTEL_PASSWORD')
    one.add_argument('login')
    one.add_argument('--name', default='')
    one.add_argument('--admin', action='store_true', help='an administrator')
    one.add_argument('--language', choices=languages(), default='', help='the one of the browser otherwise')
    one = commands.add_parser('token', help='make an API token for a person')
    one.add_argument('login')
    one.add_argument('--name', default='command line')
    commands.add_parser('migrate', help='bring the tables up to date and leave')
    return parser


COMMANDS: dict[str, Command] = {'install': install, 'user': user, 'token': token, 'migrate': migrate}


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
        if arguments.command in COMMANDS:
            work = COMMANDS[arguments.command](arguments, environment)
            asyncio.run(_with_store(environment, work))
        else:
            serve(environment)
    except Problem as problem:
        print(words(problem), file=sys.stderr)
        sys.exit(1)


if __name__ == '__main__':
    main()
