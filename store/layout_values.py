"""How a record page is laid out, as frozen values: tabs of blocks of fields and modules.

Nothing here asks who reads: a layout gives no right, it is narrowed to a catalogue somebody already sees."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from store.problems import BadValue, Invalid, Problem
from store.schema import Catalog, FieldSpec

DEFAULT = 'default'
"""The code of the layout for everybody who has no other."""
MODULES = ('timeline', 'tasks', 'related', 'files', 'charts', 'rules')
"""What a block may show instead of fields."""
ABOUT_RECORD = ('number', 'created_at', 'created_by', 'updated_at', 'updated_by')
"""System fields that may stand in a block; the others are in the head of every record."""
FIELDS = 'fields'
MOST_TABS, MOST_BLOCKS = 12, 60
_CODE = re.compile(r'[a-z][a-z0-9_]{0,59}')
_LANGUAGE = re.compile(r'[a-z]{2,3}([_-][A-Za-z]{2,4})?')


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Fields in one or two `columns`, or one of `MODULES`.

    `links` are the reverse links a block of related records shows, as 'catalogue.field'; none means all."""

    code: str
    label: str = ''
    labels: Mapping[str, str] = field(default_factory=dict)
    module: str = ''
    fields: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    columns: int = 2
    folded: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LayoutTab:
    """A titled tab of blocks."""

    code: str
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The record page of a catalogue for holders of `roles`; the one of code `DEFAULT` is for all others.

    With `beside` the first tab always stands at the left of a wide page. `left_out` are fields that were
    taken off the default page: any other new field appears there by itself."""

    code: str
    label: str = ''
    labels: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    tabs: tuple[LayoutTab, ...] = ()
    beside: bool = True
    left_out: tuple[str, ...] = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block, in order."""
        return tuple(block for tab in self.tabs for block in tab.blocks)

    @property
    def placed(self) -> frozenset[str]:
        """The codes of all fields on the page."""
        return frozenset(code for block in self.blocks for code in block.fields)


def derived(catalog: Catalog) -> Layout:
    """The page a catalogue has while nobody arranged it: fields by their blocks, a tab for each module."""
    captions: dict[str, list[str]] = {}
    for spec in sorted(catalog.live_fields, key=lambda spec: bool(spec.block)):
        captions.setdefault(spec.block, []).append(spec.code)
    blocks = tuple(
        Block(code=f'b{place}', label=caption, fields=tuple(codes))
        for place, (caption, codes) in enumerate(captions.items(), 1)
    )
    named = zip(MODULES, ('Timeline', 'Tasks', 'Related', 'Files', 'Charts', 'Rules'), strict=True)
    others = (
        LayoutTab(code=module, label=label, blocks=(Block(code=f'm_{module}', module=module),))
        for module, label in named
    )
    return Layout(code=DEFAULT, tabs=(LayoutTab(code=FIELDS, label='Details', blocks=blocks), *others))


def with_new(layout: Layout, catalog: Catalog) -> Layout:
    """With fields that were added after the layout was made, each at the end of its block."""
    known = layout.placed | set(layout.left_out)
    for spec in catalog.live_fields:
        if spec.code not in known:
            layout = _put(layout, spec)
    return layout


def with_required(layout: Layout, catalog: Catalog) -> Layout:
    """With every field that must be filled: nobody can save what they cannot see."""
    placed = layout.placed
    for spec in catalog.live_fields:
        if spec.required and not spec.read_only and spec.code not in placed:
            layout = _put(layout, spec)
    return layout


def narrowed(layout: Layout, catalog: Catalog, links: Collection[str] | None = None) -> Layout:
    """Without fields the catalogue does not have: hidden from the reader, put away, or gone.

    With `links` also without reverse links that are not among these."""
    known = {spec.code for spec in catalog.live_fields} | set(ABOUT_RECORD)

    def made(block: Block) -> Block:
        kept = block.links if links is None else tuple(link for link in block.links if link in links)
        return replace(block, fields=tuple(code for code in block.fields if code in known), links=kept)

    return _each_block(layout, made)


def without_empty(layout: Layout) -> Layout:
    """Without blocks that would show nothing, and tabs without blocks."""
    tabs = (replace(tab, blocks=tuple(b for b in tab.blocks if b.module or b.fields)) for tab in layout.tabs)
    return replace(layout, tabs=tuple(tab for tab in tabs if tab.blocks))


def keeping_unseen(layout: Layout, old: Layout, unseen: Collection[str]) -> Layout:
    """With the fields of an older version that its editor could not see, at the end of their blocks."""
    placed = layout.placed
    stay = {
        block.code: tuple(code for code in block.fields if code in unseen and code not in placed)
        for block in old.blocks
    }
    kept = _each_block(layout, lambda block: replace(block, fields=block.fields + stay.get(block.code, ())))
    out = tuple(code for code in old.left_out if code in unseen and code not in layout.left_out)
    return replace(kept, left_out=layout.left_out + out)


def to_plain(layout: Layout) -> dict[str, Any]:
    """The layout as JSON."""
    return asdict(layout)


