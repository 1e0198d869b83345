"""The way of an import: upload, proposal, dry run, start; with the rights of the person."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO

from integrations.exchange import running, spool
from integrations.exchange.dry_run import Forecast, forecast
from integrations.exchange.mapping import fit, propose, split
from integrations.exchange.plan import CURRENCY, PEOPLE, Plan
from integrations.exchange.reading import FORMATS, MAX_BYTES, SheetSummary, read_file
from integrations.exchange.targets import CatalogTarget, Target, target_of, targets_of
from store import NotAllowed, Problem, Records, Refused, imports
from store.imports import ImportJob, RefusedRow
from store.operations import need

BLOCK = 1 << 20
REMEMBERED = 30


class Importer:
    """Imports for one person."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def targets(self) -> tuple[str, ...]:
        """Codes of what this person may import into; `PEOPLE` among them for administrators."""
        return tuple(targets_of(self._records))

    async def target(self, code: str) -> Target:
        """A target with its fields."""
        return await target_of(self._records, code)

    async def upload(self, file_name: str, source: BinaryIO) -> ImportJob:
        """Take a file and read it in the limited child process.

        :raises Refused: 'file_refused' with `reason`; nothing of the file is kept then
        :raises NotAllowed: this person may import into nothing"""
        if not self.targets():
            raise NotAllowed(right='create')
        job = await imports.add(self._records.actor, Path(file_name).name)
        path = spool.upload_path(job.id)
        try:
            await asyncio.to_thread(_keep, source, path)
            sheets = await read_file(path, spool.spool_path(job.id))
        except Problem:
            await self.forget(job.id)
            raise
        await asyncio.to_thread(path.unlink)
        await imports.keep_sheets(self._records.actor, job.id, [asdict(sheet) for sheet in sheets])
        return await imports.get(self._records.actor, job.id)

    async def forget(self, import_id: int) -> None:
        """Drop an upload that will not be imported, with its files."""
        await imports.drop(self._records.actor, import_id)
        await asyncio.to_thread(spool.remove_files, import_id)

    async def job(self, import_id: int) -> ImportJob:
        """An import of this person's, or any for an administrator."""
        return await imports.get(self._records.actor, import_id)

    async def propose(
        self, job: ImportJob, code: str, *, sheet: int = 0, language: str = 'en', anew: bool = False
    ) -> Plan:
        """A plan for one sheet of the file; a table with known captions is taken as it was the last time,
        unless it is to be thought out `anew`."""
        target = await self.target(code)
        catalog = self._records.catalog(code) if isinstance(target, CatalogTarget) else None
        plan = propose(target, catalog, sheets_of(job)[sheet], sheet, language)
        past = None if anew else await self.last_like(job, plan)
        if past is None:
            return plan
        last = Plan.from_plain(past.plan)
        if not all(target.field(one.removesuffix(CURRENCY)) for one in last.columns.values()):
            return plan
        return replace(
            last, sheet=sheet, header=plan.header, reading=plan.reading, run_rules=False,
            pipeline=last.pipeline if catalog and catalog.pipeline(last.pipeline) else plan.pipeline,
        )  # fmt: skip

    async def last_like(self, job: ImportJob, plan: Plan) -> ImportJob | None:
        """This person's latest import of a table with these captions into the same place."""
        captions = _captions(job, plan)
        for past in await imports.begun_by(self._records.actor, plan.catalog, limit=REMEMBERED):
            if captions and past.id != job.id and _captions(past, Plan.from_plain(past.plan)) == captions:
                return past
        return None

    async def best_target(self, job: ImportJob, *, sheet: int = 0) -> str:
        """Where the columns of the sheet fit best; the file's name speaks too."""
        scores: dict[str, float] = {}
        for code in self.targets():
            target = await self.target(code)
            catalog = self._records.catalog(code) if isinstance(target, CatalogTarget) else None
            scores[code] = fit(target, catalog, sheets_of(job)[sheet], job.file_name)
        return max(scores, key=lambda code: scores[code])

    async def forecast(self, job: ImportJob, plan: Plan) -> Forecast:
        """The dry run; keeps the plan.

        :raises Refused: 'nothing_mapped', 'key_not_mapped', 'field_twice'
        :raises NotAllowed: this person may not do what the plan asks"""
        target = await self.target(plan.catalog)
        check_plan(target, plan)
        rows = await asyncio.to_thread(lambda: list(spool.rows_after_header(job.id, plan)))
        found, _ = await forecast(self._records, target, plan, rows)
        await imports.keep_plan(self._records.actor, job.id, plan.catalog, plan.to_plain())
        return found

    async def start(self, job: ImportJob, plan: Plan) -> None:
        """Let the import work in the background.

        :raises Refused: 'import_started', or what `forecast` raises
        :raises NotAllowed: it is somebody else's, whose rights it would run with"""
        need(self._records.actor, 'import', hands=True)
        if job.person_id != self._records.actor.person_id:
            raise NotAllowed(right='create', catalog=plan.catalog)
        target = await self.target(plan.catalog)
        check_plan(target, plan)
        if makes_structure(target, plan):
            need(self._records.actor, 'edit_structure')
        total = sum(1 for _ in await asyncio.to_thread(lambda: list(spool.rows_after_header(job.id, plan))))
        await imports.keep_plan(self._records.actor, job.id, plan.catalog, plan.to_plain())
        await running.start(self._records, job.id, total=total, run_rules=plan.run_rules)

    async def cancel(self, import_id: int) -> None:
        """Stop it; what has been taken stays."""
        await imports.cancel(self._records.actor, import_id)

    async def report(
        self,
        job: ImportJob,
        plan: Plan,
        refused: Sequence[RefusedRow],
        say: Callable[[RefusedRow], str],
        captions: tuple[str, str],
    ) -> list[list[str]]:
        """The refused rows as a table: the file's own columns first, so that it can be corrected and imported
        again, then the row's number and the reason under the two captions.

        :raises Refused: 'import_files_gone' after a month"""
        if not await asyncio.to_thread(spool.spool_path(job.id).exists):
            raise Refused('import_files_gone')
        wanted = {one.row: one for one in refused}

        def rows() -> Iterator[list[str]]:
            head = spool.captions_of(job.id, plan)
            width = max(len(head), sheets_of(job)[plan.sheet].width)
            yield [*head, *[''] * (width - len(head)), *captions]
            for place, cells in spool.rows_after_header(job.id, plan):
                if place in wanted:
                    yield [*cells, *[''] * (width - len(cells)), str(place), say(wanted[place])]

        return await asyncio.to_thread(lambda: list(rows()))


