"""Logos of the company: taken from those who may, cleaned, seen by anybody, replaced and reset (B-41)."""

from pathlib import Path

import pytest

from store import Records, brand, files, system_settings
from store.problems import Invalid, NotAllowed, NotFound, Refused
from tests.conftest import records_of

PNG = b'\x89PNG\r\n\x1a\n' + b'\0' * 40
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><!-- drawn --><rect width="8" height="8"/></svg>'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    files.open_folder(tmp_path / 'files')


async def test_a_logo_is_seen_signed_out_and_the_one_before_is_gone(as_admin: Records) -> None:
    first = await brand.set_logo(as_admin.actor, 'sign_in', 'logo.png', PNG)
    assert system_settings.setting('logo_sign_in') == first
    info, path = await files.open_file(None, first)
    assert (info.content_type, path.read_bytes()) == ('image/png', PNG)
    second = await brand.set_logo(as_admin.actor, 'sign_in', 'logo.svg', SVG)
    assert second != first
    with pytest.raises(NotFound):
        await files.open_file(None, first)
    assert b'drawn' not in (await files.open_file(None, second))[1].read_bytes()
    await brand.reset(as_admin.actor)
    assert system_settings.setting('logo_sign_in') == 0
    with pytest.raises(NotFound):
        await files.open_file(None, second)


@pytest.mark.parametrize(
    'content',
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect/></svg>',
        b'<html><script>1</script></html>',
        b'',
    ],
)
async def test_what_is_no_harmless_picture_is_refused(as_admin: Records, content: bytes) -> None:
    with pytest.raises(Refused):
        await brand.set_logo(as_admin.actor, 'icon', 'logo.svg', content)
    assert system_settings.setting('logo_icon') == 0


async def test_only_who_arranges_the_look_sets_logos(as_admin: Records) -> None:
    member = await records_of('max', 'Max Member', role='member')
    with pytest.raises(NotAllowed):
        await brand.set_logo(member.actor, 'icon', 'logo.png', PNG)
    with pytest.raises(NotAllowed):
        await brand.reset(member.actor)
    with pytest.raises(Invalid):
        await brand.set_logo(as_admin.actor, '../../etc', 'logo.png', PNG)
