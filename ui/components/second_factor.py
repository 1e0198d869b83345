"""The second factor on the screen: the picture for the app, the box for a code, the spare codes."""

import segno
from nicegui import ui

from store.second_factor import NewFactor
from ui import theme
from ui.components.basics import button, col, row, text
from ui.components.dialogs import answer_of
from ui.components.toast import toast
from ui.text import t

theme.add_style('components/security.css')


def code_box(label: str, hint: str = '') -> ui.input:
    """A box for a code of six digits, or a spare one; phones offer what arrived or the digits."""
    box = ui.input(label).classes('a-code')
    box.props(
        'name=code autocomplete=one-time-code autocapitalize=none autofocus spellcheck=false maxlength=20'
    )
    if hint:
        box.props('bottom-slots')
        box.props['hint'] = hint
    return box


def draw_new_factor(fresh: NewFactor) -> None:
    """What goes into the app: a picture for its camera, and the key for who has none."""
    with ui.element('div').classes('a-factor'):
        with ui.element('div').classes('a-factor__qr'):
            picture = ui.element('img').props('width=148 height=148')
            picture.props['src'] = segno.make(fresh.uri, error='m').svg_data_uri(border=0)
            picture.props['alt'] = t('QR code')
        with col('a-gap-12'):
            with ui.element('ol'):
                for step in (
                    t('Open an authenticator app on your phone.'),
                    t('Scan the picture, or type in the key.'),
                    t('Enter the six digits that the app shows.'),
                ):
                    with ui.element('li'):
                        text(step)
            with col('a-gap-4'):
                text(t('Key'), 'a-meta')
                text(' '.join(fresh.secret[at : at + 4] for at in range(0, 32, 4)), 'a-mono a-key')


def draw_codes(codes: list[str]) -> None:
    """The spare codes, to be kept; they are shown this once."""
    with ui.element('div').classes('a-codes'):
        for code in codes:
            text(code, 'a-mono')
    with row('a-gap-8'):
        button(t('Copy'), lambda: _copy(codes), icon='content_copy', small=True)
        button(t('Save as a file'), lambda: _save(codes), icon='download', small=True)


def _copy(codes: list[str]) -> None:
    ui.clipboard.write('\n'.join(codes))
    toast(t('Copied'))


def _save(codes: list[str]) -> None:
    ui.download.content('\n'.join((t('Spare codes for Artel'), '', *codes, '')), 'artel-codes.txt')


async def show_codes(codes: list[str]) -> None:
    """A dialog with the spare codes that does not go by an accidental click beside it."""
    with ui.dialog().props('persistent') as dialog, ui.card().style('width:min(480px,100%)'):
        text(t('Your spare codes'), 'a-title')
        text(codes_sentence(), 'a-small a-muted')
        draw_codes(codes)
        with row('a-full').style('justify-content:flex-end'):
            button(t('I have kept them'), lambda: dialog.submit(True), primary=True)
    await answer_of(dialog)


def codes_sentence() -> str:
    """What spare codes are for."""
    return t(
        'Each lets you in once when your phone is lost. They are shown only now: keep them in a safe place.'
    )
