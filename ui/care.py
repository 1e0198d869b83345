"""Backups and the doctor on the command line: what is done, and the lines that tell of it."""

from dataclasses import dataclass
from pathlib import Path

from store import Actor, audit, audit_keeping, backups, doctor, restoring
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
        await _note_backup(environment, actor, made.name)
    line = f'{made.file}  {made.size / 1e6:.1f} MB'
    if made.checked is None:
        return Told((line, 'It could not be checked: this account may not make databases on the server.'))
    said = _said(environment, made.checked)
    return Told((line, *said.lines), said.is_well)


async def restore(environment: Environment, actor: Actor, file: Path, *, force: bool) -> Told:
    """Put a backup in the place of the data, bring it up to date and let the doctor look at it."""
    await restoring.restore(environment, file, force=force)
    taken = await _welcome(environment, actor, file.name)
    said = await examine(environment)
    told = [f'Restored: {file.name}. Everybody has to sign in again.']
    if taken:
        told.append(
            f'The audit log up to line {taken} was sealed under another key file and is taken as it is.'
        )
    return Told((*told, *said.lines), said.is_well)


async def examine(environment: Environment, *, repair: bool = False) -> Told:
    """Look whether everything fits together; may run beside a server.

    :raises Refused: 'not_migrated'"""
    if not await is_current(environment.database_url):
        raise Refused('not_migrated')
    files = environment.data / 'files'
    return _said(environment, await doctor.examine_elsewhere(environment.database_url, files, repair=repair))


async def _note_backup(environment: Environment, actor: Actor, name: str) -> None:
    await open_store(environment)
    try:
        await audit.note(actor, 'backup', name=name)
    finally:
        await close_store()


async def _welcome(environment: Environment, actor: Actor, name: str) -> int:
    """Note that data came back, and up to which line their log was sealed under another key."""
    await open_store(environment)
    try:
        await audit.note(actor, 'restored', name=name)
        if taken := await audit_keeping.unproven(actor):
            await audit_keeping.accept_unproven()
        return taken
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
