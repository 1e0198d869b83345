"""The company's look: logos that anybody may see, and the colour of the side panel."""

from store import files, system_settings
from store.actor import Actor
from store.file_contents import SVG, content_type_of
from store.operations import need
from store.problems import BadValue, Invalid, NotFound
from store.svg import clean_svg

LOGOS = ('sign_in', 'header', 'icon')
"""Where a logo stands; each has a picture of its own."""
SETTINGS = (*(f'logo_{which}' for which in LOGOS), 'panel_color')


async def set_logo(actor: Actor, which: str, name: str, data: bytes) -> int:
    """Take a picture for one of `LOGOS` in place of the present one; a drawing is written anew, harmless.

    :return: the id of its file
    :raises Refused: 'file_refused' or 'svg_refused'
    :raises Invalid: no such place"""
    need(actor, 'manage_workplaces')
    if which not in LOGOS:
        raise Invalid({'logo': BadValue('no_such_choice', value=which[:60])})
    if content_type_of(data) == SVG:
        data = clean_svg(data)
    before = int(system_settings.setting(f'logo_{which}') or 0)
    kept = await files.keep(actor, name, data, kind=files.LOGO)
    await system_settings.change_settings(actor, {f'logo_{which}': kept.id})
    await _forget(actor, before)
    return kept.id


async def reset(actor: Actor, *codes: str) -> None:
    """Let logos and colour be the product's own again; all of them without codes."""
    before = [int(system_settings.setting(code) or 0) for code in codes or SETTINGS if code != 'panel_color']
    await system_settings.reset_settings(actor, codes or SETTINGS)
    for file_id in before:
        await _forget(actor, file_id)


async def _forget(actor: Actor, file_id: int) -> None:
    try:
        if file_id:
            await files.remove(actor, file_id)
    except NotFound:
        # It was removed meanwhile.
        return
