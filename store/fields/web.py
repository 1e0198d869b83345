"""Web addresses."""

import re
from typing import Any
from urllib.parse import urlsplit

from store.fields import TextType
from store.folding import fold
from store.problems import BadValue
from store.schema import FieldSpec
from store.values import Reading

_HOST = re.compile(r'[^\s/@:\\<>"]+\.[^\s/@:\\<>".]{2,}|localhost', re.UNICODE)


class Web(TextType):
    """A web address; only http and https, so that a click never runs a script."""

    key = 'web'
    label = 'Web address'
    look = 'text'
    limit = 2000
    samples = ('https://example.com/путь?q=1', 'http://example.com')
    rubbish = ('javascript:alert(1)', 'data:text/html,x', 'nowhere', 'https://', 'ftp://example.com')

    def read(self, raw: Any, spec: FieldSpec, reading: Reading) -> Any:
        """The address, with https:// when none is written."""
        text = super().read(raw, spec, reading) or ''
        if re.search(r'[\s\x00-\x1f\u2028\u2029]', text):
            raise BadValue('not_a_web_address')
        if '://' not in text and not re.match(r'[a-z][a-z0-9+.-]*:(?!\d)', text, re.IGNORECASE):
            text = f'https://{text}'
        try:
            parts = urlsplit(text)
            good = parts.scheme in ('http', 'https') and _HOST.fullmatch(parts.hostname or '')
        except ValueError:
            good = None
        if not good:
            raise BadValue('not_a_web_address')
        return text

    def operand(self, raw: Any, spec: FieldSpec) -> Any:
        """Part of an address is enough in a filter."""
        return fold(str(raw))
