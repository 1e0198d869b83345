"""Names that sample files use, so that they read like a company's own."""

from typing import Final


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is used."""
    return text


NAMES: Final[dict[str, tuple[str, ...]]] = {
    'person': (_later('Anna Blake'), _later('Tom Rivers'), _later('Kate Moore')),
    'contacts': (_later('Peter Hall'), _later('Maria Stone'), _later('Victor Lane')),
    'accounts': (_later('North Wind Ltd'), _later('Bright Office'), _later('Harbour Trade')),
    'leads': (
        _later('Wants a price for 20 seats'),
        _later('Asks for a demonstration'),
        _later('Compares two suppliers'),
    ),
    'deals': (
        _later('Office furniture for North Wind'),
        _later('Yearly service for Bright Office'),
        _later('Delivery for Harbour Trade'),
    ),
    'services': (_later('Care of the tills'), _later('Network of the office'), _later('Printing')),
    'contracts': (
        _later('Care of the tills for a year'),
        _later('Printers of Bright Office'),
        _later('Network of Harbour Trade'),
    ),
    'cases': (
        _later('The printer does not print'),
        _later('A new colleague needs access'),
        _later('The report is empty'),
    ),
}
"""Titles by the code of what is imported; others are numbered."""
LOGINS: Final = ('anna.blake', 'tom.rivers', 'kate.moore')
FIRST: Final = ('person', 'contacts', 'accounts', 'leads', 'deals', 'services', 'contracts', 'cases')
"""Sample files that everybody begins with, in this order."""
