"""Backups and the doctor on the command line: what is done, and the lines that tell of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store import Actor, audit, backups, doctor, restoring
from store.opening import close_store, is_current, open_store
from store.problems import Refused
from store.settings import Environment
from ui.reader import Reader, reading
from ui.text import words_of


@dataclass(frozen=True, slots=True)
class Told:
    """Lines for the terminal, and whether all is well."""

    lines: tuple[str, ...]
    is_well: bool = True


async def back_up(environment: Environment, actor: Actor) -> Told:
    """Make a backup, also beside a running server, and check it."""
    made = await backups.make(environment)
    if await is_current(environment.database_url):
        await _note(environment, actor, 'backup', name=made.name)
    line = f'{made.file}  {made.size / 1e6:.1f} MB'
    if made.checked is None:
        return Told((line, 'It could not be checked: this account may not make databases on the server.'))
    said = _said(environment, made.checked)
    return Told((line, *said.lines), said.is_well)


async def restore(environment: Environment, actor: Actor, file: Path, *, force: bool) -> Told:
    """Put a backup in the place of the data, bring it up to date and let the doctor look at it."""
    await restoring.restore(environment, file, force=force)
    await _note(environment, actor, 'restored', name=file.name)
    said = await examine(environment)
    return Told((f'Restored: {file.name}. Everybody has to sign in again.', *said.lines), said.is_well)


async def examine(environment: Environment, *, repair: bool = False) -> Told:
    """Look whether everything fits together; may run beside a server.

    :raises Refused: 'not_migrated'"""
    if not await is_current(environment.database_url):
        raise Refused('not_migrated')
    files = environment.data / 'files'
    return _said(environment, await doctor.examine_elsewhere(environment.database_url, files, repair=repair))


async def _note(environment: Environment, actor: Actor, kind: str, **facts: Any) -> None:
    await open_store(environment)
    try:
        await audit.note(actor, kind, **facts)
    finally:
        await close_store()


def _said(environment: Environment, report: doctor.Report) -> Told:
    lines = []
    with reading(Reader(environment.language or 'en')):
        for found in report.findings:
            mending = ' (--repair mends it)' if found['repairable'] else ''
            ending = ': repaired' if found['repaired'] else mending
            lines.append(f'- {words_of(found["code"], dict(found["facts"]))}{ending}')
    if report.is_healthy:
        lines.append(f'The doctor looked at {report.records} records: all is well.')
    return Told(tuple(lines), report.is_healthy)
