"""SVG drawings from outside: only shapes, colours and references to themselves come through.

What could act, load or grow without end is refused; what editors add about themselves is left out."""

import re
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from store.problems import Refused

LARGEST = 262_144
MOST_ELEMENTS = 5_000
DEEPEST = 40
MOST_USES = 200

SVG = 'http://www.w3.org/2000/svg'
XLINK = 'http://www.w3.org/1999/xlink'
XHTML = 'http://www.w3.org/1999/xhtml'


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


ELEMENTS = _set(
    'svg g defs symbol use path rect circle ellipse line polyline polygon text tspan title desc style'
    ' linearGradient radialGradient stop clipPath mask pattern marker filter feBlend feColorMatrix'
    ' feComposite feFlood feGaussianBlur feMerge feMergeNode feOffset'
)
LEFT_OUT = _set('metadata switch')
"""Of SVG itself: dropped with all they hold, since drawings look the same without them."""
WITH_TEXT = _set('text tspan title desc style')
LOOKS = _set(
    'fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin'
    ' stroke-miterlimit stroke-dasharray stroke-dashoffset color opacity display visibility overflow'
    ' clip-path clip-rule mask filter stop-color stop-opacity flood-color flood-opacity marker-start'
    ' marker-mid marker-end font-family font-size font-style font-weight letter-spacing word-spacing'
    ' text-anchor dominant-baseline paint-order vector-effect shape-rendering text-rendering'
    ' color-interpolation-filters color-interpolation isolation mix-blend-mode transform'
    ' transform-origin enable-background line-height'
)
"""Properties that may be attributes, and may stand in a style."""
ATTRIBUTES = LOOKS | _set(
    'id class d x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy width height points viewBox'
    ' preserveAspectRatio version offset gradientUnits gradientTransform spreadMethod clipPathUnits'
    ' maskUnits maskContentUnits patternUnits patternContentUnits patternTransform markerWidth'
    ' markerHeight markerUnits refX refY orient filterUnits primitiveUnits in in2 result mode operator'
    ' k1 k2 k3 k4 stdDeviation type values rotate textLength lengthAdjust pathLength'
)
_REFERENCE = re.compile(r'url\(\s*([\'"]?)#[\w.:-]+\1\s*\)')
_HARMFUL = re.compile(
    r'url\s*\(|[\\<>@]|/\*|expression|behaviou?r|-moz-binding|(java|vb)script|data\s*:', re.I
)
_RULE = re.compile(r'([\w\s.,#*>:+~-]+)\{([^{}]*)\}')


def clean_svg(data: bytes) -> bytes:
    """The drawing written anew from known elements and attributes alone, as UTF-8.

    :raises Refused: 'svg_refused' with `what` was found: an element, an attribute, 'doctype', 'size', …"""
    if len(data) > LARGEST:
        raise Refused('svg_refused', what='size')
    cleaner = _Cleaner()
    try:
        cleaner.parse(data)
    except expat.ExpatError as error:
        raise Refused('svg_refused', what='syntax') from error
    cleaner.check_uses()
    return ''.join(cleaner.written).encode()


class _Cleaner:
    """Writes down what is allowed while the parser reads."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._open: list[str] = []
        self._ids: list[str] = []
        self._skipped = 0
        self._elements = 0
        self._style: list[str] = []
        self._uses: list[tuple[str, tuple[str, ...]]] = []

    def parse(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=' ')
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.ordered_attributes = False
        parser.Parse(data, True)

    def check_uses(self) -> None:
        """Refuse references to what itself refers: ten levels of ten are ten thousand million shapes."""
        if len(self._uses) > MOST_USES:
            raise Refused('svg_refused', what='use')
        around = {one for _, ids in self._uses for one in ids}
        for target, ids in self._uses:
            if target in around or target in ids:
                raise Refused('svg_refused', what='use')

    def _doctype(self, *_: Any) -> None:
        raise Refused('svg_refused', what='doctype')

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(' ')
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(self._open) + self._skipped >= DEEPEST:
            raise Refused('svg_refused', what='size')
        if not self._open and not self._skipped and (space, local) != (SVG, 'svg'):
            raise Refused('svg_refused', what=local[:40])
        if space == XHTML or (space == SVG and local not in ELEMENTS | LEFT_OUT):
            raise Refused('svg_refused', what=local[:40])
        if self._skipped or space != SVG or local in LEFT_OUT:
            self._skipped += 1
            return
        kept = dict(pair for pair in (_attribute(*one) for one in attributes.items()) if pair)
        self._ids.append(kept.get('id', ''))
        if local == 'use':
            self._uses.append((kept.get('href', '')[1:], tuple(one for one in self._ids if one)))
        root = f' xmlns="{SVG}"' if not self._open else ''
        self.written.append(
            f'<{local}{root}{"".join(f" {key}={quoteattr(value)}" for key, value in kept.items())}>'
        )
        self._open.append(local)

    def _end(self, _: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        local = self._open.pop()
        self._ids.pop()
        if local == 'style':
            self.written.append(escape(_style_sheet(''.join(self._style))))
            self._style.clear()
        self.written.append(f'</{local}>')

    def _text(self, text: str) -> None:
        if self._skipped or not self._open or self._open[-1] not in WITH_TEXT:
            return
        if self._open[-1] == 'style':
            self._style.append(text)
        else:
            self.written.append(escape(text))


def _attribute(name: str, value: str) -> tuple[str, str] | None:
    """The attribute as it is written, None when it is left out."""
    space, _, local = name.rpartition(' ')
    if local.lower().startswith('on'):
        raise Refused('svg_refused', what=local[:40])
    if local == 'href' and space in ('', XLINK):
        if not re.fullmatch(r'#[\w.:-]+', value.strip()):
            raise Refused('svg_refused', what='href')
        return 'href', value.strip()
    if space:
        return None
    if local == 'style':
        return 'style', _declarations(value)
    if local not in ATTRIBUTES:
        return None
    _check(value, local)
    return local, value


def _check(value: str, what: str) -> None:
    if _HARMFUL.search(_REFERENCE.sub('', value)):
        raise Refused('svg_refused', what=what[:40])


def _declarations(text: str) -> str:
    """The known properties of a style; any value that reaches outside is refused."""
    kept = []
    for part in re.sub(r'/\*.*?\*/', '', text, flags=re.S).split(';'):
        name, _, value = part.partition(':')
        _check(part, 'style')
        if name.strip().lower() in LOOKS:
            kept.append(f'{name.strip().lower()}:{value.strip()}')
    return ';'.join(kept)


def _style_sheet(text: str) -> str:
    """Plain rules, as drawing programs write them."""
    text = re.sub(r'/\*.*?\*/', '', text, flags=re.S).strip()
    if _RULE.sub('', text).strip():
        raise Refused('svg_refused', what='style')
    return ''.join(
        f'{" ".join(rule[1].split())}{{{_declarations(rule[2])}}}' for rule in _RULE.finditer(text)
    )
