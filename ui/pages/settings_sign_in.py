"""How people come in: who must use a second factor."""

from ui.components import frame
from ui.components.basics import text
from ui.components.settings import block
from ui.components.system_setting import draw_settings_of
from ui.pages import Area, Page, may
from ui.place import Place
from ui.text import t

BLOCK = 'Signing in'


async def draw_sign_in_settings(place: Place) -> None:
    """The rules of signing in."""
    with frame.header(t('Signing in'), back='/settings'):
        pass
    with frame.body(narrow=True), block(''):
        text(t('With a second factor, a stolen password is not enough to come in.'), 'a-small a-muted')
        draw_settings_of(BLOCK, place.query.get('find', ''))


PAGES = (
    Page(
        path='/settings/sign-in',
        draw=draw_sign_in_settings,
        title='Signing in',
        allowed=may('manage_settings'),
        area=Area(
            category='people',
            icon='phonelink_lock',
            sentence='Who must use a second factor',
            words='двухфакторная аутентификация вход безопасность пароль 2fa totp mfa security password',
            blocks=(BLOCK,),
            place=60,
        ),
    ),
)
