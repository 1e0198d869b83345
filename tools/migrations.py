"""Write a migration for what changed in store/models: `python -m tools.migrations [--name what_changed]`."""

import subprocess
import sys

from store.database import config

TORTOISE = config(':memory:')
"""Models and the place of migrations; nothing is connected to."""


def main() -> None:
    """Let Tortoise compare models and migrations.

    :raises SystemExit: with its exit code"""
    command = [
        sys.executable,
        '-m',
        'tortoise',
        '-c',
        'tools.migrations.TORTOISE',
        'makemigrations',
        *sys.argv[1:],
    ]
    sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == '__main__':
    main()
