"""The audit log as a file: every line of a choice, written by a process of its own."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from integrations.exchange.export import MOMENT, NUMBER, TEXT, Work, write_rows
from store import Actor, audit
from store.audit import AuditEntry
from store.operations import need

PAGE = 1000
MOST = 1_000_000
Between = tuple[datetime | None, datetime | None]


async def export_audit(  # noqa: PLR0913  what the page has chosen, and how its reader writes
    actor: Actor,
    target: Path,
    *,
    headings: Sequence[str],
    say: Callable[[AuditEntry], str],
    zone: tzinfo,
    kinds: Sequence[str] = (),
    person_id: int | None = None,
    between: Between = (None, None),
    ending: str = 'xlsx',
    language: str = 'en',
) -> int:
    """Write the lines of a choice, the latest first, and a line that tells of it; how many there are.

    :param headings: of the columns line, when, who, kind, what, address, details
    :raises NotAllowed: without the operations 'view_audit' and 'export', or through another's eyes"""
    need(actor, 'view_audit')
    need(actor, 'export', hands=True)
    spool, count, before = target.with_suffix('.rows'), 0, None
    types = (NUMBER, MOMENT, TEXT, TEXT, TEXT, TEXT, TEXT)
    try:
        with spool.open('x', encoding='utf-8') as lines:
            lines.write(json.dumps(list(zip(headings, types, strict=True))) + '\n')
            while count < MOST:
                found = await audit.entries(
                    actor, kinds=kinds, person_id=person_id, between=between, before=before, limit=PAGE
                )
                for line in found:
                    lines.write(json.dumps(_cells(line, say(line), zone)) + '\n')
                count += len(found)
                if len(found) < PAGE:
                    break
                before = found[-1].id
        await write_rows(spool, target, ending, language, Work(total=count, read=count))
    finally:
        spool.unlink(missing_ok=True)
    await audit.note(actor, 'exported', what='audit', count=count, format=ending, kinds=list(kinds))
    return count


def _cells(line: AuditEntry, said: str, zone: tzinfo) -> list[str]:
    moment = line.at.astimezone(zone).replace(tzinfo=None).isoformat(timespec='seconds')
    facts = json.dumps(dict(line.facts), ensure_ascii=False)
    return [str(line.id), moment, line.who, line.kind, said, line.address, facts]
