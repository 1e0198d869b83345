"""The letter with what is new in somebody's bell, in their own language and at their own hours."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from store import bell, clock, digests, people
from store.bell import Line
from store.digests import Subscriber
from store.outbox import Parcel
from store.own_company import company_name
from store.system_settings import setting
from ui.components.panel_lines import said
from ui.locales import SOURCE, languages
from ui.place import record_url
from ui.reader import Reader, reading
from ui.text import n, t


async def send_digests(base_url: str) -> int:
    """Put the letters that are due into the outbox; how many."""
    now, made = clock.now(), 0
    for one in await digests.subscribers():
        made += await _send(one, now, base_url)
    return made


async def _send(one: Subscriber, now: datetime, base_url: str) -> bool:
    zone = one.zone or str(setting('time_zone')) or 'UTC'
    local = now.astimezone(ZoneInfo(zone))
    period = one.choices.period(local)
    # Quiet hours put a letter off; it comes when they are over.
    if not period or period <= one.period or one.choices.is_quiet(local):
        return False
    actor = await people.actor_of_person(one.person_id)
    if actor is None:
        return False
    news = await digests.news_for(one, now)
    lines = await bell.titled(actor, news)
    newest = max((line.id for line in news), default=0)
    wanted = one.language or str(setting('language'))
    with reading(Reader(wanted if wanted in languages() else SOURCE, zone)):
        letter = _letter(one, period, lines, base_url) if lines else None
    return await digests.close_period(one, period, newest, letter) and letter is not None


def _letter(one: Subscriber, period: str, lines: Sequence[Line], base_url: str) -> Parcel:
    company = company_name() or 'Artel'
    subject = n(
        '{company}: {count} notification', '{company}: {count} notifications', len(lines), company=company
    )
    return Parcel(
        key=f'digest:{one.person_id}:{period}',
        run_id=0,
        step=0,
        channel='mail',
        recipient=one.email,
        payload={'to': [one.email], 'subject': ' '.join(subject.split()), 'text': _text(lines, base_url)},
    )


def _text(lines: Sequence[Line], base_url: str) -> str:
    parts = [_part(line, base_url) for line in lines]
    foot = t('You chose to get this letter; change it in your profile: {url}', url=f'{base_url}/profile')
    return '\n\n'.join([*parts, '--', foot]) + '\n'


def _part(line: Line, base_url: str) -> str:
    one, text = line.notice, said(line)
    about = [line.title] if line.title and line.title not in text else []
    if one.catalog and one.record_id and not line.is_closed:
        about.append(base_url + record_url(one.catalog, one.record_id))
    return '\n'.join([f'• {text}', *(f'  {part}' for part in about)])
