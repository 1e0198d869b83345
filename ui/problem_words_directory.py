"""Sentences about the company's directory: its connection, lines of a preview, sign-ins."""

from typing import Final


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is shown."""
    return text


DIRECTORY: Final[dict[str, str]] = {
    'directory_no_host': _later('Say where the directory is.'),
    'directory_no_such_host': _later('There is no server of this name.'),
    'directory_address_refused': _later('This is not the address of a server of yours.'),
    'directory_no_connection': _later(
        'Nothing answers there. Look at the server, the port and the firewall.'
    ),
    'directory_slow': _later('The directory did not answer in time.'),
    'directory_certificate': _later(
        'The certificate is not trusted, or made out to another name. Add your own authority, or use the name'
        ' in the certificate.'
    ),
    'directory_bad_ca': _later('This is not a certificate in PEM form.'),
    'directory_no_tls': _later('The server does not offer STARTTLS here.'),
    'directory_bind_failed': _later('The directory refuses this account or its password.'),
    'directory_no_base': _later('There is no such branch, or the account may not read it.'),
    'directory_bad_filter': _later('The directory does not understand this filter.'),
    'directory_no_id': _later('Nobody has the attribute “{attribute}”.'),
    'directory_empty': _later('Nobody was found. Look at the branch and at the filter.'),
    'directory_cut_off': _later(
        'The directory gave only a part of its people. Let the account read without a limit, or narrow the'
        ' filter.'
    ),
    'directory_failed': _later('The directory answered: {detail}'),
    'directory_busy': _later('A synchronisation is under way. Wait until it is done.'),
    'directory_interrupted': _later('The synchronisation was cut short. What was done stays done.'),
    'directory_shrank': _later(
        '{count} of {of} people would be deactivated at once. Look at the preview and apply it by hand.'
    ),
    'directory_failed_notice': _later(
        'The synchronisation with the directory failed. Look at it in the settings.'
    ),
    'directory_linked': _later('{name} or this entry is linked already.'),
    'directory_login_taken': _later('{name} has this login here. Link them if it is the same person.'),
    'directory_twice': _later('Several people in the directory have the login “{login}”.'),
    'directory_off': _later('Switched off in the directory'),
    'directory_gone': _later('No longer in the directory'),
    'directory_down': _later(
        'The directory of the company does not answer. Try again in a few minutes, or ask your administrator.'
    ),
    'directory_not_yet': _later(
        'Your password is right, but you are not known here yet. Ask your administrator to synchronise.'
    ),
    'password_in_directory': _later(
        'This password is kept by the directory of the company. Change it there.'
    ),
    'not_an_attribute': _later('An attribute has latin letters and digits, for example sAMAccountName.'),
    'bad_directory_filter': _later('A filter stands in brackets, for example (objectClass=person).'),
}
