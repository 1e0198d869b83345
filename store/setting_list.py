"""Every setting of the system: code, name, what it is for, type, default, and where people find it.

Options of a setting: `secret` (kept locked, never shown), `personal` (people may have a value of their own),
`words` (what else people call it), `least` and `most` of a number, `longest` of a text."""

from collections.abc import Mapping
from typing import Any

from store.schema import FieldSpec
from store.setting_list_directory import DIRECTORY, DIRECTORY_SETTINGS
from store.setting_list_portal import PORTAL_SETTINGS
from store.setting_list_trust import SAFETY, TRUST_SETTINGS

_WEEK = ('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday')
COMPANY, MAIL, WEBHOOKS, FILES, BRAND = 'Company', 'Outgoing mail', 'Webhooks', 'Files and notices', 'Brand'
BACKUPS, MAILBOXES = 'Backups', 'Mailboxes'
SIGN_IN = 'Signing in'
OPERATIONS: Mapping[str, str] = {BRAND: 'manage_workplaces', DIRECTORY: 'administer', SAFETY: 'administer'}
"""Which operation a block takes, where it is not 'manage_settings'; only administrators have 'administer'."""


def _days(code: str, *, label: str, default: int, hint: str, words: str, **options: Any) -> FieldSpec:
    return FieldSpec(
        code=code,
        label=label,
        type='number',
        default=default,
        hint=hint,
        options={'least': 1, 'most': 3650, 'words': words, **options},
        block=FILES,
    )


