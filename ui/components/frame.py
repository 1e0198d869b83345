"""The frame around every page: side panel, page header, body."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from nicegui import ui
from nicegui.element import Element

from ui.components.basics import icon as draw_icon
from ui.components.help import draw_help
from ui.text import t

_BODIES = {'': '', 'wide': 'a-body--wide', 'narrow': 'a-body--narrow', 'read': 'a-body--read'}


@dataclass(frozen=True, slots=True)
class ViewLink:
    """One way to see the same records, in the header's switcher."""

    href: str
    label: str
    icon: str
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """Slots of a page's header."""

    title: ui.label
    views: ui.element
    filters: ui.element
    actions: ui.element


@contextmanager
def header(title: str, views: Sequence[ViewLink] = (), *, back: str = '') -> Iterator[Head]:
    """The 48 px page header; fill its slots in ``with head.actions:``. `back` is the way up."""
    with ui.element('header').classes('a-header'):
        if back:
            with ui.link(target=back).classes('a-back') as up:
                draw_icon('arrow_back')
            up.props['aria-label'] = up.props['title'] = t('Back')
        named = ui.label(title).classes('a-header__title').props('role=heading aria-level=1')
        draw_help()
        switcher = ui.element('nav').classes('a-header__views')
        switcher.visible = len(views) > 1
        with switcher:
            for view in views:
                _view(view)
        head = Head(
            named,
            switcher,
            ui.element('div').classes('a-header__filters'),
            ui.element('div').classes('a-header__actions'),
        )
        yield head


def _view(view: ViewLink) -> None:
    with ui.link(target=view.href).classes('a-view a-view--on' if view.is_on else 'a-view') as link:
        link.props['title'] = view.label
        if view.is_on:
            link.props['aria-current'] = 'page'
        draw_icon(view.icon)
        ui.label(view.label).classes('a-view__text')


def body(*, wide: bool = False, narrow: bool = False, read: bool = False) -> ui.element:
    """The scrolling part of a page.

    `wide` has no padding and does not scroll (boards, lists), `narrow` fits forms, `read` takes 1120 px."""
    kind = 'wide' if wide else 'narrow' if narrow else 'read' if read else ''
    return ui.element('main').classes(f'a-body {_BODIES[kind]}').props('id=page')


class Drawer(Element):
    """A panel from the right over the page; Esc closes it."""

    def __init__(self, label: str) -> None:
        super().__init__('aside')
        self.classes('a-drawer')
        self.props['aria-label'] = label
        self.props['tabindex'] = '-1'
        with self:
            self.content = ui.element('div').classes('a-drawer__content')

    def show(self) -> None:
        """Slide in."""
        self.classes('a-drawer--open')
        self.run_method('focus')

    def hide(self) -> None:
        """Slide out."""
        self.classes(remove='a-drawer--open')
