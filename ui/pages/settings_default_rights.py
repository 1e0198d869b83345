"""Default rights: with whom new records are shared at once; the same for those that are there."""

import asyncio
import json
from functools import partial
from typing import Any

from nicegui import background_tasks, ui

from store import FieldSpec, Problem, Ref, default_rights, roles, shares
from store.actor import EVERY
from store.default_rights import DefaultRight, Preview
from ui.components.basics import button, confirm, icon_button, row, text, toast
from ui.components.controls.picker import Picker
from ui.components.dialogs import answer_of
from ui.components.form import Form
from ui.components.kept_rows import KeptRows
from ui.components.references import ref_of, search_people
from ui.components.sentence_page import Sentences, sentence_page
from ui.components.settings import listing
from ui.components.toast import tell
from ui.live import Latest
from ui.pages import Area, Page, may
from ui.place import Place
from ui.session import records, session
from ui.text import label, language, n, number, t

ANYBODY = '*'
"""The choice for what anybody makes; no role has such a code."""
READ, CHANGE = 'read', 'change'


async def draw_default_rights(_place: Place) -> None:
    """The default rights as sentences, and the way to apply them to what is there."""
    sheet = _Sheet()
    words = Sentences(
        title=t('Default rights'),
        adding=t('New default right'),
        add=sheet.add,
        empty=t('Share what one role makes with another role or a person, without anybody’s doing.'),
        icon='share',
    )
    with sentence_page(words, sheet.line, lambda one: one[0].id) as sheet.rights:
        text(
            t('They count for records made from now on, imports too. Records that were there before'
              ' get theirs below.'),
            'a-small a-muted',
        )  # fmt: skip
        await sheet.fill()
        with listing(t('Apply to records that are there')):
            for catalog in records().catalogs():
                _Again(catalog.code, label(catalog), sheet.sentence).draw()


class _Sheet:
    """The list and its dialog."""

    rights: KeptRows[tuple[DefaultRight, str]]

    def __init__(self) -> None:
        self.fill = Latest(self._fill)

    async def _fill(self) -> None:
        actor = session().actor
        self._roles = {role.code: role for role in await roles.list_roles(actor)}
        self._labels = {ref.id: (ref, labels) for ref, labels in await shares.role_refs(actor)}
        found = await default_rights.list_rights(actor)
        self.rights.give((right, self.sentence(right)) for right in found)

    def line(self, said: tuple[DefaultRight, str]) -> None:
        """Draw one of them."""
        right, words = said
        with ui.element('div').classes('rr-rule__body'):
            text(words, 'a-small')
        icon_button('delete', f'{t("Delete")}: {words}', lambda: self._remove(right), small=True)

    def sentence(self, right: DefaultRight) -> str:
        """A default right as one plain sentence."""
        catalog = next((one for one in records().catalogs() if one.code == right.catalog), None)
        said: dict[str, Any] = {
            'section': label(catalog) if catalog else t('All sections'),
            'to': self._receiver(right.to),
            'role': self._role(right.author_role),
        }
        if right.author_role:
            return (
                t('{section}: what “{role}” makes, {to} may see and change.', **said)
                if right.change
                else t('{section}: what “{role}” makes, {to} may see.', **said)
            )
        return (
            t('{section}: what anybody makes, {to} may see and change.', **said)
            if right.change
            else t('{section}: what anybody makes, {to} may see.', **said)
        )

    def _role(self, code: str) -> str:
        return label(self._roles[code]) if code in self._roles else code

    def _receiver(self, to: Ref) -> str:
        if to.catalog == 'person':
            return to.title
        _, labels = self._labels.get(to.id, (to, '{}'))
        return t('the role “{role}”', role=str(json.loads(labels).get(language()) or to.title))

    async def _remove(self, right: DefaultRight) -> None:
        question = t('New records are no longer shared by it. What is shared stays until you apply again.')
        if not await confirm(question, t('Delete')):
            return
        try:
            await default_rights.remove_right(session().actor, right.id)
        except Problem as problem:
            tell(problem)
        await self.fill()

    async def add(self) -> None:
        """Ask for a new default right."""
        chosen: list[Ref] = []

        async def save() -> None:
            if not form.check():
                return
            if not chosen:
                toast(t('Choose a person or a role first.'), kind='error')
                return
            values = form.values
            author = values['author'] if values['author'] != ANYBODY else ''
            right = DefaultRight(
                catalog=values['catalog'], author_role=author, to=chosen[0], change=values['way'] == CHANGE
            )
            try:
                await default_rights.add_right(session().actor, right)
            except Problem as problem:
                tell(problem)
                return
            dialog.submit(True)

        with ui.context.client.layout, ui.dialog().props('persistent') as dialog, ui.card():
            text(t('New default right'), 'a-title')
            form = Form(self._specs(), {'catalog': EVERY, 'author': ANYBODY, 'way': READ})
            text(t('Shared with'), 'af-label').style('margin-bottom:-12px')
            Picker(
                look='person',
                search=self._search,
                label=t('Person or role'),
                placeholder=t('Person or role'),
                on_set=lambda items: chosen.__setitem__(slice(None), [ref_of(one) for one in items]),
            )
            with row('a-full').style('justify-content:flex-end'):
                button(t('Cancel'), lambda: dialog.submit(False))
                button(t('Add'), save, primary=True)
        if await answer_of(dialog):
            await self.fill()

    def _specs(self) -> list[FieldSpec]:
        sections = [{'key': one.code, 'label': label(one)} for one in records().catalogs()]
        authors = [{'key': code, 'label': label(one)} for code, one in self._roles.items()]
        ways = [{'key': READ, 'label': t('See')}, {'key': CHANGE, 'label': t('See and change')}]
        everywhere = [{'key': EVERY, 'label': t('All sections')}, *sections]
        anybody = [{'key': ANYBODY, 'label': t('Anybody')}, *authors]
        return [
            FieldSpec(
                code='catalog', label='Section', type='choice', required=True, options={'choices': everywhere}
            ),
            FieldSpec(
                code='author', label='Made by', type='choice', required=True, options={'choices': anybody}
            ),
            FieldSpec(code='way', label='May', type='choice', required=True, options={'choices': ways}),
        ]

    async def _search(self, wanted: str) -> list[dict[str, Any]]:
        named = [
            (ref, str(json.loads(raw).get(language()) or ref.title)) for ref, raw in self._labels.values()
        ]
        fitting = [
            {'id': f'role/{ref.id}', 'title': name, 'note': t('Role')}
            for ref, name in named
            if wanted.strip().casefold() in name.casefold()
        ]
        return [*fitting, *(await search_people(wanted))]