def check_plan(target: Target, plan: Plan) -> None:
    """Refuse a plan that cannot work.

    :raises Refused: 'nothing_mapped', 'key_not_mapped', 'field_twice'
    :raises NotAllowed: no right to create or change here"""
    fields = [code for code in plan.columns.values() if target.field(code.removesuffix(CURRENCY))]
    if not fields:
        raise Refused('nothing_mapped')
    twice = next((code for code in fields if fields.count(code) > 1), None)
    if twice:
        raise Refused('field_twice', field=twice)
    if plan.mode != 'create' and plan.column_of(plan.key) is None:
        raise Refused('key_not_mapped', field=plan.key)
    for right in {'create': ('create',), 'update': ('change',), 'both': ('create', 'change')}[plan.mode]:
        if not target.may(right):
            raise NotAllowed(right=right, catalog=target.code)


def makes_structure(target: Target, plan: Plan) -> bool:
    """Whether the plan makes stages, choices or people, which only administrators may."""
    shaped = ('stage', 'choice', 'choices', 'person')
    codes = [
        code for code, answers in plan.answers.items() if any(a.do == 'create' for a in answers.values())
    ]
    return any((spec := target.field(code)) and spec.type in shaped for code in codes)


def sheets_of(job: ImportJob) -> list[SheetSummary]:
    """What the file holds."""
    return [_sheet(plain) for plain in job.sheets]


def _captions(job: ImportJob, plan: Plan) -> list[str]:
    sheets = sheets_of(job)
    return split(sheets[plan.sheet], plan.header)[0] if plan.header and plan.sheet < len(sheets) else []


def _sheet(plain: Any) -> SheetSummary:
    first = tuple((place, tuple(cells)) for place, cells in plain['first'])
    return SheetSummary(**{**plain, 'first': first})


def _keep(source: BinaryIO, path: Path) -> None:
    """Copy in blocks; the limit holds whatever the browser said about the size.

    :raises Refused: 'file_refused', too big"""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with path.open('wb') as target:
        while block := source.read(BLOCK):
            size += len(block)
            if size > MAX_BYTES:
                raise Refused('file_refused', reason='too_big', limit_mb=MAX_BYTES >> 20)
            target.write(block)


def format_names() -> list[str]:
    """Endings of the files that can be read, for a file chooser."""
    return [entry.extension for entry in FORMATS.values()]


__all__ = ['PEOPLE', 'Importer', 'check_plan', 'format_names', 'makes_structure', 'sheets_of']
