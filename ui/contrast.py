"""Colours that can be read: contrast by WCAG 2, and a whole panel made of one background."""

import re

AA = 4.5
"""The least contrast of text and what lies under it."""
_HEX = re.compile('#[0-9a-f]{6}')
_INKS = ('#ffffff', '#18181b', '#000000')


def is_color(text: str) -> bool:
    """Whether this is '#rrggbb' in small letters, fit for a style sheet."""
    return bool(_HEX.fullmatch(text))


def luminance(color: str) -> float:
    """How bright a '#rrggbb' colour is, in [0, 1]."""
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """`one` with this share of `other` in it."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return '#' + ''.join(f'{round(a + (b - a) * share):02x}' for a, b in pairs)


def ink_on(ground: str) -> str:
    """The text colour for this ground: white or near black, whichever is read better, never under `AA`."""
    best = max(_INKS[:2], key=lambda ink: contrast(ink, ground))
    return best if contrast(best, ground) >= AA else max(_INKS, key=lambda ink: contrast(ink, ground))


def panel(ground: str) -> dict[str, str]:
    """The tokens of a panel in this colour: every text and icon on every ground keeps at least `AA`."""
    ink = ink_on(ground)
    # Marked lines go away from the ink, so that what is read on them is read better than on the panel.
    away = '#000000' if luminance(ink) > 0.5 else '#ffffff'
    grounds = {'hover': mixed(ground, away, 0.1), 'surface-2': mixed(ground, away, 0.2)}
    return {
        'bg': ground,
        'surface': mixed(ground, away, 0.12),
        **grounds,
        'border': mixed(ground, ink, 0.2),
        'border-strong': mixed(ground, ink, 0.35),
        'text': ink,
        'text-2': _softened(ink, ground, 0.12),
        'text-3': _softened(ink, ground, 0.3),
        'accent': ink,
        'on-accent': ground,
        'accent-text': ink,
    }


def _softened(ink: str, ground: str, share: float) -> str:
    """The ink with as much of the ground in it as can still be read, at most `share`."""
    steps = (share * step / 6 for step in range(6, -1, -1))
    return next(
        (soft for soft in (mixed(ink, ground, part) for part in steps) if contrast(soft, ground) >= AA), ink
    )
