"""The organisation: a tree of units with managers and people."""

from tortoise import fields
from tortoise.models import Model


class UnitRow(Model):
    """A branch, department or division, `manager_sees` lets its manager read what its people own."""

    id = fields.BigIntField(primary_key=True, generated=True)
    parent_id = fields.BigIntField(null=True)
    kind = fields.CharField(max_length=20, db_default='department')
    name = fields.CharField(max_length=200)
    names = fields.TextField(db_default='{}')
    manager_id = fields.BigIntField(null=True)
    manager_sees = fields.SmallIntField(db_default=1)
    position = fields.IntField(db_default=0)

    class Meta:
        table = 'org_units'


class UnitPersonRow(Model):
    """A person works in a unit."""

    id = fields.BigIntField(primary_key=True, generated=True)
    unit_id = fields.BigIntField()
    person_id = fields.BigIntField(db_index=True)

    class Meta:
        table = 'unit_people'
        unique_together = (('unit_id', 'person_id'),)


class UnitRoleRow(Model):
    """Whoever works in a unit or below it holds a role."""

    id = fields.BigIntField(primary_key=True, generated=True)
    unit_id = fields.BigIntField()
    role_id = fields.BigIntField(db_index=True)

    class Meta:
        table = 'unit_roles'
        unique_together = (('unit_id', 'role_id'),)
