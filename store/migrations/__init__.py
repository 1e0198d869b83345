"""Written by `make migrations`; applied at start."""
