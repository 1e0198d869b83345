"""What actions may use of the world outside: Protocols that integrations fulfil and `main.py` hands over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A letter; `key` is the same at every attempt and becomes its Message-ID unless it has one.

    `mailbox` is the person whose own mailbox it is sent from, 0 for the company's server; `parents` are the
    Message-IDs of the letters it answers, the oldest first."""

    key: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str = ''
    reply_to: str = ''
    cc: tuple[str, ...] = ()
    mailbox: int = 0
    message_id: str = ''
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WebCall:
    """A POST of JSON; `key` is the same at every attempt and goes out as Idempotency-Key."""

    key: str
    url: str
    body: Mapping[str, Any]
    event_id: str = ''
    secret: str = ''
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """How an attempt ended.

    'retry' may work later, 'dead' never will, 'unknown' broke off after everything was handed over;
    `retry_after` is in seconds, as the other side asked."""

    outcome: Literal['sent', 'retry', 'dead', 'unknown']
    code: str = ''
    detail: str = ''
    retry_after: float | None = None
    reply: str = ''


class Mailer(Protocol):
    """Sends letters; network trouble is an outcome, not an exception."""

    async def send(self, mail: Mail) -> Delivery:
        """One attempt within its own time limit."""
        ...


class Poster(Protocol):
    """Calls webhooks; network trouble is an outcome, not an exception."""

    async def post(self, call: WebCall) -> Delivery:
        """One attempt within its own time limit."""
        ...
