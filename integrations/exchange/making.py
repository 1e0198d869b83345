"""Makes what rows need: linked records, people, choices, stages. Doing it twice does no harm."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from integrations.exchange.judging import Judge
from integrations.exchange.names import ToMake
from integrations.exchange.plan import PEOPLE, key_of
from integrations.exchange.targets import Target, target_of
from store import Designer, FieldSpec, Records, Refused, Stage

BATCH = 500
COLORS = ('#5b8def', '#8e6fd8', '#2fa88f', '#d9822b', '#c95c8e', '#6b7c93', '#4aa3c7', '#a08a3c')
ENDS = {
    'won': ('won', 'closed won', 'выиграна', 'выиграно', 'успешно', 'успешно реализовано', 'оплачено'),
    'lost': (
        'lost',
        'closed lost',
        'проиграна',
        'проиграно',
        'отказ',
        'не реализовано',
        'закрыто и не реализовано',
    ),
}
LATIN = dict(
    zip(
        'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
        'a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya'.split(' '),  # noqa: SIM905  33 letters read better so
        strict=True,
    )
)


async def make_missing(records: Records, judge: Judge) -> bool:
    """Make every name that is to be made; whether there was any."""
    target, names = judge.target, judge.names
    wanted: dict[str, list[str]] = {}
    for unmatched in names.unmatched.values():
        for one in unmatched.values():
            if isinstance(names.known[one.field].get(key_of(one.value)), ToMake):
                wanted.setdefault(one.field, []).append(one.value)
    for code, values in wanted.items():
        spec = target.field(code)
        if spec:
            await _make(records, judge, spec, values)
    return bool(wanted)


async def _make(records: Records, judge: Judge, spec: FieldSpec, values: Sequence[str]) -> None:
    target = judge.target
    if spec.type == 'stage':
        await _make_stages(records, target, judge.plan.pipeline, values)
    elif spec.type in ('choice', 'choices'):
        choices = [*spec.options.get('choices', ()), *_choices(spec, values)]
        options = {**spec.options, 'choices': choices}
        await Designer(records.actor).change_field(target.code, spec.code, options=options)
    else:
        code = PEOPLE if spec.type == 'person' else str(spec.options.get('target', ''))
        other = await target_of(records, code)
        for start in range(0, len(values), BATCH):
            await other.create([{other.name_field: value} for value in values[start : start + BATCH]])


def _choices(spec: FieldSpec, values: Sequence[str]) -> Iterable[dict[str, Any]]:
    taken = {str(choice['key']) for choice in spec.options.get('choices', ())}
    for value in values:
        key = code_of(value, taken)
        taken.add(key)
        yield {'key': key, 'label': value[:200], 'color': COLORS[len(taken) % len(COLORS)]}


async def _make_stages(records: Records, target: Target, pipeline_code: str, values: Sequence[str]) -> None:
    """New stages stand before the ends of the pipeline, in the order of the file."""
    pipeline = next((p for p in target.pipelines if pipeline_code in ('', p.code)), None)
    if pipeline is None:
        raise Refused('no_pipeline', catalog=target.code)
    taken = {stage.code for one in target.pipelines for stage in one.stages}
    stages = [_plain(stage) for stage in pipeline.stages]
    first_end = next((i for i, stage in enumerate(pipeline.stages) if stage.is_final), len(stages))
    for value in values:
        code, kind = code_of(value, taken), kind_of(value)
        taken.add(code)
        made = {'code': code, 'label': value[:200], 'kind': kind, 'color': COLORS[len(taken) % len(COLORS)]}
        if kind == 'open':
            stages.insert(first_end, made)
            first_end += 1
        else:
            stages.append(made)
    await Designer(records.actor).change_pipeline(target.code, pipeline.code, stages=stages)


def kind_of(label: str) -> str:
    """Whether a stage of this name ends a pipeline: 'won', 'lost', else 'open'."""
    key = key_of(label)
    return next((kind for kind, names in ENDS.items() if key in names), 'open')


def _plain(stage: Stage) -> Mapping[str, Any]:
    return {name: value for name, value in asdict(stage).items() if name != 'id'}


def code_of(label: str, taken: Iterable[str]) -> str:
    """A free Latin code for a name in any language."""
    text = ''.join(LATIN.get(letter, letter) for letter in label.casefold())
    stem = re.sub(r'[^a-z0-9]+', '_', text).strip('_')[:50]
    if not re.match(r'[a-z]', stem):
        stem = f'v_{stem}'.rstrip('_')
    taken = set(taken)
    if stem not in taken:
        return stem
    return next(f'{stem}_{number}' for number in range(2, len(taken) + 3) if f'{stem}_{number}' not in taken)
