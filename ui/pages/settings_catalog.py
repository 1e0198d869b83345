"""One section: its name, fields, pipelines and stages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nicegui import ui

from store import FIELD_TYPES, Catalog, Designer, FieldSpec, Pipeline, Problem, Stage
from ui.codes import code_of
from ui.components import frame
from ui.components.basics import button, col, icon_button, menu_item, pill, row, text, toast
from ui.components.captions import Captions, ask_captions, renamed
from ui.components.colored_rows import ColoredRows, Line
from ui.components.field_dialog import ask_field
from ui.components.icon_picker import IconPicker
from ui.components.layout_list import draw_layouts
from ui.components.settings import ask, autosaved, block, listing
from ui.components.toast import tell
from ui.pages import Page, may
from ui.pages.settings_catalogs import COLORS
from ui.place import Place, catalog_url
from ui.session import records, session
from ui.text import label, label_one, t
from ui.values import field_label


async def draw_catalog(place: Place) -> None:
    """Everything that can be shaped about a section."""
    catalog = records().catalog(place.params['catalog'])
    place.set_title(label(catalog))
    with frame.header(label(catalog), back='/settings/catalogs') as head, head.actions:
        icon_button('translate', t('Translations'), lambda: _translate(place, catalog))
        ui.link(t('Open the section'), catalog_url(catalog.code)).classes('a-link a-small')
    with frame.body(narrow=True):
        with block(t('Name and icon')):
            _captions(catalog)
        _Fields(catalog.code).draw()
        await draw_layouts(catalog)
        pipelines = ui.element('div').classes('a-col a-gap-16')
        _draw_pipelines(pipelines, catalog.code)


def _captions(catalog: Catalog) -> None:
    specs = [
        FieldSpec(code='label', label='Name of the section', type='text', required=True),
        FieldSpec(code='label_one', label='Name of one record', type='text', required=True),
    ]

    async def save(values: dict[str, Any]) -> None:
        if 'label' in values:
            fresh = caption(catalog.label, catalog.labels, values['label'])
        else:
            named = caption(catalog.label_one, catalog.labels_one, values['label_one'])
            fresh = {f'{key}_one': value for key, value in named.items()}
        await Designer(session().actor).change_catalog(catalog.code, **fresh)

    async def pick(name: str) -> None:
        await Designer(session().actor).change_catalog(catalog.code, icon=name)

    autosaved(specs, {'label': label(catalog), 'label_one': label_one(catalog)}, save)
    IconPicker(catalog.icon, pick)


def caption(label: str, labels: Mapping[str, str], name: str) -> dict[str, Any]:
    """A new name as it is stored, beside the translations it has."""
    named = renamed(Captions(label, labels), name)
    return {'label': named.label, 'labels': named.labels}


async def _translate(place: Place, catalog: Catalog) -> None:
    """Ask for the section's names in every language."""
    answer = await ask_captions(
        {
            'label': (t('Name of the section'), Captions(catalog.label, catalog.labels)),
            'label_one': (t('Name of one record'), Captions(catalog.label_one, catalog.labels_one)),
            'title_label': (
                t('Name of the first field'),
                Captions(catalog.title_label, catalog.title_labels),
            ),
        }
    )
    if answer:
        values: dict[str, Any] = {code: named.label for code, named in answer.items()}
        others = {'label': 'labels', 'label_one': 'labels_one', 'title_label': 'title_labels'}
        values |= {others[code]: named.labels for code, named in answer.items()}
        await Designer(session().actor).change_catalog(catalog.code, **values)
        place.replace(place.url)


