"""Finds the Chromium of this machine; `python -m tests.chromium` prints where it is."""

import shutil
import sys
from pathlib import Path

NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
FLAGS = (
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
)  # fmt: skip


def find() -> Path | None:
    """The browser's program, Playwright's own included."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    homes = (Path.home() / '.cache/ms-playwright', Path.home() / 'Library/Caches/ms-playwright')
    places = [place for home in homes for place in sorted(home.glob('chromium-*/chrome-*/*'), reverse=True)]
    places.append(Path('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'))
    return next(
        (place for place in places if place.name in ('chrome', 'Google Chrome') and place.is_file()), None
    )


if __name__ == '__main__':
    program = find()
    print(program or 'no Chromium on this machine')
    sys.exit(program is None)
