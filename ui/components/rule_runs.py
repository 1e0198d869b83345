"""Runs of rules as lines, and why a rule did not run; used by rules, runs and records."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from nicegui import ui

from automations import say_group
from automations.conditions import group_from_plain
from store import BadValue, Catalog, Ref
from store.runs import Decision, Run
from ui.components.basics import icon, pill, text
from ui.components.rule_conditions import readable
from ui.components.rule_words import (
    OTHER_ICON,
    TRIGGER_ICONS,
    error_sentence,
    rule_words,
    started_by,
    status_kind,
    status_word,
)
from ui.place import record_url
from ui.session import records
from ui.text import date_short, number, t

Titles = Mapping[tuple[str, int], str]


async def titles_of(about: Sequence[Run | Decision]) -> Titles:
    """The names of the records that runs are about, as far as the reader may know them."""
    refs = {Ref(one.record_id, '', one.catalog) for one in about if one.record_id is not None}
    return await records().titles(refs) if refs else {}


def run_line(run: Run, titles: Titles, rule: str = '') -> None:
    """One run: the record it is about, or the rule's name beside other rules' runs; leads to its trace."""
    when = date_short(run.created_at)
    with ui.link(target=f'/runs/{run.id}').classes('ar-run'):
        icon(TRIGGER_ICONS.get(run.trigger, OTHER_ICON))
        with ui.element('div').classes('a-grow'):
            title = rule or titles.get((run.catalog, run.record_id or 0), '') or started_by(run)
            text(title, 'a-strong a-ellipsis')
            text(_about(run) if rule else f'{when} · {_about(run)}', 'a-meta a-ellipsis')
        pill(status_word(run.status), kind=status_kind(run.status))
        if rule:
            text(when, 'a-meta a-num ar-when')


def _about(run: Run) -> str:
    if run.status in ('failed', 'dead'):
        return error_sentence(run.error, readable(run.catalog))
    return started_by(run)


def decision_line(decision: Decision, titles: Titles, rule: str = '') -> None:
    """One record on which a rule did not run, and why."""
    name = rule or titles.get((decision.catalog, decision.record_id or 0), '')
    href = record_url(decision.catalog, decision.record_id) if decision.record_id else ''
    with ui.link(target=href).classes('ar-run') if href else ui.element('div').classes('ar-run'):
        icon('block')
        with ui.element('div').classes('a-grow'):
            text(name or t('No record'), 'a-strong a-ellipsis')
            text(reason(decision), 'a-meta ar-wrap')
        text(date_short(decision.at), 'a-meta a-num ar-when')


def reason(decision: Decision) -> str:
    """Why a rule did not run, as a sentence."""
    if decision.reason in ('condition', 'unknown'):
        line = _line(decision)
        if decision.reason == 'unknown':
            return t('A value is empty: {line}', line=line) if line else t('A value is empty.')
        return t('Does not hold: {line}', line=line) if line else t('The conditions do not hold.')
    sentences = {
        'disabled': t('The rule was switched off.'),
        'paused': t('The rule was paused.'),
        'origin': t('The rule is not meant for changes of this origin.'),
        'chain': t('The change came from this rule itself.'),
        'depth': t('Too many rules had started one another.'),
        'owner_gone': t('The colleague whose rights the rule uses is deactivated.'),
        'record_gone': t('The record was removed meanwhile.'),
        'no_rights': t('The owner of the rule may not see this record.'),
        'storm': t('The rule started too often and was paused.'),
        'error': t('A condition could not be computed.'),
    }
    return sentences.get(decision.reason, decision.reason)


def _line(decision: Decision) -> str:
    """The line of the conditions that decided, with the value it met."""
    facts: Any = decision.facts.get('line')
    catalog = readable(decision.catalog)
    if not isinstance(facts, Mapping) or catalog is None:
        return ''
    plain = {key: facts[key] for key in ('path', 'op', 'value', 'expr') if key in facts}
    try:
        said = say_group(
            group_from_plain({'all': [plain]}), catalog, rule_words(catalogs={catalog.code: catalog})
        )
    except BadValue:
        return ''
    actual = _actual(facts, catalog)
    return t('{line} (it was {value})', line=said, value=actual) if actual else said


def _actual(facts: Mapping[str, Any], catalog: Catalog) -> str:
    """What the field held then: numbers as the reader writes them, everything else as it was noted."""
    noted, spec = str(facts.get('actual') or ''), catalog.field(str(facts.get('path', '')))
    if spec is None or spec.type not in ('number', 'money'):
        return noted
    try:
        return number(Decimal(noted))
    except InvalidOperation:
        return noted