class _Again:
    """One section: look what applying again would do, then do it with progress."""

    def __init__(self, code: str, name: str, sentence: Any) -> None:
        self._code, self._name, self._sentence = code, name, sentence

    def draw(self) -> None:
        """Draw the line of the section."""
        with ui.element('div').classes('rr-rule'):
            with ui.element('div').classes('rr-rule__body'):
                text(self._name, 'a-small a-strong')
                self._box = ui.element('div').classes('rr-sentence')
            self._look = button(t('Preview'), self._preview, small=True).mark(f'preview-{self._code}')

    async def _preview(self) -> None:
        try:
            plan = await default_rights.preview(session().actor, self._code)
        except Problem as problem:
            tell(problem)
            return
        self._box.clear()
        with self._box:
            for gain in plan.gains:
                new = n('{count} record gains it', '{count} records gain it', gain.new)
                text(f'{self._sentence(gain.right)} {new}.')
            if plan.lost:
                text(n('{count} share no default right gives any more goes.',
                       '{count} shares no default right gives any more go.', plan.lost))  # fmt: skip
            if plan.kept:
                text(n('{count} share given by hand stays.', '{count} shares given by hand stay.', plan.kept))
            if not plan.new and not plan.lost:
                text(t('Nothing to do: everything is shared as the default rights say.'))
                return
            with row().style('margin-top:8px'):
                button(t('Apply'), partial(self._apply, plan), primary=True, small=True)

    async def _apply(self, _plan: Preview) -> None:
        self._box.clear()
        with self._box:
            said = text(t('Applying…'))
        done: list[tuple[int, int]] = []

        async def watch() -> None:
            while not said.is_deleted:
                if done:
                    at, every = done[-1]
                    said.set_text(t('{done} of {all} records', done=number(at), all=number(every)))
                await asyncio.sleep(0.3)

        watching = background_tasks.create(watch(), name='show progress', context=said)
        try:
            # It goes on when the page is left: pieces that are done stay done.
            given, taken = await default_rights.reapply(
                session().actor, self._code, lambda at, every: done.append((at, every))
            )
        except Problem as problem:
            tell(problem)
            return
        finally:
            watching.cancel()
        if not said.is_deleted:
            said.set_text(t('Done: {given} given, {taken} taken.', given=number(given), taken=number(taken)))


AREA = Area(
    category='people',
    icon='share',
    sentence='With whom new records are shared at once',
    words='default rights share new records права по умолчанию доступ новые записи',
    place=24,
)
PAGES = (
    Page(
        path='/settings/default-rights',
        draw=draw_default_rights,
        title='Default rights',
        allowed=may('manage_roles'),
        area=AREA,
    ),
)
