"""Collect what people read: every English text of the source, and where a translation lacks it.

`python -m tools.texts` brings locale/*/LC_MESSAGES/artel.po in step with the source: new texts come in
without a translation, translations stay. `--prune` also takes out what nobody says any more."""

import ast
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LAYERS = ('store', 'automations', 'integrations', 'ui')
PLAIN = {'t', '_later', 'later', 'gettext'}
CAPTIONS = {'label', 'hint', 'title', 'block', 'sentence', 'description'}
"""Names of captions: of a registry entry (``label = '…'``), of a form field (``FieldSpec(label='…')``)."""
CAPTIONED = {'FieldSpec', 'Page', 'Nav', 'Area', 'Find', '_system', '_days', 'Operation'}


@dataclass(frozen=True)
class Text:
    """An English text: its plural if it has one, its context if it needs one."""

    one: str
    many: str = ''
    context: str = ''


@cache
def collect() -> dict[Text, list[str]]:
    """Every text of the source with the places it is used in."""
    found: dict[Text, list[str]] = {}
    sources = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob('*.py'))]
    for path in [*sources, *sorted((ROOT / 'solutions').glob('*.json'))]:
        for text in _of_file(path):
            places = found.setdefault(text, [])
            if (place := path.relative_to(ROOT).as_posix()) not in places:
                places.append(place)
    return found


def _of_file(path: Path) -> Iterator[Text]:
    if path.suffix == '.json':
        yield from _blocks(json.loads(path.read_text(encoding='utf-8')))
    elif 'migrations' not in path.parts:
        yield from _texts(ast.parse(path.read_text(encoding='utf-8')), samples='fields' in path.parts)


def _blocks(plain: object) -> Iterator[Text]:
    # A solution carries its own translations, but for the few words that its blocks share.
    if isinstance(plain, dict):
        if isinstance(block := plain.get('block'), str) and block:
            yield Text(block)
        plain = list(plain.values())
    for inner in plain if isinstance(plain, list) else ():
        yield from _blocks(inner)


def _texts(tree: ast.AST, *, samples: bool = False) -> Iterator[Text]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, ast.ClassDef):
            yield from _of_entry(node)
        elif isinstance(node, ast.Dict) and not samples:
            yield from _of_plain(node)


def _of_call(call: ast.Call) -> Iterator[Text]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, 'attr', '')
    first = [_literal(a) for a in call.args[:2]]
    if name in PLAIN and first and first[0]:
        yield Text(first[0])
    elif name == 'n' and len(first) == 2 and all(first):
        yield Text(first[0], many=first[1])
    elif name == 'p' and len(first) == 2 and all(first):
        yield Text(first[1], context=first[0])
    elif name in CAPTIONED:
        named = {k.arg: k.value for k in call.keywords}
        # Page and field captions may also come in place: _system('id', 'Id', …)
        if name in ('_system', 'Operation') and len(first) == 2:
            named['label'] = call.args[1]
        yield from (
            Text(text) for key, value in named.items() if key in CAPTIONS and (text := _literal(value))
        )
        if isinstance(blocks := named.get('blocks'), ast.Tuple):
            yield from (Text(text) for one in blocks.elts if (text := _literal(one)))


def _of_entry(entry: ast.ClassDef) -> Iterator[Text]:
    for line in entry.body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            name, value = line.targets[0].id, line.value
        elif isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value:
            name, value = line.target.id, line.value
        else:
            continue
        if name in CAPTIONS and (text := _literal(value)):
            yield Text(text)


def _of_plain(plain: ast.Dict) -> Iterator[Text]:
    # Choices of a form's field: {'key': 'tls', 'label': 'TLS'}
    pairs = {_literal(key): value for key, value in zip(plain.keys, plain.values, strict=True) if key}
    if 'key' in pairs and 'label' in pairs and (text := _literal(pairs['label'])):
        yield Text(text)


def _literal(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ''


def translations() -> Iterator[tuple[str, Path, Catalog]]:
    """Every language with its file and what is in it."""
    for path in sorted((ROOT / 'locale').glob('*/LC_MESSAGES/artel.po')):
        language = path.parent.parent.name
        with path.open('rb') as file:
            yield language, path, read_po(file, locale=language, domain='artel')


def missing(catalog: Catalog) -> list[Text]:
    """The texts that this language does not say yet."""
    return [text for text in collect() if not _is_said(catalog, text)]


def _is_said(catalog: Catalog, text: Text) -> bool:
    message = catalog.get(text.one, context=text.context or None)
    if message is None or message.fuzzy:
        return False
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(said) and bool(said) and (not text.many or len(said) == catalog.num_plurals)


def unused(catalog: Catalog) -> list[Message]:
    """What this language says and the source does not."""
    known = {(text.one, text.context) for text in collect()}
    return [m for m in catalog if m.id and (_first(m), m.context or '') not in known]


def _first(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def update(catalog: Catalog, path: Path, *, prune: bool = False) -> None:
    """Write the file anew: the texts in the order of their places, with the translations there are."""
    fresh = Catalog(
        locale=catalog.locale, domain='artel', project='Artel', version='', charset='utf-8', fuzzy=False,
        copyright_holder='', header_comment='# Artel', revision_date=catalog.revision_date,
        creation_date=catalog.creation_date, last_translator='', language_team='',
    )  # fmt: skip
    for text, places in sorted(collect().items(), key=lambda pair: (pair[1][0], pair[0].one)):
        known = catalog.get(text.one, context=text.context or None)
        fresh.add(
            (text.one, text.many) if text.many else text.one,
            known.string if known else None,
            locations=[(place, None) for place in places],  # type: ignore[misc]  # lines would change all the time
            context=text.context or None,
        )
    for message in () if prune else unused(catalog):
        fresh.add(message.id, message.string, context=message.context)
    with path.open('wb') as file:
        write_po(file, fresh, width=110, omit_header=False, include_lineno=False)


def main() -> None:
    """Update every language and say what is missing."""
    lacks = 0
    for language, path, catalog in translations():
        absent = missing(catalog)
        update(catalog, path, prune='--prune' in sys.argv)
        lacks += len(absent)
        print(f'{language}: {len(collect())} texts, {len(absent)} without a translation')
        for text in absent:
            print(f'  {text.one!r}')
        for message in unused(catalog):
            print(f'  not in the source: {_first(message)!r}')
    sys.exit(bool(lacks))


if __name__ == '__main__':
    main()
