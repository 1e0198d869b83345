"""Small parts every page uses: buttons, pills, avatars, empty states, toasts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypedDict, Unpack
from zlib import crc32

from nicegui import ui

from store import Ref
from ui.components.dialogs import answer_of
from ui.components.toast import tell, toast
from ui.faces import photo
from ui.text import t

__all__ = [
    'avatar',
    'avatar_color',
    'button',
    'card',
    'col',
    'confirm',
    'dot',
    'empty_state',
    'error_line',
    'icon',
    'icon_button',
    'initials',
    'label_above',
    'line',
    'menu_item',
    'pill',
    'row',
    'safe_color',
    'skeleton',
    'tell',
    'text',
    'toast',
]

AVATAR_COLORS = (
    '#5b6ee1',
    '#0f8a83',
    '#b3642a',
    '#b8437c',
    '#3f8a45',
    '#4d73c9',
    '#8a55cf',
    '#6b7280',
    '#a8503e',
)

OnClick = Callable[..., Any]
LOOKS = {'primary': 'a-primary', 'danger': 'a-red', 'quiet': 'a-quiet', 'small': 'a-small'}


class Looks(TypedDict, total=False):
    """How a button stands out."""

    primary: bool
    danger: bool
    quiet: bool
    small: bool


class Named(Protocol):
    """Somebody or something with a title."""

    @property
    def title(self) -> str:
        """What it is called."""


def icon(name: str) -> ui.icon:
    """A line icon by its Material name."""
    return ui.icon(name if name.startswith(('o_', 'img:')) else f'o_{name}').props('aria-hidden=true')


def button(
    text: str,
    on_click: OnClick | None = None,
    *,
    icon: str = '',
    **looks: Unpack[Looks],
) -> ui.button:
    """A button with words; one primary button a view."""
    made = ui.button(text, on_click=on_click, color=None, icon=f'o_{icon}' if icon else None)
    for look, name in LOOKS.items():
        if looks.get(look):
            made.classes(name)
    return made


def icon_button(name: str, label: str, on_click: OnClick | None = None, *, small: bool = False) -> ui.button:
    """A button that is only an icon; `label` is its tooltip and what a screen reader says."""
    made = ui.button(icon=f'o_{name}', on_click=on_click, color=None).classes('a-icon')
    made.props['aria-label'] = made.props['title'] = label
    if small:
        made.classes('a-small')
    return made


def menu_item(caption: str, on_click: OnClick, *, icon_name: str = '', danger: bool = False) -> ui.item:
    """A line of a menu: closes it and does what it says."""

    def choose() -> Any:
        # One event for both: what the line does may take the line away, and nobody would hear a second one.
        if around is not None:
            around.close()
        return on_click()

    with ui.item(on_click=choose) as made:
        if icon_name:
            with ui.item_section().props('avatar'):
                icon(icon_name)
        with ui.item_section():
            ui.label(caption).classes('a-danger' if danger else '')
    around = next((one for one in made.ancestors() if isinstance(one, ui.menu)), None)
    return made


def row(classes: str = '') -> ui.element:
    """Things beside one another."""
    return ui.element('div').classes(f'a-row {classes}')


def col(classes: str = '') -> ui.element:
    """Things below one another."""
    return ui.element('div').classes(f'a-col {classes}')


def card(classes: str = '') -> ui.element:
    """A bordered surface."""
    return ui.element('div').classes(f'a-card {classes}')


def text(words_shown: str, classes: str = '') -> ui.label:
    """Plain words."""
    return ui.label(words_shown).classes(classes)


def line() -> ui.element:
    """A hairline between things."""
    return ui.element('div').classes('a-line')


def dot(color: str) -> ui.element:
    """The 8 px dot of a stage or a choice."""
    made = ui.element('span').classes('a-dot')
    if color:
        made.style(f'--c:{safe_color(color)}')
    return made


def pill(words_shown: str, color: str = '', *, kind: str = '') -> ui.element:
    """A quiet pill; `kind` is '', 'danger', 'warning', 'success' or 'accent'."""
    made = ui.element('span').classes(f'a-pill {f"a-pill--{kind}" if kind else ""}')
    with made:
        if color:
            dot(color)
        ui.label(words_shown).classes('a-ellipsis')
    return made


def safe_color(color: str) -> str:
    """A '#rrggbb' colour; anything else becomes grey, so that no data reaches a style."""
    digits = color[1:]
    is_hex = (
        color.startswith('#') and len(digits) in (3, 6) and all(c in '0123456789abcdefABCDEF' for c in digits)
    )
    return color if is_hex else '#8a8f98'


def initials(name: str) -> str:
    """One or two letters that stand for a name."""
    parts = [part for part in name.split() if part[0].isalnum()]
    return (parts[0][0] + (parts[1][0] if len(parts) > 1 else '')).upper() if parts else '?'


def avatar_color(name: str) -> str:
    """A steady colour for a name."""
    return AVATAR_COLORS[crc32(name.encode()) % len(AVATAR_COLORS)]


def avatar(who: Named | str | None, size: int = 24, *, person_id: int | None = None) -> ui.element:
    """Somebody's photo or initials in a circle, the name as its tooltip."""
    name = who if isinstance(who, str) else who.title if who else ''
    made = ui.element('span').classes('a-avatar').style(f'--s:{size}px;--c:{avatar_color(name)}')
    is_person = isinstance(who, Ref) and who.catalog == 'person'
    picture = photo(who.id if is_person and isinstance(who, Ref) else person_id)
    if picture:
        made.classes('a-photo').style(f'--photo:{picture}')
    made.props['role'] = 'img'
    made.props['aria-label'] = name
    with made:
        ui.label(initials(name))
    made.props['title'] = name
    return made


def empty_state(
    sentence: str, action: str = '', on_click: OnClick | None = None, *, icon_name: str = ''
) -> ui.element:
    """What an empty place is for, and one button."""
    with ui.element('div').classes('a-empty') as made:
        if icon_name:
            icon(icon_name)
        ui.label(sentence).classes('a-empty__text')
        if action:
            button(action, on_click, primary=True)
    return made


def skeleton(rows: int = 5) -> ui.element:
    """Grey bones in place of what is being loaded; seen only when loading takes over 150 ms."""
    with ui.element('div').classes('a-bones') as made:
        for index in range(rows):
            ui.element('div').classes('a-bone').style(f'width:{(92, 64, 78, 50, 70)[index % 5]}%')
    return made


async def confirm(question: str, action: str) -> bool:
    """Ask before what cannot be undone; True when the person agrees."""
    with ui.dialog() as dialog, ui.card():
        ui.label(question).classes('a-strong')
        with row('a-full').style('justify-content:flex-end'):
            button(t('Cancel'), lambda: dialog.submit(False))
            button(action, lambda: dialog.submit(True), primary=True, danger=True)
    return bool(await answer_of(dialog))


@contextmanager
def label_above(caption: str, *, required: bool = False) -> Iterator[ui.element]:
    """A caption over a control of one's own."""
    with ui.element('label').classes('a-field') as made:
        with ui.element('span').classes('a-field__label'):
            ui.label(caption)
            if required:
                ui.label('*').classes('a-danger').props('aria-hidden=true')
        yield made


def error_line() -> ui.label:
    """An empty line under a form that says what went wrong; fill it with set_text."""
    return ui.label('').classes('a-error').props('role=alert')
