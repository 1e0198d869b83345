"""Settings about trust: the scanner that looks at files, and how long the audit log is kept."""

from store.schema import FieldSpec

SAFETY = 'Safety'

TRUST_SETTINGS = (
    FieldSpec(
        code='scanner',
        label='Virus scanner',
        type='text',
        default='',
        hint='Where clamd listens: /run/clamav/clamd.ctl or 127.0.0.1:3310; nothing: files are not scanned',
        options={'words': 'антивирус вирусы проверка файлов clamav clamd antivirus scanner malware'},
        block=SAFETY,
    ),
    FieldSpec(
        code='scanner_away',
        label='While the scanner cannot be reached',
        type='choice',
        default='refuse',
        hint='A file that is let in is marked as unscanned and looked at later',
        options={
            'choices': [
                {'key': 'refuse', 'label': 'Refuse files'},
                {'key': 'take', 'label': 'Let files in unscanned'},
            ],
            'words': 'антивирус недоступен отказ файлы scanner unavailable refuse',
        },
        block=SAFETY,
    ),
    FieldSpec(
        code='audit_kept_days',
        label='Days that the audit log is kept',
        type='number',
        default=0,
        hint='Older lines go by themselves, what is left stays sealed; 0 keeps all',
        options={
            'least': 0,
            'most': 36500,
            'words': 'журнал аудита хранение срок очистка audit log retention keep',
        },
        block=SAFETY,
    ),
)
