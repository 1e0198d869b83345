"""The seals of the audit log: each over a line and the seal before it, under a key outside the database.

Whoever has the database alone can therefore make neither a seal nor a new end. Lines from before there was a
key have plain hashes; the first keyed seal binds them all. The mark says where the chain and they begin."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from store import database, secret_box

HEAD, MARK = 'audit_head', 'audit_mark'
FIRST_SEAL = '0' * 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """The chain begins after line `start`, whose seal is `seal`; lines have keyed seals from `keyed_from` on.

    Lines up to `unproven` were sealed under another key, which nobody has taken for granted yet; those up to
    `beside` may stand there unchecked. `key` tells which key it is now."""

    start: int = 0
    seal: str = FIRST_SEAL
    keyed_from: int | None = None
    unproven: int = 0
    beside: int = 0
    key: str = ''


@dataclass(frozen=True, slots=True)
class Head:
    """The last line and its seal; `proof` shows that whoever had the key wrote them."""

    line: int
    seal: str
    proof: str

    @classmethod
    def of(cls, value: str) -> 'Head':
        """From the stored text."""
        line, _, rest = value.partition(':')
        seal, _, proof = rest.partition(':')
        return cls(int(line), seal, proof)

    @classmethod
    def made(cls, line: int, seal: str) -> 'Head':
        """With its proof, where there is a key."""
        return cls(line, seal, _mac(f'{line}:{seal}', 'audit head') if secret_box.is_open() else '')

    def __str__(self) -> str:
        return f'{self.line}:{self.seal}:{self.proof}'

    @property
    def is_proven(self) -> bool:
        """Whether nobody without the key can have written it."""
        return hmac.compare_digest(Head.made(self.line, self.seal).proof, self.proof)


async def take_head() -> Head:
    """The last line, held until the end of the transaction: that puts all lines in one order."""
    found = await database.rows(
        'INSERT INTO store_state (key, value) VALUES (?, ?)'
        ' ON CONFLICT (key) DO UPDATE SET value = store_state.value RETURNING value',
        [HEAD, f'0:{FIRST_SEAL}:'],
    )
    return Head.of(found[0]['value'])


async def put_head(line: int, seal: str) -> None:
    """Say which line is the last one now."""
    await database.rows('UPDATE store_state SET value = ? WHERE key = ?', [str(Head.made(line, seal)), HEAD])


async def mark_for(head: Head) -> Mark:
    """The mark that the line after `head` goes by, in the open transaction that holds the head.

    The first line under a key begins the keyed seals. Where the mark was lost or is of another key, what is
    there can no longer be proven: the chain begins anew, and says so."""
    found = await _stored()
    if not secret_box.is_open():
        return found[0] if found else Mark()
    if found and is_ours(*found):
        mark = found[0]
        if mark.keyed_from is not None:
            return mark
        new = replace(mark, keyed_from=head.line + 1)
    elif found or secret_box.is_vouched():
        last = head.line
        new = Mark(start=last, seal=head.seal, keyed_from=last + 1, unproven=last, beside=last)
    else:
        new = Mark(keyed_from=head.line + 1)
    await put_mark(new)
    database.after_commit(secret_box.vouch)
    return new


async def read_mark() -> tuple[Mark, bool]:
    """The mark, and whether it can be trusted."""
    found = await _stored()
    if found is None:
        return Mark(), not secret_box.is_vouched()
    return found[0], not secret_box.is_open() or is_ours(*found)


async def put_mark(mark: Mark) -> None:
    """Write the mark under the present key."""
    if secret_box.is_open():
        mark = replace(mark, key=secret_box.key_id())
    told = canonical(asdict(mark))
    proof = _mac(told, 'audit mark') if secret_box.is_open() else ''
    await database.rows(
        'INSERT INTO store_state (key, value) VALUES (?, ?)'
        ' ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [MARK, f'{proof}:{told}'],
    )


def is_ours(mark: Mark, proof: str) -> bool:
    """Whether a mark was written under the present key; one from before there was any is believed."""
    if not proof and mark.keyed_from is None:
        return not secret_box.is_vouched()
    return hmac.compare_digest(_mac(canonical(asdict(mark)), 'audit mark'), proof)


async def _stored() -> tuple[Mark, str] | None:
    found = await database.rows('SELECT value FROM store_state WHERE key = ?', [MARK])
    if not found:
        return None
    proof, _, told = found[0]['value'].partition(':')
    try:
        return Mark(**json.loads(told)), proof
    except (ValueError, TypeError):
        return Mark(keyed_from=1), ''


def sealed(before: str, line: Mapping[str, Any], *, keyed: bool) -> str:
    """The seal of a line after the seal before it."""
    text = f'{before}\n{canonical(line)}'
    return _mac(text, 'audit line') if keyed else hashlib.sha256(text.encode()).hexdigest()


def is_keyed(mark: Mark, line: int) -> bool:
    """Whether a line has a seal that takes the key."""
    return mark.keyed_from is not None and line >= mark.keyed_from


def canonical(value: Any) -> str:
    """The one way to write a value: sorted, without blanks, ASCII only, so that no control is left in it."""
    return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=True, default=str)


def _mac(text: str, purpose: str) -> str:
    return secret_box.proof_of(text, purpose)
