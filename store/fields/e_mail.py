"""E-mail addresses."""

from typing import Any

from email_validator import EmailNotValidError, validate_email

from store.fields import TextType
from store.folding import fold
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading


class EMail(TextType):
    """An e-mail address; its form is checked, its server is not asked."""

    key = 'email'
    label = 'E-mail'
    look = 'text'
    limit = 254
    samples = ('ivan@example.com', 'Anna.Petrova+crm@пример.рф')
    rubbish = ('ivan', 'a@b', 'a b@example.com', '<script>@x.com', '\x00')

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """The address as typed."""
        text = super().read(raw, spec, reading) or ''
        try:
            validate_email(text, check_deliverability=False, test_environment=True)
        except EmailNotValidError as error:
            raise BadValue('not_an_email') from error
        return text

    def operand(self, raw: Any, spec: FieldSpec) -> Any:
        """Part of an address is enough in a filter."""
        return fold(str(raw))


def read_address(typed: str) -> str:
    """An address that stands in no record: a recipient, a mailbox.

    :raises BadValue: 'not_an_email', or what a text may not be"""
    return str(EMail().read(typed, FieldSpec(code='address', label='', type='email'), Reading()))
