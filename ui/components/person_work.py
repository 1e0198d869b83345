"""When somebody works: hours by weekday, and absence with a deputy."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from babel.dates import get_day_names
from nicegui import ui

from store import FieldSpec, Invalid, Problem, Ref, people
from store.people import Person
from ui.components.basics import button, row, tell, text, toast
from ui.components.kept_rows import KeptRows
from ui.components.settings import autosaved, block
from ui.session import session
from ui.text import field_errors, language, t

Save = Callable[[dict[str, Any]], Awaitable[Any]]
WEEK = ('1', '2', '3', '4', '5', '6', '7')
USUAL = ('09:00', '18:00')


def hours_block(person: Person, save: Save) -> None:
    """Working hours: a line a weekday."""
    with block(t('Working hours'), t('Colleagues see them; deadlines and reminders may follow them.')):
        _Hours(person.working_hours, save).draw()


@dataclass(frozen=True, slots=True)
class _Day:
    """A weekday, and from when to when somebody works on it."""

    day: str
    times: tuple[str, str] | None


class _Hours:
    """The week; each change is saved at once."""

    def __init__(self, hours: Mapping[str, tuple[str, str]], save: Save) -> None:
        self._hours = dict(hours)
        self._save = save

    def draw(self) -> None:
        """Draw the week into the open slot."""
        self._names = get_day_names('wide', locale=language())
        self._days = KeptRows[_Day](
            ui.element('div').classes('pp-week'),
            self._line,
            key=lambda one: one.day,
            root=lambda _: ui.element('div').classes('pp-day'),
        )
        self._error = text('', 'a-error').props('role=alert')
        with row('a-wrap'):
            button(t('Monday to Friday, 9 to 18'), self._usual, small=True).mark('usual-hours')
        self._fill()

    def _fill(self) -> None:
        self._days.give(_Day(day, self._hours.get(day)) for day in WEEK)

    def _line(self, one: _Day) -> Callable[[_Day], None]:
        day, name = one.day, self._names[int(one.day) - 1].capitalize()
        works = ui.checkbox(name, value=one.times is not None).mark(f'day-{day}')
        works.on_value_change(lambda event: self._choose(day, is_on=bool(event.value)))
        times = KeptRows[tuple[str, str]](
            row('a-gap-8'),
            lambda given: self._boxes(day, name, given),
            key=lambda _: day,
            root=lambda _: row('a-gap-8'),
            empty=lambda: text(t('Free'), 'a-meta'),
        )

        def show(now: _Day) -> None:
            works.set_value(now.times is not None)
            times.give([now.times] if now.times is not None else [])

        show(one)
        return show

    def _boxes(self, day: str, name: str, times: tuple[str, str]) -> Callable[[tuple[str, str]], None]:
        boxes = []
        for place, caption in enumerate((t('From'), t('To'))):
            box = ui.input(value=times[place]).props('type=time').classes('pp-time')
            box.props['aria-label'] = f'{name}: {caption}'
            box.on('change', lambda event, place=place, box=box: self._time(day, place, box.value))
            boxes.append(box)
            if not place:
                text('–', 'a-faint')

        def show(now: tuple[str, str]) -> None:
            for box, value in zip(boxes, now, strict=True):
                box.set_value(value)

        return show

    async def _choose(self, day: str, *, is_on: bool) -> None:
        # A box that only shows what is so says nothing new.
        if is_on != (day in self._hours):
            await self._set(day, USUAL if is_on else None)

    async def _time(self, day: str, place: int, value: str) -> None:
        times = list(self._hours.get(day, USUAL))
        times[place] = str(value or '')[:5]
        await self._set(day, (times[0], times[1]), redraw=False)

    async def _usual(self) -> None:
        self._hours = dict.fromkeys(WEEK[:5], USUAL)
        await self._keep(redraw=True)

    async def _set(self, day: str, times: tuple[str, str] | None, *, redraw: bool = True) -> None:
        if times is None:
            self._hours.pop(day, None)
        else:
            self._hours[day] = times
        await self._keep(redraw=redraw)

    async def _keep(self, *, redraw: bool) -> None:
        try:
            await self._save({'working_hours': self._hours})
        except Invalid as problem:
            self._error.set_text(next(iter(field_errors(problem).values()), ''))
            return
        except Problem as problem:
            tell(problem)
            return
        self._error.set_text('')
        if redraw:
            self._fill()
        else:
            toast(t('Saved'))


async def absence_block(person: Person, save: Save) -> None:
    """From when to when somebody is away, and who stands in."""
    deputy = None
    if person.deputy_id is not None:
        stands_in = await people.person(session().actor, person.deputy_id)
        deputy = Ref(stands_in.id, stands_in.name, 'person')
    specs = [
        FieldSpec(code='absent_from', label='Away from', type='date'),
        FieldSpec(
            code='absent_until', label='Away until', type='date', hint='Empty while the end is not known'
        ),
        FieldSpec(code='deputy_id', label='Deputy', type='person', hint='Whom colleagues turn to meanwhile'),
    ]
    values = {'absent_from': person.absent_from, 'absent_until': person.absent_until, 'deputy_id': deputy}

    async def keep(given: dict[str, Any]) -> None:
        await save(plain_values(given))
        returning.visible = form.values['absent_from'] is not None

    with block(t('Absence'), t('Colleagues see that you are away and who stands in.')) as made:
        form = autosaved(specs, values, keep)

        async def back() -> None:
            gone: dict[str, Any] = {'absent_from': '', 'absent_until': '', 'deputy_id': None}
            try:
                await save(gone)
            except Problem as problem:
                tell(problem)
                return
            form.show(dict.fromkeys(gone))
            returning.visible = False
            toast(t('Saved'))

        caption = t('I am back') if person.id == session().person_id else t('Clear')
        with row():
            returning = button(caption, back, small=True)
        returning.visible = person.absent_from is not None
    made.props('id=absence')


def plain_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a form gives as the store takes it: people and records by id, nothing as None where an id was."""
    return {
        code: value.id if isinstance(value, Ref) else None if code.endswith('_id') and not value else value
        for code, value in given.items()
    }
