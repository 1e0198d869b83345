"""Rules, their versions, runs with traces, decisions why not, and the outbox. Times are epoch ms UTC."""

from tortoise import fields
from tortoise.models import Model


class RuleRow(Model):
    """A rule, what it does stands in its present version. `watermark`: its moments up to here have been
    seen."""

    id = fields.IntField(primary_key=True, generated=True)
    key = fields.CharField(max_length=80, unique=True)
    name = fields.CharField(max_length=200)
    catalog = fields.CharField(max_length=60)
    owner_id = fields.IntField()
    enabled = fields.SmallIntField(default=1, db_default=1)
    enabled_at = fields.BigIntField()
    watermark = fields.BigIntField()
    priority = fields.IntField(default=100, db_default=100)
    paused = fields.CharField(max_length=60, default='', db_default='')
    version_id = fields.IntField(default=0, db_default=0)
    changed_at = fields.BigIntField()
    changed_by = fields.IntField(null=True)
    removed_at = fields.BigIntField(null=True)

    class Meta:
        """Storage."""

        table = 'rules'


class RuleVersionRow(Model):
    """What a rule said at one time, never changed, so a run ends by the version it began with."""

    id = fields.IntField(primary_key=True, generated=True)
    rule_id = fields.IntField()
    number = fields.IntField()
    spec = fields.TextField()
    at = fields.BigIntField()
    by = fields.IntField(null=True, source_field='by_id')

    class Meta:
        """Storage."""

        table = 'rule_versions'
        unique_together = (('rule_id', 'number'),)


class RunRow(Model):
    """One run of a rule: queued, running, waiting, done, failed, dead or cancelled.

    `change_id` is 0 and `bind` names the moment when time, not a change, started it,
    `epoch` fences a frozen worker."""

    id = fields.BigIntField(primary_key=True, generated=True)
    rule_id = fields.IntField()
    version_id = fields.IntField()
    change_id = fields.BigIntField(default=0, db_default=0)
    bind = fields.CharField(max_length=120, default='', db_default='')
    catalog = fields.CharField(max_length=60)
    record_id = fields.BigIntField(null=True)
    trigger = fields.CharField(max_length=40)
    started_by = fields.IntField(null=True)
    status = fields.CharField(max_length=10, default='queued', db_default='queued')
    step = fields.IntField(default=0, db_default=0)
    event = fields.TextField()
    made = fields.TextField()
    chain = fields.TextField()
    due = fields.BigIntField(default=0, db_default=0)
    epoch = fields.IntField(default=0, db_default=0)
    stalls = fields.IntField(default=0, db_default=0)
    attempts = fields.IntField(default=0, db_default=0)
    error = fields.TextField(null=True)
    created_at = fields.BigIntField()
    finished_at = fields.BigIntField(null=True)

    class Meta:
        """Storage."""

        table = 'rule_runs'
        unique_together = (('rule_id', 'change_id', 'bind'),)
        indexes = (('rule_id', 'created_at'), ('catalog', 'record_id', 'id'))


class StepRow(Model):
    """One step of a run as it went, the unique key is a second lock against doing it twice."""

    id = fields.BigIntField(primary_key=True, generated=True)
    run_id = fields.BigIntField()
    step = fields.IntField()
    visit = fields.IntField(default=0, db_default=0)
    action = fields.CharField(max_length=40)
    status = fields.CharField(max_length=10)
    options = fields.TextField()
    result = fields.TextField()
    at = fields.BigIntField()
    ms = fields.IntField(default=0, db_default=0)

    class Meta:
        """Storage."""

        table = 'rule_steps'
        unique_together = (('run_id', 'step', 'visit'),)


class DecisionRow(Model):
    """Why a rule whose trigger matched did not run, the newest 200 of each rule are kept."""

    id = fields.BigIntField(primary_key=True, generated=True)
    rule_id = fields.IntField()
    change_id = fields.BigIntField(default=0, db_default=0)
    bind = fields.CharField(max_length=120, default='', db_default='')
    catalog = fields.CharField(max_length=60)
    record_id = fields.BigIntField(null=True)
    reason = fields.CharField(max_length=30)
    facts = fields.TextField()
    at = fields.BigIntField()

    class Meta:
        """Storage."""

        table = 'rule_decisions'
        unique_together = (('rule_id', 'change_id', 'bind'),)
        indexes = (('rule_id', 'id'), ('catalog', 'record_id', 'id'))


class OutboxRow(Model):
    """A letter or call that is to leave the house: pending, sending, sent, retry, unknown, dead or
    cancelled."""

    id = fields.BigIntField(primary_key=True, generated=True)
    key = fields.CharField(max_length=80, unique=True)
    run_id = fields.BigIntField()
    step = fields.IntField()
    channel = fields.CharField(max_length=20)
    recipient = fields.CharField(max_length=400, default='', db_default='')
    payload = fields.TextField()
    status = fields.CharField(max_length=10, default='pending', db_default='pending')
    attempts = fields.IntField(default=0, db_default=0)
    next_at = fields.BigIntField(default=0, db_default=0)
    code = fields.CharField(max_length=60, default='', db_default='')
    detail = fields.TextField(null=True)
    created_at = fields.BigIntField()
    sent_at = fields.BigIntField(null=True)

    class Meta:
        """Storage."""

        table = 'outbox'
        indexes = (('run_id', 'step'),)


class PickerRow(Model):
    """Whose turn was last in a round robin."""

    key = fields.CharField(max_length=80, primary_key=True)
    person_id = fields.IntField()

    class Meta:
        """Storage."""

        table = 'rule_pickers'


class EngineRow(Model):
    """The one row that says which process runs the rules, it expires when that process is gone."""

    id = fields.IntField(primary_key=True)
    worker = fields.CharField(max_length=120)
    until = fields.BigIntField()

    class Meta:
        """Storage."""

        table = 'rule_engine'


FURTHER_SQL = {
    'both': (
        'CREATE INDEX IF NOT EXISTS ix_runs_change ON rule_runs (change_id) WHERE change_id <> 0',
        "CREATE INDEX IF NOT EXISTS ix_runs_live ON rule_runs (due, id) WHERE status IN ('queued',"
        " 'waiting', 'running')",
        'CREATE INDEX IF NOT EXISTS ix_outbox_live ON outbox (next_at, id) WHERE status IN'
        " ('pending', 'sending', 'retry')",
        "CREATE INDEX IF NOT EXISTS ix_runs_trouble ON rule_runs (id) WHERE status IN ('failed', 'dead')",
    ),
}
