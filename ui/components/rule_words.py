"""Rules in the reader's language: words for their sentences, icons of parts, states of runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from automations import ACTIONS, TRIGGERS, Rules, Words, say_group, say_step, say_trigger
from automations.conditions import group_from_plain
from automations.spec import Rule
from store import Actor, Catalog, Problem
from store.runs import Run
from ui.text import label, language, n, p, t, words_of

TRIGGER_ICONS: Mapping[str, str] = {
    'record_created': 'add_circle',
    'field_changed': 'edit',
    'stage_entered': 'login',
    'stage_left': 'logout',
    'stage_stale': 'hourglass_empty',
    'date_reached': 'event',
    'schedule': 'schedule',
    'manual': 'touch_app',
}
ACTION_ICONS: Mapping[str, str] = {
    'set_fields': 'edit_note',
    'move_stage': 'arrow_forward',
    'create_record': 'post_add',
    'create_task': 'task_alt',
    'assign': 'person_add',
    'notify': 'notifications',
    'send_email': 'mail',
    'call_webhook': 'webhook',
    'wait': 'hourglass_top',
}
OTHER_ICON = 'bolt'
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
    return list(await Rules(actor).sentences(rules, rule_words()))


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


def error_sentence(error: Mapping[str, Any] | None) -> str:
    """Why a run failed, as a sentence; '' when it did not."""
    if not error:
        return ''
    return words_of(str(error.get('code', 'problem')), dict(error.get('facts') or {}))


def started_by(run: Run) -> str:
    """What began a run: the caption of its trigger."""
    return t(TRIGGERS[run.trigger].label) if run.trigger in TRIGGERS else run.trigger


def draft_sentence(draft: Mapping[str, Any], faults: Mapping[str, Problem], words: Words) -> str:
    """An unfinished rule as a sentence; what is not filled in yet shows as dots."""
    catalog = words.catalogs.get(draft['catalog'])
    if catalog is None:
        return ''
    if not draft['triggers'] and not draft['steps']:
        return t('Choose what starts the rule and what it does: here it will be said in one sentence.')
    when = words.listed(
        (_trigger(place, part, catalog, faults, words) for place, part in enumerate(draft['triggers'])),
        t('or'),
    )
    then = t(', then ').join(
        _step(place, part, catalog, faults, words) for place, part in enumerate(draft['steps'])
    )
    blanks = {'catalog': words.name(catalog), 'when': when or t('when …'), 'then': then or '…'}
    condition = _condition(draft, catalog, faults, words)
    if not condition:
        return t('{catalog}: {when}, {then}.', **blanks)
    return t('{catalog}: {when}, if {condition}, {then}.', condition=condition, **blanks)


def _broken(faults: Mapping[str, Problem], place: str) -> bool:
    return any(fault == place or fault.startswith(f'{place}.') for fault in faults)


def _trigger(
    place: int, part: Mapping[str, Any], catalog: Catalog, faults: Mapping[str, Problem], words: Words
) -> str:
    if _broken(faults, f'triggers.{place}'):
        return f'{_low(t(TRIGGERS[part["kind"]].label))} …'
    return say_trigger(part['kind'], part['options'], catalog, words)


def _step(
    place: int, part: Mapping[str, Any], catalog: Catalog, faults: Mapping[str, Problem], words: Words
) -> str:
    if _broken(faults, f'steps.{place}'):
        return f'{_low(t(ACTIONS[part["action"]].label))} …'
    return say_step(part['action'], part['options'], catalog, words)


def _condition(
    draft: Mapping[str, Any], catalog: Catalog, faults: Mapping[str, Problem], words: Words
) -> str:
    plain = draft['conditions']
    if not plain or not next(iter(plain.values())):
        return ''
    if _broken(faults, 'conditions'):
        return '…'
    return say_group(group_from_plain(plain), catalog, words)


def _low(text: str) -> str:
    return text[:1].lower() + text[1:]
