"""Our own company: its badge, the way to say that an account is it, and the field that names it."""

from collections.abc import Awaitable, Callable
from typing import Any

from store import FieldSpec, Problem, Ref, own_company
from store.own_company import accounts_catalog, is_own, make_own, own_id, own_name
from ui.components.basics import pill, row, text, toast
from ui.components.form import Field
from ui.components.record_state import RecordState
from ui.components.toast import tell
from ui.place import reload
from ui.session import session
from ui.text import t

Done = Callable[[], Awaitable[None]]


def draw_own_badge(catalog: str, record_id: int) -> None:
    """A badge on the account that is our own company; nothing for every other record."""
    if is_own(catalog, record_id):
        with row('a-gap-8').mark('own-company'):
            pill(t('Our company'), kind='accent').tooltip(
                t('Its name, phone and address stand in letters and captions.')
            )


def own_company_action(state: RecordState) -> tuple[str, Done] | None:
    """What the menu of an account offers to who may change settings: caption and deed."""
    kind = accounts_catalog()
    if kind is None or kind.code != state.catalog.code or not session().actor.may_do('manage_settings'):
        return None
    if is_own(state.catalog.code, state.view.id):
        return t('No longer our company'), lambda: _choose(None)
    return t('This is our company'), lambda: _choose(state.view.id)


async def _choose(record_id: int | None) -> None:
    try:
        await make_own(session().actor, record_id)
    except Problem as problem:
        tell(problem)
        return
    reload()


def draw_own_field(on_saved: Done | None = None, *, bare: bool = False) -> Field | None:
    """The field that names our own company, saved as soon as another account is chosen."""
    kind = accounts_catalog()
    if kind is None:
        text(t('There is no section of accounts yet.'), 'a-meta')
        return None
    spec = FieldSpec(
        code=own_company.SETTING,
        label='Our company',
        type='link',
        options={'target': kind.code},
    )
    chosen = own_id()
    now = None if chosen is None else Ref(chosen, own_name(), kind.code)

    async def save(field: Field, value: Any) -> None:
        try:
            await make_own(session().actor, value.id if isinstance(value, Ref) else None)
        except Problem as problem:
            tell(problem)
            return
        field.tick()
        if on_saved is not None:
            await on_saved()
        else:
            toast(t('Saved'))

    return Field(spec, now, save, bare=bare)
