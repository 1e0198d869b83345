"""Workplaces: named sets of sections."""

from tortoise import fields
from tortoise.models import Model


class WorkplaceRow(Model):
    """An ordered set of sections, for holders of some roles or for everybody, it gives no right to data."""

    id = fields.IntField(primary_key=True)
    code = fields.CharField(max_length=60, unique=True)
    label = fields.CharField(max_length=200)
    labels = fields.TextField(db_default='{}')
    icon = fields.CharField(max_length=60, db_default='workspaces')
    sections = fields.TextField(db_default='[]')
    roles = fields.TextField(db_default='[]')
    position = fields.IntField(db_default=0)

    class Meta:
        """Storage."""

        table = 'workplaces'
