"""Rules in the reader's language: words for their sentences, icons of parts, states of runs."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from automations import ACTIONS, TRIGGERS, Rules, Words, say_group, say_step, say_trigger
from automations.conditions import Group, group_from_plain
from automations.spec import Part, Rule, faults
from store import Actor, BadValue, Catalog, Problem
from store.runs import Run
from ui.session import records
from ui.text import label, language, n, p, t, words_of
from ui.values import field_label

TRIGGER_ICONS: Mapping[str, str] = {
    'record_created': 'add_circle_outline',
    'field_changed': 'edit',
    'stage_entered': 'login',
    'stage_left': 'logout',
    'stage_stale': 'hourglass_empty',
    'date_reached': 'event',
    'schedule': 'schedule',
    'manual': 'touch_app',
}
ACTION_ICONS: Mapping[str, str] = {
    'create_task': 'task_alt',
    'notify': 'notifications',
    'set_fields': 'edit_note',
    'move_stage': 'arrow_forward',
    'assign': 'person_add',
    'create_record': 'post_add',
    'send_email': 'mail',
    'call_webhook': 'webhook',
    'wait': 'hourglass_empty',
}
"""Icons by key; a menu offers the kinds in this order, further ones behind."""
OTHER_ICON = 'bolt'
_BLANK = re.compile(r'\{\{\s*([\w.]+)[^{}]*\}\}')
_CUT_BLANK = re.compile(r'\s*\{\{?[^{}]*…')
_KINDS: Mapping[str, str] = {
    'done': 'success',
    'failed': 'danger',
    'dead': 'danger',
    'waiting': 'warning',
    'running': 'accent',
    'queued': 'accent',
}


def rule_words(
    names: Mapping[str, str] | None = None, catalogs: Mapping[str, Catalog] | None = None
) -> Words:
    """How to say rules to this reader."""
    return Words(language=language(), t=t, n=n, p=p, names=names or {}, catalogs=catalogs or {}, label=label)


async def sentences(actor: Actor, rules: Sequence[Rule]) -> list[str]:
    """Each rule as one sentence, with the names of the people and roles it means."""
    said = await Rules(actor).sentences(rules, rule_words())
    kinds = {catalog.code: catalog for catalog in records().catalogs()}
    return [plainly(one, kinds.get(rule.catalog)) for one, rule in zip(said, rules, strict=True)]


def plainly(said: str, catalog: Catalog | None) -> str:
    """A sentence whose blanks `{{ title }}` show the names of their fields; a cut off one is dropped."""

    def name(found: re.Match[str]) -> str:
        code = found[1].split('.')[0]
        spec = catalog.field('stage' if code == 'stage_label' else code) if catalog else None
        return f'[{field_label(spec) if spec else t("link") if code == "url" else found[1]}]'

    return _CUT_BLANK.sub('…', _BLANK.sub(name, said)).replace('….', '…')


def status_word(status: str) -> str:
    """What a state of a run or a step is called."""
    return {
        'done': t('Done'),
        'failed': t('Failed'),
        'dead': t('Given up'),
        'waiting': t('Waiting'),
        'running': t('Running'),
        'queued': t('Queued'),
        'skipped': t('Skipped'),
        'cancelled': t('Cancelled'),
        'pending': t('To be sent'),
        'sending': t('Being sent'),
        'retry': t('Will be tried again'),
        'sent': t('Sent'),
        'unknown': t('Outcome unknown'),
    }.get(status, status)


def status_kind(status: str) -> str:
    """The kind of pill that shows a state."""
    return _KINDS.get(status, 'success' if status == 'sent' else '')


def error_sentence(error: Mapping[str, Any] | None, catalog: Catalog | None = None) -> str:
    """Why a run failed, as a sentence; '' when it did not. `catalog` gives refused fields their names."""
    if not error:
        return ''
    refused: Mapping[str, Any] = (error.get('facts') or {}).get('errors') or {}
    if refused:
        specs = {code: catalog.field(code) if catalog else None for code in refused}
        return ' '.join(
            f'{field_label(spec) if spec else code}: {words_of(**refused[code])}'
            for code, spec in specs.items()
        )
    return words_of(str(error.get('code', 'problem')), dict(error.get('facts') or {}))


def delivery_sentence(code: str, detail: str) -> str:
    """Why something did not leave the house, as a sentence; '' when all went well."""
    known = {
        'no_mail_server': t('No mail server is set up. An administrator sets it in the settings.'),
        'address_refused': t(
            'This address is inside the network. An administrator may allow it in the settings.'
        ),
        'no_such_host': t('There is no server of this name.'),
        'no_connection': t('The server does not answer.'),
        'timeout': t('The server took too long.'),
        'bad_letter': t('An address or the subject of the letter is not right.'),
        'bad_header': t('A header of the call is not right.'),
        'sent': '',
        '': '',
    }
    if code in known:
        return known[code]
    kind, _, number = code.partition('_')
    if kind in ('http', 'smtp') and number.isdecimal():
        answered = t('The server answered {number}.', number=number)
        return f'{answered} {detail[:200]}'.strip()
    return f'{code} {detail[:200]}'.strip()


def started_by(run: Run) -> str:
    """What began a run: the caption of its trigger."""
    return t(TRIGGERS[run.trigger].label) if run.trigger in TRIGGERS else run.trigger


def draft_sentence(draft: Mapping[str, Any], found: Mapping[str, Problem], words: Words) -> str:
    """An unfinished rule as a sentence; what is not filled in yet shows as dots."""
    catalog = words.catalogs.get(draft['catalog'])
    if catalog is None:
        return ''
    if not draft['triggers'] and not draft['steps']:
        return t('Choose what starts the rule and what it does: here it will be said in one sentence.')
    when = words.listed(
        (_trigger(place, part, catalog, found, words) for place, part in enumerate(draft['triggers'])),
        t('or'),
    )
    then = t(', then ').join(
        _step(place, part, catalog, found, words) for place, part in enumerate(draft['steps'])
    )
    blanks = {'catalog': words.name(catalog), 'when': when or t('when …'), 'then': then or '…'}
    condition = _condition(draft, catalog, found, words)
    if not condition:
        return plainly(t('{catalog}: {when}, {then}.', **blanks), catalog)
    return plainly(t('{catalog}: {when}, if {condition}, {then}.', condition=condition, **blanks), catalog)


def draft_faults(draft: Mapping[str, Any], catalogs: Mapping[str, Catalog]) -> dict[str, Problem]:
    """Everything an unfinished rule lacks, by place; its parts are looked at though others are missing."""
    found: dict[str, Problem] = {
        place: BadValue('required') for place in ('triggers', 'steps') if not draft[place]
    }
    conditions = Group()
    try:
        conditions = group_from_plain(draft['conditions'])
    except BadValue as problem:
        found['conditions'] = problem
    rule = Rule(
        key='',
        name=draft['name'] or '…',
        catalog=draft['catalog'],
        triggers=tuple(Part(part['kind'], part['options']) for part in draft['triggers']),
        steps=tuple(Part(part['action'], part['options']) for part in draft['steps']),
        conditions=conditions,
    )
    return found | faults(rule, catalogs)


def _broken(found: Mapping[str, Problem], place: str) -> bool:
    return any(fault == place or fault.startswith(f'{place}.') for fault in found)


def _trigger(
    place: int, part: Mapping[str, Any], catalog: Catalog, found: Mapping[str, Problem], words: Words
) -> str:
    if _broken(found, f'triggers.{place}'):
        return f'{_low(t(TRIGGERS[part["kind"]].label))} …'
    return say_trigger(part['kind'], part['options'], catalog, words)


def _step(
    place: int, part: Mapping[str, Any], catalog: Catalog, found: Mapping[str, Problem], words: Words
) -> str:
    if _broken(found, f'steps.{place}'):
        return f'{_low(t(ACTIONS[part["action"]].label))} …'
    return say_step(part['action'], part['options'], catalog, words)


def _condition(draft: Mapping[str, Any], catalog: Catalog, found: Mapping[str, Problem], words: Words) -> str:
    plain = draft['conditions']
    if not plain or not next(iter(plain.values())):
        return ''
    if _broken(found, 'conditions'):
        return '…'
    return say_group(group_from_plain(plain), catalog, words)


def _low(text: str) -> str:
    return text[:1].lower() + text[1:]
