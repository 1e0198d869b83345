"""The doctor: looks whether everything in the store fits together, and mends what can be mended safely.

It may run beside a working server. `python -m store.doctor DATA` prints what it found as JSON; the database
is the one in ARTEL_DATABASE, a file in the folder otherwise."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from store import catalogs, clock, database, guard, secret_box, system_settings
from store.catalogs import SCHEMA
from store.doctor_files import check_audit, check_database, check_files
from store.doctor_records import check_catalog
from store.doctor_rows import check_rows
from store.findings import Finding
from store.settings import KEY_FILE
from store.tables import table

LAST = 'doctor.last'


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What an examination found: records looked at and findings, the repaired ones among them."""

    at: int
    seconds: float
    records: int
    findings: tuple[dict[str, Any], ...] = ()

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is wrong, or nothing is any more."""
        return all(finding['repaired'] for finding in self.findings)

    @property
    def moment(self) -> datetime:
        """When it was made."""
        return clock.from_ms(self.at)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> 'Report':
        """The report of its JSON."""
        return cls(**{**plain, 'findings': tuple(plain['findings'])})


async def examine(files: Path, *, repair: bool = False) -> Report:
    """Look at the open store and at the files in this folder; with `repair` mend what is safe to mend."""
    begin = clock.now_ms()
    with guard.acting(guard.SETUP):
        found = await _findings(files)
        if repair:
            found = [await finding.repaired() for finding in found]
        return Report(
            at=begin,
            seconds=(clock.now_ms() - begin) / 1000,
            records=await _count(),
            findings=tuple(finding.plain() for finding in found),
        )


async def _findings(files: Path) -> list[Finding]:
    damaged = await check_database()
    if damaged:
        # Anything else read from a broken file would only mislead.
        return damaged
    found: list[Finding] = []
    for catalog in SCHEMA:
        found += await check_catalog(catalog)
    return [*found, *await check_rows(), *await check_files(files), *await check_audit()]


async def _count() -> int:
    counts = [await database.rows(f'SELECT COUNT(*) AS n FROM {table(catalog)}') for catalog in SCHEMA]
    return sum(int(rows[0]['n']) for rows in counts)


async def remember(report: Report) -> None:
    """Keep a report as the last one."""
    with guard.acting(guard.SETUP):
        await database.rows(
            'INSERT INTO store_state (key, value) VALUES (?, ?)'
            ' ON CONFLICT (key) DO UPDATE SET value = excluded.value',
            [LAST, json.dumps(asdict(report), ensure_ascii=False)],
        )


async def last_report() -> Report | None:
    """The last report of this installation."""
    with guard.acting(guard.SETUP):
        rows = await database.rows('SELECT value FROM store_state WHERE key = ?', [LAST], read=True)
    return Report.of(json.loads(rows[0]['value'])) if rows else None


async def examine_elsewhere(url: str, files: Path, *, repair: bool = False) -> Report:
    """Examine a database that nobody has open in this process; its tables are left as they are."""
    if (key := files.parent / KEY_FILE).exists():
        secret_box.open_key(key)
    await database.connect(url)
    try:
        await catalogs.load()
        await system_settings.load_settings()
        report = await examine(files, repair=repair)
        await remember(report)
    finally:
        await database.close()
    return report


def main(arguments: Sequence[str]) -> None:
    """Examine the data folder of the arguments.

    :raises SystemExit: 1 when something is wrong"""
    data = Path(arguments[0])
    url = os.environ.get('ARTEL_DATABASE') or str(data / 'artel.db')
    report = asyncio.run(examine_elsewhere(url, data / 'files'))
    sys.stdout.write(json.dumps(asdict(report), ensure_ascii=False) + '\n')
    sys.exit(not report.is_healthy)


if __name__ == '__main__':
    main(sys.argv[1:])
