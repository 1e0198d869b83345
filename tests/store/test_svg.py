"""SVG from outside: drawings stay drawings, and nothing that acts, loads or explodes comes through."""

import re

import pytest

from store.problems import Refused
from store.svg import LARGEST, clean_svg

ROOT = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


def _svg(inside: str) -> bytes:
    return f'{ROOT}{inside}</svg>'.encode()


REFUSED = [
    '<script>alert(1)</script>',
    '<script href="//evil.example/x.js"/>',
    '<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>',
    '<rect onload="alert(1)"/>',
    '<rect ONCLICK="alert(1)"/>',
    '<rect xlink:onclick="alert(1)"/>',
    '<foreignObject><p>x</p></foreignObject>',
    '<g><h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="//evil.example"/></g>',
    '<a href="javascript:alert(1)"><rect/></a>',
    '<use href="//evil.example/x.svg#a"/>',
    '<use href="data:image/svg+xml;base64,AAAA#a"/>',
    '<use xlink:href="https://evil.example/#a"/>',
    '<use xlink:href="&#106;avascript:alert(1)"/>',
    '<image href="https://evil.example/track.png"/>',
    '<image href="data:image/png;base64,AAAA"/>',
    '<animate attributeName="href" values="javascript:alert(1)"/>',
    '<set attributeName="onclick" to="alert(1)"/>',
    '<handler type="text/javascript">alert(1)</handler>',
    '<rect style="fill:url(https://evil.example/x)"/>',
    '<rect style="fill:u\\72l(https://evil.example/x)"/>',
    '<rect style="background:url( //evil.example )"/>',
    '<rect style="width:expression(alert(1))"/>',
    '<rect style="-moz-binding:url(//evil.example#x)"/>',
    '<rect fill="url(//evil.example#x)"/>',
    '<rect fill="url(javascript:alert(1))"/>',
    '<rect filter="url(#ok) url(//evil.example#x)"/>',
    '<style>@import "//evil.example/x.css";</style>',
    '<style>@font-face{font-family:x;src:url(//evil.example/x)}</style>',
    '<style>rect{fill:url(//evil.example)}</style>',
    '<style>rect{fill:red}}</style>',
    '<style>&lt;/style>&lt;script>alert(1)&lt;/script></style>',
    '<feImage href="https://evil.example/x"/>',
    '<iframe src="//evil.example"/>',
    '<unknown/>',
    '<g id="a"><use href="#a"/></g>',
    '<g id="a"><path d="M0 0"/></g><g id="b"><use href="#a"/><use href="#a"/></g><use href="#b"/>',
    '<use href="#a"/>' * 201,
    '<g>' * 60 + '</g>' * 60,
    '<path d="M0 0"/>' * 5_001,
]


@pytest.mark.parametrize('inside', REFUSED, ids=range(len(REFUSED)))
def test_what_acts_loads_or_explodes_is_refused(inside: str) -> None:
    with pytest.raises(Refused, match='svg_refused'):
        clean_svg(_svg(inside))


@pytest.mark.parametrize(
    'data',
    [
        b'',
        b'<svg',
        b'\x89PNG\r\n\x1a\n',
        b'<html><body>x</body></html>',
        b'<svg><rect/></svg>',
        b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://evil.example/svg11.dtd">' + _svg(''),
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _svg('<text>&x;</text>'),
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + _svg('<text>&b;</text>'),
        _svg('<text>&nbsp;</text>'),
        _svg('') + b'<script>alert(1)</script>',
        _svg('<path d="' + 'M0 0' * LARGEST + '"/>'),
    ],
    ids=range(12),
)
def test_what_is_no_plain_drawing_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match='svg_refused'):
        clean_svg(data)


def test_a_drawing_of_an_editor_comes_through_without_what_the_editor_added() -> None:
    drawn = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?><!-- made by hand -->'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        ' xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" viewBox="0 0 24 24" width="24"'
        ' inkscape:version="1.3" data-name="Layer 1">'
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>'
        '<inkscape:namedview id="base"/><title>Acme &amp; Söhne «Ромашка»</title>'
        '<defs><style type="text/css"><![CDATA[.cls-1{fill:#0a0;stroke:none}]]></style>'
        '<linearGradient id="g"><stop offset="0" style="stop-color:#f00;stop-opacity:1"/></linearGradient>'
        '<path id="p" d="M0 0h24"/></defs>'
        '<g fill="url(#g)" clip-path="url(\'#g\')"><use xlink:href="#p"/>'
        '<text x="1" y="2" font-family="Inter, sans-serif">A &lt; B</text></g></svg>'
    )
    clean = clean_svg(drawn.encode()).decode()
    for kept in (
        'viewBox="0 0 24 24"', 'width="24"', '.cls-1{fill:#0a0;stroke:none}', '<use href="#p">',
        'fill="url(#g)"',
        'Acme &amp; Söhne «Ромашка»', 'style="stop-color:#f00;stop-opacity:1"', 'A &lt; B',
        'd="M0 0h24"',
    ):  # fmt: skip
        assert kept in clean, kept
    assert not re.search(r'inkscape|rdf|metadata|data-name|<!--|<\?xml|namedview', clean)
    assert clean_svg(clean.encode()).decode() == clean


def test_other_encodings_are_read_as_they_say() -> None:
    drawn = f'<?xml version="1.0" encoding="UTF-16"?>{ROOT}<title>Ё</title></svg>'
    assert '<title>Ё</title>' in clean_svg(drawn.encode('utf-16')).decode()
