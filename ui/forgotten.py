"""A new password by letter, at both doors: the page answers everybody the same, and at once."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import Client, ui

from store import Problem, invitations, spawn
from store.invitations import RESET_MINUTES, Invitation
from ui.entrance import greet, ticket_url
from ui.pages.forgotten import draw_forgotten, draw_reset
from ui.pages.invited import draw_over
from ui.pages.sign_in import INSIDE, PORTAL, Door
from ui.portal_look import draw_band
from ui.prefix import public
from ui.reader import Reader, reading
from ui.session import company_name
from ui.text import n, t


def add_routes(_app: FastAPI) -> None:
    """The addresses of both doors."""
    for door in (INSIDE, PORTAL):
        _add(door)


def _add(door: Door) -> None:
    @ui.page(door.at('forgot'))
    async def forgot(request: Request, client: Client) -> Response | None:
        """Where to ask for a link."""
        if not invitations.can_write():
            return RedirectResponse(public(request, door.at('sign-in')), 303)
        greet(request, client)
        draw_band(door)
        draw_forgotten(door, ask)
        return None

    @ui.page(door.at('reset/{token}'))
    async def reset(request: Request, client: Client, token: str) -> Response | None:
        """Where the link leads."""
        greet(request, client)
        draw_band(door)
        try:
            mine = await invitations.invited(token)
        except Problem as problem:
            draw_over(problem, door)
            return None
        if mine.is_portal != door.is_portal:
            right = PORTAL if mine.is_portal else INSIDE
            return RedirectResponse(public(request, right.at(f'reset/{token}')), 303)
        draw_reset(mine, token, ticket_url, door)
        return None


def ask(asked: str, address: str, language: str) -> None:
    """Take the wish for a new password; whether somebody is known by this is found out behind it.

    :raises Refused: 'reset_throttled' with `seconds`"""
    invitations.take_reset(asked, address)
    spawn(_write(asked, language), name='write to who forgot a password')


async def _write(asked: str, language: str) -> None:
    made = await invitations.ask_reset(asked)
    if made is not None:
        await invitations.mail_reset(made, *letter(made, language))


def letter(made: Invitation, language: str) -> tuple[str, str]:
    """Subject and text of the letter, in the language of the one who gets it."""
    door = PORTAL if made.is_portal else INSIDE
    link = f'{invitations.base_url()}{door.at(f"reset/{made.token}")}'
    with reading(Reader(made.language or language)):
        subject = t('A new password for {company}', company=' '.join(company_name().split()))
        body = (
            t('Hello {name},', name=made.name),
            t('choose a new password here:'),
            link,
            n(
                'The link works once and for {count} minute.',
                'The link works once and for {count} minutes.',
                RESET_MINUTES,
            ),
            t('You did not ask for it? Then do nothing: your password stays as it is.'),
        )
        return subject, '\n\n'.join(body)
