from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('store', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DefaultRightRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('catalog', fields.CharField(max_length=64)),
                ('author_role', fields.CharField(db_default='', max_length=64)),
                ('role_id', fields.BigIntField(null=True)),
                ('person_id', fields.BigIntField(null=True)),
                ('may_change', fields.SmallIntField(db_default=0)),
            ],
            options={'table': 'default_rights', 'app': 'store', 'pk_attr': 'id', 'table_description': 'A new record made by a holder of a role is shared at once with another role or a person.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RecordRuleRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('catalog', fields.CharField(max_length=64)),
                ('name', fields.CharField(max_length=200)),
                ('condition', fields.TextField(db_default='{}', unique=False)),
                ('roles', fields.TextField(db_default='[]', unique=False)),
                ('rights', fields.TextField(db_default='["read"]', unique=False)),
                ('only', fields.SmallIntField(db_default=0)),
                ('is_on', fields.SmallIntField(db_default=1)),
                ('position', fields.IntField(db_default=0)),
            ],
            options={'table': 'record_rules', 'app': 'store', 'pk_attr': 'id', 'table_description': 'Records a filter finds: some roles may do something with them, or only these roles may.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RoleFieldRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('role_id', fields.BigIntField(db_index=True)),
                ('catalog', fields.CharField(max_length=64)),
                ('field', fields.CharField(max_length=60)),
                ('level', fields.SmallIntField(db_default=0)),
            ],
            options={'table': 'role_fields', 'app': 'store', 'unique_together': (('role_id', 'catalog', 'field'),), 'pk_attr': 'id', 'table_description': 'How far a role may go with one field: 0 hidden, 10 read, fields that are not named may be changed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RoleOperationRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('role_id', fields.BigIntField(db_index=True)),
                ('operation', fields.CharField(max_length=40)),
            ],
            options={'table': 'role_operations', 'app': 'store', 'unique_together': (('role_id', 'operation'),), 'pk_attr': 'id', 'table_description': 'A role may do a named operation.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RolePlaceRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('role_id', fields.BigIntField(db_index=True)),
                ('catalog', fields.CharField(max_length=64)),
                ('pipeline', fields.CharField(max_length=60)),
                ('stage', fields.CharField(db_default='', max_length=60)),
                ('may_create', fields.SmallIntField(db_default=0)),
                ('may_read', fields.SmallIntField(db_default=0)),
                ('may_change', fields.SmallIntField(db_default=0)),
                ('may_delete', fields.SmallIntField(db_default=0)),
                ('may_export', fields.SmallIntField(db_default=0)),
                ('may_move', fields.SmallIntField(null=True)),
            ],
            options={'table': 'role_places', 'app': 'store', 'unique_together': (('role_id', 'catalog', 'pipeline', 'stage'),), 'pk_attr': 'id', 'table_description': 'What a role allows in one pipeline, or in one stage of it, instead of what it allows in the catalogue.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ShareRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('catalog_id', fields.IntField()),
                ('record_id', fields.BigIntField()),
                ('person_id', fields.BigIntField(null=True)),
                ('role_id', fields.BigIntField(null=True)),
                ('may_change', fields.SmallIntField(db_default=0)),
                ('until', fields.BigIntField(null=True)),
                ('given_by', fields.BigIntField(null=True)),
                ('given_at', fields.BigIntField(db_default=0)),
                ('origin', fields.CharField(db_default='hand', max_length=10)),
            ],
            options={'table': 'record_shares', 'app': 'store', 'indexes': [Index(fields=['catalog_id', 'record_id']), Index(fields=['person_id', 'catalog_id', 'record_id']), Index(fields=['role_id', 'catalog_id', 'record_id'])], 'pk_attr': 'id', 'table_description': 'One record is shared with one person or one role, until a moment (epoch ms) or for good.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UnitPersonRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('unit_id', fields.BigIntField()),
                ('person_id', fields.BigIntField(db_index=True)),
            ],
            options={'table': 'unit_people', 'app': 'store', 'unique_together': (('unit_id', 'person_id'),), 'pk_attr': 'id', 'table_description': 'A person works in a unit.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UnitRoleRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('unit_id', fields.BigIntField()),
                ('role_id', fields.BigIntField(db_index=True)),
            ],
            options={'table': 'unit_roles', 'app': 'store', 'unique_together': (('unit_id', 'role_id'),), 'pk_attr': 'id', 'table_description': 'Whoever works in a unit or below it holds a role.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UnitRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('parent_id', fields.BigIntField(null=True)),
                ('kind', fields.CharField(db_default='department', max_length=20)),
                ('name', fields.CharField(max_length=200)),
                ('names', fields.TextField(db_default='{}', unique=False)),
                ('manager_id', fields.BigIntField(null=True)),
                ('manager_sees', fields.SmallIntField(db_default=1)),
                ('position', fields.IntField(db_default=0)),
            ],
            options={'table': 'org_units', 'app': 'store', 'pk_attr': 'id', 'table_description': 'A branch, department or division, `manager_sees` lets its manager read what its people own.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='RoleRightRow',
            name='may_export',
            field=fields.SmallIntField(db_default=0),
        ),
        ops.AddField(
            model_name='RoleRightRow',
            name='may_move',
            field=fields.SmallIntField(null=True),
        ),
    ]