def from_plain(plain: Any) -> Layout:
    """A layout of JSON that somebody sent or wrote.

    :raises Invalid: 'tabs': it is not made of tabs and blocks"""
    try:
        return Layout(
            code=_text(plain['code']),
            label=_text(plain.get('label', '')),
            labels=_labels(plain),
            roles=_texts(plain.get('roles', ())),
            tabs=tuple(_tab(tab) for tab in plain['tabs']),
            beside=bool(plain.get('beside', True)),
            left_out=_texts(plain.get('left_out', ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Invalid({'tabs': BadValue('layout_shape')}) from None


def check(layout: Layout, catalog: Catalog, links: Collection[str]) -> dict[str, Problem]:
    """What is wrong with a layout of a catalogue, which records link to by `links`; {} when nothing is."""
    errors: dict[str, Problem] = {}
    if not _CODE.fullmatch(layout.code):
        errors['code'] = BadValue('bad_code')
    if len(layout.label) > 200 or (layout.code != DEFAULT and not layout.label.strip()):
        errors['label'] = BadValue('required')
    wrong = _wrong_shape(layout) or _wrong_fields(layout, catalog) or _wrong_modules(layout, links)
    return errors | ({'tabs': wrong} if wrong else {})


def _wrong_shape(layout: Layout) -> Problem | None:
    if not layout.tabs:
        return BadValue('layout_no_tab')
    if len(layout.tabs) > MOST_TABS or len(layout.blocks) > MOST_BLOCKS:
        return BadValue('layout_too_many', tabs=MOST_TABS, blocks=MOST_BLOCKS)
    parts: tuple[LayoutTab | Block, ...] = (*layout.tabs, *layout.blocks)
    sound = all(_CODE.fullmatch(one.code) and len(one.label) <= 200 for one in parts)
    if not sound or any(block.columns not in (1, 2) for block in layout.blocks):
        return BadValue('layout_shape')
    if not all(tab.label.strip() for tab in layout.tabs):
        return BadValue('layout_untitled')
    return _twice([tab.code for tab in layout.tabs]) or _twice([block.code for block in layout.blocks])


def _wrong_fields(layout: Layout, catalog: Catalog) -> Problem | None:
    known = {spec.code for spec in catalog.fields} | set(ABOUT_RECORD)
    codes = [code for block in layout.blocks for code in block.fields]
    strange = next((code for code in codes if code not in known), None)
    return BadValue('layout_no_field', field=strange[:60]) if strange is not None else _twice(codes)


def _wrong_modules(layout: Layout, links: Collection[str]) -> Problem | None:
    used = [block.module for block in layout.blocks if block.module]
    for block in layout.blocks:
        if block.module and (block.module not in MODULES or block.fields):
            return BadValue('layout_no_module', module=block.module[:60])
        strange = next((link for link in block.links if link not in links), None)
        if strange is not None:
            return BadValue('layout_no_link', link=strange[:120])
    # Related records may stand in several places, each with its own links.
    return _twice([module for module in used if module != 'related'])


def _twice(codes: list[str]) -> Problem | None:
    again = next((code for place, code in enumerate(codes) if code in codes[:place]), None)
    return BadValue('layout_twice', what=again[:60]) if again is not None else None


def _put(layout: Layout, spec: FieldSpec) -> Layout:
    """With a field at the end of the block it belongs to, else of the first tab's last block of fields."""
    of_fields = [block for block in layout.blocks if not block.module]
    own = next((block for block in of_fields if spec.block and block.label == spec.block), None)
    first = [block for block in layout.tabs[0].blocks if not block.module] if layout.tabs else []
    goal = own or next(reversed(first or of_fields), None)
    if goal is not None:
        return _each_block(
            layout, lambda b: replace(b, fields=(*b.fields, spec.code)) if b.code == goal.code else b
        )
    block = Block(code=_free('more', {one.code for one in layout.blocks}), fields=(spec.code,))
    if not layout.tabs:
        return replace(layout, tabs=(LayoutTab(code=FIELDS, label='Details', blocks=(block,)),))
    first_tab = replace(layout.tabs[0], blocks=(*layout.tabs[0].blocks, block))
    return replace(layout, tabs=(first_tab, *layout.tabs[1:]))


def _each_block(layout: Layout, made: Callable[[Block], Block]) -> Layout:
    tabs = (replace(tab, blocks=tuple(made(block) for block in tab.blocks)) for tab in layout.tabs)
    return replace(layout, tabs=tuple(tabs))


def _free(code: str, taken: Collection[str]) -> str:
    return next(name for name in (code, *(f'{code}_{i}' for i in range(2, 999))) if name not in taken)


def _tab(plain: Mapping[str, Any]) -> LayoutTab:
    return LayoutTab(
        code=_text(plain['code']),
        label=_text(plain['label']),
        labels=_labels(plain),
        blocks=tuple(_block(block) for block in plain.get('blocks', ())),
    )


def _block(plain: Mapping[str, Any]) -> Block:
    return Block(
        code=_text(plain['code']),
        label=_text(plain.get('label', '')),
        labels=_labels(plain),
        module=_text(plain.get('module', '')),
        fields=_texts(plain.get('fields', ())),
        links=_texts(plain.get('links', ())),
        columns=int(plain.get('columns', 2)),
        folded=bool(plain.get('folded', False)),
    )


def _labels(plain: Mapping[str, Any]) -> dict[str, str]:
    found = dict(plain.get('labels') or {})
    if not all(_LANGUAGE.fullmatch(code) and len(_text(name)) <= 200 for code, name in found.items()):
        raise ValueError
    return {code: name for code, name in found.items() if name.strip()}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(values: Any) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError
    return tuple(_text(value) for value in values)
