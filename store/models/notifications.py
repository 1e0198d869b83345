"""What waits in the bell of each person."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class NotificationRow(Model):
    """One line in a bell, where `dedup_key` lets a repeated effect arrive once."""

    id = fields.BigIntField(primary_key=True, generated=True)
    person_id = fields.BigIntField()
    kind = fields.CharField(max_length=32)
    code = fields.CharField(max_length=64, db_default='')
    facts = fields.TextField(db_default='{}')
    text = fields.TextField(db_default='')
    catalog = fields.CharField(max_length=64, db_default='')
    record_id = fields.BigIntField(null=True)
    dedup_key = fields.CharField(max_length=200, null=True)
    created_at = fields.BigIntField(db_index=True)
    read_at = fields.BigIntField(null=True)
    snoozed_until = fields.BigIntField(null=True)
    in_bell = fields.SmallIntField(db_default=1)

    class Meta:
        table = 'notifications'
        unique_together = (('person_id', 'dedup_key'),)
        indexes = (Index(fields=('person_id', 'read_at')),)


class DigestRow(Model):
    """The last digest of a person, where `period` is the hour or day it was for, and `last_id` the last
    notification it knew of."""

    person_id = fields.BigIntField(primary_key=True)
    period = fields.CharField(max_length=20)
    last_id = fields.BigIntField(db_default=0)
    made_at = fields.BigIntField(db_default=0)

    class Meta:
        table = 'digests'


class ToldEventRow(Model):
    """Somebody has heard of a noteworthy day of a year, remembered longer than the bell remembers."""

    id = fields.BigIntField(primary_key=True, generated=True)
    person_id = fields.BigIntField()
    key = fields.CharField(max_length=120)
    at = fields.BigIntField(db_index=True)

    class Meta:
        table = 'told_events'
        unique_together = (('person_id', 'key'),)
