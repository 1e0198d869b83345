"""Takes parcels out of the outbox and hands them over; what cannot be handed over now is tried again
later."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

from automations.attempt import attempt
from automations.clock import Clock
from automations.faults import fault
from automations.services import Delivery, Mail, Mailer, Poster, WebCall
from automations.shelf import Shelf
from store import letter_keeping, outbox, runs, traces
from store.notifications import Notice, notify
from store.outbox import Parcel

TAKEN = 10
LEASE_MS = 120_000
LIMIT_S = 90
MAX_ATTEMPTS = 12
LONGEST = 3600.0


class Courier:
    """Delivers letters and calls; without a mailer or poster their parcels wait."""

    def __init__(self, shelf: Shelf, clock: Clock, mailer: Mailer | None, poster: Poster | None) -> None:
        self._shelf = shelf
        self._clock = clock
        self._mailer = mailer
        self._poster = poster

    async def deliver(self) -> int:
        """Hand over what is due; how many parcels were tried."""
        parcels = await outbox.take(self._clock.now(), LEASE_MS, TAKEN)
        if not parcels:
            return 0
        fault('outbox.taken')
        await asyncio.gather(*(self._one(parcel) for parcel in parcels))
        return len(parcels)

    async def _one(self, parcel: Parcel) -> None:
        tried = await attempt(self._hand_over(parcel), f'delivery {parcel.key}')
        delivery = tried.result or Delivery(outcome='retry', code='error', detail=type(tried.error).__name__)
        fault('outbox.delivered')
        await attempt(self._close(parcel, delivery), f'closing of delivery {parcel.key}')
        fault('outbox.closed')

    async def _hand_over(self, parcel: Parcel) -> Delivery:
        async with asyncio.timeout(LIMIT_S):
            if parcel.channel == 'mail':
                return await self._mail(parcel.key, parcel.payload)
            return await self._call(parcel.key, parcel.payload)

    async def _mail(self, key: str, payload: Any) -> Delivery:
        if self._mailer is None:
            return Delivery(outcome='retry', code='no_mailer')
        letter = Mail(
            key=key,
            to=tuple(payload['to']),
            subject=payload['subject'],
            text=payload['text'],
            cc=tuple(payload.get('cc', ())),
            mailbox=int(payload.get('mailbox', 0)),
            message_id=payload.get('message_id', ''),
            parents=tuple(payload.get('parents', ())),
        )
        return await self._mailer.send(letter)

    async def _call(self, key: str, payload: Any) -> Delivery:
        if self._poster is None:
            return Delivery(outcome='retry', code='no_poster')
        call = WebCall(
            key=key, url=payload['url'], body=payload['body'], event_id=key, secret=payload['secret']
        )
        return await self._poster.post(call)

    async def _close(self, parcel: Parcel, delivery: Delivery) -> None:
        now = self._clock.now()
        # 'unknown' is sent again under the same key: better twice at a receiver that asks than never.
        again = delivery.outcome in ('retry', 'unknown')
        status = (
            'dead' if again and parcel.attempts >= MAX_ATTEMPTS else 'retry' if again else delivery.outcome
        )
        later = now + timedelta(seconds=_pause(parcel.attempts, delivery)) if status == 'retry' else now
        with self._clock.stamp():
            await self._settle(parcel, delivery, status, later)

    async def _settle(self, parcel: Parcel, delivery: Delivery, status: str, later: datetime) -> None:
        detail = delivery.detail or delivery.reply
        now = self._clock.now()
        async with runs.transaction():
            await outbox.close(parcel, status, now=now, next_at=later, code=delivery.code, detail=detail)
            if 'letter' in parcel.payload:
                await _settle_letter(parcel, delivery, status)
            elif status == 'dead':
                await self._tell(parcel, delivery)

    async def _tell(self, parcel: Parcel, delivery: Delivery) -> None:
        """Nothing ends silently: the rule's owner hears of a letter that never arrived."""
        if not parcel.run_id:
            return  # an invitation or another letter that no rule has written
        run = await traces.one(parcel.run_id)
        live = await self._shelf.version(run.rule_id, run.version_id)
        if live is None:
            return
        facts = {
            'rule': live.rule.name, 'rule_id': run.rule_id, 'run_id': run.id, 'recipient': parcel.recipient,
            'code': delivery.code, 'detail': delivery.detail[:300],
        }  # fmt: skip
        notice = Notice(
            kind='process', code='delivery_failed', facts=facts, catalog=run.catalog, record_id=run.record_id,
            key=f'delivery_failed:{parcel.key}',
        )  # fmt: skip
        await notify([live.stored.owner_id], notice)


async def _settle_letter(parcel: Parcel, delivery: Delivery, status: str) -> None:
    """A letter of somebody's own says itself how it was sent; its owner hears when it never will be."""
    state = {'sent': 'sent', 'dead': 'failed'}.get(status, 'waiting')
    code = '' if state == 'sent' else delivery.code
    owner = await letter_keeping.settle(int(parcel.payload['letter']), state, code, delivery.detail)
    if state == 'failed' and owner:
        facts = {'recipient': parcel.recipient, 'detail': delivery.detail[:300]}
        await notify([owner], Notice(kind='system', code='letter_failed', facts=facts, key=parcel.key))


def _pause(attempts: int, delivery: Delivery) -> float:
    """Seconds until the next attempt: doubled each time, spread so that letters do not come back in a
    crowd."""
    if delivery.retry_after is not None:
        return min(LONGEST, max(1.0, delivery.retry_after))
    return min(LONGEST, 10.0 * 2.0 ** (attempts - 1)) * random.uniform(0.5, 1.5)  # noqa: S311  no secret
