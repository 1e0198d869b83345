"""The journal, the visits of stages, and the search words."""

from tortoise import fields
from tortoise.models import Model


class ChangeRow(Model):
    """What happened to a record: timeline, audit and the engine's journal in one. Times are epoch ms UTC."""

    id = fields.BigIntField(primary_key=True)
    at = fields.BigIntField()
    actor_id = fields.IntField(null=True)
    catalog_id = fields.IntField()
    record_id = fields.BigIntField()
    kind = fields.CharField(max_length=12)
    version = fields.BigIntField()
    before = fields.TextField()
    after = fields.TextField()
    text = fields.TextField(null=True)
    cause = fields.CharField(max_length=10)
    cause_id = fields.BigIntField(null=True)
    chain = fields.TextField()
    dispatched = fields.SmallIntField(default=0, db_default=0)

    class Meta:
        """Storage."""

        table = 'changes'
        indexes = (('catalog_id', 'record_id', 'id'), ('cause', 'cause_id'))


class StageVisitRow(Model):
    """One stay of a record in a stage, `duration` in ms is written when it leaves."""

    id = fields.BigIntField(primary_key=True)
    catalog_id = fields.IntField()
    record_id = fields.BigIntField()
    stage_id = fields.IntField()
    entered_at = fields.BigIntField()
    left_at = fields.BigIntField(null=True)
    duration = fields.BigIntField(null=True)

    class Meta:
        """Storage."""

        table = 'stage_visits'
        indexes = (('catalog_id', 'record_id', 'stage_id', 'entered_at', 'duration'),)


class StateRow(Model):
    """Small facts of the installation: the version of the run-time schema, markers."""

    key = fields.CharField(max_length=60, primary_key=True)
    value = fields.TextField()

    class Meta:
        """Storage."""

        table = 'store_state'


FURTHER_SQL = {
    'both': (
        'CREATE INDEX IF NOT EXISTS ix_changes_waiting ON changes (id) WHERE dispatched = 0',
        # One contact belongs to at most one active person.
        'CREATE UNIQUE INDEX IF NOT EXISTS ux_people_contact ON people (contact_id)'
        ' WHERE contact_id IS NOT NULL AND is_active = 1',
    ),
    'sqlite': (
        'CREATE VIRTUAL TABLE IF NOT EXISTS search_docs USING fts5('
        "words, tokenize = 'unicode61 remove_diacritics 2')",
    ),
    'postgres': (
        'CREATE TABLE IF NOT EXISTS search_docs (rowid BIGINT PRIMARY KEY, words TEXT NOT NULL,'
        " tokens TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED)",
        'CREATE INDEX IF NOT EXISTS ix_search_docs ON search_docs USING gin (tokens)',
        'CREATE OR REPLACE FUNCTION fold(value TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS'
        " $$ SELECT replace(lower(value), 'ё', 'е') $$",
    ),
}
