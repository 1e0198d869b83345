"""The settings of the portal for customers."""

from store.schema import FieldSpec

PORTAL = 'Portal'
PORTAL_SETTINGS = (
    FieldSpec(
        code='portal_registration',
        label='Who may register at the portal',
        type='choice',
        default='closed',
        hint='Everybody confirms the e-mail address by a link first',
        options={
            'choices': [
                {'key': 'closed', 'label': 'Nobody: you invite'},
                {'key': 'approval', 'label': 'Everybody, and you approve'},
                {'key': 'open', 'label': 'Everybody, at once'},
            ],
            'words': 'портал регистрация клиенты самообслуживание portal registration sign up self service',
        },
        block=PORTAL,
    ),
    FieldSpec(
        code='portal_role',
        label='Role of new customers',
        type='text',
        default='portal',
        hint='What they may see and do; only roles of the portal',
        options={'hidden': True, 'words': 'портал роль клиента portal role customer'},
        block=PORTAL,
    ),
    FieldSpec(
        code='portal_welcome',
        label='Words of welcome',
        type='long_text',
        default='',
        hint='Stand above the sections of the portal',
        options={'words': 'портал приветствие текст portal welcome text'},
        block=PORTAL,
    ),
)
"""Put among the others by `store/setting_list.py`."""
