"""Layouts of record pages."""

from tortoise import fields
from tortoise.models import Model


class LayoutRow(Model):
    """Tabs and blocks of a catalogue's record page, the default one or one for roles, it gives no right."""

    id = fields.IntField(primary_key=True)
    catalog_id = fields.IntField()
    code = fields.CharField(max_length=60)
    label = fields.CharField(max_length=200)
    labels = fields.TextField(db_default='{}')
    roles = fields.TextField(db_default='[]')
    body = fields.TextField(db_default='{}')
    position = fields.IntField(db_default=0)

    class Meta:
        """Storage."""

        table = 'layouts'
        unique_together = (('catalog_id', 'code'),)
