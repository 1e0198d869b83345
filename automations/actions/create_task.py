"""Create a task for somebody, due in so many days."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from automations.actions import Action, Doing, Options, Outcome, filled, filled_value, missing_fields
from automations.moments import at_local, parse_time, working_days_before
from automations.words import Words
from store.problems import Refused
from store.schema import Catalog, FieldSpec
from store.values import Ref

DUE_AT = '18:00'


class CreateTask(Action):
    """Creates a task in the catalogue of tasks, about the record of the rule, with a due time and a
    reminder."""

    key = 'create_task'
    label = 'Create a task'
    options = (
        FieldSpec(code='title', label='Task', type='text', required=True, options={'template': True}),
        FieldSpec(
            code='assignee', label='Assignee', type='choice', default='field:owner',
            options={'from': 'people'},
        ),
        FieldSpec(code='due_amount', label='Due in', type='number', default=1),
        FieldSpec(
            code='due_unit', label='Time unit', type='choice', default='days',
            options={'choices': [
                {'key': 'hours', 'label': 'Hours', 'labels': {'ru': 'Часы'}},
                {'key': 'days', 'label': 'Days', 'labels': {'ru': 'Дни'}},
                {'key': 'working_days', 'label': 'Working days', 'labels': {'ru': 'Рабочие дни'}},
            ]},
        ),
        FieldSpec(code='due_at', label='At (local time)', type='text', hint=DUE_AT),
        FieldSpec(code='remind_minutes', label='Remind, minutes before', type='number'),
        FieldSpec(code='values', label='Further values', type='field_values'),
    )  # fmt: skip

    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Create the task; later steps know it as `made.task`."""
        tasks = task_catalog({catalog.code: catalog for catalog in doing.records.catalogs()})
        if tasks is None:
            raise Refused('no_task_catalog')
        scope = await doing.scope(options)
        values: dict[str, Any] = filled(options.get('values') or {}, scope)
        values['title'] = str(filled_value(options['title'], scope))[:1000]
        people = await doing.people([options.get('assignee') or 'field:owner'], scope)
        if people:
            values['owner'] = Ref(people[0], '', 'person')
        values |= _times(doing, options, tasks)
        about = tasks.traits['task'].get('about')
        if about and doing.about and _takes(tasks.field(about), doing.catalog.code):
            values.setdefault(about, doing.about)
        view = await doing.records.create(tasks.code, values)
        made = {'id': view.id, 'title': view.title, 'catalog': tasks.code}
        doing.made['task'] = made
        return Outcome({'made': made, 'assignee': people[:1]})

    def target(self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Catalog | None:
        """The catalogue of tasks."""
        return task_catalog(catalogs)

    def faults(
        self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]
    ) -> Mapping[str, str]:
        """No catalogue of tasks, a wrong time, a field that is not there."""
        tasks = task_catalog(catalogs)
        if tasks is None:
            return {'': 'no_task_catalog'}
        try:
            parse_time(options.get('due_at') or DUE_AT)
        except ValueError:
            return {'due_at': 'not_a_time'}
        return {'values': 'rule_unknown_field'} if missing_fields(options.get('values') or {}, tasks) else {}

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Create the task “Collect documents” (assignee: the responsible person, due in 3 days)."""
        who = words.who(catalog, [options.get('assignee') or 'field:owner'])
        title = words.text(options['title'], catalog)
        amount = options.get('due_amount')
        if amount in (None, ''):
            return words.t('create the task {title} (assignee: {who})', title=title, who=who)
        if not int(amount):
            return words.t('create the task {title} (assignee: {who}, due today)', title=title, who=who)
        span = words.span(amount, options.get('due_unit') or 'days')
        return words.t(
            'create the task {title} (assignee: {who}, due in {span})', title=title, who=who, span=span
        )


def task_catalog(catalogs: Mapping[str, Catalog]) -> Catalog | None:
    """The first catalogue that can be taken for tasks."""
    return next((catalog for catalog in catalogs.values() if 'task' in catalog.traits), None)


def _takes(spec: FieldSpec | None, catalog: str) -> bool:
    return spec is not None and spec.options.get('target', '*') in ('*', catalog)


def _times(doing: Doing, options: Options, tasks: Catalog) -> dict[str, Any]:
    """The due time and the reminder, in the fields that the catalogue of tasks has for them."""
    trait = tasks.traits['task']
    amount = options.get('due_amount')
    if amount in (None, '') or not trait.get('due'):
        return {}
    due = _due(doing, int(amount), options)
    times: dict[str, Any] = {trait['due']: _fitting(due, tasks.field(trait['due']), doing)}
    if options.get('remind_minutes') not in (None, '') and trait.get('remind'):
        times[trait['remind']] = due - timedelta(minutes=int(options['remind_minutes']))
    return times


def _due(doing: Doing, amount: int, options: Options) -> datetime:
    unit = options.get('due_unit') or 'days'
    if unit == 'hours':
        return doing.now + timedelta(hours=amount)
    today = doing.now.astimezone(doing.zone).date()
    day = working_days_before(today, -amount) if unit == 'working_days' else today + timedelta(days=amount)
    return at_local(day, parse_time(options.get('due_at') or DUE_AT), doing.zone)


def _fitting(due: datetime, spec: FieldSpec | None, doing: Doing) -> date:
    return due.astimezone(doing.zone).date() if spec and spec.type == 'date' else due
