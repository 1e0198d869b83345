"""Sentences about backups, what the doctor finds, and exports."""

from typing import Final


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is shown."""
    return text


BACKUPS: Final[dict[str, str]] = {
    'backup_running': _later('A backup is being made already.'),
    'backup_cancelled': _later('The backup was stopped.'),
    'backup_failed': _later('The backup could not be made: {detail}'),
    'backup_failed_notice': _later('The daily backup failed. Look at it in the settings.'),
    'backup_unhealthy': _later('The backup was made, but the doctor found {count} problems in it.'),
    'backup_damaged': _later('This backup is damaged and was not used: {detail}'),
    'backup_is_newer': _later('This backup was made by a later version of Artel. Use that version.'),
    'no_such_backup': _later('There is no such backup.'),
    'no_backup_place': _later('There is no data folder to keep backups in.'),
    'no_database': _later('There is no database {file}.'),
    'no_pg_dump': _later(
        'The program {program} of PostgreSQL is missing on this machine.'
        ' Install the package postgresql-client.'
    ),
    'other_engine': _later('This backup is of {made_on}, this installation uses {here}.'),
    'data_is_there': _later(
        'There are data here already. Add --force to replace them; the old ones are kept aside.'
    ),
    'store_in_use': _later('Artel is running on these data. Stop it first.'),
    'restore_running': _later('A backup is being restored here. Wait until it is done.'),
    'not_migrated': _later('This database is of an earlier version. Start Artel once, then call the doctor.'),
    'migration_failed': _later(
        'The database could not be brought up to date and is as it was. Start the earlier version. ({detail})'
    ),
    'not_a_time': _later('Enter a time such as 03:00, or nothing.'),
}
DOCTOR: Final[dict[str, str]] = {
    'database_damaged': _later('The database file is damaged: {detail}'),
    'columns_missing': _later('{catalog}: columns are missing: {columns}'),
    'stage_unknown': _later('{catalog}: records in a stage that does not exist: {count} ({ids})'),
    'visit_differs': _later(
        '{catalog}: records whose stage history does not fit their stage: {count} ({ids})'
    ),
    'visit_without_record': _later('{catalog}: stage history of records that are gone: {count} ({ids})'),
    'link_lost': _later('{catalog}: records whose field “{field}” points at nothing: {count} ({ids})'),
    'link_to_nowhere': _later('{catalog}: the field “{field}” points at the section “{to}”, which is gone.'),
    'ranks_repeat': _later('{catalog}: columns of the board with cards in the same place: {count} ({ids})'),
    'counter_behind': _later('{catalog}: the counter of “{field}” is at {counter}, but {highest} was given.'),
    'journal_ahead': _later('{catalog}: records older than their own history: {count} ({ids})'),
    'search_differs': _later('{catalog}: records that are not found by their words: {count} ({ids})'),
    'search_without_record': _later('{catalog}: search entries of records that are gone: {count} ({ids})'),
    'points_nowhere': _later('{table}: rows whose {column} is gone: {count} ({ids})'),
    'share_of_nothing': _later('{catalog}: shares of records that are gone: {count} ({ids})'),
    'notification_to_nobody': _later('Notifications to people who are gone: {count} ({ids})'),
    'file_lost': _later('Files whose content is missing: {count} ({ids})'),
    'file_spoilt': _later('Files whose content has changed on the disk: {count} ({ids})'),
    'file_left_over': _later('Contents on the disk that belong to no file: {count}'),
    'audit_broken': _later('The audit log was changed at line {line}.'),
    'audit_unproven': _later(
        'The audit log up to line {line} was sealed under another key file and cannot be checked.'
    ),
}
EXPORTS: Final[dict[str, str]] = {
    'export_cancelled': _later('The export was stopped.'),
    'export_too_large': _later('More than {limit} records do not fit into one file. Narrow the list first.'),
    'no_such_export': _later('This file is no longer kept. Export again.'),
}
CARE: Final[dict[str, str]] = {**BACKUPS, **DOCTOR, **EXPORTS}
"""Every code with its sentence."""
