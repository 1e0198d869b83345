"""What is kept of a company directory (LDAP): whose entry is whose, the roles it gave, and its runs."""

from tortoise import fields
from tortoise.models import Model


class DirectoryPersonRow(Model):
    """A person and their entry, `is_off` is 1 while it was the directory that deactivated them."""

    person_id = fields.BigIntField(primary_key=True)
    entry_id = fields.CharField(max_length=200, unique=True)
    dn = fields.CharField(max_length=1000, db_default='')
    is_off = fields.SmallIntField(db_default=0)
    linked_at = fields.BigIntField(db_default=0)

    class Meta:
        table = 'directory_people'


class DirectoryRoleRow(Model):
    """A role that a person holds because of a group of the directory, and not by hand."""

    id = fields.BigIntField(primary_key=True, generated=True)
    person_id = fields.BigIntField()
    role_id = fields.BigIntField(db_index=True)

    class Meta:
        table = 'directory_roles'
        unique_together = (('person_id', 'role_id'),)


class DirectoryRunRow(Model):
    """One run of the synchronisation, its counts as JSON, and why it failed if it did."""

    id = fields.BigIntField(primary_key=True, generated=True)
    started_at = fields.BigIntField(db_index=True)
    finished_at = fields.BigIntField(null=True)
    person_id = fields.BigIntField(null=True)
    counts = fields.TextField(db_default='{}')
    problem = fields.CharField(max_length=64, db_default='')
    facts = fields.TextField(db_default='{}')

    class Meta:
        table = 'directory_runs'
