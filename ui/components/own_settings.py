"""Settings that a person may have a value of their own for: mine, or the company's."""

from typing import Any

from store import FieldSpec, Invalid, Problem, system_settings
from store.system_settings import SETTINGS
from ui.components.basics import button, col, pill, row, text
from ui.components.form import Field
from ui.components.settings import block
from ui.components.system_setting import as_field, shown_value
from ui.components.toast import tell
from ui.session import session
from ui.text import field_errors, t


async def draw_own_settings() -> None:
    """Draw a block of them; nothing when the system has none."""
    specs = [spec for spec in SETTINGS.values() if spec.options.get('personal')]
    if not specs:
        return
    own = await system_settings.own_settings(session().actor)
    with block(t('My values of company settings'), t('Empty a field to follow the company again.')):
        for spec in specs:
            with col('a-gap-4'):
                _Own(spec, own.get(spec.code)).draw()


class _Own:
    """One setting: the field, and whether it is mine or the company's."""

    def __init__(self, spec: FieldSpec, own: Any) -> None:
        self._spec = spec
        self._own = own

    def draw(self) -> None:
        """Draw the field over its foot."""
        spec = as_field(self._spec)
        bare = FieldSpec(
            code=spec.code, label=spec.label, type=spec.type, options=spec.options, hint=spec.hint
        )
        self._field = Field(bare, self._own, self._save)
        self._foot = row('a-gap-8')
        self._fill()

    def _fill(self) -> None:
        company = shown_value(as_field(self._spec), system_settings.setting(self._spec.code))
        self._foot.clear()
        with self._foot:
            pill(
                t('Mine') if self._own is not None else t('As the company'),
                kind='accent' if self._own else '',
            )
            text(t('Company: {value}', value=company), 'a-meta')
            if self._own is not None:
                button(t('As the company'), self._reset, small=True, quiet=True)

    async def _save(self, field: Field, value: Any) -> None:
        code = self._spec.code
        try:
            await system_settings.change_own_setting(session().actor, code, value)
        except Invalid as problem:
            field.refuse(field_errors(problem).get(code, ''))
        except Problem as problem:
            tell(problem)
        else:
            self._own = (await system_settings.own_settings(session().actor)).get(code)
            self._fill()

    async def _reset(self) -> None:
        await self._save(self._field, None)
        self._field.show(None)
