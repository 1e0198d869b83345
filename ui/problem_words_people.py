"""One English sentence for each refusal about people and the organisation; blanks are the refusal's facts."""

from typing import Final


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is shown."""
    return text


COLLEAGUES: Final[dict[str, str]] = {
    'absence_ends_early': _later('An absence ends on its first day or later: say from when.'),
    'bad_hours': _later('Say from when to when on the same day, for example 09:00 to 18:00.'),
    'contact_taken': _later('This contact is {name} already: one contact is at most one active colleague.'),
    'deactivated': _later('{name} is deactivated. Activate them first.'),
    'invitation_over': _later('This link was used already or is too old. Ask for a new one.'),
    'no_email': _later('{name} has no e-mail address.'),
    'no_login': _later('{name} has no login. Give them one first.'),
    'no_such_deputy': _later('A deputy is another colleague who is active.'),
    'password_as_before': _later('Choose another password than the one you were given.'),
    'contact_is_colleague': _later('{name} is a colleague of yours, and comes in by the other door.'),
    'not_of_portal': _later('A customer at the portal is no administrator.'),
    'portal_to_approve': _later('{name} ({email}) wants to come into the portal.'),
    'portal_only': _later('Customers sign in at the portal.'),
    'registration_closed': _later('Nobody can register here at the moment.'),
    'registration_over': _later('This link was used already or is too old. Register once more.'),
    'registration_throttled': _later('Too many registrations. Try again in {seconds} s.'),
    'reset_throttled': _later('Too many letters were asked for. Try again in {seconds} s.'),
    'role_of_others': _later('Roles of the portal are for customers, and only for them.'),
    'wrong_answer': _later('This is not the answer. Here is another question.'),
    'unit_cycle': _later('“{unit}” cannot go into “{into}”, which is below it.'),
    'own_company_kept': _later(
        '{name} is our company and stays. Say in the settings that another account is, or none.'
    ),
    'no_accounts': _later('There is no section of accounts yet.'),
    'unit_not_empty': _later('People work in this unit, or other units are below it.'),
    'units_too_deep': _later('The tree has at most {limit} levels.'),
}
