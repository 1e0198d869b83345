"""The audit log: one row a line, each sealed with the one before it."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class AuditRow(Model):
    """Who did what from where, `seal` is a hash over this line and the seal before it."""

    id = fields.BigIntField(primary_key=True)
    at = fields.BigIntField()
    person_id = fields.BigIntField(null=True)
    who = fields.CharField(max_length=200, db_default='')
    about_id = fields.BigIntField(null=True)
    kind = fields.CharField(max_length=40)
    address = fields.CharField(max_length=64, db_default='')
    facts = fields.TextField(db_default='{}')
    seal = fields.CharField(max_length=64)

    class Meta:
        table = 'audit_log'
        indexes = (
            Index(fields=('kind', 'id')),
            Index(fields=('person_id', 'id')),
            Index(fields=('about_id', 'id')),
            Index(fields=('at',)),
        )
