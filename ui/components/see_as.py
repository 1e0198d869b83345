"""Looking at the product as somebody else: how it begins, the banner that says so, how it ends."""

from nicegui import Client, ui

from store import NotAllowed, Problem, Ref, seeing
from ui import theme
from ui.components.basics import avatar, button, icon, row, text, toast
from ui.components.controls.picker import Picker
from ui.components.dialogs import answer_of
from ui.components.references import ref_of, search_people
from ui.components.toast import tell
from ui.session import Tab, session
from ui.text import t

theme.add_style('components/rights.css')


def may_see_as() -> bool:
    """Whether the reader may look as others, and does not do so now."""
    tab = session()
    return tab.looker is None and tab.actor.may_do('run_as')


async def see_as(person_id: int) -> None:
    """Look as this person from now on, in every tab of this browser."""
    tab = session()
    try:
        await seeing.begin(tab.who, tab.session_id, person_id)
    except Problem as problem:
        tell(problem)
        return
    _go_home()


async def ask_whom() -> None:
    """Choose whose eyes to look through."""
    chosen: list[Ref] = []
    with ui.dialog() as dialog, ui.card().style('width:min(440px,100%)'):
        text(t('See as…'), 'a-title')
        hint = t('You see what this person sees. Nothing can be changed meanwhile, and it is written down.')
        text(hint, 'a-small a-muted')
        Picker(
            look='person',
            search=search_people,
            label=t('Person'),
            placeholder=t('Person'),
            on_set=lambda items: chosen.__setitem__(slice(None), [ref_of(item) for item in items]),
        ).mark('see-as-person')
        with row('a-full').style('justify-content:flex-end'):
            button(t('Cancel'), lambda: dialog.submit(None))
            button(
                t('See as this person'), lambda: dialog.submit(chosen[0].id if chosen else None), primary=True
            )
    person_id = await answer_of(dialog)
    if person_id is not None:
        await see_as(person_id)


def draw_banner(tab: Tab, client: Client) -> None:
    """Say whose eyes these are, on every page, with the way back."""
    if tab.looker is None:
        return
    with ui.element('div').classes('se-banner').props('role=status').mark('seeing-banner'):
        icon('visibility')
        avatar(tab.person.name, 22)
        text(t('You see Artel as {name}.', name=tab.person.name), 'a-strong a-ellipsis')
        text(t('Read only'), 'a-muted a-desk a-grow')
        button(t('Stop'), _stop, small=True).mark('stop-seeing')
    client.on_exception(_explain)


async def _stop() -> None:
    tab = session()
    await seeing.end(tab.who, tab.session_id)
    _go_home()


def _go_home() -> None:
    # A whole new document: everything drawn so far belongs to other eyes.
    ui.run_javascript('location.assign((window.path_prefix || "") + "/")')


def is_look_only(error: Exception) -> bool:
    """Whether something was refused because the reader only looks."""
    return isinstance(error, NotAllowed) and error.facts.get('right') == 'read_only'


def _explain(error: Exception) -> None:
    if is_look_only(error):
        toast(t('You only look: nothing is changed.'))
