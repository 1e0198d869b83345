"""Proposes where columns go and how their text is read; a person corrects it."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from integrations.exchange.plan import PEOPLE, Mode, Plan
from integrations.exchange.reading import SheetSummary
from integrations.exchange.synonyms import PEOPLE_CAPTIONS, mean_the_same, plain_words
from integrations.exchange.targets import Target
from store import FIELD_TYPES, BadValue, Catalog, FieldSpec, Reading

EXACT, SAME, ALIKE = 1.0, 0.9, 0.55
GOOD_ENOUGH = 0.5
ENOUGH_ALIKE = 0.84
READABLE = 0.6
DOUBTFUL = 0.6
CHECKED = frozenset({'number', 'money', 'date', 'date_time', 'email', 'phone', 'yes_no'})
SAMPLES = 40

_DAY = re.compile(r'(\d{1,2})([./-])(\d{1,2})\2(\d{2}|\d{4})(?!\d)')
_COMMA = re.compile(r'^[^\d,.]*[\d\s\u00a0\u202f.]*\d,\d{1,2}(?!\d)\D*$|^\D*\d{1,3}(\.\d{3})+,\d+\D*$')
_POINT = re.compile(r'^[^\d,.]*[\d\s\u00a0\u202f,]*\d\.\d{1,2}(?!\d)\D*$|^\D*\d{1,3}(,\d{3})+(\.\d+)?\D*$')


@dataclass(frozen=True, slots=True)
class Guess:
    """A column and a field that may belong together."""

    score: float
    index: int
    code: str


def propose(
    target: Target, catalog: Catalog | None, summary: SheetSummary, sheet: int, language: str
) -> Plan:
    """A plan for a sheet: header, columns, matching, reading, as the captions and the data suggest."""
    header = header_of(summary)
    captions, rows = split(summary, header)
    reading = reading_of(rows, language)
    columns = _columns(target, catalog, captions, rows, reading)
    key, mode = _matching(target, columns.values())
    return Plan(
        catalog=target.code,
        sheet=sheet,
        header=header,
        pipeline=target.pipelines[0].code if target.pipelines else '',
        columns=columns,
        mode=mode,
        key=key,
        reading=reading,
    )


def header_of(summary: SheetSummary) -> int:
    """The place of the row of captions: the first that is nearly as wide as the table and holds no values."""
    for place, cells in summary.first[:15]:
        filled = [cell for cell in cells if cell.strip()]
        if len(filled) >= max(1, summary.width * 0.6) and not any(_is_value(cell) for cell in filled):
            return place
    return summary.first[0][0] if summary.first else 0


def split(summary: SheetSummary, header: int) -> tuple[list[str], list[Sequence[str]]]:
    """The captions, one for each column, and the first rows behind them."""
    captions = next((list(cells) for place, cells in summary.first if place == header), [])
    captions += [''] * (summary.width - len(captions))
    return captions, [cells for place, cells in summary.first if place > header]


def _is_value(cell: str) -> bool:
    return bool(re.fullmatch(r'[-+]?[\d\s.,:/%-]+', cell.strip())) or '@' in cell


def reading_of(rows: Sequence[Sequence[str]], language: str) -> Reading:
    """The decimal mark and the order of dates that the cells show; the reader's own where they do not say."""
    cells = [cell.strip() for row in rows for cell in row if cell.strip()]
    commas, points = (sum(bool(shape.match(c)) for c in cells) for shape in (_COMMA, _POINT))
    usual = ',' if language == 'ru' else '.'
    decimal = usual if commas == points else ',' if commas > points else '.'
    return Reading(decimal=decimal, dates=_order(cells, language))


def _order(cells: Sequence[str], language: str) -> str:
    found = [match.groups() for cell in cells if (match := _DAY.match(cell))]
    if not found:
        return 'ymd'
    if any(int(first) > 12 for first, _, _, _ in found):
        return 'dmy'
    if any(int(second) > 12 for _, _, second, _ in found):
        return 'mdy'
    return 'mdy' if found[0][1] == '/' and language != 'ru' else 'dmy'