class _Fields:
    """The fields of a section: add, change, order, put away."""

    def __init__(self, code: str) -> None:
        self._code = code

    @property
    def _catalog(self) -> Catalog:
        return records().catalog(self._code)

    def draw(self) -> None:
        """Draw the list with its button."""
        with listing(t('Fields')) as head:
            self._box = ui.element('div')
        with head:
            button(t('Add field'), self._add, icon='add', small=True)
        self._fill()

    def _fill(self) -> None:
        self._box.clear()
        fields = self._catalog.fields
        with self._box:
            if not fields:
                text(
                    t('Every record has a name, a number and a responsible person. Add what else you need.'),
                    'a-empty a-empty--small',
                )
            for place, spec in enumerate(fields):
                self._line(spec, place, len(fields))

    def _line(self, spec: FieldSpec, place: int, count: int) -> None:
        with row('a-item').style(f'cursor:default{";opacity:.55" if spec.archived else ""}'):
            with col('a-grow a-gap-0'):
                text(field_label(spec), 'a-small a-strong a-ellipsis')
                text(f'{t(FIELD_TYPES[spec.type].label)} · {spec.code}', 'a-meta')
            if spec.required:
                pill(t('Required'))
            if spec.unique:
                pill(t('No duplicates'))
            icon_button('arrow_upward', t('Up'), lambda: self._move(place, -1), small=True).set_enabled(
                place > 0
            )
            icon_button('arrow_downward', t('Down'), lambda: self._move(place, 1), small=True).set_enabled(
                place < count - 1
            )
            with (
                icon_button('more_horiz', t('Actions for {name}', name=field_label(spec)), small=True),
                ui.menu(),
            ):
                menu_item(t('Change'), lambda: self._change(spec), icon_name='edit')
                menu_item(t('Translations'), lambda: self._translate(spec), icon_name='translate')
                menu_item(t('Put away'), lambda: self._archive(spec), icon_name='archive')

    async def _add(self) -> None:
        values = await ask_field(None)
        if values is None:
            return
        taken = {spec.code for spec in self._catalog.fields}
        code = code_of(values['label'], taken, 'field')
        await self._do(
            lambda: Designer(session().actor).add_field(self._code, FieldSpec(code=code, **values))
        )

    async def _change(self, spec: FieldSpec) -> None:
        values = await ask_field(spec)
        if values is None:
            return
        values.pop('type')
        values |= caption(spec.label, spec.labels, values.pop('label'))
        said = renamed(Captions(spec.hint, spec.hints), values['hint'])
        values |= {'hint': said.label, 'hints': said.labels}
        await self._do(lambda: Designer(session().actor).change_field(self._code, spec.code, **values))

    async def _translate(self, spec: FieldSpec) -> None:
        asked = {'label': (t('Name'), Captions(spec.label, spec.labels))}
        if spec.hint:
            asked['hint'] = (t('Hint under the field'), Captions(spec.hint, spec.hints))
        answer = await ask_captions(asked)
        if answer:
            values: dict[str, Any] = {code: named.label for code, named in answer.items()}
            values |= {f'{code}s': named.labels for code, named in answer.items()}
            designer = Designer(session().actor)
            await self._do(lambda: designer.change_field(self._code, spec.code, **values))

    async def _archive(self, spec: FieldSpec) -> None:
        async def back() -> None:
            await Designer(session().actor).change_field(self._code, spec.code, archived=False)
            self._fill()

        if await self._do(lambda: Designer(session().actor).archive_field(self._code, spec.code)):
            toast(t('“{name}” is put away; its values stay.', name=field_label(spec)), undo=back)

    async def _move(self, place: int, by: int) -> None:
        order = list(self._catalog.fields)
        order.insert(place + by, order.pop(place))
        designer = Designer(session().actor)
        for position, spec in enumerate(order):
            await designer.change_field(self._code, spec.code, position=position)
        self._fill()

    async def _do(self, deed: Any) -> bool:
        try:
            await deed()
        except Problem as problem:
            tell(problem)
            return False
        self._fill()
        return True


def _draw_pipelines(box: ui.element, code: str) -> None:
    box.clear()
    catalog = records().catalog(code)
    with box:
        for pipeline in catalog.pipelines:
            _pipeline(box, catalog, pipeline)
        with row():
            button(t('Add pipeline'), lambda: _add_pipeline(box, catalog), icon='add')


