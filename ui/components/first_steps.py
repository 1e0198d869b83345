"""The checklist of a new installation: it goes by itself when everything is done, or when it is hidden."""

from collections.abc import Callable, Mapping

from nicegui import ui

from store import first_steps
from ui.components.basics import OnClick, button, card, col, icon, icon_button, row, text
from ui.components.solution_cards import add_solution
from ui.place import go
from ui.session import session
from ui.text import t


async def draw_first_steps() -> None:
    """Draw the steps that lead from an empty installation to a working one, for administrators."""
    done = await first_steps.done(session().actor)
    if not done or all(done.values()):
        return
    made, words = sum(done.values()), _words()
    with card('a-block--flush') as box:
        with row('a-between').style('padding:14px 16px'):
            with row('a-gap-8'):
                text(t('First steps'), 'a-h2').props('role=heading aria-level=2')
                text(t('{done} of {all}', done=made, all=len(done)), 'a-meta a-num')
            icon_button('close', t('Hide the first steps'), lambda: _hide(box), small=True)
        _progress(made, len(done))
        open_one = next(step for step, is_done in done.items() if not is_done)
        for place, (step, is_done) in enumerate(done.items(), 1):
            title, sentence, action = words[step]
            with ui.element('div').classes('a-step a-step--done' if is_done else 'a-step'):
                _mark(place, done=is_done)
                with col('a-grow a-gap-0'):
                    text(title, 'a-strong')
                    if not is_done:
                        text(sentence, 'a-small a-muted')
                if not is_done:
                    button(action, DEEDS[step], small=True, primary=step == open_one)


def _progress(made: int, every: int) -> None:
    bar = ui.element('div').classes('a-steps__bar').props('role=progressbar aria-valuemin=0')
    bar.props(f'aria-valuenow={made} aria-valuemax={every}')
    bar.props['aria-label'] = t('First steps')
    with bar:
        ui.element('span').style(f'width:{100 * made // every}%')


def _mark(place: int, *, done: bool) -> None:
    with ui.element('span').classes('a-step__mark'):
        if done:
            icon('check')
        else:
            ui.label(str(place))


async def _hide(box: ui.element) -> None:
    await first_steps.hide(session().actor)
    box.delete()


def _to(path: str) -> Callable[[], None]:
    return lambda: go(path)


def _words() -> dict[str, tuple[str, str, str]]:
    """By step: its title, what it is good for, and what its button says."""
    return {
        'sections': (
            t('Choose a ready solution'),
            t('Sections, stages and rules for your work; change them later.'),
            t('Choose'),
        ),
        'profile': (
            t('Fill in your profile'),
            t('Your e-mail, language and time zone.'),
            t('Open the profile'),
        ),
        'logo': (
            t('Add your logo'),
            t('For the sign-in page, the header and the browser tab.'),
            t('Add a logo'),
        ),
        'people': (t('Invite your colleagues'), t('Give each a login and a role.'), t('Add people')),
        'roles': (
            t('Give roles'),
            t('A role says who sees and changes what. Set rights before you import.'),
            t('Open roles'),
        ),
        'import': (
            t('Bring your data'),
            t('From Excel or CSV; you see what will happen before it does.'),
            t('Import'),
        ),
        'rule': (
            t('Make the first rule'),
            t('Artel reminds, assigns and writes letters by itself.'),
            t('Make a rule'),
        ),
    }


DEEDS: Mapping[str, OnClick] = {
    'sections': add_solution,
    'profile': _to('/profile'),
    'logo': _to('/settings/brand'),
    'people': _to('/settings/people'),
    'roles': _to('/settings/roles'),
    'import': _to('/import'),
    'rule': _to('/rules'),
}
"""What the button of a step does."""
