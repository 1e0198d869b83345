"""Sentences for refusals of imports, rules and what they send."""

from typing import Final


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is shown."""
    return text


FILES: Final[dict[str, str]] = {
    'file_refused': _later('This file cannot be read.'),
    'file_refused.too_big': _later('This file is too big: at most {limit_mb} MB.'),
    'file_refused.no_content': _later('This file is empty.'),
    'file_refused.not_a_picture': _later('This is no picture. Take a PNG, JPEG or WebP file.'),
    'file_refused.infected': _later('This file was refused: it holds malicious code ({virus}).'),
    'file_refused.unscanned': _later(
        'Files cannot be checked for viruses just now, so none are taken. Try again in a few minutes.'
    ),
    'not_a_scanner': _later('Write the path of a socket, or a host and a port: 127.0.0.1:3310.'),
    'scanner_away': _later('The virus scanner cannot be reached.'),
    'file_refused.quota': _later('Your room for files is full: {limit_mb} MB. Remove some files first.'),
    'no_files_folder': _later('There is no folder for files, so none can be kept.'),
    'file_refused.empty': _later('This file holds no rows.'),
    'file_refused.not_a_table': _later('This is not a table. Save it as XLSX or CSV.'),
    'file_refused.damaged': _later('This file is damaged. Save it anew.'),
    'file_refused.password': _later('This file is locked with a password. Save it without one.'),
    'file_refused.old_excel': _later('This is a workbook of an old Excel. Save it as XLSX.'),
    'file_refused.zip_bomb': _later('This file unpacks to far more than it should hold and was not opened.'),
    'file_refused.forbidden_xml': _later(
        'This file holds commands that a table does not need and was not opened.'
    ),
    'file_refused.too_many_parts': _later('This file has too many parts. Save only the sheet you need.'),
    'file_refused.too_many_cells': _later('This table has too many cells. Divide it into several files.'),
    'file_refused.cell_too_long': _later('A cell of this table is too long.'),
    'file_refused.too_much_memory': _later(
        'Reading this file takes too much memory. Divide it into several files.'
    ),
    'file_refused.too_slow': _later('Reading this file takes too long. Divide it into several files.'),
}
IMPORTS: Final[dict[str, str]] = {
    'nothing_mapped': _later('Choose a field for at least one column.'),
    'key_not_mapped': _later('Choose a column for the field that rows are matched by.'),
    'field_twice': _later('Two columns lead to the same field. Keep one of them.'),
    'import_started': _later('This import runs already.'),
    'import_stopped': _later('This import was stopped.'),
    'import_not_ended': _later('Only an import that has ended can be undone.'),
    'people_stay': _later('An import of people cannot be undone: deactivate them on the page of people.'),
    'undo_started': _later('This import is being undone already.'),
    'undo_stopped': _later('The undoing was stopped.'),
    'key_missing': _later('The field that rows are matched by is empty.'),
    'import_files_gone': _later('The rows of this import are no longer kept.'),
    'exists_already': _later('“{value}” exists already.'),
    'not_there': _later('“{value}” does not exist yet.'),
    'several_match': _later('{count} records match “{value}”.'),
    'twice_in_file': _later('“{value}” was in row {row} already.'),
    'link_not_set': _later('The record “{value}” could not be linked.'),
}
RULES: Final[dict[str, str]] = {
    'no_such_rule': _later('This rule does not exist.'),
    'no_such_run': _later('This run does not exist, or you have no access to it.'),
    'rule_bad_list': _later('A list is expected here.'),
    'rule_bad_origins': _later('Choose whose changes start the rule.'),
    'rule_bad_values': _later('Set at least one value.'),
    'rule_has_no_button': _later('This rule has no button.'),
    'rule_off': _later('This rule is switched off.'),
    'rule_key_taken': _later('Another rule has the key “{key}”.'),
    'rule_needs_record': _later('This action needs a record.'),
    'rule_no_address': _later('Nobody here has an e-mail address.'),
    'rule_nobody': _later('There is nobody to choose from.'),
    'rule_unknown_kind': _later('This version does not know “{name}”.'),
    'rule_failed': _later('The rule “{rule}” stopped with an error.'),
    'rule_depth': _later('The rule “{rule}” was stopped: rules called one another too many times.'),
    'rule_storm': _later('The rule “{rule}” was switched off: it ran too often.'),
    'rule_owner_blind': _later('The rule looks at a field that is hidden from its owner.'),
    'rule_owner_gone': _later('The rule “{rule}” was switched off: its owner is gone.'),
    'delivery_failed': _later('The rule “{rule}” could not reach {recipient}: {detail}'),
    'rule_stalled': _later('The run was ended: it stopped the process several times.'),
    'rule_broken': _later('The rule no longer fits its section: a field or stage it needs is gone.'),
    'rule_error': _later('An error on our side: {detail}'),
    'record_gone': _later('The record was deleted.'),
    'rule_unknown_field': _later('One of these fields does not exist or cannot be set.'),
    'rule_date_in_days': _later('A date without a time counts in days.'),
    'rule_yearly_needs_date': _later('Only a date comes every year, not a date with a time.'),
    'not_a_time': _later('Enter a time, for example 09:30.'),
    'rule_bad_cron': _later('This is not a cron line, for example 30 9 * * 1-5.'),
    'expr_types': _later('A value of another kind is needed at position {column}.'),
    'expr_argument': _later('“{name}” does not take such a value.'),
    'expr_currencies': _later('{left} and {right} cannot be compared.'),
    'expr_math': _later('This cannot be calculated, look at position {column}.'),
    'expr_no_part': _later('There is no “{name}” in this value.'),
    'no_task_catalog': _later('There is no section for tasks.'),
    'condition_value_missing': _later('The condition has no value.'),
    'expr_argument_count': _later('“{name}” takes another number of values.'),
    'expr_limit': _later('The calculation is too large.'),
    'expr_not_allowed': _later('“{what}” cannot be used in a formula.'),
    'expr_syntax': _later('There is a mistake at position {column}.'),
    'expr_too_big': _later('The formula is too long.'),
    'expr_unknown_function': _later('There is no function “{name}”. {hint}'),
    'expr_unknown_name': _later('There is no field “{name}”. {hint}'),
    'template_format': _later('The format “{name}” cannot be used here.'),
    'template_unknown_format': _later('There is no format “{name}”.'),
}
REST: Final[dict[str, str]] = {
    'unauthorized': _later('Send a valid API key.'),
    'no_such_path': _later('There is no such address in the API.'),
    'wrong_method': _later('This address does not take this method.'),
    'not_json': _later('The body is not JSON.'),
    'json_expected': _later('Send JSON with the type application/json.'),
    'object_expected': _later('A JSON object is expected.'),
    'body_too_large': _later('The body is too large: at most {limit} bytes.'),
    'too_many_rows': _later('Too many records at once: at most {limit}.'),
}
SENDING: Final[dict[str, str]] = {
    'address_refused': _later(
        'This address is inside your network. An administrator can allow it in the settings.'
    ),
    'no_such_host': _later('There is no such host.'),
    'no_connection': _later('No connection.'),
    'timeout': _later('No answer in time.'),
    'no_mail_server': _later('No mail server is set. An administrator can do it in the settings.'),
    'no_mailer': _later('Mail cannot be sent here.'),
    'no_poster': _later('Webhooks cannot be sent here.'),
    'bad_letter': _later('The letter could not be made: {detail}'),
    'bad_header': _later('A header of the webhook is not right.'),
    'error': _later('An error on our side: {detail}'),
}
PAGES: Final[dict[str, str]] = {
    'no_such_layout': _later('This record page does not exist.'),
    'layout_refused': _later('This was not saved. {why}'),
    'layout_shape': _later('A record page is made of tabs and blocks. This is not.'),
    'layout_no_tab': _later('A record page needs at least one tab.'),
    'layout_untitled': _later('Every tab needs a name.'),
    'layout_too_many': _later('A record page holds at most {tabs} tabs and {blocks} blocks.'),
    'layout_twice': _later('“{what}” is on the page twice.'),
    'layout_no_field': _later('There is no field “{field}” in this section.'),
    'layout_no_module': _later('There is no module “{module}”.'),
    'layout_no_link': _later('“{link}” does not lead to this section.'),
}
WORK: Final[dict[str, str]] = {**FILES, **PAGES, **IMPORTS, **RULES, **REST, **SENDING}
"""Codes of imports, rules, the API and of what is sent."""
