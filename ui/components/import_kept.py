"""Records that the undo of an import leaves as they are: which, and why, each with its address."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from automations import Rules
from store import Catalog, Ref, clock
from store.import_undos import Kept
from ui.components.basics import icon
from ui.place import record_url
from ui.session import records, session
from ui.text import date_short, label_one, n, t, words_of
from ui.values import field_label

SHOWN = 50
ICONS = {
    'changed': 'edit', 'commented': 'chat_bubble', 'shared': 'share', 'restored': 'restore_from_trash',
    'linked': 'link', 'no_rights': 'lock', 'own_company': 'business',
}  # fmt: skip
Titles = Mapping[tuple[str, int], str]


async def draw_kept(kept: Sequence[Kept], total: int = 0) -> None:
    """The first of these records as lines; `total` says how many there are in all."""
    shown = kept[:SHOWN]
    titles = await records().titles(_refs(shown))
    rules = await _rules(shown)
    with ui.element('div').classes('a-card'):
        for one in shown:
            _draw(one, titles, rules)
        more = max(total, len(kept)) - len(shown)
        if more > 0:
            with ui.element('div').classes('im-reason'):
                ui.label(n('and {count} more record', 'and {count} more records', more)).classes('a-muted')


def _refs(kept: Sequence[Kept]) -> set[Ref]:
    known = _catalogs()
    refs = {Ref(one.record_id, '', one.catalog) for one in kept}
    refs |= {Ref(int(one.facts['id']), '', str(one.facts['catalog'])) for one in kept if one.code == 'linked'}
    return {ref for ref in refs if ref.catalog in known or ref.catalog == 'person'}


async def _rules(kept: Sequence[Kept]) -> Mapping[int, str]:
    """Names of rules by id, for those who may see rules, when one of them had a hand in it."""
    if not any(one.facts.get('rule') for one in kept) or not session().actor.may_do('edit_processes'):
        return {}
    return {
        view.stored.id: view.rule.called(session().language) for view in await Rules(session().actor).list()
    }


def _draw(one: Kept, titles: Titles, rules: Mapping[int, str]) -> None:
    title = titles.get((one.catalog, one.record_id), '')
    with ui.element('div').classes('im-kept').mark(f'kept-{one.record_id}'):
        icon(ICONS.get(one.code, 'info'))
        with ui.element('div').classes('a-col a-gap-0 a-grow'):
            if title:
                with ui.link(target=record_url(one.catalog, one.record_id)).classes('im-kept__name'):
                    ui.label(title)
            else:
                ui.label(t('A record you have no access to')).classes('a-muted')
            ui.label(kept_words(one, titles, rules)).classes('a-meta')
        if known := _catalogs().get(one.catalog):
            ui.label(label_one(known)).classes('a-meta im-kept__where')


def kept_words(one: Kept, titles: Titles, rules: Mapping[int, str]) -> str:
    """Why a record stays as it is."""
    facts = one.facts
    if one.code == 'linked':
        return _linked(facts, titles)
    if one.code == 'refused':
        said = words_of(str(facts['problem']), dict(facts['facts']))
        return f'{_fields(one, [facts["field"]])}: {said}' if facts.get('field') else said
    if one.code in ('changed', 'commented', 'shared', 'restored'):
        return _done(one, rules)
    return {
        'no_rights': t('You may not delete it, or not change what the import changed.'),
        'own_company': t('It is your own company.'),
        'field_gone': t('A field that the import changed no longer exists.'),
    }.get(one.code, '')


def _linked(facts: Mapping[str, Any], titles: Titles) -> str:
    name = titles.get((str(facts['catalog']), int(facts['id'])), '')
    if not name:
        return n('{count} record links to it', '{count} records link to it', int(facts['count']))
    return n(
        '{count} record links to it: {name}', '{count} records link to it, {name} among them',
        int(facts['count']), name=name,
    )  # fmt: skip


def _done(one: Kept, rules: Mapping[int, str]) -> str:
    facts = one.facts
    when = date_short(clock.from_ms(int(facts['at'])))
    who = _who(facts, rules)
    if one.code == 'changed':
        fields = _fields(one, facts.get('fields', ()))
        if fields:
            return t('{who} has changed {fields}, {date}', who=who, fields=fields, date=when)
        return t('{who} has changed it, {date}', who=who, date=when)
    return {
        'commented': t('{who} has commented on it, {date}', who=who, date=when),
        'shared': t('{who} has shared it, {date}', who=who, date=when),
        'restored': t('{who} has restored it, {date}', who=who, date=when),
    }[one.code]


def _who(facts: Mapping[str, Any], rules: Mapping[int, str]) -> str:
    """Who did it: a rule, another import, or a person."""
    if facts['cause'] == 'rule':
        number = str(facts.get('rule', ''))
        name = rules.get(int(number), '') if number.isdecimal() else ''
        return t('The rule “{rule}”', rule=name) if name else t('A rule')
    if facts['cause'] == 'import':
        return t('Another import')
    return str(facts['who'] or t('Artel'))


def _fields(one: Kept, codes: Sequence[str]) -> str:
    """Names of those fields that the reader sees."""
    catalog = _catalogs().get(one.catalog)
    return ', '.join(field_label(spec) for code in codes if catalog and (spec := catalog.field(code)))


def _catalogs() -> dict[str, Catalog]:
    return {catalog.code: catalog for catalog in records().catalogs()}
