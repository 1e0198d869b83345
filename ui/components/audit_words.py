"""The lines of the audit log as people read them: a kind's name and icon, and a sentence of its facts."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from store import FieldSpec
from store.audit import AuditEntry
from store.system_settings import SETTINGS
from ui.text import n, t

ICONS: Final = {
    'signed_in': 'login',
    'sign_in_failed': 'gpp_maybe',
    'signed_out': 'logout',
    'session_ended': 'logout',
    'refused': 'block',
    'exported': 'download',
    'imported': 'upload',
    'shared': 'share',
    'seen_as': 'visibility',
    'invited': 'mail',
    'person_changed': 'person',
    'rights_changed': 'admin_panel_settings',
    'password_changed': 'password',
    'second_factor_changed': 'phonelink_lock',
    'token_made': 'vpn_key',
    'token_revoked': 'vpn_key_off',
    'setting_changed': 'tune',
    'structure_changed': 'schema',
    'directory_run': 'sync',
    'backup': 'backup',
    'restored': 'restore',
    'log_kept': 'history',
    'mailbox_changed': 'mark_email_read',
}
WARNING: Final = frozenset({'sign_in_failed', 'refused'})


def kind_names() -> dict[str, str]:
    """What the kinds are called, in the order people see."""
    return {
        'signed_in': t('Sign-ins'),
        'sign_in_failed': t('Failed sign-ins'),
        'signed_out': t('Sign-outs'),
        'session_ended': t('Ended sessions'),
        'refused': t('Refusals'),
        'exported': t('Exports'),
        'shared': t('Shared records'),
        'seen_as': t('Seen as another person'),
        'invited': t('Invitations'),
        'person_changed': t('People'),
        'rights_changed': t('Rights'),
        'password_changed': t('Passwords'),
        'second_factor_changed': t('Second factors'),
        'token_made': t('New API keys'),
        'token_revoked': t('Revoked API keys'),
        'setting_changed': t('Settings'),
        'directory_run': t('Directory'),
        'backup': t('Backups'),
        'restored': t('Restores'),
        'structure_changed': t('Structure'),
        'log_kept': t('Upkeep of this log'),
        'mailbox_changed': t('Mailboxes'),
    }


def sentence(line: AuditEntry, about: str) -> str:
    """What was done, to be read after the name of who did it.

    :param about: the name of the person it was done to; '' when it is nobody else"""
    say = _SENTENCES.get(line.kind)
    return say(line.facts, about) if say else kind_names().get(line.kind, line.kind)


def _failed(facts: Mapping[str, Any], _: str) -> str:
    whys = {
        'code_wrong': t('The code of {login} was wrong', login=facts.get('login') or '…'),
        'sign_in_throttled': t('Too many attempts to sign in'),
        'directory_down': t('The directory did not answer at a sign-in'),
        'directory_not_yet': t('Somebody of the directory tried to sign in who is not known here yet'),
    }
    unknown = t('Somebody tried to sign in with an unknown login')
    known = t('Somebody tried to sign in as {login}', login=facts['login']) if facts.get('login') else unknown
    return whys.get(str(facts.get('why')), known)


def _refused(facts: Mapping[str, Any], _: str) -> str:
    asked = facts.get('path') or '/'.join(
        str(facts[name]) for name in ('catalog', 'id') if facts.get(name) is not None
    )
    if asked:
        return t('asked for {what} and was refused', what=asked)
    return t('asked for more than they may and was refused')


def _exported(facts: Mapping[str, Any], _: str) -> str:
    rows = facts.get('rows', facts.get('count'))
    where = t('Audit log') if facts.get('what') == 'audit' else facts.get('catalog', '')
    if isinstance(rows, int):
        return n('exported {count} record: {where}', 'exported {count} records: {where}', rows, where=where)
    return t('exported records: {where}', where=where)


def _ended(facts: Mapping[str, Any], about: str) -> str:
    if isinstance(facts.get('ended'), int):
        return n('ended {count} other session', 'ended {count} other sessions', facts['ended'])
    return t('ended a session of {name}', name=about) if about else t('ended an own session')


def _person(facts: Mapping[str, Any], about: str) -> str:
    name = about or facts.get('name') or ''
    said = {
        'created': t('added {name}', name=name),
        'set up': t('added {name}', name=name),
        'linked': t('linked {name} with the directory', name=name),
        'unlinked': t('took {name} from the directory', name=name),
        'portal': t('let {name} into the portal', name=name),
        'portal refused': t('did not let {name} into the portal', name=name),
    }
    if facts.get('what') in said:
        return said[facts['what']]
    captions = _person_fields()
    fields = ', '.join(captions.get(str(one), str(one)) for one in facts.get('fields', ()))
    return (
        t('changed {name}: {fields}', name=name, fields=fields) if fields else t('changed {name}', name=name)
    )


def _person_fields() -> dict[str, str]:
    return {
        'name': t('Name'),
        'login': t('Login'),
        'email': t('E-mail'),
        'phone': t('Phone'),
        'department': t('Department'),
        'manager_id': t('Manager'),
        'contact_id': t('Contact'),
        'photo': t('Photo'),
        'language': t('Language'),
        'theme': t('Theme'),
        'time_zone': t('Time zone'),
        'working_hours': t('Working hours'),
        'absent_from': t('Away from'),
        'absent_until': t('Away until'),
        'deputy_id': t('Deputy'),
        'is_active': t('Active'),
        'is_admin': t('Administrator'),
    }


def _rights(facts: Mapping[str, Any], about: str) -> str:
    if about:
        return t('changed the rights of {name}', name=about)
    if facts.get('role'):
        return _role(facts)
    if facts.get('unit'):
        return _unit(facts)
    if facts.get('rule'):
        return _record_rule(facts)
    if facts.get('reapplied'):
        return t('applied the default rights of existing records again')
    if facts.get('default_right'):
        return t('changed the default rights of new records')
    named = facts.get('name') or facts.get('label') or facts.get('catalog') or ''
    return t('changed the rights of {name}', name=named) if named else t('changed rights')


def _role(facts: Mapping[str, Any]) -> str:
    if facts.get('removed'):
        return t('removed the role “{role}”', role=facts['role'])
    return t('changed the role “{role}”', role=facts['role'])


def _unit(facts: Mapping[str, Any]) -> str:
    unit = facts['unit']
    said = {
        'unit_moved': t('moved the unit “{unit}”', unit=unit),
        'unit_members': t('changed who works in “{unit}”', unit=unit),
        'unit_roles': t('changed the roles of the unit “{unit}”', unit=unit),
        'unit_removed': t('removed the unit “{unit}”', unit=unit),
    }
    return said.get(str(facts.get('what')), t('saved the unit “{unit}”', unit=unit))


def _record_rule(facts: Mapping[str, Any]) -> str:
    if facts.get('removed'):
        return t('removed the rule about records “{rule}”', rule=facts['rule'])
    return t('saved the rule about records “{rule}”', rule=facts['rule'])


def _password(facts: Mapping[str, Any], about: str) -> str:
    if facts.get('what') == 'invitation':
        return t('chose a password by an invitation')
    return t('gave {name} a new password', name=about) if about else t('changed the own password')


def _factor(facts: Mapping[str, Any], about: str) -> str:
    if facts.get('what') == 'reset':
        return t('took away the second factor of {name}', name=about)
    said = {
        'on': t('turned the second factor on'),
        'off': t('turned the second factor off'),
        'new codes': t('made new spare codes'),
    }
    return said.get(str(facts.get('what')), t('changed the second factor'))


def _token(facts: Mapping[str, Any], about: str) -> str:
    name = f'{facts.get("name", "")} …{facts.get("hint", "")}'
    if about:
        return t('made the API key “{key}” for {name}', key=name, name=about)
    return t('made the API key “{key}”', key=name)


def _revoked(facts: Mapping[str, Any], about: str) -> str:
    name = f'{facts.get("name", "")} …{facts.get("hint", "")}'
    if about:
        return t('revoked the API key “{key}” of {name}', key=name, name=about)
    return t('revoked the API key “{key}”', key=name)


WORKPLACE: Final = 'workplace '
"""What the code of such a 'setting' begins with."""


def _setting(facts: Mapping[str, Any], _: str) -> str:
    code = str(facts.get('setting', ''))
    if code.startswith(WORKPLACE):
        name = code.removeprefix(WORKPLACE)
        removed = t('removed the workplace “{name}”', name=name)
        return removed if facts.get('removed') else t('changed the workplace “{name}”', name=name)
    spec: FieldSpec | None = SETTINGS.get(code)
    named = t(spec.label) if spec else code
    if 'after' in facts and not (spec and spec.options.get('hidden')):
        return t('changed “{setting}” to {value}', setting=named, value=_shown(facts['after'], spec))
    return t('changed “{setting}”', setting=named)


def _shared(facts: Mapping[str, Any], _: str) -> str:
    return t('changed who may see {what}', what=f'{facts.get("catalog", "")}/{facts.get("record_id", "")}')


def _seen(facts: Mapping[str, Any], about: str) -> str:
    name = about or facts.get('name', '')
    if facts.get('what') == 'ended':
        return t('no longer sees as {name}', name=name)
    return t('sees as {name}', name=name)


def _invited(facts: Mapping[str, Any], about: str) -> str:
    return t('invited {name}', name=about or facts.get('name', ''))


def _structure(facts: Mapping[str, Any], _: str) -> str:
    say = _STRUCTURE.get(str(facts.get('what')))
    if say is None:
        return t('changed the structure')
    return t(say, name=facts.get('name', ''), place=facts.get('place', '')) + _stages(facts)


def _stages(facts: Mapping[str, Any]) -> str:
    said = ''
    if added := facts.get('stages_added'):
        said += ', ' + t('new stages: {stages}', stages=_shown(added, None))
    if gone := facts.get('stages_removed'):
        said += ', ' + t('stages taken away: {stages}', stages=_shown(gone, None))
    return said


def _later(text: str) -> str:
    """Marks a text for the extraction; it is translated where it is shown."""
    return text


_STRUCTURE: Final[Mapping[str, str]] = {
    'solution': _later('installed the solution “{name}”'),
    'catalog_made': _later('made the section “{name}”'),
    'catalog_changed': _later('changed the section “{name}”'),
    'field_made': _later('added the field “{name}” to “{place}”'),
    'field_changed': _later('changed the field “{name}” of “{place}”'),
    'field_archived': _later('put away the field “{name}” of “{place}”'),
    'pipeline_made': _later('made the pipeline “{name}” in “{place}”'),
    'pipeline_changed': _later('changed the pipeline “{name}” in “{place}”'),
    'values_changed': _later('changed the values of “{name}” in “{place}”'),
    'values_merged': _later('merged values of “{name}” in “{place}”'),
    'merge_undone': _later('took back a merge in “{name}” of “{place}”'),
    'rule_made': _later('made the rule “{name}”'),
    'rule_changed': _later('changed the rule “{name}”'),
    'rule_on': _later('switched the rule “{name}” on'),
    'rule_off': _later('switched the rule “{name}” off'),
    'rule_removed': _later('removed the rule “{name}”'),
    'layout_saved': _later('changed the layout “{name}” of “{place}”'),
    'layout_removed': _later('removed the layout “{name}” of “{place}”'),
    'dashboard_saved': _later('changed the dashboard “{name}”'),
}


def _kept(facts: Mapping[str, Any], _: str) -> str:
    gone = facts.get('removed')
    if isinstance(gone, int):
        return n('removed {count} old line of this log', 'removed {count} old lines of this log', gone)
    return t('accepted the lines up to {line} unchecked', line=facts.get('accepted', ''))


def _backup(facts: Mapping[str, Any], _: str) -> str:
    if facts.get('failed'):
        return t('a backup failed: {why}', why=facts['failed'])
    return t('made a backup: {name}', name=facts.get('name', ''))


def _directory(facts: Mapping[str, Any], _: str) -> str:
    if facts.get('failed'):
        return t('could not synchronise with the directory: {why}', why=facts['failed'])
    names = ('created', 'changed', 'disabled')
    counts = {name: int(facts.get(name) or 0) for name in names}
    return t('synchronised with the directory: {created} new, {changed} changed, {disabled} off', **counts)


def _restored(facts: Mapping[str, Any], _: str) -> str:
    return t('restored a backup: {name}', name=facts.get('name', ''))


def _mailbox(facts: Mapping[str, Any], _: str) -> str:
    said = {
        'connected': t('connected the mailbox {address}', address=facts.get('address', '')),
        'changed': t('changed how the mailbox {address} is connected', address=facts.get('address', '')),
        'switched on': t('switched on the mailbox {address}', address=facts.get('address', '')),
        'switched off': t('switched off the mailbox {address}', address=facts.get('address', '')),
        'removed': t('removed the mailbox {address}', address=facts.get('address', '')),
    }
    return said.get(str(facts.get('what')), t('Mailboxes'))


def _shown(value: Any, spec: FieldSpec | None) -> str:
    listed = value if isinstance(value, list) else [value]
    choices = spec.options.get('choices', ()) if spec is not None else ()
    names = {choice['key']: t(choice['label']) for choice in choices}
    return ', '.join(names.get(one, str(one)) for one in listed if one not in (None, '')) or '—'


_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any], str], str]]] = {
    'signed_in': lambda _facts, _about: t('signed in'),
    'signed_out': lambda _facts, _about: t('signed out'),
    'sign_in_failed': _failed,
    'session_ended': _ended,
    'refused': _refused,
    'exported': _exported,
    'person_changed': _person,
    'rights_changed': _rights,
    'password_changed': _password,
    'second_factor_changed': _factor,
    'token_made': _token,
    'token_revoked': _revoked,
    'setting_changed': _setting,
    'shared': _shared,
    'seen_as': _seen,
    'invited': _invited,
    'directory_run': _directory,
    'backup': _backup,
    'restored': _restored,
    'structure_changed': _structure,
    'mailbox_changed': _mailbox,
    'log_kept': _kept,
}
