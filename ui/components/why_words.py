"""Reasons for rights as plain sentences in the reader's language."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from store import Catalog, FieldLevel, Level, clock
from store.explaining import Reason
from ui.text import date_long, label, language, t

Facts = Mapping[str, Any]


def sentence(reason: Reason, name: str, catalog: Catalog) -> str:
    """One link of the chain, about a person of this name."""
    say = SENTENCES.get(reason.code)
    return say(reason, name, catalog) if say else reason.code


def role_label(facts: Facts) -> str:
    """What a role of the facts is called in the reader's language."""
    labels = json.loads(facts.get('labels') or '{}')
    return str(labels.get(language()) or facts.get('label') or facts.get('role') or '')


def role_words(facts: Facts) -> str:
    """A role, and the unit that gives it."""
    named = t('The role “{role}”', role=role_label(facts))
    return (
        t('{role} (through the unit {unit})', role=named, unit=facts['through'])
        if facts.get('through')
        else named
    )


def _role(reason: Reason, name: str, catalog: Catalog) -> str:
    facts = reason.facts
    role, level = role_words(facts) + _where(facts, catalog), Level(facts['level'])
    owner = facts.get('owner') or ''
    if reason.grants:
        return {
            'all': t('{role} allows it for all records.', role=role),
            'own': t(
                '{role} allows it for own records, and {name} is responsible here.', role=role, name=name
            ),
            'linked': t(
                '{role} allows it for own records, and this one is linked to {name}.', role=role, name=name
            ),
            'unit': t(
                '{role} allows it for records of one’s unit, and {owner} works in “{unit}”.',
                role=role, owner=owner, unit=facts.get('unit') or '',
            ),
        }[facts['because']]  # fmt: skip
    if level == Level.NONE:
        return t('{role} does not allow it.', role=role)
    if facts.get('portal'):
        return t('{role} allows it for own records only, and this one is linked to others.', role=role)
    return _not_theirs(role, level, owner)


def _not_theirs(role: str, level: Level, owner: str) -> str:
    if not owner:
        return t('{role} allows it for own records only, and nobody is responsible here.', role=role)
    if level == Level.UNIT:
        return t(
            '{role} allows it for records of one’s unit, but {owner} works elsewhere.', role=role, owner=owner
        )
    return t(
        '{role} allows it for own records only, but {owner} is responsible here.', role=role, owner=owner
    )


def _where(facts: Facts, catalog: Catalog) -> str:
    """In which stage or pipeline a level is said, when it is not that of the whole section."""
    found = catalog.stage(str(facts.get('stage') or ''))
    if found is None or facts['said'] not in ('stage', 'pipeline'):
        return ''
    if facts['said'] == 'stage':
        return ' ' + t('(in the stage “{stage}”)', stage=label(found[1]))
    return ' ' + t('(in the pipeline “{pipeline}”)', pipeline=label(found[0]))


def _manager(reason: Reason, name: str, _catalog: Catalog) -> str:
    facts = reason.facts
    return t(
        '{name} manages “{unit}”, where {owner} works.', name=name, unit=facts['unit'], owner=facts['owner']
    )


def _share(reason: Reason, name: str, _catalog: Catalog) -> str:
    facts = reason.facts
    to = t('the role “{role}”', role=role_label(facts)) if facts.get('role') else name
    if facts['origin'] == 'default':
        said = t('Default rights share it with {to}', to=to)
    else:
        said = t('{who} shared it with {to}', who=facts['by'] or t('Somebody'), to=to)
    said += ', ' + (t('to change') if facts['change'] else t('only to see'))
    if facts['until'] is None:
        return f'{said}.'
    moment = date_long(clock.from_ms(int(facts['until'])))
    until = t('until {date}', date=moment)
    return (
        t('{said}; this ended on {date}.', said=said, date=moment) if facts['ended'] else f'{said}, {until}.'
    )


def _roles_of(facts: Facts) -> str:
    return ', '.join(role_label(one) for one in facts['roles'])


def _field_role(reason: Reason, _name: str, _catalog: Catalog) -> str:
    role = role_words(reason.facts)
    return {
        FieldLevel.CHANGE: t('{role} allows to change it.', role=role),
        FieldLevel.READ: t('{role} only shows it.', role=role),
        FieldLevel.HIDDEN: t('{role} hides it.', role=role),
    }[FieldLevel(reason.facts['level'])]


SENTENCES: Mapping[str, Callable[[Reason, str, Catalog], str]] = {
    'deactivated': lambda _r, name, _c: t('{name} is deactivated.', name=name),
    'administrator': lambda _r, name, _c: t('{name} is an administrator and may do everything.', name=name),
    'in_bin': lambda _r, _n, _c: t('The record is in the recycle bin.'),
    'no_roles': lambda _r, name, _c: t('{name} holds no role.', name=name),
    'role': _role,
    'manager': _manager,
    'share': _share,
    'rule': lambda r, _n, _c: t(
        'The rule “{rule}” allows it to {roles}.', rule=r.facts['name'], roles=_roles_of(r.facts)
    ),
    'only_rule': lambda r, _n, _c: t(
        'The rule “{rule}” keeps the record to {roles}.', rule=r.facts['name'], roles=_roles_of(r.facts)
    ),
    'unreadable': lambda _r, name, _c: t('{name} does not see the record.', name=name),
    'field_role': _field_role,
    'field_role_silent': lambda r, _n, _c: t(
        '{role} shows no records here, so it does not count.', role=role_words(r.facts)
    ),
    'field_read_only': lambda _r, _n, _c: t('The field itself can only be read.'),
}
"""How each kind of reason is said."""


def answer(right: str, name: str, *, allowed: bool) -> str:
    """The verdict on a right as a sentence."""
    yes = {
        'read': t('{name} sees this record.', name=name),
        'change': t('{name} may change this record.', name=name),
        'move': t('{name} may move this record.', name=name),
        'delete': t('{name} may delete this record.', name=name),
        'export': t('{name} may export this record.', name=name),
    }
    no = {
        'read': t('{name} does not see this record.', name=name),
        'change': t('{name} may not change this record.', name=name),
        'move': t('{name} may not move this record.', name=name),
        'delete': t('{name} may not delete this record.', name=name),
        'export': t('{name} may not export this record.', name=name),
    }
    return (yes if allowed else no)[right]


def field_answer(level: FieldLevel, name: str, field: str) -> str:
    """The verdict on a field as a sentence."""
    return {
        FieldLevel.CHANGE: t('{name} may change the field “{field}”.', name=name, field=field),
        FieldLevel.READ: t('{name} sees the field “{field}” and may not change it.', name=name, field=field),
        FieldLevel.HIDDEN: t('The field “{field}” is hidden from {name}.', name=name, field=field),
    }[level]


def until_words(until: datetime | None) -> str:
    """How long a share counts."""
    return t('until {date}', date=date_long(until)) if until else t('for good')
