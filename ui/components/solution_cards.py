"""Ready solutions as cards to choose from, and their installation in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from automations import Rules
from store import solutions
from store.actor import Actor
from store.problems import Problem
from store.solution_preview import Joined, Preview
from store.solutions import Solution
from ui.components.basics import button, icon, row, text
from ui.components.dialogs import answer_of
from ui.components.toast import tell
from ui.place import reload
from ui.session import session
from ui.text import label, language, t
from ui.values import field_label


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen solution, with or without sample data."""

    code: str
    demo: bool


class SolutionPicker:
    """Cards of ready solutions, one chosen; sample data on request.

    With `previews` by code it says what the chosen one would add to what is there."""

    def __init__(self, offers: Sequence[Solution], previews: Mapping[str, Preview] | None = None) -> None:
        self._offers, self._previews = offers, previews or {}
        self._code = ''
        self._cards: dict[str, ui.element] = {}
        with ui.element('div').classes('a-offers').props('role=radiogroup'):
            for offer in offers:
                self._cards[offer.code] = self._card(offer)
        self._told = ui.element('div').classes('a-col a-gap-4').props('aria-live=polite').mark('preview')
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
        self._told.clear()
        if code in self._previews:
            with self._told:
                _draw_preview(self._previews[code])
        self._demo.visible = next(offer.has_demo for offer in self._offers if offer.code == code)


def _draw_preview(told: Preview) -> None:
    """New sections, and what happens to those that are there."""
    if told.changes_nothing:
        text(
            t('Everything of this solution is here already; installing adds only what is missing.'), 'a-meta'
        )
        return
    if told.fresh:
        text(t('New sections: {names}', names=', '.join(label(one) for one in told.fresh)), 'a-meta')
    if told.joined:
        shared = ', '.join(label(one.catalog) for one in told.joined)
        text(t('Sections that are here already and are shared: {names}', names=shared), 'a-meta')
    for one in told.joined:
        _draw_joined(one)


def _draw_joined(one: Joined) -> None:
    section = label(one.catalog)
    if one.added:
        added = ', '.join(field_label(spec) for spec in one.added)
        text(t('{section}: new fields {names}', section=section, names=added), 'a-meta')
    if one.kept:
        kept = ', '.join(field_label(spec) for spec in one.kept)
        told = t('{section}: these fields stay as you have them: {names}', section=section, names=kept)
        text(told, 'a-meta')


async def pick_solution(
    offers: Sequence[Solution], previews: Mapping[str, Preview] | None = None
) -> Choice | None:
    """Ask for a solution in a dialog; None when the person thinks better of it."""
    with ui.dialog() as dialog, ui.card().style('width:min(640px,100%);max-width:640px'):
        text(t('Choose a ready solution'), 'a-title')
        picker = SolutionPicker(offers, previews)
        with row('a-full').style('justify-content:flex-end'):
            button(t('Cancel'), lambda: dialog.submit(None))
            button(t('Install'), lambda: dialog.submit(picker.choice), primary=True)
    answer = await answer_of(dialog)
    return answer if isinstance(answer, Choice) else None


async def add_solution() -> None:
    """Choose a ready solution and install it; the page shows what it brought."""
    actor, offers = session().actor, solutions.list_solutions()
    previews = {one.code: await solutions.preview(actor, one.code) for one in offers if one.catalogs}
    chosen = await pick_solution(offers, previews)
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
