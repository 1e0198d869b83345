"""One line of text; an address of any kind gets a way to open it."""

import re
from typing import Any
from urllib.parse import quote

from store.schema import FieldSpec
from ui.components.controls.text_control import TextControl
from ui.components.inputs import Drawn, Input, OnChange
from ui.values import field_label

WAYS = {'phone': 'tel:', 'email': 'mailto:'}


class TextInput(Input):
    """A line of text."""

    key = 'text'

    def draw(self, spec: FieldSpec, value: Any, on_change: OnChange) -> Drawn:
        """A native text box."""
        control = TextControl(
            readable(spec, value), edit=str(value or ''), on_set=on_change, label=field_label(spec),
            readonly=spec.read_only, kind='password' if spec.options.get('secret') else spec.type,
            link=address(spec, value), placeholder=str(spec.options.get('placeholder', '')),
        )  # fmt: skip

        def show(new: Any) -> None:
            control.give(readable(spec, new), str(new or ''))
            control.props['link'] = address(spec, new)

        return Drawn(control, show, control.mark_invalid)


def readable(spec: FieldSpec, value: Any) -> str:
    """The text as it is read: a web address without what every address begins with."""
    text = str(value or '')
    if spec.type != 'web':
        return text
    return re.sub(r'^https?://(www\.)?|/$', '', text, flags=re.IGNORECASE)


def address(spec: FieldSpec, value: Any) -> str:
    """Where a phone, e-mail or web address leads; '' for anything a browser should not follow."""
    text = str(value or '').strip()
    if spec.type == 'web':
        return text if text.lower().startswith(('https://', 'http://')) else ''
    return WAYS[spec.type] + quote(text, safe='+@') if text and spec.type in WAYS else ''
