"""One English sentence for each refusal code; blanks are the refusal's facts.

A code with a `reason` may have a sentence for each: 'file_refused.too_big'."""

from typing import Final

from ui.problem_words_care import CARE
from ui.problem_words_directory import DIRECTORY
from ui.problem_words_feed import FEED
from ui.problem_words_mail import MAIL
from ui.problem_words_people import COLLEAGUES
from ui.problem_words_rights import RIGHTS
from ui.problem_words_work import WORK


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is shown."""
    return text


GENERAL: Final[dict[str, str]] = {
    'problem': _later('This did not work. Please try again.'),
    'not_found': _later('This does not exist, or you have no access to it.'),
    'not_allowed': _later('You have no right to do this. Ask an administrator if you need it.'),
    'conflict': _later('{changed_by} saved this record first. Look at both values and save again.'),
    'invalid': _later('Some values are not right.'),
    'refused': _later('This is not possible.'),
    'signed_out': _later('You were signed out. Please sign in again.'),
    'stage_not_allowed': _later('You may not put cards into this stage.'),
    'hidden_required': _later('A field that you do not see has to be filled first: ask an administrator.'),
    'hidden_refused': _later(
        'The value of a field that you do not see stands in the way: ask an administrator.'
    ),
    'administrators_only': _later('Only an administrator may do this.'),
    'too_many_requests': _later('Too many requests. Wait a moment and try again.'),
    'too_large': _later('This is too large to be sent.'),
    'database_is_newer': _later('This database was written by a later version of Artel. Start that version.'),
    'wrong_key': _later('The key file does not fit this database: saved secrets cannot be read.'),
    'no_key': _later('There is no key file, so secrets cannot be saved.'),
    'no_room': _later('There is no room left here. Try again.'),
    'nothing_chosen': _later('Choose at least one.'),
}
VALUES: Final[dict[str, str]] = {
    'required': _later('Fill this in.'),
    'read_only': _later('This cannot be changed here.'),
    'bad_value': _later('This value does not fit.'),
    'wrong_type': _later('A value of another kind is expected here.'),
    'unknown_field': _later('There is no such field.'),
    'unknown_type': _later('There is no such kind of field.'),
    'not_a_number': _later('Enter a number.'),
    'not_a_date': _later('Enter a date, for example 2026-11-21.'),
    'not_a_moment': _later('Enter a date and time, for example 2026-11-21 14:30.'),
    'not_a_text': _later('Enter plain text.'),
    'not_an_email': _later('Enter an e-mail address, for example name@company.com.'),
    'not_a_phone': _later('Enter a phone number with its country code.'),
    'inactive_choice': _later('“{value}” is not used any more. Choose another value.'),
    'choice_in_use': _later('{count} records hold “{value}”. Put it away, or merge it with another value.'),
    'no_active_choice': _later('At least one value must be in use.'),
    'merge_with_itself': _later('Choose another value to merge with.'),
    'not_between': _later('Enter a number from {least} to {most}.'),
    'not_a_color': _later('Choose a colour.'),
    'no_such_setting': _later('There is no such setting.'),
    'no_such_workplace': _later('This workplace is gone, or not open to you.'),
    'bad_section': _later('A workplace holds sections and pages of the panel.'),
    'not_a_web_address': _later('Enter a web address, for example company.com.'),
    'not_yes_or_no': _later('Answer yes or no.'),
    'too_big': _later('This number is too big.'),
    'too_long': _later('This is too long: at most {limit} characters.'),
    'no_such_choice': _later('“{value}” is not among the choices.'),
    'no_such_record': _later('There is no record “{value}”, or you have no access to it.'),
    'no_such_stage': _later('There is no stage “{value}”.'),
    'no_such_zone': _later('There is no time zone “{value}”.'),
    'not_unique': _later('Another record already has the value “{value}”.'),
    'only_own': _later('With your rights you can only be responsible yourself.'),
    'unknown_currency': _later('“{currency}” is no currency code, such as USD.'),
}
PEOPLE: Final[dict[str, str]] = {
    'sign_in_failed': _later('Login or password is wrong.'),
    'sign_in_throttled': _later('Too many attempts. Try again in {seconds} s.'),
    'sign_in_expired': _later('This took too long. Sign in again.'),
    'second_factor_needed': _later('A code from your phone is needed.'),
    'second_factor_on': _later('The second factor is on already.'),
    'second_factor_off': _later('There is no second factor to take away.'),
    'code_wrong': _later('This code is wrong or was used already. Wait for the next one.'),
    'svg_refused': _later('This SVG holds more than a drawing ({what}). Export it as plain SVG.'),
    'sign_in_busy': _later('Too many people sign in right now. Try again in a moment.'),
    'already_set_up': _later('This installation is set up already. Sign in.'),
    'password_short': _later('Take at least {least} characters.'),
    'password_long': _later('Take at most {most} characters.'),
    'password_common': _later('This password is easy to guess. Take another one.'),
    'password_wrong': _later('The present password is wrong.'),
    'passwords_differ': _later('This is not the same password.'),
    'bad_login': _later('A login has at least 2 characters and no spaces or quotes.'),
    'login_taken': _later('Somebody has the login “{login}” already.'),
    'last_administrator': _later(
        'This is the last administrator. Make somebody else an administrator first.'
    ),
    'role_in_use': _later('People hold this role ({people}). Take it from them first.'),
    'unknown_role': _later('There is no role “{role}”.'),
    'no_administrator': _later('There is no administrator yet.'),
    'no_such_person': _later('There is nobody with the login “{login}”.'),
}
SHAPING: Final[dict[str, str]] = {
    'bad_code': _later('A code has small latin letters, digits and underscores, and begins with a letter.'),
    'code_taken': _later('This code is taken.'),
    'bad_choices': _later('Each value needs its own name and a colour.'),
    'bad_stage': _later('Each stage needs a name and a colour.'),
    'stage_in_use': _later('The stage “{stage}” holds {count} cards. Move them first.'),
    'pipeline_without_start': _later('A pipeline needs at least one open stage.'),
    'pipeline_without_end': _later('A pipeline needs a stage that means won.'),
    'values_repeat': _later('Some records have the same value here. Change them first.'),
    'no_pipeline': _later('This section has no pipeline.'),
    'no_such_catalog': _later('This section does not exist, or you have no access to it.'),
    'no_such_dashboard': _later('This dashboard does not exist, or you have no access to it.'),
    'no_such_field': _later('There is no such field.'),
    'no_such_pipeline': _later('There is no such pipeline.'),
    'no_such_solution': _later('There is no such solution.'),
}
ASKING: Final[dict[str, str]] = {
    'bad_filter': _later('This filter is damaged. Set it up again.'),
    'bad_sort': _later('Records cannot be sorted by this field.'),
    'number_out_of_range': _later('This number is too large.'),
    'bad_page': _later('Too many records are asked for at once.'),
    'bad_cursor': _later('The list has changed. Load it again.'),
    'bad_condition': _later('This condition is damaged. Set it up again.'),
}
SENTENCES: Final[dict[str, str]] = {
    **GENERAL, **VALUES, **PEOPLE, **SHAPING, **ASKING, **WORK, **CARE, **COLLEAGUES, **FEED, **DIRECTORY,
    **RIGHTS, **MAIL,
}  # fmt: skip
"""Every code with its sentence."""
