"""Rights beyond the levels of a role: places, fields, operations, shares, rules about records."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class RolePlaceRow(Model):
    """What a role allows in a pipeline or a stage of it, instead of what it allows in the catalogue."""

    id = fields.BigIntField(primary_key=True, generated=True)
    role_id = fields.BigIntField(db_index=True)
    catalog = fields.CharField(max_length=64)
    pipeline = fields.CharField(max_length=60)
    stage = fields.CharField(max_length=60, db_default='')
    may_create = fields.SmallIntField(db_default=0)
    may_read = fields.SmallIntField(db_default=0)
    may_change = fields.SmallIntField(db_default=0)
    may_delete = fields.SmallIntField(db_default=0)
    may_export = fields.SmallIntField(db_default=0)
    may_move = fields.SmallIntField(null=True)

    class Meta:
        table = 'role_places'
        unique_together = (('role_id', 'catalog', 'pipeline', 'stage'),)


class RoleFieldRow(Model):
    """How far a role may go with one field: 0 hidden, 10 read, fields that are not named may be changed."""

    id = fields.BigIntField(primary_key=True, generated=True)
    role_id = fields.BigIntField(db_index=True)
    catalog = fields.CharField(max_length=64)
    field = fields.CharField(max_length=60)
    level = fields.SmallIntField(db_default=0)

    class Meta:
        table = 'role_fields'
        unique_together = (('role_id', 'catalog', 'field'),)


class RoleOperationRow(Model):
    """A role may do a named operation."""

    id = fields.BigIntField(primary_key=True, generated=True)
    role_id = fields.BigIntField(db_index=True)
    operation = fields.CharField(max_length=40)

    class Meta:
        table = 'role_operations'
        unique_together = (('role_id', 'operation'),)


class ShareRow(Model):
    """One record is shared with one person or one role, until a moment (epoch ms) or for good."""

    id = fields.BigIntField(primary_key=True, generated=True)
    catalog_id = fields.IntField()
    record_id = fields.BigIntField()
    person_id = fields.BigIntField(null=True)
    role_id = fields.BigIntField(null=True)
    may_change = fields.SmallIntField(db_default=0)
    until = fields.BigIntField(null=True)
    given_by = fields.BigIntField(null=True)
    given_at = fields.BigIntField(db_default=0)
    origin = fields.CharField(max_length=10, db_default='hand')

    class Meta:
        table = 'record_shares'
        indexes = (
            Index(fields=('catalog_id', 'record_id')),
            Index(fields=('person_id', 'catalog_id', 'record_id')),
            Index(fields=('role_id', 'catalog_id', 'record_id')),
        )


class RecordRuleRow(Model):
    """Records a filter finds: some roles may do something with them, or only these roles may.

    `mark` is the bit of the records' marks that follows the condition, `marked` the SQL all of them were
    marked by, empty until they are."""

    id = fields.BigIntField(primary_key=True, generated=True)
    catalog = fields.CharField(max_length=64)
    name = fields.CharField(max_length=200)
    condition = fields.TextField(db_default='{}')
    roles = fields.TextField(db_default='[]')
    rights = fields.TextField(db_default='["read"]')
    only = fields.SmallIntField(db_default=0)
    is_on = fields.SmallIntField(db_default=1)
    position = fields.IntField(db_default=0)
    mark = fields.BigIntField(db_default=0)
    marked = fields.TextField(db_default='')

    class Meta:
        table = 'record_rules'


class DefaultRightRow(Model):
    """A new record made by a holder of a role is shared at once with another role or a person."""

    id = fields.BigIntField(primary_key=True, generated=True)
    catalog = fields.CharField(max_length=64)
    author_role = fields.CharField(max_length=64, db_default='')
    role_id = fields.BigIntField(null=True)
    person_id = fields.BigIntField(null=True)
    may_change = fields.SmallIntField(db_default=0)

    class Meta:
        table = 'default_rights'
