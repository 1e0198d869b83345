"""What the forms of a rule choose from: fields, stages, people, catalogues, as their options ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automations import Rules, Words
from store import Catalog, FieldSpec
from store.roles import list_roles
from ui.components.rule_words import rule_words
from ui.session import records, session
from ui.text import label, t
from ui.values import field_label

Choice = Mapping[str, Any]
SYSTEM_CODES = ('stage', 'owner')


@dataclass(frozen=True, slots=True)
class RuleContext:
    """The catalogue a rule is about, all the others, and whom it may mean."""

    catalog: Catalog
    catalogs: Mapping[str, Catalog]
    people: Sequence[Choice] = ()
    words: Words = field(default_factory=Words)

    @classmethod
    async def of(cls, catalog: Catalog) -> 'RuleContext':
        """Read whom a rule of this catalogue may mean."""
        catalogs = {one.code: one for one in records().catalogs()}
        words = rule_words(catalogs=catalogs)
        actor = session().actor
        people = await Rules(actor).people_choices(catalog, words)
        named = {f'role:{role.code}': label(role) for role in await list_roles(actor)}
        named |= {one['key']: one['label'] for one in people if one['key'].startswith('person:')}
        return cls(catalog, catalogs, people, rule_words(named, catalogs))

    def choices(self, source: str) -> list[Choice]:
        """What an option with ``{'from': source}`` offers."""
        return list(_SOURCES[source](self)) if source in _SOURCES else []

    def fields(self, catalog: Catalog | None = None) -> list[FieldSpec]:
        """Fields that people know, of this catalogue or another: name, own ones, stage and responsible."""
        kind = catalog or self.catalog
        named = [kind.field('title'), *(spec for spec in kind.fields if not spec.archived)]
        system = [kind.field(code) for code in SYSTEM_CODES if code != 'stage' or kind.pipelines]
        return [spec for spec in (*named, *system) if spec is not None]


def _fields(context: RuleContext) -> list[Choice]:
    return [{'key': spec.code, 'label': field_label(spec)} for spec in context.fields()]


def _date_fields(context: RuleContext) -> list[Choice]:
    found = [spec for spec in context.fields() if spec.type in ('date', 'date_time')]
    system = [context.catalog.field(code) for code in ('created_at', 'stage_at')]
    return [{'key': s.code, 'label': field_label(s)} for s in (*found, *system) if s is not None]


def _person_fields(context: RuleContext) -> list[Choice]:
    found = [spec for spec in context.fields() if spec.type == 'person' and not spec.read_only]
    return [{'key': spec.code, 'label': field_label(spec)} for spec in found]


def _stages(context: RuleContext) -> list[Choice]:
    several = len(context.catalog.pipelines) > 1
    return [
        {'key': s.code, 'label': f'{label(p)}: {label(s)}' if several else label(s), 'color': s.color}
        for p, s in context.catalog.stages()
    ]


def _pipelines(context: RuleContext) -> list[Choice]:
    return [{'key': pipeline.code, 'label': label(pipeline)} for pipeline in context.catalog.pipelines]


def _catalogs(context: RuleContext) -> list[Choice]:
    return [{'key': catalog.code, 'label': label(catalog)} for catalog in context.catalogs.values()]


def _addresses(context: RuleContext) -> list[Choice]:
    fields = [spec for spec in context.catalog.fields if spec.type == 'email']
    linked = [
        (spec, inner)
        for spec in context.catalog.fields
        if spec.type == 'link' and (target := context.catalogs.get(str(spec.options.get('target'))))
        for inner in target.fields
        if inner.type == 'email'
    ]
    own = [{'key': f'field:{spec.code}', 'label': field_label(spec)} for spec in fields]
    others = [
        {'key': f'field:{s.code}.{inner.code}', 'label': f'{field_label(s)} → {field_label(inner)}'}
        for s, inner in linked
    ]
    return [*own, *others, *context.people]


_SOURCES = {
    'fields': _fields,
    'date_fields': _date_fields,
    'person_fields': _person_fields,
    'stages': _stages,
    'pipelines': _pipelines,
    'catalogs': _catalogs,
    'people': lambda context: list(context.people),
    'addresses': _addresses,
}


def placeholders(context: RuleContext) -> list[dict[str, Any]]:
    """What can be put into a text: `{{ title }}`, `{{ account.title }}`; as picker items."""
    found = []
    for spec in context.fields():
        if spec.type == 'stage':
            found.append({'id': 'stage_label', 'title': field_label(spec)})
        elif spec.type in ('link', 'person'):
            found.append({'id': f'{spec.code}.title', 'title': field_label(spec)})
        else:
            form = {'money': ' | money', 'date': ' | date', 'date_time': ' | datetime'}.get(spec.type, '')
            found.append({'id': f'{spec.code}{form}', 'title': field_label(spec)})
    return [*found, {'id': 'url', 'title': t('Link to the record')}]
