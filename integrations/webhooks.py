"""Outgoing webhooks: a signed POST of JSON to a checked address, within one deadline, never redirected."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import ssl
import time
from email.utils import parsedate_to_datetime

import httpx
import orjson

from automations.services import Delivery, WebCall
from integrations.outside import AddressRefused, NoSuchHost, OutsidePolicy, Target

TOTAL_S = 10.0
"""Everything together: looking up the name, connecting, sending, reading."""
REPLY_CAP = 65_536
"""Bytes of the answer that are read,"""
REPLY_KEPT = 2_000
"""and characters of it that are kept for the trace."""
_OWN_HEADERS = frozenset({'host', 'content-length', 'transfer-encoding', 'connection', 'content-type'})


class WebhookPoster:
    """A `Poster` for the internet and for what the administrator allows besides."""

    def __init__(
        self, policy: OutsidePolicy, *, total_s: float = TOTAL_S, tls: ssl.SSLContext | None = None
    ) -> None:
        self._policy = policy
        self._total_s = total_s
        # No kept connections: one that was made for another name on the same address must not be reused.
        self._client = httpx.AsyncClient(
            verify=tls or ssl.create_default_context(),
            follow_redirects=False,
            trust_env=False,
            timeout=total_s,
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=0),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def post(self, call: WebCall) -> Delivery:
        """One attempt. A refused address and a 4xx are final, all other trouble may pass."""
        try:
            async with asyncio.timeout(self._total_s):
                return await self._post(await self._policy.target(call.url), call)
        except AddressRefused as error:
            return Delivery(outcome='dead', code='address_refused', detail=str(error))
        except NoSuchHost as error:
            return Delivery(outcome='retry', code='no_such_host', detail=str(error))
        except (TimeoutError, httpx.TimeoutException):
            return Delivery(outcome='retry', code='timeout')
        except httpx.InvalidURL as error:
            return Delivery(outcome='dead', code='address_refused', detail=str(error))
        except httpx.HTTPError as error:
            return Delivery(
                outcome='retry', code='no_connection', detail=f'{type(error).__name__}: {error}'[:500]
            )

    async def _post(self, target: Target, call: WebCall) -> Delivery:
        body = orjson.dumps(dict(call.body), default=str)
        try:
            headers = signed_headers(call, body, int(time.time()))
        except ValueError as error:
            return Delivery(outcome='dead', code='bad_header', detail=str(error))
        async with self._client.stream(
            'POST',
            target.url,
            content=body,
            headers={**headers, 'Host': target.host_header},
            extensions={'sni_hostname': target.host},
        ) as answer:
            return _delivery(answer, await _beginning(answer))


async def _beginning(answer: httpx.Response) -> str:
    """The first characters of an answer that may be endless."""
    read = bytearray()
    async for chunk in answer.aiter_raw(8192):
        read += chunk
        if len(read) >= REPLY_CAP:
            break
    return bytes(read[:REPLY_CAP]).decode('utf-8', 'replace')[:REPLY_KEPT]


def _delivery(answer: httpx.Response, reply: str) -> Delivery:
    status = answer.status_code
    code = f'http_{status}'
    if 200 <= status < 300:
        return Delivery(outcome='sent', code=code, reply=reply)
    if status in (408, 425, 429) or status >= 500:
        return Delivery(outcome='retry', code=code, retry_after=_retry_after(answer), reply=reply)
    return Delivery(outcome='dead', code=code, reply=reply)


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds until the receiver wants to be asked again: given as such or as a date; at most a day."""
    text = answer.headers.get('retry-after', '').strip()
    if text.isdecimal():
        return min(float(text[:9]), 86_400.0)
    try:
        return min(max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0), 86_400.0)
    except (ValueError, TypeError, OverflowError):
        return None


def signed_headers(call: WebCall, body: bytes, now: int) -> dict[str, str]:
    """The headers of a call: the same key at every attempt, and a signature over key, time and body.

    The names and the form are those of the Standard Webhooks specification.

    :raises ValueError: a header of the caller's that would break the request"""
    headers = {
        'Content-Type': 'application/json',
        'User-Agent': 'Artel',
        'Accept-Encoding': 'identity',
        'Idempotency-Key': call.key,
    }
    for name, value in call.headers.items():
        if (
            name.casefold() in _OWN_HEADERS
            or not re.fullmatch(r'[A-Za-z0-9-]+', name)
            or re.search(r'[\x00-\x1f\x7f]', value)
        ):
            raise ValueError(f'the header {name!r} cannot be sent')
        headers[name] = value
    headers |= {'Webhook-Id': call.key, 'Webhook-Timestamp': str(now), 'X-Event-Id': call.event_id}
    if call.secret:
        headers['Webhook-Signature'] = f'v1,{signature(call.secret, call.key, now, body)}'
    return headers


def signature(secret: str, key: str, now: int, body: bytes) -> str:
    """Base64 of HMAC-SHA256 over ``key.time.body``; a secret of the form 'whsec_…' is decoded first."""
    raw = secret.encode()
    if secret.startswith('whsec_'):
        try:
            raw = base64.b64decode(secret.removeprefix('whsec_'), validate=True)
        except binascii.Error:
            raw = secret.encode()
    signed = f'{key}.{now}.'.encode() + body
    return base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()
