"""Rules about records: what a filter finds is for some roles too, or for them only."""

from dataclasses import dataclass, replace
from typing import Any

from nicegui import ui

from store import Catalog, FieldSpec, Filter, Invalid, Problem, record_rules, roles
from store.record_rules import RULE_RIGHTS, SavedRule
from store.roles import Role
from ui import theme
from ui.components.basics import (
    button,
    col,
    confirm,
    icon_button,
    menu_item,
    pill,
    row,
    text,
    toast,
)  # fmt: skip
from ui.components.controls.toggle import Toggle
from ui.components.dialogs import answer_of
from ui.components.filter_editor import FilterEditor
from ui.components.filter_fields import Field, conditions_of, describe, fields_of, names_in
from ui.components.form import Form
from ui.components.kept_rows import KeptRows
from ui.components.rights_matrix import right_name
from ui.components.sentence_page import Sentences, sentence_page
from ui.components.toast import tell
from ui.live import Latest
from ui.pages import Area, Page, may
from ui.place import Place
from ui.session import records, session
from ui.text import field_errors, label, lower_first, n, t

theme.add_style('components/filter.css')
GIVE, KEEP = 'give', 'keep'


async def draw_record_rules(_place: Place) -> None:
    """Every rule as a sentence, with its switch."""
    sheet = _Sheet()
    words = Sentences(
        title=t('Rules about records'),
        adding=t('New rule'),
        add=sheet.add,
        empty=t('Give a role records that a filter finds, such as deals above a sum to seniors only.'),
        icon='rule',
    )
    with sentence_page(words, lambda one: _Line(sheet, one).show, lambda one: one.rule.id) as sheet.rules:
        text(
            t('A rule adds rights to those of the roles, or keeps records to some roles: then nobody else'
              ' has them, whatever their roles allow. Administrators are never kept out.'),
            'a-small a-muted',
        )  # fmt: skip
    await sheet.fill()


@dataclass(frozen=True, slots=True)
class _Said:
    """A rule and its sentence."""

    rule: SavedRule
    words: str


class _Line:
    """One rule; `show` puts another state of it into the same line."""

    def __init__(self, sheet: '_Sheet', said: _Said) -> None:
        self._sheet, self._said = sheet, said
        with ui.element('div').classes('rr-rule__body') as self._body:
            with row('a-gap-8'):
                self._name = text('', 'a-strong a-small a-ellipsis')
                self._only = pill(t('Only these roles'), kind='warning')
            self._words = text('', 'rr-sentence')
        self._switch = Toggle(said.rule.is_on, on_set=self._flip)
        self._switch.style('width:auto;flex:none')
        with icon_button('more_horiz', '', small=True) as self._more, ui.menu():
            menu_item(t('Change'), lambda: sheet.edit(self._said.rule), icon_name='edit')
            menu_item(t('Delete'), lambda: sheet.remove(self._said.rule), icon_name='delete', danger=True)
        self.show(said)

    def show(self, said: _Said) -> None:
        """Show the rule as it is now."""
        self._said, rule = said, said.rule
        self._body.classes(add='' if rule.is_on else 'rr-off', remove='rr-off' if rule.is_on else '')
        self._name.set_text(rule.name)
        self._only.visible = rule.only
        self._words.set_text(said.words)
        self._switch.props['label'] = t('On: {name}', name=rule.name)
        self._switch.give(rule.is_on)
        self._more.props['aria-label'] = self._more.props['title'] = t('Actions for {name}', name=rule.name)

    async def _flip(self, on: bool) -> None:
        try:
            await record_rules.save_rule(session().actor, replace(self._said.rule, is_on=on))
        except Problem as problem:
            tell(problem)
            self._switch.give(not on)
        await self._sheet.fill()


class _Sheet:
    """The list of rules and the dialog that makes one."""

    rules: KeptRows[_Said]

    def __init__(self) -> None:
        self.fill = Latest(self._fill)

    async def _fill(self) -> None:
        actor = session().actor
        self._roles = {role.code: role for role in await roles.list_roles(actor)}
        self._catalogs = {one.code: one for one in records().catalogs()}
        found = [rule for rule in await record_rules.list_rules(actor) if rule.catalog in self._catalogs]
        self.rules.give(
            [_Said(rule, await sentence(rule, self._catalogs[rule.catalog], self._roles)) for rule in found]
        )

    async def remove(self, rule: SavedRule) -> None:
        """Take a rule away after a question."""
        if await confirm(t('The rule “{name}” goes for good.', name=rule.name), t('Delete')):
            await record_rules.remove_rule(session().actor, rule.id)
            await self.fill()

    async def add(self) -> None:
        """Ask for a new rule."""
        if not self._catalogs:
            return
        first = next(iter(self._catalogs))
        await self.edit(SavedRule(catalog=first, name='', condition=Filter(), roles=()))

    async def edit(self, rule: SavedRule) -> None:
        """Ask for another state of a rule."""
        with ui.context.client.layout:
            saved = await _Editor(rule, self._catalogs, self._roles).ask()
        if saved:
            toast(t('Saved'))
            await self.fill()


