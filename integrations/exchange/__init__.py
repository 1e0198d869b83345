"""Import and export of table files: formats, mapping of columns, dry run, run in the background.

Nothing is imported here, so that the child process that parses a file starts with the formats alone."""
