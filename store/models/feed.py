"""What people say on records beyond the journal: answers, likes, earlier texts; and who follows what."""

from tortoise import fields
from tortoise.models import Model


class PostRow(Model):
    """A message on a record, its text is that of the journal's line `change_id`, which every message has.

    Messages said before this table have no row here."""

    change_id = fields.BigIntField(primary_key=True)
    author_id = fields.BigIntField(null=True)
    reply_to = fields.BigIntField(null=True, db_index=True)
    mentions = fields.TextField(db_default='[]')
    edited_at = fields.BigIntField(null=True)
    removed_at = fields.BigIntField(null=True)
    removed_by = fields.BigIntField(null=True)

    class Meta:
        table = 'posts'


class PostTextRow(Model):
    """What a message said before it was edited or removed."""

    id = fields.BigIntField(primary_key=True, generated=True)
    change_id = fields.BigIntField(db_index=True)
    at = fields.BigIntField()
    person_id = fields.BigIntField(null=True)
    text = fields.TextField()

    class Meta:
        table = 'post_texts'


class PostLikeRow(Model):
    """Somebody likes a message."""

    id = fields.BigIntField(primary_key=True, generated=True)
    change_id = fields.BigIntField()
    person_id = fields.BigIntField()

    class Meta:
        table = 'post_likes'
        unique_together = (('change_id', 'person_id'),)


class FollowRow(Model):
    """Somebody chose to follow a record, or (`is_on` 0) not to, though they own it or spoke there."""

    id = fields.BigIntField(primary_key=True, generated=True)
    catalog_id = fields.IntField()
    record_id = fields.BigIntField()
    person_id = fields.BigIntField(db_index=True)
    is_on = fields.SmallIntField(db_default=1)

    class Meta:
        table = 'follows'
        unique_together = (('catalog_id', 'record_id', 'person_id'),)


FURTHER_SQL = {
    'both': (
        "CREATE INDEX IF NOT EXISTS ix_changes_comments ON changes (id) WHERE kind = 'commented'",
        'CREATE INDEX IF NOT EXISTS ix_changes_commenters ON changes (actor_id, catalog_id, record_id)'
        " WHERE kind = 'commented'",
    ),
}
