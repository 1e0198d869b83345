"""The timeline of a record: what was said, with answers and files, and every change as a sentence."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from nicegui import background_tasks
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from automations import Rules
from store import Change, Problem, Ref, feed, feed_reading, files, following
from store.actor import Actor
from store.feed import Message
from store.feed_reading import Post
from store.schema import Catalog
from ui import live, theme
from ui.cells import face
from ui.components.basics import confirm, tell, toast
from ui.components.feed_words import drawn, show_earlier_texts
from ui.components.record_state import RecordState
from ui.components.share_words import shared_words
from ui.formats import date_long, date_only, time_only, today
from ui.place import go
from ui.session import records, session
from ui.text import n, t
from ui.values import field_label, from_json, local, shown

theme.add_style('components/feed.css')

PAGE = 30
NOBODY: Mapping[int, str] = {}
QUIET = frozenset({'closed_at', 'stage_at', 'updated_at', 'updated_by'})
"""Fields that only follow another change; saying so would be noise."""


class Timeline(Element, component='timeline.js', default_classes='rt-host'):
    """What was said about the record of a page, and what happened to it."""

    def __init__(self, state: RecordState) -> None:
        super().__init__()
        self._state = state
        self._limit = PAGE
        self._props['texts'] = _texts()
        self._props['upload'] = {
            'path': f'/files?catalog={state.catalog.code}&record={state.view.id}',
            'limit': files.size_limit(),
        }
        self._props['readonly'] = session().actor.read_only
        self.on('say', self._say)
        self.on('edit', self._edit)
        self.on('remove', self._remove)
        self.on('detach', self._detach)
        self.on('like', self._like)
        self.on('earlier', self._show_earlier_texts)
        self.on('follow', self._follow)
        self.on('people', self._people)
        self.on('more', self._earlier)
        self.on('visit', lambda e: go(str(e.args)))
        self.refresh = live.Latest(self._read)
        stop = feed.subscribe_touched(self._touched)
        with self:
            live.while_shown(stop)

    @property
    def _here(self) -> tuple[str, int]:
        return self._state.catalog.code, self._state.view.id

    async def _read(self) -> None:
        catalog, mine = self._state.catalog, records()
        changes = await mine.history(*self._here, limit=self._limit + 1)
        said = [change.id for change in changes if change.kind == 'commented']
        posts = await feed_reading.posts_of(mine.actor, *self._here, said)
        told = Told(catalog, await self._rules(changes), posts, mine.actor)
        self._props['follows'] = await following.follows(mine.actor, *self._here)
        self._props['more'] = len(changes) > self._limit
        self._props['days'] = told.days(changes[: self._limit])

    async def _rules(self, changes: Sequence[Change]) -> Mapping[int, str]:
        """Names of rules by id, when one of them had a hand in it."""
        if not any(change.cause.kind == 'rule' for change in changes):
            return {}
        story = await Rules(session().actor).of_record(*self._here, limit=1)
        return story.names

    def _touched(self, catalog: str, record_id: int) -> None:
        if (catalog, record_id) == self._here and not self.is_deleted:
            background_tasks.create(self._refresh_later(), name='show the feed', context=self)

    async def _refresh_later(self) -> None:
        if await session().refresh() and not self.is_deleted:
            await self.refresh()

    async def _say(self, event: GenericEventArguments) -> None:
        given = event.args
        message = Message(
            str(given.get('text') or ''),
            _ids(given.get('mentioned')),
            _ids(given.get('attached')),
            int(given['reply_to']) if given.get('reply_to') else None,
        )
        try:
            posted = await feed.post(session().actor, *self._here, message)
        except Problem as problem:
            tell(problem)
            return
        _warn(posted.unreached)
        self.run_method('said', str(given.get('key')))
        await self.refresh()

    async def _edit(self, event: GenericEventArguments) -> None:
        given = event.args
        try:
            unreached = await feed.edit(
                session().actor, int(given['id']), str(given['text']), mentioned=_ids(given.get('mentioned'))
            )
        except Problem as problem:
            tell(problem)
            return
        _warn(unreached)
        self.run_method('said', str(given.get('key')))

    async def _remove(self, event: GenericEventArguments) -> None:
        question = t('Delete this message? Its files are deleted too.')
        if await confirm(question, t('Delete')):
            await self._do(feed.remove, int(event.args))

    async def _detach(self, event: GenericEventArguments) -> None:
        if await confirm(t('Delete this file?'), t('Delete')):
            await self._do(feed.detach, int(event.args))

    async def _like(self, event: GenericEventArguments) -> None:
        await self._do(feed.like, int(event.args['id']), is_on=bool(event.args['on']))

    async def _show_earlier_texts(self, event: GenericEventArguments) -> None:
        try:
            found = await feed.earlier_texts(session().actor, int(event.args))
        except Problem as problem:
            tell(problem)
            return
        with self.client.layout:
            await show_earlier_texts(found)

    async def _follow(self, event: GenericEventArguments) -> None:
        await self._do(following.follow, *self._here, is_on=bool(event.args))
        await self.refresh()

    async def _do(self, deed: Any, *args: Any, **more: Any) -> None:
        try:
            await deed(session().actor, *args, **more)
        except Problem as problem:
            tell(problem)

    async def _people(self, event: GenericEventArguments) -> None:
        found = await following.mentionable(session().actor, *self._here, str(event.args['text'])[:60])
        people = [{'id': ref.id, 'title': ref.title, 'face': face(ref)} for ref in found]
        self.run_method('offered', int(event.args['turn']), people)

    async def _earlier(self) -> None:
        self._limit += PAGE * 2
        await self.refresh()


def _ids(raw: Any) -> list[int]:
    return [one for one in raw if isinstance(one, int)][:100] if isinstance(raw, list) else []


def _warn(names: Sequence[str]) -> None:
    """Say who was named and not told."""
    if names:
        toast(
            n(
                '{names} may not see this record and was not notified.',
                '{names} may not see this record and were not notified.',
                len(names),
                names=', '.join(names),
            )
        )


class Told:
    """Turns the changes of a record into what the page draws."""

    def __init__(
        self,
        catalog: Catalog,
        rules: Mapping[int, str] = NOBODY,
        posts: Mapping[int, Post] | None = None,
        actor: Actor | None = None,
    ) -> None:
        self._catalog, self._rules, self._posts, self._actor = catalog, rules, posts or {}, actor

    def days(self, changes: Sequence[Change]) -> list[dict[str, Any]]:
        """Changes as sentences, grouped by the reader's days; answers stand with what they answer."""
        told = [(local(change.at).date(), self.entry(change)) for change in changes if self._stands(change)]
        named = {0: t('Today'), 1: t('Yesterday')}
        return [
            {
                'label': named.get((today() - day).days) or date_only(day),
                'entries': [one for _, one in group],
            }
            for day, group in groupby(told, key=lambda pair: pair[0])
        ]

    def _stands(self, change: Change) -> bool:
        post = self._posts.get(change.id)
        return post is None or post.reply_to is None or post.reply_to not in self._posts

    def entry(self, change: Change) -> dict[str, Any]:
        """One change with its message, if it is one."""
        told = entry(self._catalog, change, self._rules)
        post = self._posts.get(change.id)
        if post is not None and self._actor is not None:
            told['post'] = drawn(post, self._actor, post.answers)
            told['comment'], told['icon'] = '', ''
        return told


