"""One record page of a section: whom it is for, and what stands where on it."""

from dataclasses import replace
from typing import Any

from store import Catalog, FieldSpec, Problem, layouts
from store.layouts import DEFAULT, Layout
from ui.components import frame
from ui.components.basics import button, confirm, icon, icon_button, row, text, toast
from ui.components.captions import Captions, ask_captions, renamed
from ui.components.layout_editor import LayoutEditor, role_of_preview
from ui.components.layout_list import layout_url
from ui.components.settings import autosaved, block
from ui.components.toast import tell
from ui.pages import Page, may
from ui.place import Place, go
from ui.session import records, session
from ui.text import label, t


async def draw_layout(place: Place) -> None:
    """The editor with the layout's name and roles above it."""
    catalog = records().catalog(place.params['catalog'])
    page = _Arranged(catalog, place.params['layout'], place)
    title = f'{label(catalog)}: {page.name}'
    place.set_title(title)
    with frame.header(title, back=f'/settings/catalogs/{catalog.code}') as head, head.actions:
        if page.is_default:
            reset = button(t('Reset'), page.reset, icon='restart_alt', quiet=True)
            reset.set_visibility(layouts.has(catalog.code, DEFAULT))
            page.on_saved = lambda: reset.set_visibility(True)
        else:
            icon_button('translate', t('Translations'), page.translate)
            icon_button('delete', t('Delete page'), page.remove)
    with frame.body():
        if not page.is_default:
            await page.draw_roles()
        with row('a-note'):
            icon('info')
            text(
                t('A page opens no data: what is hidden from a role stays hidden, locked stays locked.'),
                'a-small',
            )
        LayoutEditor(catalog, page.code, await _previews(catalog, page.code), page.keep)


class _Arranged:
    """One layout that is changed step by step; each step is saved at once."""

    def __init__(self, catalog: Catalog, code: str, place: Place) -> None:
        self._catalog, self.code, self._place = catalog, code, place
        self.is_default = code == DEFAULT
        self.on_saved: Any = lambda: None
        self.now: Layout = layouts.layout_to_edit(session().actor, catalog.code, code)

    @property
    def name(self) -> str:
        """What it is called."""
        return t('Usual page') if self.is_default else label(self.now)

    async def keep(self, drawn: Layout) -> None:
        """Keep what the editor drew, with the name and roles there are now."""
        await self._save(
            replace(self._fresh(), tabs=drawn.tabs, beside=drawn.beside, left_out=drawn.left_out)
        )

    def _fresh(self) -> Layout:
        return layouts.layout_to_edit(session().actor, self._catalog.code, self.code)

    async def _save(self, one: Layout) -> None:
        await layouts.save(session().actor, self._catalog.code, one)
        self.now = one
        self.on_saved()

    async def draw_roles(self) -> None:
        """Its name and the roles it is for."""
        roles = await layouts.roles_to_choose(session().actor)
        choices = [{'key': role.code, 'label': label(role)} for role in roles]
        specs = [
            FieldSpec(code='label', label='Name', type='text', required=True),
            FieldSpec(code='roles', label='Roles', type='choices', options={'choices': choices}),
        ]
        with block(
            t('Whom it is for'),
            t('Whoever has several pages by their roles sees the first of them in the section’s settings.'),
        ):
            known = {role.code for role in roles}
            held = tuple(code for code in self.now.roles if code in known)
            autosaved(specs, {'label': label(self.now), 'roles': held}, self._describe)

    async def _describe(self, values: dict[str, Any]) -> None:
        one = self._fresh()
        if 'roles' in values:
            one = replace(one, roles=tuple(values['roles'] or ()))
        else:
            named = renamed(Captions(one.label, one.labels), values['label'])
            one = replace(one, label=named.label, labels=named.labels)
        await self._save(one)

    async def translate(self) -> None:
        """Ask for its name in every language."""
        one = self._fresh()
        answer = await ask_captions({'label': (t('Name'), Captions(one.label, one.labels))})
        if answer:
            named = answer['label']
            await self._save(replace(one, label=named.label, labels=named.labels))
            self._place.replace(self._place.url)

    async def reset(self) -> None:
        """Let the page follow the fields themselves again, with a way back."""
        before = self._fresh()
        await self._gone()
        self._place.replace(self._place.url)

        async def back() -> None:
            await layouts.save(session().actor, self._catalog.code, before)
            self._place.replace(self._place.url)

        toast(t('The page is as it was at first.'), undo=back)

    async def remove(self) -> None:
        """Take it away after a question."""
        sentence = t('“{name}” goes; its roles see the usual page. No record changes.', name=self.name)
        if await confirm(sentence, t('Delete page')):
            await self._gone()
            toast(t('Deleted'))
            go(f'/settings/catalogs/{self._catalog.code}')

    async def _gone(self) -> None:
        try:
            await layouts.remove(session().actor, self._catalog.code, self.code)
        except Problem as problem:
            tell(problem)


async def _previews(catalog: Catalog, code: str) -> list[dict[str, Any]]:
    """Every role one may look at the page as, and which page it really has."""
    levels = await layouts.levels_of_roles(session().actor, catalog.code)
    shown = []
    for role in await layouts.roles_to_choose(session().actor):
        own = next((one for one in layouts.of_roles(catalog.code) if role.code in one.roles), None)
        has = own.code if own else DEFAULT
        name = label(own) if own else t('Usual page')
        note = (
            t('This is the page of “{role}”.', role=label(role))
            if has == code
            else t('“{role}” has another page: “{page}”.', role=label(role), page=name)
        )
        href = '' if has == code else layout_url(catalog.code, has)
        shown.append(role_of_preview(role, levels.get(role.code, {}), note, href))
    return shown


PAGES = (
    Page(
        path='/settings/catalogs/{catalog}/layouts/{layout}',
        draw=draw_layout,
        title='Record page',
        allowed=may('edit_structure'),
    ),
)
