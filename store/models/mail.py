"""Mailboxes of people, the letters read from them and written here, and the records these are about."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class MailboxRow(Model):
    """The mailbox of a person, its password encrypted, `revision` grows with each change of the connection.

    `state` is 'new', 'ok' or 'trouble', of which `problem` and `facts` say what it is."""

    person_id = fields.BigIntField(primary_key=True)
    preset = fields.CharField(max_length=20, db_default='own')
    address = fields.CharField(max_length=254)
    login = fields.CharField(max_length=254)
    secret = fields.TextField()
    imap_host = fields.CharField(max_length=253)
    imap_port = fields.IntField()
    imap_security = fields.CharField(max_length=10)
    smtp_host = fields.CharField(max_length=253)
    smtp_port = fields.IntField()
    smtp_security = fields.CharField(max_length=10)
    is_on = fields.SmallIntField(db_default=1)
    revision = fields.BigIntField(db_default=1)
    state = fields.CharField(max_length=10, db_default='new')
    problem = fields.CharField(max_length=64, db_default='')
    facts = fields.TextField(db_default='{}')
    state_at = fields.BigIntField(db_default=0)
    read_at = fields.BigIntField(db_default=0)
    next_at = fields.BigIntField(db_default=0)

    class Meta:
        table = 'mailboxes'
        indexes = (Index(fields=('is_on', 'next_at')),)


class MailFolderRow(Model):
    """How far a folder of a mailbox has been read, `kind` is 'in' or 'out'."""

    id = fields.BigIntField(primary_key=True, generated=True)
    person_id = fields.BigIntField()
    kind = fields.CharField(max_length=4)
    validity = fields.BigIntField(db_default=0)
    last_uid = fields.BigIntField(db_default=0)

    class Meta:
        table = 'mail_folders'
        unique_together = (('person_id', 'kind'),)


class LetterRow(Model):
    """A letter in somebody's mailbox, `key` and `thread` are hashes of Message-IDs.

    `state` is '' for a letter that came, else 'waiting', 'sent' or 'failed'."""

    id = fields.BigIntField(primary_key=True, generated=True)
    person_id = fields.BigIntField()
    key = fields.CharField(max_length=64)
    thread = fields.CharField(max_length=64)
    message_id = fields.TextField(db_default='')
    parents = fields.TextField(db_default='[]')
    direction = fields.CharField(max_length=4)
    sender = fields.CharField(max_length=254, db_default='')
    sender_name = fields.CharField(max_length=200, db_default='')
    people = fields.TextField(db_default='{}')
    subject = fields.TextField(db_default='')
    snippet = fields.CharField(max_length=200, db_default='')
    text = fields.TextField(db_default='')
    files = fields.TextField(db_default='[]')
    sent_at = fields.BigIntField()
    is_seen = fields.SmallIntField(db_default=0)
    is_cut = fields.SmallIntField(db_default=0)
    state = fields.CharField(max_length=10, db_default='')
    problem = fields.CharField(max_length=64, db_default='')
    detail = fields.TextField(db_default='')

    class Meta:
        table = 'letters'
        unique_together = (('person_id', 'key'),)
        indexes = (Index(fields=('person_id', 'thread')), Index(fields=('person_id', 'sent_at')))


class LetterAddressRow(Model):
    """Somebody else's address in a letter, folded."""

    id = fields.BigIntField(primary_key=True, generated=True)
    letter_id = fields.BigIntField(db_index=True)
    person_id = fields.BigIntField()
    address = fields.CharField(max_length=254)

    class Meta:
        table = 'letter_addresses'
        indexes = (Index(fields=('person_id', 'address')),)


class LetterLinkRow(Model):
    """A conversation is about a record, with `is_shared` whoever reads the record reads it there."""

    id = fields.BigIntField(primary_key=True, generated=True)
    person_id = fields.BigIntField()
    thread = fields.CharField(max_length=64)
    catalog_id = fields.IntField()
    record_id = fields.BigIntField()
    is_shared = fields.SmallIntField(db_default=0)

    class Meta:
        table = 'letter_links'
        unique_together = (('person_id', 'thread', 'catalog_id', 'record_id'),)
        indexes = (Index(fields=('catalog_id', 'record_id')),)
