"""People, roles, sessions and tokens; saved settings and each person's preferences."""

from tortoise import fields
from tortoise.models import Model


class PersonRow(Model):
    """A colleague, without a login it is only a name that records may point at."""

    id = fields.BigIntField(primary_key=True, generated=True)
    name = fields.CharField(max_length=200)
    folded = fields.CharField(max_length=600, db_default='')
    login = fields.CharField(max_length=120, null=True, unique=True)
    email = fields.CharField(max_length=254, db_default='')
    department = fields.CharField(max_length=200, db_default='')
    manager_id = fields.BigIntField(null=True)
    password_hash = fields.CharField(max_length=255, db_default='')
    is_admin = fields.SmallIntField(db_default=0)
    is_active = fields.SmallIntField(db_default=1)
    language = fields.CharField(max_length=8, db_default='')
    theme = fields.CharField(max_length=8, db_default='system')
    time_zone = fields.CharField(max_length=64, db_default='')
    created_at = fields.BigIntField(db_default=0)
    phone = fields.CharField(max_length=60, db_default='')
    working_hours = fields.TextField(db_default='{}')
    absent_from = fields.CharField(max_length=10, db_default='')
    absent_until = fields.CharField(max_length=10, db_default='')
    deputy_id = fields.BigIntField(null=True)
    photo_id = fields.BigIntField(null=True)
    contact_id = fields.BigIntField(null=True)
    must_change_password = fields.SmallIntField(db_default=0)
    kind = fields.CharField(max_length=10, db_default='employee')

    class Meta:
        table = 'people'


class InvitationRow(Model):
    """A link with which one person chooses a password once, of which only a hash is kept.

    Of kind 'invite', or 'reset' when the person asked for it."""

    id = fields.BigIntField(primary_key=True, generated=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    person_id = fields.BigIntField(db_index=True)
    made_by = fields.BigIntField(null=True)
    made_at = fields.BigIntField()
    good_until = fields.BigIntField()
    used_at = fields.BigIntField(null=True)
    kind = fields.CharField(max_length=10, db_default='invite')

    class Meta:
        table = 'invitations'


class RoleRow(Model):
    """A named set of rights."""

    id = fields.BigIntField(primary_key=True, generated=True)
    code = fields.CharField(max_length=64, unique=True)
    label = fields.CharField(max_length=120)
    labels = fields.TextField(db_default='{}')
    is_portal = fields.SmallIntField(db_default=0)

    class Meta:
        table = 'roles'


class RoleRightRow(Model):
    """What a role allows in one catalogue, or in every one it does not name (an asterisk)."""

    id = fields.BigIntField(primary_key=True, generated=True)
    role_id = fields.BigIntField()
    catalog = fields.CharField(max_length=64)
    may_create = fields.SmallIntField(db_default=0)
    may_read = fields.SmallIntField(db_default=0)
    may_change = fields.SmallIntField(db_default=0)
    may_delete = fields.SmallIntField(db_default=0)
    may_export = fields.SmallIntField(db_default=0)
    may_move = fields.SmallIntField(null=True)

    class Meta:
        table = 'role_rights'
        unique_together = (('role_id', 'catalog'),)


class PersonRoleRow(Model):
    """A person holds a role."""

    id = fields.BigIntField(primary_key=True, generated=True)
    person_id = fields.BigIntField()
    role_id = fields.BigIntField(db_index=True)

    class Meta:
        table = 'person_roles'
        unique_together = (('person_id', 'role_id'),)


class SessionRow(Model):
    """A signed-in browser, only a hash of its token is kept."""

    id = fields.BigIntField(primary_key=True, generated=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    person_id = fields.BigIntField(db_index=True)
    created_at = fields.BigIntField()
    seen_at = fields.BigIntField()
    address = fields.CharField(max_length=64, db_default='')
    agent = fields.CharField(max_length=200, db_default='')

    class Meta:
        table = 'sessions'


class SecondFactorRow(Model):
    """The second factor of a person, its secret encrypted, `since` is 0 until the first code was given."""

    person_id = fields.BigIntField(primary_key=True)
    secret = fields.CharField(max_length=400)
    since = fields.BigIntField(db_default=0)
    last_step = fields.BigIntField(db_default=0)

    class Meta:
        table = 'second_factors'


class RecoveryCodeRow(Model):
    """A code that lets a person in once without their phone, of which only a hash is kept."""

    id = fields.BigIntField(primary_key=True, generated=True)
    person_id = fields.BigIntField(db_index=True)
    code_hash = fields.CharField(max_length=64)
    used_at = fields.BigIntField(null=True)

    class Meta:
        table = 'recovery_codes'


class ApiTokenRow(Model):
    """A key for the REST interface, of which only a hash is kept."""

    id = fields.BigIntField(primary_key=True, generated=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    person_id = fields.BigIntField(db_index=True)
    name = fields.CharField(max_length=120)
    hint = fields.CharField(max_length=16, db_default='')
    created_at = fields.BigIntField()
    used_at = fields.BigIntField(null=True)

    class Meta:
        table = 'api_tokens'


class SettingRow(Model):
    """One saved setting of the whole system, as JSON, secrets are encrypted."""

    key = fields.CharField(max_length=64, primary_key=True)
    value = fields.TextField()
    changed_at = fields.BigIntField(db_default=0)
    changed_by = fields.BigIntField(null=True)

    class Meta:
        table = 'saved_settings'


class PreferenceRow(Model):
    """What one person chose for one place of the screen, as JSON."""

    id = fields.BigIntField(primary_key=True, generated=True)
    person_id = fields.BigIntField()
    key = fields.CharField(max_length=120)
    value = fields.TextField()

    class Meta:
        table = 'preferences'
        unique_together = (('person_id', 'key'),)