def _texts() -> dict[str, str]:
    return {
        'placeholder': t('Message, @ to mention'),
        'answer_hint': t('Write an answer'),
        'send': t('Send'),
        'save': t('Save'),
        'cancel': t('Cancel'),
        'attach': t('Attach files'),
        'drop': t('Drop files here'),
        'answer': t('Answer'),
        'like': t('Like'),
        'edit': t('Edit'),
        'remove': t('Delete'),
        'edited': t('edited'),
        'earlier': t('What it said before'),
        'removed': t('This message was deleted.'),
        'follow': t('Follow'),
        'following': t('Following'),
        'follow_hint': t('You hear of new messages here. Press to stop.'),
        'unfollow_hint': t('Hear of new messages here'),
        'nobody': t('Nobody of this name may see this record'),
        'too_big': t('{name} is larger than {limit} MB.', name='%', limit=files.size_limit() >> 20),
        'failed': t('{name} did not arrive. Try again.', name='%'),
        'more_actions': t('More actions'),
        'more': t('Show earlier'),
        'nothing': t('empty'),
    }


def days(
    catalog: Catalog, changes: Sequence[Change], rules: Mapping[int, str] = NOBODY
) -> list[dict[str, Any]]:
    """Changes as sentences, grouped by the reader's days; `rules` are the names of rules by id."""
    return Told(catalog, rules).days(changes)


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
    return said.get(change.kind) or shared_words(change, who)


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
    if cause.kind == 'merge':
        return t('by merging two values'), ''
    if cause.kind == 'undo':
        return (t('by undoing an import'), f'/import/{cause.id}') if cause.id else (t('put back by Undo'), '')
    return (t('through the API'), '') if cause.kind == 'api' else ('', '')


def _words(plain: Any, spec: Any, catalog: Catalog) -> str:
    if plain is None:
        return ''
    value = from_json(plain, spec)
    text = shown(value, spec, catalog) if value is not None else ''
    return text if len(text) <= 200 else text[:200] + '…'


_ICONS = {'rule': 'bolt', 'import': 'upload_file', 'api': 'api'}
