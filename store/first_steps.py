"""What a new installation has done already, seen from its data."""

from store import database, guard, system_settings
from store.actor import Actor
from store.catalogs import SCHEMA
from store.operations import need_employee

STEPS = ('sections', 'profile', 'logo', 'people', 'roles', 'import', 'rule')
"""In the order they are proposed."""
HIDDEN = 'first_steps.hidden'
"""The preference of who wants to see the list no more."""
_LOGOS = ('logo_sign_in', 'logo_header', 'logo_icon')


async def done(actor: Actor) -> dict[str, bool]:
    """Whether each of `STEPS` is done, for an administrator; empty for others and once it was hidden."""
    need_employee(actor)
    if not actor.is_admin or actor.person_id is None:
        return {}
    if (await system_settings.preferences(actor, HIDDEN)).get(HIDDEN):
        return {}
    with guard.acting(actor):
        found = await database.rows(
            "SELECT EXISTS (SELECT 1 FROM people WHERE id = ? AND email <> '') AS profile,"
            ' (SELECT COUNT(*) FROM people WHERE is_active = 1) > 1 AS people,'
            ' EXISTS (SELECT 1 FROM person_roles h JOIN people p ON p.id = h.person_id'
            ' WHERE p.is_active = 1 AND p.is_admin = 0) AS roles,'
            " EXISTS (SELECT 1 FROM changes WHERE kind = 'created') AS import,"
            ' EXISTS (SELECT 1 FROM rules WHERE enabled = 1 AND removed_at IS NULL) AS rule',
            [actor.person_id],
            read=True,
        )
    seen = {step: bool(value) for step, value in found[0].items()}
    seen['sections'] = bool(SCHEMA.by_code)
    seen['logo'] = any(system_settings.setting(code) for code in _LOGOS)
    return {step: seen[step] for step in STEPS}


async def hide(actor: Actor) -> None:
    """Show the list to this person no more."""
    await system_settings.save_preference(actor, HIDDEN, True)
