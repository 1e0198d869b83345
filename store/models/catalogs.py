"""Tables that describe catalogues, fields, pipelines and stages."""

from tortoise import fields
from tortoise.models import Model


class CatalogRow(Model):
    """A catalogue, its records live in the table `o_<id>`."""

    id = fields.IntField(primary_key=True)
    code = fields.CharField(max_length=60, unique=True)
    label = fields.CharField(max_length=200)
    label_one = fields.CharField(max_length=200)
    title_label = fields.CharField(max_length=200, default='Name', db_default='Name')
    icon = fields.CharField(max_length=60, default='folder', db_default='folder')
    labels = fields.TextField()
    traits = fields.TextField()
    card = fields.TextField()
    list_columns = fields.TextField()
    position = fields.IntField(default=0, db_default=0)

    class Meta:
        """Storage."""

        table = 'catalogs'


class FieldRow(Model):
    """A field, its column is `f_<id>`, so a rename never touches the table."""

    id = fields.IntField(primary_key=True)
    catalog_id = fields.IntField(db_index=True)
    code = fields.CharField(max_length=60)
    label = fields.CharField(max_length=200)
    type = fields.CharField(max_length=30)
    required = fields.SmallIntField(default=0, db_default=0)
    unique = fields.SmallIntField(default=0, db_default=0, source_field='is_unique')
    read_only = fields.SmallIntField(default=0, db_default=0)
    indexed = fields.SmallIntField(default=0, db_default=0)
    archived = fields.SmallIntField(default=0, db_default=0)
    seq = fields.BigIntField(default=0, db_default=0)
    position = fields.IntField(default=0, db_default=0)
    more = fields.TextField()

    class Meta:
        """Storage."""

        table = 'fields'
        unique_together = (('catalog_id', 'code'),)


class PipelineRow(Model):
    """A pipeline of a catalogue."""

    id = fields.IntField(primary_key=True)
    catalog_id = fields.IntField(db_index=True)
    code = fields.CharField(max_length=60)
    label = fields.CharField(max_length=200)
    labels = fields.TextField()
    value_field = fields.CharField(max_length=60, default='', db_default='')
    closed_field = fields.CharField(max_length=60, default='', db_default='')
    position = fields.IntField(default=0, db_default=0)

    class Meta:
        """Storage."""

        table = 'pipelines'
        unique_together = (('catalog_id', 'code'),)


class StageRow(Model):
    """A stage of a pipeline, its code is unique in the catalogue."""

    id = fields.IntField(primary_key=True)
    catalog_id = fields.IntField()
    pipeline_id = fields.IntField(db_index=True)
    code = fields.CharField(max_length=60)
    label = fields.CharField(max_length=200)
    labels = fields.TextField()
    color = fields.CharField(max_length=9)
    kind = fields.CharField(max_length=10, default='open', db_default='open')
    required = fields.TextField()
    position = fields.IntField(default=0, db_default=0)
    archived = fields.SmallIntField(default=0, db_default=0)

    class Meta:
        """Storage."""

        table = 'stages'
        unique_together = (('catalog_id', 'code'),)
