"""The settings of a company directory (LDAP): where it is, who is read from it, and what becomes of them."""

from collections.abc import Mapping
from typing import Any

from store.schema import FieldSpec

DIRECTORY = 'Directory'


def _system(code: str, label: str, *, hint: str, words: str, **more: Any) -> FieldSpec:
    options = {'words': f'каталог ldap active directory {words}', **more.pop('options', {})}
    kind = more.pop('type', 'text')
    given = {'default': '', **more}
    return FieldSpec(
        code=f'directory_{code}', label=label, type=kind, hint=hint, options=options, block=DIRECTORY, **given
    )


DIRECTORY_SETTINGS = (
    _system(
        'host',
        'Server of the directory',
        hint='Its name or address, e.g. dc1.example.com; nothing: there is no directory',
        words='сервер адрес server host',
    ),
    _system(
        'security',
        'Protection of the connection',
        hint='Without it everybody on the way can read passwords',
        words='шифрование ldaps starttls tls ssl encryption',
        type='choice',
        default='ldaps',
        options={
            'choices': [
                {'key': 'ldaps', 'label': 'LDAPS'},
                {'key': 'starttls', 'label': 'STARTTLS'},
                {'key': 'none', 'label': 'None'},
            ]
        },
    ),
    _system(
        'port',
        'Port of the directory',
        hint='636 for LDAPS, 389 for STARTTLS',
        words='порт port',
        type='number',
        default=636,
        options={'least': 1, 'most': 65535},
    ),
    _system(
        'ca',
        'Certificate of your own authority',
        hint='As PEM text; only for a certificate that no public authority signed',
        words='сертификат центр доверие certificate authority ca pem',
        type='long_text',
        options={'longest': 20_000},
    ),
    _system(
        'user',
        'Account that reads',
        hint='Its DN, e.g. cn=artel,ou=services,dc=example,dc=com; it needs no right to write',
        words='учётная запись bind dn account user',
    ),
    _system(
        'password',
        'Password of this account',
        hint='Kept encrypted and never shown again',
        words='пароль bind password',
        options={'secret': True},
    ),
    _system(
        'base',
        'Branch with people',
        hint='Everybody below it is read, e.g. ou=people,dc=example,dc=com',
        words='база поиска ветка base dn search',
    ),
    _system(
        'filter',
        'Who is a colleague',
        hint='A filter; in Active Directory (&(objectCategory=person)(objectClass=user))',
        words='фильтр filter',
        default='(objectClass=person)',
    ),
    _system(
        'disabled_filter',
        'Who is switched off',
        hint='A filter; in Active Directory (userAccountControl:1.2.840.113556.1.4.803:=2)',
        words='заблокирован отключён уволен disabled locked filter',
    ),
    _system(
        'id_attribute',
        'Attribute: lasting id',
        hint='entryUUID, in Active Directory objectGUID; a renamed colleague stays the same by it',
        words='атрибут идентификатор attribute uuid guid id',
        default='entryUUID',
    ),
    _system(
        'login_attribute',
        'Attribute: login',
        hint='uid, in Active Directory sAMAccountName',
        words='атрибут логин attribute login uid samaccountname',
        default='uid',
    ),
    _system(
        'name_attribute',
        'Attribute: full name',
        hint='cn or displayName',
        words='атрибут имя attribute name cn displayname',
        default='cn',
    ),
    _system(
        'email_attribute',
        'Attribute: e-mail',
        hint='Nothing: e-mail addresses are kept here',
        words='атрибут почта attribute mail email',
        default='mail',
    ),
    _system(
        'phone_attribute',
        'Attribute: phone',
        hint='Nothing: phone numbers are kept here',
        words='атрибут телефон attribute phone telephone mobile',
        default='telephoneNumber',
    ),
    _system(
        'department_attribute',
        'Attribute: department',
        hint='ou, in Active Directory department; nothing: departments are kept here',
        words='атрибут отдел подразделение attribute department unit ou',
        default='ou',
    ),
    _system(
        'group_attribute',
        'Attribute: groups',
        hint='memberOf; any other attribute whose values mean a role works too',
        words='атрибут группы attribute groups memberof',
        default='memberOf',
    ),
    _system(
        'groups',
        'Roles of groups',
        hint='A line for each: group = code of the role; * = role is for everybody in the directory',
        words='роли группы соответствие roles groups map',
        type='long_text',
        options={'longest': 20_000},
    ),
    _system(
        'sign_in',
        'Password of colleagues in the directory',
        hint='Administrators with a password of their own always use that one',
        words='вход пароль sign in login password',
        type='choice',
        default='local',
        options={
            'choices': [
                {'key': 'local', 'label': 'One of their own in Artel'},
                {'key': 'directory', 'label': 'The one of the directory'},
            ]
        },
    ),
    _system(
        'hours',
        'Synchronise every … hours',
        hint='0: only by hand. Begins after the first run by hand',
        words='расписание синхронизация период schedule synchronise sync hours',
        type='number',
        default=0,
        options={'least': 0, 'most': 168},
    ),
)
"""In the order people see."""
OPEN_LDAP: Mapping[str, str] = {
    'directory_filter': '(objectClass=person)',
    'directory_disabled_filter': '',
    'directory_id_attribute': 'entryUUID',
    'directory_login_attribute': 'uid',
    'directory_name_attribute': 'cn',
    'directory_email_attribute': 'mail',
    'directory_phone_attribute': 'telephoneNumber',
    'directory_department_attribute': 'ou',
    'directory_group_attribute': 'memberOf',
}
"""How people are found in OpenLDAP,"""
ACTIVE_DIRECTORY: Mapping[str, str] = {
    **OPEN_LDAP,
    'directory_filter': '(&(objectCategory=person)(objectClass=user))',
    'directory_disabled_filter': '(userAccountControl:1.2.840.113556.1.4.803:=2)',
    'directory_id_attribute': 'objectGUID',
    'directory_login_attribute': 'sAMAccountName',
    'directory_name_attribute': 'displayName',
    'directory_department_attribute': 'department',
}
"""and in Active Directory."""