def _columns(
    target: Target,
    catalog: Catalog | None,
    captions: Sequence[str],
    rows: Sequence[Sequence[str]],
    reading: Reading,
) -> dict[int, str]:
    """The best pairs first; a column and a field are taken once."""
    guesses = sorted(_guesses(target, catalog, captions, rows, reading), key=lambda g: (-g.score, g.index))
    columns: dict[int, str] = {}
    for guess in guesses:
        if guess.index not in columns and guess.code not in columns.values() and guess.score >= GOOD_ENOUGH:
            columns[guess.index] = guess.code
    if target.title not in columns.values():
        index = _likely_title(captions, rows, columns)
        if index is not None:
            columns[index] = target.title
    return dict(sorted(columns.items()))


def _guesses(
    target: Target,
    catalog: Catalog | None,
    captions: Sequence[str],
    rows: Sequence[Sequence[str]],
    reading: Reading,
) -> Iterator[Guess]:
    fields = [(spec, _names(spec), _ones(target, catalog, spec)) for spec in target.fields]
    for index, caption in enumerate(captions):
        words = plain_words(caption)
        if not words:
            continue
        samples = [row[index] for row in rows[:SAMPLES] if index < len(row) and row[index].strip()]
        for spec, names, also in fields:
            score = EXACT if words in also else _alike(words, names, fuzzy=spec.code != target.title)
            if score:
                yield Guess(score * _readable(spec, samples, reading), index, spec.code)


def _names(spec: FieldSpec) -> frozenset[str]:
    """What a field is called."""
    return frozenset(filter(None, map(plain_words, (spec.code, spec.label, *spec.labels.values()))))


def _ones(target: Target, catalog: Catalog | None, spec: FieldSpec) -> frozenset[str]:
    """What the column of names may be called besides: by what one record is called."""
    if spec.code != target.title:
        return frozenset()
    ones = {'title', 'name'}
    if target.code == PEOPLE:
        ones |= PEOPLE_CAPTIONS
    if catalog:
        ones |= {catalog.label_one, *catalog.labels_one.values(), catalog.code.rstrip('s')}
    return frozenset(filter(None, map(plain_words, ones)))


def _alike(words: str, names: frozenset[str], *, fuzzy: bool) -> float:
    if words in names:
        return EXACT
    if mean_the_same(words, names):
        return SAME
    if not fuzzy:
        return 0
    best = max(SequenceMatcher(None, words, name).ratio() for name in names)
    if best >= ENOUGH_ALIKE:
        return best * SAME
    inside = any(set(name.split()) <= set(words.split()) and len(name) > 3 for name in names)
    return ALIKE if inside else 0


def _readable(spec: FieldSpec, samples: Sequence[str], reading: Reading) -> float:
    """1 when the samples can be read as values of this field; less, enough for a good caption, when not."""
    if spec.type not in CHECKED or not samples:
        return 1.0
    good = 0
    for sample in samples:
        try:
            FIELD_TYPES[spec.type].parse(sample, spec, reading)
            good += 1
        except BadValue:
            pass
    share = good / len(samples)
    return 1.0 if share >= READABLE else DOUBTFUL


def _likely_title(
    captions: Sequence[str], rows: Sequence[Sequence[str]], taken: Collection[int]
) -> int | None:
    """The first free column that is filled everywhere and never repeats."""
    for index in range(len(captions)):
        cells = [row[index].strip() if index < len(row) else '' for row in rows]
        if index not in taken and cells and all(cells) and len(set(cells)) == len(cells):
            return index
    return None


def _matching(target: Target, codes: Collection[str]) -> tuple[str, Mode]:
    """A unique field matches best; people are never made twice; else every row is a new record."""
    unique = next((spec.code for spec in target.matching() if spec.unique and spec.code in codes), '')
    if unique:
        return unique, 'both'
    if target.code == PEOPLE:
        return next((spec.code for spec in target.matching() if spec.code in codes), ''), 'both'
    return '', 'create'
