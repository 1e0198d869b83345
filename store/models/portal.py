"""Who asks to come into the portal."""

from tortoise import fields
from tortoise.models import Model


class PortalRequestRow(Model):
    """A registration, of whose link only a hash is kept, state is asked, waiting, accepted or refused."""

    id = fields.BigIntField(primary_key=True, generated=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    email = fields.CharField(max_length=254, db_index=True)
    name = fields.CharField(max_length=200)
    company = fields.CharField(max_length=200, db_default='')
    language = fields.CharField(max_length=8, db_default='')
    password_hash = fields.CharField(max_length=255, db_default='')
    state = fields.CharField(max_length=10, db_default='asked', db_index=True)
    made_at = fields.BigIntField()
    good_until = fields.BigIntField()
    decided_at = fields.BigIntField(null=True)
    decided_by = fields.BigIntField(null=True)
    person_id = fields.BigIntField(null=True)

    class Meta:
        table = 'portal_requests'
