"""Imports of files: what was asked, how far it is, the rows that were refused, and how they are undone."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class ImportRow(Model):
    """One import. `place` is the next row of the `lap`, written in the transaction of the rows before it,
    so that an import goes on after a crash and doubles nothing. Times are epoch ms UTC."""

    id = fields.BigIntField(primary_key=True, generated=True)
    person_id = fields.BigIntField()
    catalog = fields.CharField(max_length=64, db_default='')
    file_name = fields.CharField(max_length=300, db_default='')
    state = fields.CharField(max_length=16, db_default='uploaded')
    sheets = fields.TextField(db_default='[]')
    plan = fields.TextField(db_default='{}')
    run_rules = fields.SmallIntField(db_default=0)
    total = fields.BigIntField(db_default=0)
    lap = fields.SmallIntField(db_default=1)
    place = fields.BigIntField(db_default=0)
    created = fields.BigIntField(db_default=0)
    updated = fields.BigIntField(db_default=0)
    unchanged = fields.BigIntField(db_default=0)
    refused = fields.BigIntField(db_default=0)
    problem = fields.TextField(db_default='')
    uploaded_at = fields.BigIntField()
    started_at = fields.BigIntField(null=True)
    finished_at = fields.BigIntField(null=True)

    class Meta:
        """Storage."""

        table = 'imports'
        indexes = (Index(fields=('person_id', 'id')), Index(fields=('state',)))


class ImportRefusalRow(Model):
    """A row of the file that was not taken, and why."""

    id = fields.BigIntField(primary_key=True, generated=True)
    import_id = fields.BigIntField()
    row_place = fields.BigIntField()
    code = fields.CharField(max_length=64)
    facts = fields.TextField(db_default='{}')

    class Meta:
        """Storage."""

        table = 'import_refusals'
        indexes = (Index(fields=('import_id', 'row_place')),)


class ImportUndoRow(Model):
    """The undoing of an import, `place` of `total` records are handled, those kept as they are included.

    Times are epoch ms UTC."""

    import_id = fields.BigIntField(primary_key=True)
    person_id = fields.BigIntField()
    state = fields.CharField(max_length=16, db_default='running')
    anyway = fields.SmallIntField(db_default=0)
    total = fields.BigIntField(db_default=0)
    place = fields.BigIntField(db_default=0)
    removed = fields.BigIntField(db_default=0)
    put_back = fields.BigIntField(db_default=0)
    problem = fields.TextField(db_default='')
    started_at = fields.BigIntField()
    finished_at = fields.BigIntField(null=True)

    class Meta:
        """Storage."""

        table = 'import_undos'
        indexes = (Index(fields=('state',)),)


class ImportKeptRow(Model):
    """A record that an undo left as it is, wholly or some fields of it, and why."""

    id = fields.BigIntField(primary_key=True, generated=True)
    import_id = fields.BigIntField()
    catalog = fields.CharField(max_length=64)
    record_id = fields.BigIntField()
    code = fields.CharField(max_length=64)
    facts = fields.TextField(db_default='{}')

    class Meta:
        """Storage."""

        table = 'import_kept'
        unique_together = (('import_id', 'catalog', 'record_id'),)
