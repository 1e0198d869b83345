"""Through another's eyes one takes nothing home, and the log says who really looked."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from integrations.audit_export import export_audit
from integrations.exchange.export import Wanted, Work, export
from integrations.own_data import own_data
from store import Actor, Designer, NotAllowed, NotFound, Records, audit, people, role_rights, seeing
from tests.architecture.source import ROOT
from tests.conftest import records_of


@pytest.fixture
async def eyes(as_admin: Records) -> Actor:
    """Sue's eyes, which Max looks through; both may do much."""
    await Designer(as_admin.actor).create_catalog('deals', 'Deals')
    sue = await records_of('sue', 'Sue', role='member')
    looker = await records_of('max', 'Max', role='member')
    operations = ['export', 'run_as', 'manage_settings', 'view_audit']
    await role_rights.set_operations(as_admin.actor, 'member', operations)
    actor = await people.actor_of_person(looker.actor.person_id or 0)
    assert actor is not None
    return await seeing.begin(actor, 7, sue.actor.person_id or 0)


async def test_nothing_is_taken_home_through_borrowed_eyes(eyes: Actor, tmp_path: Path) -> None:
    mine = Records(eyes)
    assert eyes.may_do('export')
    asked = Wanted(catalog='deals', columns=(), say=lambda *_: '', zone=ZoneInfo('UTC'))
    for attempt in (
        export(lambda: mine, asked, tmp_path / 'x.xlsx', Work()),
        export_audit(eyes, tmp_path / 'y.xlsx', headings=[''] * 7, say=lambda _: '', zone=ZoneInfo('UTC')),
        own_data(mine),
    ):
        with pytest.raises(NotAllowed, match='read_only'):
            await attempt
    assert not list(tmp_path.glob('*.xlsx'))


async def test_what_is_done_through_borrowed_eyes_is_told_of_who_looked(
    as_admin: Records, eyes: Actor
) -> None:
    problem = NotFound(catalog='deals', id=7)
    await audit.note_refusal(eyes, problem, path='/c/deals/7')
    [line] = await audit.entries(as_admin.actor, kinds=('refused',))
    assert (line.who, line.facts['through']) == ('Max', eyes.person_id)
    assert line.person_id != eyes.person_id


def test_pages_that_do_more_than_write_rows_ask_for_hands() -> None:
    """Backups are files, which the lock on the database does not see."""
    source = (ROOT / 'ui' / 'pages' / 'settings_maintenance.py').read_text(encoding='utf-8')
    asked = re.findall(r'\bneed\((.*)\)', source)
    assert len(asked) > 4
    assert all(one.endswith('hands=True') for one in asked)
