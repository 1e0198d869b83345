"""Rules about records: what a filter finds is for some roles too, or for them only."""

from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import ui

from store import Catalog, FieldSpec, Filter, Invalid, Problem, record_rules, roles
from store.record_rules import RULE_RIGHTS, SavedRule
from store.roles import Role
from ui import theme
from ui.components import frame
from ui.components.basics import (
    button,
    col,
    confirm,
    empty_state,
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
from ui.components.rights_matrix import right_name
from ui.components.toast import tell
from ui.pages import Area, Page, may
from ui.place import Place
from ui.session import records, session
from ui.text import field_errors, label, lower_first, n, t

theme.add_style('components/filter.css')
theme.add_style('components/rights.css')
GIVE, KEEP = 'give', 'keep'


async def draw_record_rules(_place: Place) -> None:
    """Every rule as a sentence, with its switch."""
    sheet = _Sheet()
    with frame.header(t('Rules about records'), back='/settings/roles') as head, head.actions:
        button(t('New rule'), sheet.add, primary=True, icon='add')
    with frame.body(narrow=True):
        sheet.box = ui.element('div').classes('a-card a-block--flush')
        text(
            t('A rule adds rights to those of the roles, or keeps records to some roles: then nobody else'
              ' has them, whatever their roles allow. Administrators are never kept out.'),
            'a-small a-muted',
        )  # fmt: skip
    await sheet.fill()


class _Sheet:
    """The list of rules and the dialog that makes one."""

    box: ui.element

    async def fill(self) -> None:
        """List the rules as they are now."""
        actor = session().actor
        self._roles = {role.code: role for role in await roles.list_roles(actor)}
        self._catalogs = {one.code: one for one in records().catalogs()}
        found = [rule for rule in await record_rules.list_rules(actor) if rule.catalog in self._catalogs]
        said = [await sentence(rule, self._catalogs[rule.catalog], self._roles) for rule in found]
        self.box.clear()
        with self.box:
            if not found:
                empty_state(
                    t('Give a role records that a filter finds, such as deals above a sum to seniors only.'),
                    t('New rule'),
                    self.add,
                    icon_name='rule',
                )
            for rule, words in zip(found, said, strict=True):
                self._line(rule, words)

    def _line(self, rule: SavedRule, words: str) -> None:
        with ui.element('div').classes('rr-rule').classes('' if rule.is_on else 'rr-rule--off'):
            with ui.element('div').classes('rr-rule__body'):
                with row('a-gap-8'):
                    text(rule.name, 'a-strong a-small a-ellipsis')
                    if rule.only:
                        pill(t('Only these roles'), kind='warning')
                text(words, 'rr-sentence')
            switch = Toggle(
                rule.is_on, label=t('On: {name}', name=rule.name), on_set=partial(self._switch, rule)
            )
            switch.style('width:auto;flex:none')
            with icon_button('more_horiz', t('Actions for {name}', name=rule.name), small=True), ui.menu():
                menu_item(t('Change'), lambda: self._edit(rule), icon_name='edit')
                menu_item(t('Delete'), lambda: self._remove(rule), icon_name='delete', danger=True)

    async def _switch(self, rule: SavedRule, on: bool) -> None:
        try:
            await record_rules.save_rule(session().actor, replace(rule, is_on=on))
        except Problem as problem:
            tell(problem)
        await self.fill()

    async def _remove(self, rule: SavedRule) -> None:
        if await confirm(t('The rule “{name}” goes for good.', name=rule.name), t('Delete')):
            await record_rules.remove_rule(session().actor, rule.id)
            await self.fill()

    async def add(self) -> None:
        """Ask for a new rule."""
        if not self._catalogs:
            return
        first = next(iter(self._catalogs))
        await self._edit(SavedRule(catalog=first, name='', condition=Filter(), roles=()))

    async def _edit(self, rule: SavedRule) -> None:
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
                text(t('Records'), 'a-field__label')
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
