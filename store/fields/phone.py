"""Telephone numbers."""

import re
from typing import Any

from store.fields import TextType
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading

_ALLOWED = re.compile(r'[+\d\s()\-./,;#*–—]|доб|ext|x', re.IGNORECASE)


class Phone(TextType):
    """A telephone number, kept as typed and found by its digits."""

    key = 'phone'
    label = 'Phone'
    look = 'text'
    limit = 60
    samples = ('+7 (916) 123-45-67', '8 800 555 35 35 доб. 12')
    rubbish = ('call me', '12', '+' * 5)

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """The text, when it holds 3 to 20 digits and little else."""
        text = super().read(raw, spec, reading)
        digits = re.sub(r'\D', '', text or '')
        if not 3 <= len(digits) <= 20 or _ALLOWED.sub('', text):
            raise BadValue('not_a_phone')
        return text

    def fold(self, value: str | None) -> str | None:
        """Digits; a Russian 8 is +7."""
        digits = re.sub(r'\D', '', value or '')
        return (re.sub(r'^8(?=\d{10}$)', '7', digits)) or None

    def operand(self, raw: Any, spec: FieldSpec) -> Any:
        """Part of a number is enough in a filter."""
        return self.fold(str(raw))
