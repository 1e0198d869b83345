"""The editor of a record page: what is not on it beside the page as it will look."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import nicegui.elements.sortable  # noqa: F401  puts SortableJS into the import map
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from store import FIELD_TYPES, SYSTEM_FIELDS, Catalog, FieldLevel, FieldSpec, Invalid, Problem, Refused
from store.layout_values import ABOUT_RECORD, MODULES, from_plain, to_plain
from store.layouts import Layout, layout_to_edit, links_to
from store.workplaces import RoleName
from ui import theme
from ui.components.captions import Captions, ask_captions
from ui.components.form import WIDE
from ui.components.layout_words import ICONS, module_name
from ui.components.toast import tell
from ui.session import records, session
from ui.text import field_errors, label, label_one, language, t
from ui.values import field_label

theme.add_style('components/layout_editor.css')
FIELD_ICONS: Mapping[str, str] = {
    'text': 'short_text',
    'long_text': 'notes',
    'number': 'tag',
    'money': 'payments',
    'date': 'event',
    'date_time': 'schedule',
    'yes_no': 'check_box',
    'choice': 'radio_button_checked',
    'choices': 'checklist',
    'link': 'link',
    'person': 'person',
    'e_mail': 'alternate_email',
    'phone': 'call',
    'web': 'language',
    'auto_number': 'pin',
}
Save = Callable[[Layout], Awaitable[None]]


class LayoutEditor(Element, component='layout_editor.js'):
    """Arranges one layout of a catalogue; `save` keeps each step, and refuses it with a Problem."""

    def __init__(self, catalog: Catalog, code: str, roles: Sequence[Mapping[str, Any]], save: Save) -> None:
        super().__init__()
        self._catalog, self._code, self._save = catalog, code, save
        given = self._now
        self._props['given'] = to_plain(given)
        self._props['fields'] = {spec.code: _field(spec) for spec in placeable(catalog)}
        self._props['modules'] = [
            {'key': module, 'label': module_name(module), 'icon': ICONS[module]} for module in MODULES
        ]
        self._props['links'] = _links(catalog)
        self._props['roles'] = list(roles)
        captions = {tab.label for tab in given.tabs} | {part.label for part in given.blocks}
        self._props['names'] = {caption: t(caption) for caption in captions if caption}
        self._props['language'] = language()
        self._props['words'] = _words(catalog)
        self.on('change', self._changed)
        self.on('translate', self._translate)

    @property
    def _now(self) -> Layout:
        return layout_to_edit(session().actor, self._catalog.code, self._code)

    async def _changed(self, event: GenericEventArguments) -> None:
        try:
            await self._save(from_plain(event.args))
        except Problem as problem:
            wrong = field_errors(problem).get('tabs') if isinstance(problem, Invalid) else ''
            tell(Refused('layout_refused', why=wrong) if wrong else problem)
            self.run_method('refused', to_plain(self._now))
        else:
            self.run_method('saved')

    async def _translate(self, event: GenericEventArguments) -> None:
        asked = event.args
        captions = Captions(str(asked['label']), dict(asked['labels']))
        with self.client.layout:
            answer = await ask_captions({'label': (t('Title'), captions)})
        if answer:
            named = answer['label']
            self.run_method('named', asked['kind'], asked['code'], named.label, dict(named.labels))


def placeable(catalog: Catalog) -> list[FieldSpec]:
    """Every field that may stand on a page: those of the catalogue, and what every record knows of itself."""
    return [*catalog.live_fields, *(SYSTEM_FIELDS[code] for code in ABOUT_RECORD)]


def role_of_preview(role: RoleName, levels: Mapping[str, FieldLevel], note: str, href: str) -> dict[str, Any]:
    """A role one may look at the page as; `note` says which page it really has, at `href`."""
    return {
        'key': role.code,
        'label': label(role),
        'levels': {field: int(level) for field, level in levels.items()},
        'note': note,
        'href': href,
    }


def _field(spec: FieldSpec) -> dict[str, Any]:
    kind = FIELD_TYPES[spec.type]
    return {
        'label': field_label(spec),
        'type': t(kind.label),
        'icon': FIELD_ICONS.get(spec.type, 'short_text'),
        'required': spec.required and not spec.read_only,
        'readonly': spec.read_only and bool(spec.id),
        'wide': kind.look in WIDE,
        'about': not spec.id,
    }


def _links(catalog: Catalog) -> list[dict[str, str]]:
    known = {other.code: other for other in records().catalogs()}
    found = []
    for link in links_to(catalog.code):
        other, _, field = link.partition('.')
        spec = known[other].field(field) if other in known else None
        if spec is not None:
            found.append({'key': link, 'label': f'{label(known[other])}: {field_label(spec)}'})
    return found


def _words(catalog: Catalog) -> dict[str, str]:
    return {**_of_bar(), **_of_parts(), 'record': label_one(catalog)}


def _of_bar() -> dict[str, str]:
    return {
        'palette': t('What is not on the page'),
        'off': t('Fields not on the page'),
        'find': t('Find a field'),
        'add': t('Drag to the page, or click to add'),
        'all_on': t('All fields are on the page.'),
        'modules': t('Modules'),
        'how': t('Drag what you need. With the keyboard: Alt and the arrow keys move, Delete takes off.'),
        'undo': t('Undo'),
        'undone': t('Undone'),
        'saving': t('Saving…'),
        'saved': t('Saved'),
        'beside': t('First tab always at the left'),
        'see_as': t('Look as'),
        'nobody': t('Editor'),
        'open': t('Open that page'),
        'at_left': t('always at the left'),
        'add_tab': t('Add tab'),
        'add_block': t('Add block'),
        'new_tab': t('New tab'),
        'new_block': t('New block'),
        'up': t('Up'),
        'down': t('Down'),
    }


def _of_parts() -> dict[str, str]:
    return {
        'tab_name': t('Name of the tab'),
        'block_name': t('Title of the block'),
        'block': t('Block'),
        'untitled': t('No title'),
        'keys': t('Alt and the arrow keys move it.'),
        'more': t('More actions'),
        'translate': t('Translations'),
        'move_left': t('Move left'),
        'move_right': t('Move right'),
        'remove_tab': t('Remove tab'),
        'remove_block': t('Remove block'),
        'one_column': t('One column'),
        'two_columns': t('Two columns'),
        'fold': t('Folded at first'),
        'unfold': t('Open at first'),
        'folded': t('Folded at first'),
        'to_tab': t('To the tab “{tab}”', tab='{tab}'),
        'to_block': t('To the block “{block}”', block='{block}'),
        'take_off': t('Take off the page'),
        'taken_off': t('Taken off'),
        'stays': t('A required field stays on the page'),
        'required': t('Required'),
        'read_only': t('Read only'),
        'drop': t('Drop fields here'),
        'every_link': t('All records that lead here'),
        'choose_link': t('Choose records'),
    }
