"""What becomes of each row of a file: made, changed, or refused with the reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from integrations.exchange.names import NAMED, InFile, NameFinder, Names, ToMake
from integrations.exchange.plan import CURRENCY, Plan
from integrations.exchange.targets import Hit, Hits, Target
from store import FIELD_TYPES, BadValue, FieldSpec, Records, Stage

Row = tuple[int, list[str]]
REMEMBERED = 20_000


@dataclass(slots=True)
class Verdict:
    """A row's fate. `problems` are by field; `late` are links to rows of this file."""

    place: int
    deed: Literal['create', 'update', 'refuse']
    values: dict[str, Any] = field(default_factory=dict)
    late: dict[str, InFile] = field(default_factory=dict)
    hit: Hit | None = None
    problems: dict[str, BadValue] = field(default_factory=dict)


class Judge:
    """Judges rows one by one, in the order of the file, with everything looked up beforehand."""

    def __init__(self, target: Target, plan: Plan, names: Names, present: Mapping[str, Hits]) -> None:
        self.target = target
        self.plan = plan
        self.names = names
        self._present = present
        self._columns = [(i, spec) for i, code in plan.columns.items() if (spec := target.field(code))]
        self._currencies = {
            c.removesuffix(CURRENCY): i for i, c in plan.columns.items() if c.endswith(CURRENCY)
        }
        self._unique = [spec for _, spec in self._columns if spec.unique and spec.code != plan.key]
        self._required = [spec for spec in target.fields if spec.required or spec.code == target.name_field]
        self._stages = {s.code: s for p in target.pipelines for s in p.stages}
        self._start = _start_of(target, plan)
        self._seen: dict[tuple[str, str], int] = {}
        self._read_before: dict[str, dict[str, Any]] = {spec.code: {} for _, spec in self._columns}

    def judge(self, place: int, cells: Sequence[str]) -> Verdict:
        """The fate of a row."""
        verdict = Verdict(place, 'create')
        for index, spec in self._columns:
            self._read(verdict, spec, cells[index] if index < len(cells) else '', cells)
        for code, problem in self.target.problems(verdict.values).items():
            verdict.problems.setdefault(code, problem)
        self._match(verdict, cells)
        if verdict.deed == 'create':
            self._complete(verdict)
        elif not self.plan.clears:
            verdict.values = {code: value for code, value in verdict.values.items() if value is not None}
        self._check_unique(verdict, cells)
        if verdict.problems:
            verdict.deed = 'refuse'
        return verdict

    def _read(self, verdict: Verdict, spec: FieldSpec, text: str, cells: Sequence[str]) -> None:
        if spec.type == 'auto_number':
            return
        if not text.strip():
            verdict.values[spec.code] = None
            return
        try:
            value = self._value(spec, text, cells)
        except KeyError:
            verdict.problems[spec.code] = BadValue('no_such_record', value=text.strip()[:100])
        except BadValue as error:
            verdict.problems[spec.code] = BadValue(error.code, **{'value': text.strip()[:100], **error.facts})
        else:
            if isinstance(value, InFile):
                verdict.late[spec.code] = value
                value = None
            verdict.values[spec.code] = value

    def _value(self, spec: FieldSpec, text: str, cells: Sequence[str]) -> Any:
        """The value of a cell. Names, days and sums repeat down a column, so each is read once."""
        currency = self._currencies.get(spec.code)
        if currency is not None and currency < len(cells) and cells[currency].strip():
            raw = {'amount': text, 'currency': cells[currency].strip().upper()}
            return FIELD_TYPES[spec.type].parse(raw, spec, self.plan.reading)
        known = self._read_before[spec.code]
        if text in known:
            return known[text]
        if spec.type in NAMED:
            value = self.names.value(spec, text)
        else:
            value = FIELD_TYPES[spec.type].parse(text, spec, self.plan.reading)
        if len(known) < REMEMBERED:
            known[text] = value
        return value

    def _match(self, verdict: Verdict, cells: Sequence[str]) -> None:
        """Whether the row's key is known already: to the file, and to the records."""
        plan = self.plan
        if not plan.key:
            return
        index = plan.column_of(plan.key)
        text = cells[index].strip() if index is not None and index < len(cells) else ''
        if not text:
            verdict.problems.setdefault(plan.key, BadValue('key_missing'))
            return
        key = self.target.key(plan.key, text)
        first = self._seen.setdefault((plan.key, key), verdict.place)
        if first != verdict.place:
            verdict.problems[plan.key] = BadValue('twice_in_file', row=first, value=text[:100])
            return
        hits = self._present.get(plan.key, {}).get(key, ())
        if len(hits) > 1:
            verdict.problems[plan.key] = BadValue('several_match', count=len(hits), value=text[:100])
        elif hits and plan.mode == 'create':
            verdict.problems[plan.key] = BadValue('exists_already', value=text[:100])
        elif hits:
            verdict.deed, verdict.hit = 'update', hits[0]
        elif plan.mode == 'update':
            verdict.problems[plan.key] = BadValue('not_there', value=text[:100])

    def _complete(self, verdict: Verdict) -> None:
        """What a new record needs."""
        values = verdict.values
        if self._stages and not values.get('stage') and self._start:
            values['stage'] = self._start.code
        stage = values.get('stage')
        needed = [spec.code for spec in self._required]
        if isinstance(stage, str) and stage in self._stages:
            needed += self._stages[stage].required
        for code in needed:
            if values.get(code) is None and code not in verdict.late and code not in verdict.problems:
                spec = self.target.field(code)
                if spec and spec.default is None:
                    verdict.problems[code] = BadValue('required')

    def _check_unique(self, verdict: Verdict, cells: Sequence[str]) -> None:
        for spec in self._unique:
            index = self.plan.column_of(spec.code)
            text = cells[index].strip() if index is not None and index < len(cells) else ''
            if not text or spec.code in verdict.problems:
                continue
            key = self.target.key(spec.code, text)
            hits = self._present.get(spec.code, {}).get(key, ())
            own = verdict.hit.id if verdict.hit else None
            first = self._seen.setdefault((spec.code, key), verdict.place)
            if first != verdict.place:
                verdict.problems[spec.code] = BadValue('twice_in_file', row=first, value=text[:100])
            elif any(hit.id != own for hit in hits):
                verdict.problems[spec.code] = BadValue('not_unique', value=text[:100])


def _start_of(target: Target, plan: Plan) -> Stage | None:
    chosen = [pipeline for pipeline in target.pipelines if plan.pipeline in ('', pipeline.code)]
    return chosen[0].start if chosen else None


async def prepare(records: Records, target: Target, plan: Plan, rows: Iterable[Row]) -> Judge:
    """Look up, in batches, everything that judging these rows needs."""
    rows = list(rows)
    names = await NameFinder(records, target, plan).find(rows)
    present: dict[str, Hits] = {}
    unique = [spec.code for i, code in plan.columns.items() if (spec := target.field(code)) and spec.unique]
    for code in dict.fromkeys([plan.key, *unique]):
        index = plan.column_of(code) if code else None
        if index is not None:
            texts = {cells[index] for _, cells in rows if index < len(cells)}
            present[code] = await target.find_by(code, texts)
    return Judge(target, plan, names, present)


def is_waiting(value: Any) -> bool:
    """Whether the value will exist only once it has been made."""
    if isinstance(value, tuple):
        return any(is_waiting(part) for part in value)
    return isinstance(value, ToMake)
