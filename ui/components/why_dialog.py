"""Why somebody can or cannot see or do something with a record: the verdicts and the chain behind each."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from store import Catalog, Problem, RecordView, Ref, explaining
from store.explaining import ASKED, Reason, Verdict
from ui import theme
from ui.components.basics import button, col, icon, row, text
from ui.components.controls.picker import Picker
from ui.components.dialogs import answer_of
from ui.components.references import item_of, ref_of, search_people
from ui.components.rights_matrix import right_name
from ui.components.toast import tell
from ui.components.why_words import answer, field_answer, sentence
from ui.session import session
from ui.text import t
from ui.values import field_label

theme.add_style('components/rights.css')
WHOLE = ''


async def ask_why(catalog: Catalog, view: RecordView, field: str = WHOLE) -> None:
    """Open the dialog about a record, or about one field of it."""
    with ui.dialog() as dialog, ui.card().style('width:min(620px,100%);max-width:620px').mark('why'):
        with row('a-full a-between'):
            text(t('Who can and who cannot, and why'), 'a-title')
        asking = _Asking(catalog, view, field)
        asking.draw()
        with row('a-full').style('justify-content:flex-end'):
            button(t('Close'), lambda: dialog.submit(None))
    await asking.show()
    await answer_of(dialog)


class _Asking:
    """Whom and what is asked about, and the answer."""

    def __init__(self, catalog: Catalog, view: RecordView, field: str) -> None:
        tab = session()
        self._catalog, self._view, self._field = catalog, view, field
        self._who = Ref(tab.person_id, tab.person.name, 'person')
        self._right = 'read'
        self._verdicts: dict[str, Verdict] = {}

    def draw(self) -> None:
        """Draw what is asked, and a place for the answer."""
        fields = [{'id': spec.code, 'title': field_label(spec)} for spec in self._catalog.live_fields]
        options = [{'id': WHOLE, 'title': t('The record')}, *fields]
        with ui.element('div').classes('a-two'):
            with col('a-gap-4'):
                text(t('Person'), 'af-label')
                if session().actor.may_do('manage_roles'):
                    Picker(
                        [item_of(self._who)],
                        look='person',
                        search=search_people,
                        clearable=False,
                        label=t('Person'),
                        on_set=lambda items: self._about(ref_of(items[0])),
                    ).mark('why-person')
                else:
                    text(self._who.title).style('line-height:32px')
            with col('a-gap-4'):
                text(t('What'), 'af-label')
                Picker(
                    [one for one in options if one['id'] == self._field],
                    options=options,
                    look='plain',
                    clearable=False,
                    label=t('What'),
                    on_set=lambda items: self._what(str(items[0]['id'])),
                ).mark('why-what')
        self._box = ui.element('div').classes('wy-box').props('aria-live=polite')

    async def _about(self, who: Ref) -> None:
        self._who = who
        await self.show()

    async def _what(self, field: str) -> None:
        self._field = field
        await self.show()

    async def show(self) -> None:
        """Find the answer and draw it."""
        actor, who = session().actor, self._who
        try:
            if self._field:
                level, reasons = await explaining.why_field(actor, who.id, self._catalog.code, self._field)
            else:
                self._verdicts = await explaining.why_record(actor, who.id, self._catalog.code, self._view.id)
        except Problem as problem:
            tell(problem)
            return
        self._box.clear()
        with self._box:
            if self._field:
                spec = self._catalog.field(self._field)
                text(field_answer(level, who.title, field_label(spec) if spec else self._field), 'wy-answer')
                self._chain(reasons)
            else:
                self._draw_verdicts()

    def _draw_verdicts(self) -> None:
        with ui.element('div').classes('wy-verdicts').props('role=tablist'):
            for right in ASKED:
                self._verdict(right, self._verdicts[right])
        chosen = self._verdicts[self._right]
        text(answer(self._right, self._who.title, allowed=chosen.allowed), 'wy-answer')
        self._chain(chosen.reasons)

    def _verdict(self, right: str, verdict: Verdict) -> None:
        def choose() -> None:
            self._right = right
            self._box.clear()
            with self._box:
                self._draw_verdicts()

        head = ui.element('button').classes('wy-verdict').props('type=button role=tab').on('click', choose)
        head.props['aria-selected'] = 'true' if right == self._right else 'false'
        with head:
            _mark(verdict.allowed)
            ui.label(right_name(right))

    def _chain(self, reasons: Sequence[Reason]) -> None:
        # What decides comes first: what takes a right, then what gives it, then what does not count.
        order: dict[Any, int] = {False: 0, True: 1, None: 2}
        with ui.element('ul').classes('wy-chain'):
            for reason in sorted(reasons, key=lambda one: order[one.grants]):
                quiet = 'wy-reason--quiet' if reason.grants is None else ''
                with ui.element('li').classes(f'wy-reason {quiet}'):
                    _mark(reason.grants)
                    ui.label(sentence(reason, self._who.title, self._catalog))


def _mark(yes: bool | None) -> None:
    look = {True: 'wy-yes', False: 'wy-no', None: ''}[yes]
    with ui.element('span').classes(f'wy-mark {look}'):
        icon({True: 'check', False: 'close', None: 'remove'}[yes])
