"""The key figures of a pipeline, each beside the one of the period before."""

from collections.abc import Sequence
from decimal import Decimal

from nicegui import ui

from store.figures import Figure
from ui.components.basics import icon, text
from ui.components.widgets import Panel, Scene, Widget, briefly, counted, valued
from ui.text import n, number, percent, t

ENOUGH = 5


class Figures(Widget):
    """Open value, won value, win rate and average cycle."""

    key = 'figures'
    label = 'Key figures'
    width = 12
    bones = 2

    async def panels(self, scene: Scene) -> Sequence[Panel]:
        """None: these are numbers, not charts."""
        return ()

    async def draw(self, scene: Scene, slot: ui.element) -> None:
        """Four numbers, each a link."""
        now = [
            await scene.report.open_value(),
            await scene.report.won_value(),
            await scene.report.win_rate(),
            await scene.report.cycle(),
        ]
        then: list[Figure | None] = [None] * 4
        if scene.before:
            then = [
                None,
                await scene.before.won_value(),
                await scene.before.win_rate(),
                await scene.before.cycle(),
            ]
        slot.clear()
        with slot:
            _sum(scene, t('Open now'), now[0], None)
            _sum(scene, t('Won in the period') if scene.report.has_value else scene.won, now[1], then[1])
            _share(scene, now[2], then[2])
            _cycle(scene, now[3], then[3])


def _figure(scene: Scene, caption: str, figure: Figure, value: str, below: str) -> ui.link:
    with ui.link(target=scene.url(figure.filter)).classes('a-figure') as made:
        text(caption, 'a-figure__name')
        text(value, 'a-figure__value a-num')
        with ui.element('div').classes('a-figure__below'):
            text(below, 'a-meta')
    return made


def _sum(scene: Scene, caption: str, figure: Figure, before: Figure | None) -> None:
    sums = sorted(figure.sums.items(), key=lambda item: -item[1])
    if not scene.report.has_value:
        value, below = number(figure.count), ''
    else:
        currency, amount = sums[0] if sums else ('', Decimal(0))
        value = briefly(amount, currency)
        rest = ' + '.join(valued(more, unit) for unit, more in sums[1:])
        below = f'{rest} · {counted(figure.count)}' if rest else counted(figure.count)
    made = _figure(scene, caption, figure, value, below)
    with made:
        if before is not None and len(sums) <= 1:
            main = sums[0][1] if sums else Decimal(figure.count)
            was = before.sums.get(sums[0][0], Decimal(0)) if sums else Decimal(before.count)
            # A beginning with next to nothing tells no change.
            if was and before.count >= ENOUGH:
                _delta(main / was - 1, percent(abs(main / was - 1)))


def _share(scene: Scene, figure: Figure, before: Figure | None) -> None:
    value = '—' if figure.value is None else percent(figure.value)
    name = t('Win rate') if scene.report.has_value else t('Success rate')
    with _figure(scene, name, figure, value, t('of all closed')):
        if (
            figure.value is not None
            and before is not None
            and before.value is not None
            and before.count >= ENOUGH
        ):
            change = (figure.value - before.value) * 100
            _delta(change, t('{points} pp', points=number(abs(change), 0)))


def _cycle(scene: Scene, figure: Figure, before: Figure | None) -> None:
    value = '—' if figure.value is None else n('{count} day', '{count} days', round(figure.value))
    with _figure(
        scene,
        t('Average cycle'),
        figure,
        value,
        t('from start to won') if scene.report.has_value else t('from start to end'),
    ):
        if figure.value is not None and before is not None and before.value and before.count >= ENOUGH:
            change = figure.value - before.value
            # A shorter way is the better one.
            _delta(-change, n('{count} day', '{count} days', round(abs(change))), rises=change > 0)


def _delta(goodness: Decimal, words: str, *, rises: bool | None = None) -> None:
    """How it moved since the period before: green is better, red is worse."""
    if words.startswith('0'):
        return
    up = goodness > 0 if rises is None else rises
    kind = 'success' if goodness > 0 else 'danger'
    with ui.element('span').classes(f'a-pill a-pill--{kind} a-figure__delta') as made:
        icon('arrow_upward' if up else 'arrow_downward')
        text(words, 'a-num')
    made.tooltip(t('Compared with the period before'))