def _pipeline(box: ui.element, catalog: Catalog, pipeline: Pipeline) -> None:
    async def save(values: dict[str, Any]) -> None:
        fresh = caption(pipeline.label, pipeline.labels, values['label']) if 'label' in values else values
        await Designer(session().actor).change_pipeline(catalog.code, pipeline.code, **fresh)

    with block(t('Pipeline: {name}', name=label(pipeline))):
        values = {code: getattr(pipeline, code) for code in ('value_field', 'closed_field')}
        autosaved(_pipeline_specs(catalog), {**values, 'label': label(pipeline)}, save)
        with row('a-between'):
            text(t('Stages'), 'a-h2')
            translate = icon_button('translate', t('Translations of the pipeline'), small=True)
            translate.on_click(lambda: _translate_pipeline(box, catalog.code, pipeline))
        kinds = {'open': t('Open'), 'won': t('Won'), 'lost': t('Lost')}
        rows = ColoredRows([_line(stage) for stage in pipeline.stages], kinds, add=t('Add stage'))
        with row('a-block__foot'):
            saved = button(t('Save stages'), primary=True)
            saved.on_click(lambda: _save_stages(box, catalog.code, pipeline.code, rows))


async def _translate_pipeline(box: ui.element, code: str, pipeline: Pipeline) -> None:
    answer = await ask_captions({'label': (t('Name'), Captions(pipeline.label, pipeline.labels))})
    if answer:
        named = answer['label']
        await Designer(session().actor).change_pipeline(
            code, pipeline.code, label=named.label, labels=dict(named.labels)
        )
        _draw_pipelines(box, code)


def _pipeline_specs(catalog: Catalog) -> list[FieldSpec]:
    money = [{'key': f.code, 'label': field_label(f)} for f in catalog.fields if f.type == 'money']
    dates = [{'key': f.code, 'label': field_label(f)} for f in catalog.fields if f.type == 'date']
    closed = FieldSpec(code='closed_field', label='Date that is filled at the end', type='choice')
    value = FieldSpec(code='value_field', label='Money that totals add up', type='choice')
    return [
        FieldSpec(code='label', label='Name', type='text', required=True),
        replace(value, options={'choices': money}),
        replace(closed, options={'choices': dates}),
    ]


def _line(stage: Stage) -> Line:
    source = {'label': stage.label, 'labels': stage.labels, 'required': stage.required}
    return Line(stage.code, label(stage), stage.color, stage.kind, source)


async def _save_stages(box: ui.element, catalog: str, pipeline: str, rows: ColoredRows) -> None:
    taken = {stage.code for _, stage in records().catalog(catalog).stages()}
    stages = []
    for line in rows.lines:
        code = line.code or code_of(line.text, taken, 'stage')
        taken.add(code)
        known = str(line.source.get('label') or line.text), line.source.get('labels') or {}
        named = caption(*known, line.text)
        stages.append({**line.source, **named, 'code': code, 'color': line.color, 'kind': line.kind})
    try:
        await Designer(session().actor).change_pipeline(catalog, pipeline, stages=stages)
    except Problem as problem:
        tell(problem)
        return
    toast(t('Stages saved'), kind='success')
    _draw_pipelines(box, catalog)


async def _add_pipeline(box: ui.element, catalog: Catalog) -> None:
    async def save(values: dict[str, Any]) -> None:
        taken = {stage.code for _, stage in catalog.stages()}
        code = code_of(values['label'], {p.code for p in catalog.pipelines}, 'pipeline')
        stages: list[dict[str, Any]] = []
        for (name, kind), color in zip(
            ((t('New'), 'open'), (t('In work'), 'open'), (t('Done'), 'won'), (t('Cancelled'), 'lost')),
            COLORS,
            strict=True,
        ):
            stage = code_of(f'{code} {kind}', taken, 'stage')
            taken.add(stage)
            stages.append({'code': stage, 'label': name, 'color': color, 'kind': kind})
        like = catalog.pipeline()
        more = {'value_field': like.value_field, 'closed_field': like.closed_field} if like else {}
        await Designer(session().actor).add_pipeline(catalog.code, code, values['label'], stages, **more)

    spec = FieldSpec(code='label', label='Name', type='text', required=True)
    if await ask(t('Add pipeline'), [spec], {}, save, t('Create')):
        _draw_pipelines(box, catalog.code)


PAGES = (
    Page(
        path='/settings/catalogs/{catalog}', draw=draw_catalog, title='Section', allowed=may('edit_structure')
    ),
)
