"""Sample files: a workbook for each section with captions in the reader's language, ready to be imported."""

from collections.abc import Callable, Mapping

from nicegui import ui

from integrations.exchange.formats.excel_files import workbook
from integrations.exchange.importer import Importer
from integrations.exchange.plan import PEOPLE
from integrations.exchange.targets import Target
from store import FieldSpec, Records
from ui.components.basics import button
from ui.components.import_state import target_name
from ui.components.sample_names import FIRST, LOGINS, NAMES
from ui.formats import today
from ui.session import records
from ui.text import label, label_one, language, t
from ui.values import field_label

ROWS = 3


def draw_samples(codes: tuple[str, ...]) -> None:
    """A button for each section that can be imported into, those that everybody begins with first."""
    ordered = sorted(codes, key=lambda code: FIRST.index(code) if code in FIRST else len(FIRST))
    with ui.element('div').classes('im-samples'):
        for code in ordered:
            button(target_name(code), lambda code=code: download_sample(code), icon='download', small=True)


async def download_sample(code: str) -> None:
    """Send the sample file of a section."""
    content = await sample_file(records(), code)
    ui.download.content(content, t('Sample - {section}.xlsx', section=target_name(code)))


async def sample_file(mine: Records, code: str) -> bytes:
    """The workbook of a section in the reader's language."""
    target = await Importer(mine).target(code)
    one = t('Person') if code == PEOPLE else label_one(mine.catalog(code))
    return workbook(sample_rows(target, one, mine.actor.name))


def sample_rows(target: Target, one: str, owner: str) -> list[list[str]]:
    """Captions and a few rows; imported as they are, nothing is refused.

    :param one: what a single record is called
    :param owner: who is responsible for them"""
    fields = [spec for spec in target.fields if spec.type != 'link' or spec.options.get('target') != '*']
    captions = [field_label(spec) for spec in fields]
    return [
        captions,
        *([_cell(target, spec, number, one, owner) for spec in fields] for number in range(1, ROWS + 1)),
    ]


def _cell(target: Target, spec: FieldSpec, number: int, one: str, owner: str) -> str:
    if spec.code == target.name_field:
        names = NAMES.get(target.code)
        return t(names[number - 1]) if names else f'{one} {number}'
    if spec.code == 'login' and target.code == PEOPLE:
        return LOGINS[number - 1]
    if spec.type == 'stage':
        return label(target.pipelines[0].start)
    if spec.type in ('choice', 'choices'):
        return _choice(spec, number)
    if spec.type == 'person':
        return owner
    return _PLAIN.get(spec.type, _nothing)(number)


def _choice(spec: FieldSpec, number: int) -> str:
    choices = spec.options.get('choices', ())
    if not choices:
        return ''
    choice = choices[number % len(choices)]
    return str(choice.get('labels', {}).get(language()) or choice.get('label') or choice['key'])


def _nothing(_number: int) -> str:
    return ''


_PLAIN: Mapping[str, Callable[[int], str]] = {
    'email': lambda number: f'name{number}@example.com',
    'phone': lambda number: f'+7 900 000-00-0{number}',
    'web': lambda number: f'https://example{number}.com',
    'number': lambda number: str(number * 10),
    'money': lambda number: str(number * 1000),
    'date': lambda number: today().isoformat(),
    'date_time': lambda number: f'{today().isoformat()} 10:00',
    'yes_no': lambda number: 'yes',
}
