"""Public files that nobody here wrote. They lie beside the repository, not in it: see CONTRIBUTING.md."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REAL = Path(os.environ.get('ARTEL_REAL_DATA', ROOT.parent / 'shared' / 'data'))
"""Where they are; the environment variable ARTEL_REAL_DATA says otherwise."""

needs_real_data = pytest.mark.skipif(
    not REAL.is_dir(), reason=f'the public data files are not in {REAL}; ARTEL_REAL_DATA names their folder'
)
"""Marks a test that reads them."""
