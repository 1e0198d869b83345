"""Files that people brought: one row a file, while equal contents lie on the disk once."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class FileRow(Model):
    """A file of a kind (attachment, photo, logo), where `sha256` names its content in the folder of files.

    What a virus scanner said of it is `scan`.

    A draft is nobody's but its owner's until the message that carries it is sent. Times are epoch ms UTC."""

    id = fields.BigIntField(primary_key=True, generated=True)
    sha256 = fields.CharField(max_length=64, db_index=True)
    name = fields.CharField(max_length=240)
    size = fields.BigIntField()
    kind = fields.CharField(max_length=16)
    content_type = fields.CharField(max_length=100)
    catalog = fields.CharField(max_length=64, db_default='')
    record_id = fields.BigIntField(null=True)
    owner_id = fields.BigIntField(null=True, db_index=True)
    post_id = fields.BigIntField(null=True, db_index=True)
    is_draft = fields.SmallIntField(db_default=0)
    scan = fields.CharField(max_length=12, db_default='unscanned')
    created_at = fields.BigIntField()

    class Meta:
        table = 'files'
        indexes = (Index(fields=('catalog', 'record_id')),)
