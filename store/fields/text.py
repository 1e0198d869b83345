"""A line of text."""

from store.fields import TextType


class Text(TextType):
    """A line of text, up to 1,000 characters."""

    key = 'text'
    label = 'Text'
    look = 'text'
    samples = ('Ромашка', 'a "quoted" <b>word</b>', "O'Neil; DROP TABLE x", '0042')
    rubbish = ({'a': 1}, 'x' * 1001)