_ALL = (
    FieldSpec(
        code='company',
        label='Company name',
        type='text',
        default='',
        hint='Stands in the side panel, on the sign-in page and in letters',
        options={'words': 'название компании фирма организация company brand name'},
        block=COMPANY,
    ),
    FieldSpec(
        code='own_company',
        label='Our company',
        type='number',
        default=0,
        hint='The account that is your own company; its name, phone and address stand in letters',
        options={'hidden': True, 'words': 'наша компания своя организация реквизиты подпись own company us'},
        block=COMPANY,
    ),
    FieldSpec(
        code='currency',
        label='Main currency',
        type='text',
        default='USD',
        hint='What new money fields count in',
        options={'words': 'базовая валюта деньги base currency money rub eur usd'},
        block=COMPANY,
    ),
    FieldSpec(
        code='language',
        label='Language of new people',
        type='text',
        default='',
        hint='Until a person chooses another one; without it the browser decides',
        options={'words': 'язык интерфейса language locale русский english'},
        block=COMPANY,
    ),
    FieldSpec(
        code='time_zone',
        label='Time zone',
        type='text',
        default='UTC',
        hint='Of the company: deadlines, schedules, and people without a zone of their own',
        options={'words': 'часовой пояс время time zone timezone'},
        block=COMPANY,
    ),
    FieldSpec(
        code='working_days',
        label='Working days',
        type='choices',
        default=('1', '2', '3', '4', '5'),
        hint='Deadlines in working days and noteworthy events count these',
        options={
            'choices': [{'key': str(n), 'label': day} for n, day in enumerate(_WEEK, 1)],
            'words': 'рабочие дни календарь выходные calendar weekend week',
        },
        block=COMPANY,
    ),
    FieldSpec(
        code='country',
        label='Country of holidays',
        type='text',
        default='',
        hint='Two letters, e.g. RU or DE; without it only weekends are free',
        options={'words': 'страна праздники производственный календарь holidays country'},
        block=COMPANY,
    ),
    FieldSpec(
        code='public_url',
        label='Public address',
        type='text',
        default='',
        hint='How people reach Artel, e.g. https://crm.example.com; for links in letters and invitations',
        options={'words': 'адрес ссылка сайт домен url link host domain'},
        block=COMPANY,
    ),
    FieldSpec(
        code='support_email',
        label='Support e-mail',
        type='email',
        default='',
        hint='Whom people write to when they cannot sign in or something breaks',
        options={'words': 'поддержка помощь почта администратора help desk mail'},
        block=COMPANY,
    ),
    FieldSpec(
        code='invitation_minutes',
        label='How long an invitation is valid, minutes',
        type='number',
        default=60,
        hint='An hour is safe; make it longer when people read letters the next day, 1440 is a day',
        options={'least': 5, 'most': 10080, 'words': 'приглашение ссылка срок invitation link expiry'},
        block=COMPANY,
    ),
    FieldSpec(
        code='require_second_factor',
        label='Who must use a second factor',
        type='choice',
        default='nobody',
        hint='They set it up at their next sign-in, with an app on their phone',
        options={
            'choices': [
                {'key': 'nobody', 'label': 'No one'},
                {'key': 'administrators', 'label': 'Administrators'},
                {'key': 'everybody', 'label': 'Everybody'},
            ],
            'words': 'двухфакторная аутентификация второй фактор безопасность вход 2fa totp mfa security',
        },
        block=SIGN_IN,
    ),
    FieldSpec(
        code='smtp_host',
        label='Mail server',
        type='text',
        default='',
        hint='The host that takes letters, e.g. smtp.example.com',
        options={'words': 'почта сервер письма smtp mail server'},
        block=MAIL,
    ),
    FieldSpec(
        code='smtp_port',
        label='Port',
        type='number',
        default=587,
        hint='587 for STARTTLS, 465 for TLS',
        options={'least': 1, 'most': 65535, 'words': 'порт почта smtp port'},
        block=MAIL,
    ),
    FieldSpec(
        code='smtp_security',
        label='Encryption',
        type='choice',
        default='starttls',
        hint='How the connection to the mail server is protected',
        options={
            'choices': [
                {'key': 'starttls', 'label': 'STARTTLS'},
                {'key': 'tls', 'label': 'TLS'},
                {'key': 'none', 'label': 'None'},
            ],
            'words': 'шифрование почта smtp tls ssl',
        },
        block=MAIL,
    ),
    FieldSpec(
        code='smtp_user',
        label='User',
        type='text',
        default='',
        hint='The name Artel signs in to the mail server with',
        options={'words': 'логин почта пользователь smtp login'},
        block=MAIL,
    ),
    FieldSpec(
        code='smtp_password',
        label='Password',
        type='text',
        default='',
        hint='Kept encrypted and never shown again',
        options={'secret': True, 'words': 'пароль почта smtp password'},
        block=MAIL,
    ),
    FieldSpec(
        code='smtp_sender',
        label='Sender address',
        type='email',
        default='',
        hint='Stands in the From line of every letter',
        options={'words': 'отправитель почта от кого smtp from sender'},
        block=MAIL,
    ),
    FieldSpec(
        code='mailbox_hosts',
        label='Mail servers inside the company',
        type='long_text',
        default='',
        hint='Mailboxes of people may be there, e.g. mail.company.local; one host or network a line',
        options={'words': 'почтовый ящик imap внутренний сервер сеть mailbox mail server network'},
        block=MAILBOXES,
    ),
    FieldSpec(
        code='mailbox_ca',
        label='Certificate of your own authority for mail',
        type='long_text',
        default='',
        hint='As PEM text; only for a mail server whose certificate no public authority signed',
        options={
            'longest': 20_000,
            'words': 'сертификат центр доверие почта certificate authority ca pem mail',
        },
        block=MAILBOXES,
    ),
    FieldSpec(
        code='webhook_hosts',
        label='Internal hosts that webhooks may reach',
        type='long_text',
        default='',
        hint='One host or network a line, e.g. 10.0.0.5 or erp.local',
        options={'words': 'вебхук хосты внутренняя сеть webhook hosts network'},
        block=WEBHOOKS,
    ),
    FieldSpec(
        code='file_limit_mb',
        label='Largest file, MB',
        type='number',
        default=25,
        hint='A larger file is refused',
        options={'least': 1, 'most': 60, 'words': 'файлы вложения размер лимит attachments size upload'},
        block=FILES,
    ),
    FieldSpec(
        code='file_quota_mb',
        label='Room for files of one person, MB',
        type='number',
        default=1024,
        hint='All files one person has added together',
        options={'least': 1, 'most': 1_000_000, 'words': 'квота место диск файлы quota storage disk'},
        block=FILES,
    ),
    _days(
        'notices_kept_days',
        label='Days that notifications are kept',
        default=30,
        hint='Older ones that were read go by themselves',
        words='хранение уведомления срок очистка retention notifications',
    ),
    _days(
        'events_ahead_days',
        label='Working days that birthdays and anniversaries are announced ahead',
        default=2,
        hint='Noteworthy events appear in the bell this many working days before',
        words='дни рождения знаменательные события заранее noteworthy birthdays lead time',
        most=30,
        personal=True,
    ),
    FieldSpec(
        code='backup_time',
        label='Time of the daily backup',
        type='text',
        default='03:00',
        hint='In the time zone of the company, e.g. 03:00; empty for no daily backup',
        options={'words': 'резервная копия бэкап расписание время backup schedule time'},
        block=BACKUPS,
    ),
    FieldSpec(
        code='backup_keep',
        label='Daily backups that are kept',
        type='number',
        default=7,
        hint='Older ones are removed; those made by hand stay',
        options={'least': 1, 'most': 1000, 'words': 'хранить резервные копии бэкап backup retention keep'},
        block=BACKUPS,
    ),
    FieldSpec(
        code='logo_sign_in',
        label='Logo of the sign-in page',
        type='number',
        default=0,
        hint='PNG, JPEG, WebP or SVG',
        options={'hidden': True, 'words': 'логотип вход бренд logo brand sign in login'},
        block=BRAND,
    ),
    FieldSpec(
        code='logo_header',
        label='Logo in the header',
        type='number',
        default=0,
        hint='PNG, JPEG, WebP or SVG',
        options={'hidden': True, 'words': 'логотип шапка бренд logo brand header'},
        block=BRAND,
    ),
    FieldSpec(
        code='logo_icon',
        label='Browser icon',
        type='number',
        default=0,
        hint='A square picture, PNG, JPEG, WebP or SVG',
        options={'hidden': True, 'words': 'иконка логотип вкладка favicon icon logo'},
        block=BRAND,
    ),
    FieldSpec(
        code='panel_color',
        label='Colour of the side panel',
        type='text',
        default='',
        hint='Text and icons on it are made light or dark so that they can be read',
        options={'hidden': True, 'words': 'цвет панели разделов бренд тема colour color panel brand theme'},
        block=BRAND,
    ),
)
SETTINGS: Mapping[str, FieldSpec] = {
    spec.code: spec for spec in (*_ALL, *DIRECTORY_SETTINGS, *PORTAL_SETTINGS, *TRUST_SETTINGS)
}
"""By code; the one form draws them by type."""
