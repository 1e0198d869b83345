"""A panel in any colour can be read (C-03: WCAG AA)."""

import random

import pytest

from ui.contrast import AA, contrast, ink_on, is_color, luminance, mixed, panel

GROUNDS = ('bg', 'surface', 'hover', 'surface-2')
INKS = ('text', 'text-2', 'text-3', 'accent-text')


def test_contrast_is_what_wcag_says() -> None:
    assert contrast('#000000', '#ffffff') == pytest.approx(21)
    assert contrast('#777777', '#ffffff') == pytest.approx(4.48, abs=0.01)
    assert contrast('#123456', '#123456') == pytest.approx(1)
    assert luminance('#ffffff') == pytest.approx(1)
    assert mixed('#000000', '#ffffff', 0.5) == '#808080'


def test_every_text_on_every_ground_of_a_panel_in_any_colour_is_read() -> None:
    made = random.Random(41)
    greys = [f'#{grey:02x}{grey:02x}{grey:02x}' for grey in range(256)]
    for ground in (*greys, *(f'#{made.randrange(1 << 24):06x}' for _ in range(3000))):
        tokens = panel(ground)
        pairs = [(ink, under) for ink in INKS for under in GROUNDS] + [('on-accent', 'accent')]
        low = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in pairs}
        assert min(low.values()) >= AA, (ground, low)
        assert tokens['bg'] == ground


@pytest.mark.parametrize(('ground', 'ink'), [('#1e293b', '#ffffff'), ('#fde68a', '#18181b')])
def test_the_ink_is_the_one_that_is_read_better(ground: str, ink: str) -> None:
    assert ink_on(ground) == ink


@pytest.mark.parametrize('text', ['#FFF', 'red', '#12345g', '#123456;}', '#ABCDEF', ''])
def test_nothing_else_is_a_colour(text: str) -> None:
    assert not is_color(text)
