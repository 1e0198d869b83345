"""Fixed tables: one topic a file. `FURTHER_SQL` of a file holds what migrations cannot express."""
