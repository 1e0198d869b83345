"""Sentences about mailboxes and letters: what is wrong with a connection, and what to do."""

from typing import Final


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is shown."""
    return text


MAIL: Final[dict[str, str]] = {
    'mail_login': _later(
        '{server} refuses this login or password. Yandex, Mail.ru and Gmail want a password for apps: make'
        ' one in the security settings of your mail account, and allow mail programs (IMAP) there.'
    ),
    'mail_no_connection': _later('Nothing answers at {server}. Look at the server and the port.'),
    'mail_no_such_host': _later('There is no server {server}. Look how it is spelled.'),
    'mail_address_refused': _later(
        '{server} is inside a private network. An administrator can allow it: settings, Mailboxes.'
    ),
    'mail_port_refused': _later(
        'Mail servers do not listen at {server}. Usual ports: IMAP 993 or 143, SMTP 465 or 587.'
    ),
    'mail_needs_tls': _later(
        'Without encryption everybody on the way to {server} could read your password. Choose TLS or'
        ' STARTTLS.'
    ),
    'mail_no_tls': _later(
        '{server} does not speak this encryption. TLS usually goes with 993 and 465, STARTTLS with 143 and'
        ' 587.'
    ),
    'mail_certificate': _later(
        'The certificate of {server} is not trusted, or made out to another name. Look at the name of the'
        ' server; an administrator can add the authority of the company.'
    ),
    'mail_bad_ca': _later(
        'The certificate of the own authority in the settings is no PEM text. Tell your administrator.'
    ),
    'mail_slow': _later('{server} did not answer in time.'),
    'mail_broke_off': _later('{server} broke the connection off.'),
    'mail_failed': _later('{server} answered: {detail}'),
    'mail_not_ready': _later('Mail is not ready yet. Try again in a moment.'),
    'mail_tests_throttled': _later('Too many tests. Try again in {seconds} s.'),
    'no_mailbox': _later('No mailbox is connected, or it is switched off. See your profile.'),
    'letters_throttled': _later('Too many letters in an hour. Try again in {seconds} s.'),
    'letter_failed': _later('Your letter to {recipient} could not be sent. {detail}'),
    'not_a_host': _later('The name of a server is expected, for example imap.example.com.'),
    'not_an_address': _later('“{address}” is not an e-mail address.'),
    'too_many': _later('At most {most}.'),
    'bad_letter': _later('The letter has an address or a subject that cannot be sent.'),
}
