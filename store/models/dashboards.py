"""Saved dashboards: which widgets, over which catalogue and pipeline."""

from tortoise import fields
from tortoise.models import Model


class DashboardRow(Model):
    """A page of «Итоги», `widgets` is a JSON list of widget keys in the order they are shown."""

    id = fields.IntField(primary_key=True)
    code = fields.CharField(max_length=60, unique=True)
    label = fields.CharField(max_length=200)
    labels = fields.TextField()
    catalog = fields.CharField(max_length=60)
    pipeline = fields.CharField(max_length=60)
    widgets = fields.TextField()
    position = fields.IntField(default=0, db_default=0)

    class Meta:
        """Storage."""

        table = 'dashboards'
