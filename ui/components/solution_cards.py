"""Ready solutions as cards to choose from, and their installation in the reader's language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from automations import Rules
from store import solutions
from store.actor import Actor
from store.problems import Problem
from store.solutions import Solution
from ui.components.basics import button, icon, row, text
from ui.components.dialogs import answer_of
from ui.components.toast import tell
from ui.place import reload
from ui.session import session
from ui.text import language, t


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen solution, with or without sample data."""

    code: str
    demo: bool


class SolutionPicker:
    """Cards of ready solutions, one chosen; sample data on request."""

    def __init__(self, offers: Sequence[Solution]) -> None:
        self._offers = offers
        self._code = ''
        self._cards: dict[str, ui.element] = {}
        with ui.element('div').classes('a-offers').props('role=radiogroup'):
            for offer in offers:
                self._cards[offer.code] = self._card(offer)
        self._demo = ui.checkbox(t('Add sample data to look around'))
        self.choose(offers[0].code)

    @property
    def choice(self) -> Choice:
        """What is chosen now."""
        return Choice(self._code, self._demo.visible and bool(self._demo.value))

    def _card(self, offer: Solution) -> ui.element:
        with ui.element('button').classes('a-offer').props('type=button role=radio') as made:
            icon(offer.icon)
            text(offer.titles.get(language(), offer.title), 'a-strong')
            text(offer.descriptions.get(language(), offer.description), 'a-meta')
        made.on('click', lambda: self.choose(offer.code))
        return made

    def choose(self, code: str) -> None:
        """Mark one solution."""
        self._code = code
        for other, made in self._cards.items():
            made.classes(
                add='a-offer--on' if other == code else '', remove='' if other == code else 'a-offer--on'
            )
            made.props(f'aria-checked={"true" if other == code else "false"}')
        self._demo.visible = next(offer.has_demo for offer in self._offers if offer.code == code)


async def pick_solution(offers: Sequence[Solution]) -> Choice | None:
    """Ask for a solution in a dialog; None when the person thinks better of it."""
    with ui.dialog() as dialog, ui.card().style('width:min(640px,100%);max-width:640px'):
        text(t('Choose a ready solution'), 'a-title')
        picker = SolutionPicker(offers)
        with row('a-full').style('justify-content:flex-end'):
            button(t('Cancel'), lambda: dialog.submit(None))
            button(t('Install'), lambda: dialog.submit(picker.choice), primary=True)
    answer = await answer_of(dialog)
    return answer if isinstance(answer, Choice) else None


async def add_solution() -> None:
    """Choose a ready solution and install it; the page shows what it brought."""
    chosen = await pick_solution(solutions.list_solutions())
    if chosen is None:
        return
    try:
        await install(session().actor, chosen.code, demo=chosen.demo, tell=lambda _text: None)
    except Problem as problem:
        tell(problem)
        return
    reload()


async def install(actor: Actor, code: str, *, demo: bool, tell: Callable[[str], Any]) -> None:
    """Install a solution in the reader's language and say how far it is."""
    parts = {'catalogs': t('Sections'), 'roles': t('Roles'), 'rules': t('Rules'), 'demo': t('Sample data')}
    await solutions.install(
        actor,
        code,
        language(),
        demo=demo,
        save_rule=Rules(actor).keep,
        progress=lambda what, done, total: tell(f'{parts.get(what, what)} {done}/{total}'),
    )
