"""The engine: one loop that turns changes and moments into runs and works on them, and one that empties
the outbox."""

import asyncio
import os
import socket
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from automations.attempt import attempt
from automations.clock import Clock, Heartbeat
from automations.courier import Courier
from automations.dispatch import Dispatcher, LeaseLost, Limits
from automations.planner import Planner
from automations.segments import Segments
from automations.services import Mailer, Poster
from automations.shelf import Shelf
from store import changes, rules, runs, spawn, traces
from store.changes import Change
from store.notifications import forget_old, wake
from store.system_settings import setting

LEASE_S = 15
RENEWED_S = 5
KEPT = timedelta(days=90)
FEW = 20
"""Of more changes than these it is not asked beforehand whether they start anything."""
_here: set[str] = set()


class Engine:
    """Runs the rules of the open store. One engine works at a time; others wait to take over."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        mailer: Mailer | None = None,
        poster: Poster | None = None,
        zone: Callable[[], str] | None = None,
        base_url: str | Callable[[], str] = '',
        limits: Limits | None = None,
    ) -> None:
        self._clock = clock or Clock()
        self.worker = f'{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}'
        _here.add(self.worker)
        self._shelf = Shelf(zone)
        self._dispatcher = Dispatcher(self._shelf, self._clock, self.worker, limits or Limits())
        self._planner = Planner(self._shelf, self._clock, self.worker, self._dispatcher.seen)
        self._segments = Segments(self._shelf, self._clock, base_url)
        self._courier = Courier(self._shelf, self._clock, mailer, poster)
        self._wake, self._parcels = asyncio.Event(), asyncio.Event()
        self._stopping = False
        self._renew_at = 0.0
        self._holds = False
        self._stamp: tuple[int, ...] = ()
        self._woken = self._clock.now()
        self._tidy_at = 0.0
        self._idle = asyncio.Event()
        self._idle.set()
        self._unsubscribe = [
            changes.subscribe(self._changed),
            rules.subscribe(self._rules_changed),
            runs.subscribe(self._wake.set),
        ]

    def _changed(self, found: tuple[Change, ...]) -> None:
        # What starts nothing waits for the heartbeat, which looks at all of it in one go. Asked outside the
        # commit that told us: a rule that breaks on a change must not keep others from hearing of it.
        if len(found) > FEW:
            self._wake.set()
        else:
            asyncio.get_running_loop().call_soon(self._listen, found)

    def _listen(self, found: tuple[Change, ...]) -> None:
        if any(self._dispatcher.starts_any(change) for change in found):
            self._wake.set()

    def _rules_changed(self) -> None:
        self._shelf.forget()
        self._wake.set()

    async def start(self) -> None:
        """Begin to work beside everything else, until `stop`."""
        self._idle.clear()
        spawn(self.run(), name='rule engine')

    async def run(self) -> None:
        """Work until `stop`; `start` does this in a task of its own, outside any transaction."""
        heartbeat = Heartbeat(self._beat)
        heartbeat.start()
        courier = spawn(self._deliver(), name='empty the outbox')
        self._idle.clear()
        try:
            while not self._stopping:
                self._wake.clear()
                await attempt(self.turn(), 'engine')
                await self._wake.wait()
        finally:
            heartbeat.stop()
            self._parcels.set()
            await courier
            await self._leave()
            self._idle.set()

    def _beat(self) -> None:
        self._wake.set()
        self._parcels.set()

    async def stop(self) -> None:
        """Finish the segment at work, let go of the lease, and end `run`."""
        self._stopping = True
        self._wake.set()
        await self._idle.wait()
        await self._leave()

    async def _leave(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._holds:
            self._holds = False
            await attempt(runs.release(self.worker), 'release of the lease')
        _here.discard(self.worker)

    async def turn(self) -> int:
        """One look at everything that is due; how much was done. 0 too while another engine is at work."""
        if not await self._hold():
            return 0
        try:
            with self._clock.stamp():
                return await self._work()
        except LeaseLost:
            self._holds, self._renew_at = False, 0.0
            return 0

    async def _work(self) -> int:
        await self._shelf.refresh()
        done = await self._planner.tick()
        await self._wake_bells()
        while not self._stopping:
            step = await self._dispatcher.dispatch() or await self._segments.work()
            if not step:
                break
            done += step
            self._parcels.set()
            await self._shelf.refresh()
            if not await self._hold():
                break
        await self._tidy()
        return done

    async def _hold(self) -> bool:
        """Hold the lease, renewed every few seconds; take it over at once from a process that is gone."""
        if self._holds and time.monotonic() < self._renew_at:
            return True
        gained = not self._holds
        self._holds = await runs.hold(self.worker, self._clock.now(), LEASE_S * 1000, is_gone)
        if self._holds:
            self._renew_at = time.monotonic() + RENEWED_S
            await self._notice_other_processes()
            if gained:
                self._dispatcher.breaker.recall(
                    await traces.recent_starts(self._clock.now() - timedelta(hours=1))
                )
        return self._holds

    async def _notice_other_processes(self) -> None:
        """A command line may have installed rules beside us: what it tells, it tells its own process only."""
        stamp = await rules.stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            self._shelf.forget()

    async def _wake_bells(self) -> None:
        """Snoozed lines come back in every open tab."""
        since, self._woken = self._woken, self._clock.now()
        if self._woken > since:
            await wake(since)

    async def _tidy(self) -> None:
        if time.monotonic() < self._tidy_at:
            return
        self._tidy_at = time.monotonic() + 3600
        self._dispatcher.breaker.tidy(self._clock.now())
        await runs.forget_old(self._clock.now() - KEPT)
        await forget_old(int(setting('notices_kept_days')))

    async def _deliver(self) -> None:
        while not self._stopping:
            self._parcels.clear()
            while self._holds and (await attempt(self._courier.deliver(), 'outbox')).result:
                pass
            await self._parcels.wait()

    async def drain(self, limit_s: float = 30) -> int:
        """Work until nothing is due any more; how much was done. For tests and scripts, instead of `run`."""
        total = 0
        async with asyncio.timeout(limit_s):
            while True:
                done = await self.turn()
                done += await self._courier.deliver() if self._holds else 0
                total += done
                if not done:
                    return total


def is_gone(worker: str) -> bool:
    """Whether the process that carried this name has ended, as far as can be told from here."""
    host, _, rest = worker.partition(':')
    pid, _, _ = rest.partition(':')
    if not worker:
        return True
    if host != socket.gethostname() or not pid.isdecimal() or os.name == 'nt':
        return False
    if int(pid) == os.getpid():
        return worker not in _here
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
