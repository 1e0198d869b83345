"""The documentation page of the interface: three files of our own, no outside address."""

from pathlib import Path

from integrations.rest_calls import Answer

_FOLDER = Path(__file__).parent / 'rest_page'


def _file(name: str, content_type: str) -> Answer:
    return Answer((_FOLDER / name).read_bytes(), content_type=f'{content_type}; charset=utf-8')


DOCS_FILES: dict[tuple[str, ...], Answer] = {
    ('docs',): _file('docs.html', 'text/html'),
    ('docs.css',): _file('docs.css', 'text/css'),
    ('docs.js',): _file('docs.js', 'text/javascript'),
}
"""Answers by the path behind `/api/v1/`."""