class _Editor:
    """The dialog of one rule."""

    def __init__(self, rule: SavedRule, catalogs: dict[str, Catalog], known: dict[str, Role]) -> None:
        self._rule, self._catalogs, self._roles = rule, catalogs, known
        self._condition = rule.condition

    async def ask(self) -> bool:
        """True when the rule was saved."""
        rule = self._rule
        with (
            ui.dialog().props('persistent') as dialog,
            ui.card().style('width:min(720px,100%);max-width:720px'),
        ):
            self._dialog = dialog
            text(t('Change the rule') if rule.id else t('New rule'), 'a-title')
            values = {
                'name': rule.name or None,
                'catalog': rule.catalog,
                'roles': rule.roles,
                'rights': rule.rights,
                'kind': KEEP if rule.only else GIVE,
            }
            self._form = Form(self._specs(), values, on_change=self._changed, two_columns=True)
            with col('a-gap-4'):
                text(t('Records'), 'af-label')
                self._filter = ui.element('div').classes('a-card').style('padding:10px 12px')
                self._found = text('', 'a-meta')
                self._error = text('', 'a-error').props('role=alert')
            with row('a-full').style('justify-content:flex-end'):
                button(t('Cancel'), lambda: dialog.submit(False))
                button(t('Save'), self._save, primary=True)
            self._form.start()
        await self._draw_filter()
        return bool(await answer_of(dialog))

    def _specs(self) -> list[FieldSpec]:
        catalogs = [{'key': code, 'label': label(one)} for code, one in self._catalogs.items()]
        held = [{'key': code, 'label': label(one)} for code, one in self._roles.items()]
        rights = [{'key': right, 'label': right_name(right)} for right in RULE_RIGHTS]
        kinds = [
            {'key': GIVE, 'label': t('These roles have it too')},
            {'key': KEEP, 'label': t('Only these roles have it')},
        ]

        def choice(code: str, caption: str, values: list[dict[str, str]], kind: str = 'choice') -> FieldSpec:
            options = {'choices': values}
            return FieldSpec(code=code, label=caption, type=kind, required=True, options=options)

        return [
            FieldSpec(code='name', label='Name', type='text', required=True),
            choice('catalog', 'Section', catalogs),
            choice('roles', 'Roles', held, 'choices'),
            choice('rights', 'Rights', rights, 'choices'),
            choice('kind', 'What it does', kinds),
        ]

    async def _changed(self, code: str, value: Any) -> None:
        if code == 'catalog' and value and value != self._rule.catalog:
            self._rule, self._condition = replace(self._rule, catalog=value), Filter()
            await self._draw_filter()

    async def _draw_filter(self) -> None:
        catalog = self._catalogs[self._rule.catalog]
        fields = offered(catalog)
        names = await names_in(self._condition, fields) if self._condition else {}
        self._filter.clear()
        with self._filter:
            FilterEditor(fields, self._condition, names, self._filtered)
        await self._count()

    async def _filtered(self, condition: Filter) -> None:
        self._condition = condition
        self._error.set_text('')
        await self._count()

    async def _count(self) -> None:
        if not self._condition:
            self._found.set_text('')
            return
        try:
            found = await record_rules.count_found(session().actor, self._rule.catalog, self._condition)
        except Problem:
            found = 0
        self._found.set_text(n('{count} record now', '{count} records now', found))

    async def _save(self) -> None:
        if not self._form.check():
            return
        values = self._form.values
        rule = replace(
            self._rule,
            name=values['name'],
            roles=tuple(values['roles']),
            rights=tuple(values['rights']),
            only=values['kind'] == KEEP,
            condition=self._condition,
        )
        try:
            await record_rules.save_rule(session().actor, rule)
        except Invalid as problem:
            errors = field_errors(problem)
            self._form.refuse(errors)
            self._error.set_text(t('Add at least one condition.') if 'condition' in errors else '')
        except Problem as problem:
            tell(problem)
        else:
            self._dialog.submit(True)


def offered(catalog: Catalog) -> dict[str, Field]:
    """What a rule may ask about: fields that are judged alike for everybody."""
    return {code: one for code, one in fields_of(catalog, records().catalogs()).items() if one.is_offered}


async def sentence(rule: SavedRule, catalog: Catalog, known: dict[str, Role]) -> str:
    """A rule as one plain sentence."""
    fields = fields_of(catalog)
    names = await names_in(rule.condition, fields)
    joint = t(' or ') if rule.condition.join == 'any' else t(' and ')
    parts = [
        describe(one, fields[one.field], names) if one.field in fields else t('Field that is no longer here')
        for one in conditions_of(rule.condition)
    ]
    said = {
        'roles': ', '.join(label(known[code]) if code in known else code for code in rule.roles),
        'rights': ', '.join(lower_first(right_name(right)) for right in rule.rights),
        'section': label(catalog),
        'condition': joint.join(parts),
    }
    if rule.only:
        return t('{section} where {condition}: {rights} only by {roles}.', **said)
    return t('{section} where {condition}: {rights} also by {roles}.', **said)


AREA = Area(
    category='people',
    icon='rule',
    sentence='Records that a filter finds, for some roles only or too',
    words='record rules individual vip правила доступа записи индивидуальные',
    place=22,
)
PAGES = (
    Page(
        path='/settings/record-rules',
        draw=draw_record_rules,
        title='Rules about records',
        allowed=may('manage_roles'),
        area=AREA,
    ),
)
