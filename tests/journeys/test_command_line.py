"""An installation set up from the command line alone, in either order, also beside a running server."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.app import App


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[App]:
    app = App(tmp_path / 'data', ARTEL_DATABASE=database_url)
    yield app
    app.stop()


def _get(app: App, token: str, path: str) -> Any:
    request = urllib.request.Request(f'{app.url}/api/v1{path}', headers={'Authorization': f'Bearer {token}'})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def _codes(app: App, token: str) -> set[str]:
    return {catalog['code'] for catalog in _get(app, token, '/catalogs')['catalogs']}


def test_a_solution_first_and_its_owner_later(app: App) -> None:
    app.run('install', 'sales', '--demo', '--language', 'ru')
    app.run('user', 'ada', '--admin')
    token = app.run('token', 'ada')
    app.start()
    assert {'deals', 'tasks', 'accounts'} <= _codes(app, token)
    rules = _get(app, token, '/rules')['rules']
    assert rules
    assert all(rule['owner'] for rule in rules)


def test_what_is_installed_beside_a_running_server_is_there_at_once(app: App) -> None:
    app.run('user', 'ada', '--admin')
    token = app.run('token', 'ada')
    app.start()
    assert _codes(app, token) == set()
    app.run('install', 'hiring')
    until = time.monotonic() + 60
    while time.monotonic() < until and not _codes(app, token):
        time.sleep(0.2)
    assert {'candidates', 'vacancies'} <= _codes(app, token)


def test_a_refusal_is_a_sentence_and_an_exit_code(app: App) -> None:
    app.run('user', 'ada', '--admin')
    with pytest.raises(AssertionError, match='nobody with the login'):
        app.run('token', 'somebody')


def test_a_stopped_server_ends_without_a_trace_of_trouble(app: App) -> None:
    app.run('user', 'ada', '--admin')
    app.start()
    app.stop()
    said = app.log.read_text()
    assert 'Traceback' not in said, said
    assert 'ERROR' not in said, said
