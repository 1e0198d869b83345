"""The timeline of a record: every change as a sentence, comments, and who or what caused them."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from nicegui.element import Element

from automations import Rules
from store import Change, Problem, Ref
from store.schema import Catalog
from ui.cells import face
from ui.components.basics import tell
from ui.components.record_state import RecordState
from ui.formats import date_long, date_only, time_only, today
from ui.place import go
from ui.session import records, session
from ui.text import n, t
from ui.values import field_label, from_json, local, shown

PAGE = 30
NOBODY: Mapping[int, str] = {}
QUIET = frozenset({'closed_at', 'stage_at', 'updated_at', 'updated_by'})
"""Fields that only follow another change; saying so would be noise."""


class Timeline(Element, component='timeline.js', default_classes='rt-host'):
    """What happened to the record of a page."""

    def __init__(self, state: RecordState) -> None:
        super().__init__()
        self._state = state
        self._limit = PAGE
        self._props['texts'] = {
            'placeholder': t('Write a comment'),
            'send': t('Send'),
            'more': t('Show earlier'),
            'nothing': t('empty'),
        }
        self.on('say', lambda e: self._say(str(e.args)))
        self.on('more', self._earlier)
        self.on('visit', lambda e: go(str(e.args)))

    async def refresh(self) -> None:
        """Read the history again."""
        state = self._state
        changes = await records().history(state.catalog.code, state.view.id, limit=self._limit + 1)
        self._props['more'] = len(changes) > self._limit
        self._props['days'] = days(state.catalog, changes[: self._limit], await self._rules(changes))

    async def _rules(self, changes: Sequence[Change]) -> Mapping[int, str]:
        """Names of rules by id, when one of them had a hand in it."""
        if not any(change.cause.kind == 'rule' for change in changes):
            return {}
        story = await Rules(session().actor).of_record(self._state.catalog.code, self._state.view.id, limit=1)
        return story.names

    async def _say(self, text: str) -> None:
        try:
            await records().comment(self._state.catalog.code, self._state.view.id, text)
        except Problem as problem:
            tell(problem)
            return
        self.run_method('said')
        await self.refresh()

    async def _earlier(self) -> None:
        self._limit += PAGE * 2
        await self.refresh()


def days(
    catalog: Catalog, changes: Sequence[Change], rules: Mapping[int, str] = NOBODY
) -> list[dict[str, Any]]:
    """Changes as sentences, grouped by the reader's days; `rules` are the names of rules by id."""
    told = [(local(change.at).date(), entry(catalog, change, rules)) for change in changes]
    named = {0: t('Today'), 1: t('Yesterday')}
    return [
        {'label': named.get((today() - day).days) or date_only(day), 'entries': [one for _, one in group]}
        for day, group in groupby(told, key=lambda pair: pair[0])
    ]


def entry(catalog: Catalog, change: Change, rules: Mapping[int, str] = NOBODY) -> dict[str, Any]:
    """One change as the timeline draws it."""
    moved = differences(catalog, change) if change.kind in ('changed', 'moved') else []
    cause, href = cause_of(change, rules)
    return {
        'id': change.id,
        'face': face(change.actor or Ref(0, 'Artel', 'person')),
        'text': sentence(change, moved),
        'changes': moved,
        'comment': change.text,
        'time': time_only(change.at),
        'exact': date_long(change.at),
        'cause': cause,
        'href': href,
        'icon': '' if change.text else _ICONS.get(change.cause.kind, ''),
    }


def sentence(change: Change, moved: Sequence[dict[str, str]]) -> str:
    """Who did what; the values themselves are drawn behind it."""
    who = change.actor.title if change.actor else t('Artel')
    if change.kind in ('changed', 'moved'):
        if len(moved) == 1:
            return t('{who} changed {field}:', who=who, field=moved[0]['label'])
        return n('{who} changed {count} field', '{who} changed {count} fields', len(moved), who=who)
    said = {
        'created': t('{who} created this record', who=who),
        'removed': t('{who} deleted this record', who=who),
        'restored': t('{who} restored this record', who=who),
        'commented': who,
    }
    return said.get(change.kind, who)


def differences(catalog: Catalog, change: Change) -> list[dict[str, str]]:
    """Old and new value of each changed field in words; fields that are gone are left out."""
    found = []
    for code in {**change.before, **change.after}:
        spec = catalog.field(code)
        if spec is None or code in QUIET:
            continue
        old, new = (_words(values.get(code), spec, catalog) for values in (change.before, change.after))
        found.append({'label': field_label(spec), 'old': old, 'new': new})
    return found


def cause_of(change: Change, rules: Mapping[int, str]) -> tuple[str, str]:
    """What caused a change besides the person, with the address that tells more."""
    cause = change.cause
    if cause.kind == 'rule':
        number = cause.chain[-1].partition(':')[0] if cause.chain else ''
        name = rules.get(int(number), '') if number.isdecimal() else ''
        words = t('by the rule “{rule}”', rule=name) if name else t('by a rule')
        return words, f'/runs/{cause.id}' if cause.id else '/rules'
    if cause.kind == 'import':
        return t('by an import'), f'/import/{cause.id}' if cause.id else '/import'
    if cause.kind == 'undo':
        return t('put back by Undo'), ''
    return (t('through the API'), '') if cause.kind == 'api' else ('', '')


def _words(plain: Any, spec: Any, catalog: Catalog) -> str:
    if plain is None:
        return ''
    value = from_json(plain, spec)
    text = shown(value, spec, catalog) if value is not None else ''
    return text if len(text) <= 200 else text[:200] + '…'


_ICONS = {'rule': 'bolt', 'import': 'upload_file', 'api': 'api'}
