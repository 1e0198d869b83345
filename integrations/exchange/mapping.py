"""Proposes where columns go and how their text is read; a person corrects it."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from integrations.exchange.plan import PEOPLE, Mode, Plan
from integrations.exchange.reading import SheetSummary
from integrations.exchange.synonyms import PEOPLE_CAPTIONS, mean_the_same, plain_words
from integrations.exchange.targets import Target
from store import FIELD_TYPES, BadValue, Catalog, FieldSpec, Reading
from store.fields.money import SIGNS

EXACT, SAME, ALIKE = 1.0, 0.9, 0.55
GOOD_ENOUGH = 0.5
ENOUGH_ALIKE = 0.84
READABLE = 0.6
DOUBTFUL = 0.6
CHECKED = frozenset({'number', 'money', 'date', 'date_time', 'email', 'phone', 'yes_no'})
SAMPLES = 40
NAMED_SO = 2.0
"""What a name of the file that is the target's own counts beside the columns."""
NAME_WORDS = frozenset({'name', 'title', 'название', 'наименование', 'имя', 'тема', 'заголовок'})

AMBIGUOUS = 'р.'
"""A sign of roubles that also ends abbreviations."""
KNOWN = frozenset(
    {*SIGNS.values(), 'BYN', 'CNY', 'AED', 'TRY', 'CHF', 'PLN', 'UZS', 'GEL', 'AMD', 'KGS', 'INR'}
)
_CODE = re.compile(r'\b[A-Z]{3}\b')
_DAY = re.compile(r'(\d{1,2})([./-])(\d{1,2})\2(\d{2}|\d{4})(?!\d)')
_MARKED = r"""^\D*(?:
    [\d\s\u00a0\u202f{other}]*\d{mark}\d{{1,2}}(?!\d)     # 1 250{mark}5
  | \d{{4,}}{mark}\d+ | 0{mark}\d+ | \d+{mark}\d{{4,}}      # no thousands: 1250{mark}125
  | \d{{1,3}}(?:{other}\d{{3}})+{mark}\d+                 # 1{other}250{mark}125
  | \d{{1,3}}(?:{other}\d{{3}}){{2,}}                    # 1{other}250{other}000
)\D*$"""
_COMMA = re.compile(_MARKED.format(mark=',', other=r'\.'), re.VERBOSE)
_POINT = re.compile(_MARKED.format(mark=r'\.', other=','), re.VERBOSE)


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
    # Typed cells are written with a point, whatever the reader's language.
    reading = reading_of(rows, language if summary.format == 'csv' else 'en')
    columns, _ = _columns(target, catalog, captions, rows, reading)
    key, mode = _matching(target, columns.values())
    money = [
        captions[i] for i, code in columns.items() if (spec := target.field(code)) and spec.type == 'money'
    ]
    return Plan(
        catalog=target.code,
        sheet=sheet,
        header=header,
        pipeline=target.pipelines[0].code if target.pipelines else '',
        columns=columns,
        mode=mode,
        key=key,
        reading=replace(reading, currency=_currency(money)),
    )


def _currency(captions: Sequence[str]) -> str:
    """The currency that captions of sums name (`Сумма, ₽`, `Value (EUR)`); '' when none or several."""
    named = {
        code
        for caption in captions
        for sign, code in SIGNS.items()
        if sign in caption.casefold() and sign != AMBIGUOUS
    }
    named |= {found for caption in captions for found in _CODE.findall(caption) if found in KNOWN}
    return named.pop() if len(named) == 1 else ''


def fit(target: Target, catalog: Catalog | None, summary: SheetSummary, file_name: str) -> float:
    """How well a sheet fits a target: what its captions say, and the names of the file and the sheet."""
    captions, rows = split(summary, header_of(summary))
    _, score = _columns(target, catalog, captions, rows, reading_of(rows, 'en'))
    names = [target.code, *(_called(catalog) if catalog else PEOPLE_CAPTIONS)]
    heading = plain_words(f'{file_name} {summary.name}')
    named = any(_stem(plain_words(name)) in heading for name in names if name)
    return score + (NAMED_SO if named else 0)


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
) -> tuple[dict[int, str], float]:
    """The best pairs first, with the sum of their scores; a column and a field are taken once."""
    guesses = sorted(_guesses(target, catalog, captions, rows, reading), key=lambda g: (-g.score, g.index))
    columns: dict[int, str] = {}
    score = 0.0
    for guess in guesses:
        if guess.index not in columns and guess.code not in columns.values() and guess.score >= GOOD_ENOUGH:
            columns[guess.index] = guess.code
            score += guess.score
    if target.name_field not in columns.values():
        index = _likely_title(captions, rows, columns)
        if index is not None:
            columns[index] = target.name_field
    return dict(sorted(columns.items())), score


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
            score = _as_one(words, also) or _alike(words, names, fuzzy=spec.code != target.name_field)
            if score:
                yield Guess(score * _readable(spec, samples, reading), index, spec.code)


def _names(spec: FieldSpec) -> frozenset[str]:
    """What a field is called."""
    return frozenset(filter(None, map(plain_words, (spec.code, spec.label, *spec.labels.values()))))


def _ones(target: Target, catalog: Catalog | None, spec: FieldSpec) -> frozenset[str]:
    """What the column of names may be called besides: by what one record is called."""
    if spec.code != target.name_field:
        return frozenset()
    ones = {'title', 'name'}
    if target.code == PEOPLE:
        ones |= PEOPLE_CAPTIONS
    if catalog:
        ones |= {*_called(catalog), catalog.code.rstrip('s')}
    return frozenset(filter(None, map(plain_words, ones)))


def _called(catalog: Catalog) -> set[str]:
    """What a catalogue and one of its records are called."""
    return {catalog.label, catalog.label_one, *catalog.labels.values(), *catalog.labels_one.values()}


def _as_one(words: str, ones: frozenset[str]) -> float:
    """Whether a caption is the name of a record: `Deal`, `Deal name`, `Название сделки`."""
    if words in ones:
        return EXACT
    stems = {_stem(one) for one in ones}
    parts = words.split()
    named = [part for part in parts if part not in NAME_WORDS]
    return SAME if ones and len(named) < len(parts) and all(_stem(part) in stems for part in named) else 0


def _stem(word: str) -> str:
    """A word without its ending, so that `сделки` is `сделка`."""
    return word[: max(4, len(word) - 2)]


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
    """People are never made twice; a unique field matches best; else every row is a new record."""
    if target.code == PEOPLE:
        return next((spec.code for spec in target.matching() if spec.code in codes), ''), 'both'
    unique = next((spec.code for spec in target.matching() if spec.unique and spec.code in codes), '')
    if unique:
        return unique, 'both'
    return '', 'create'
