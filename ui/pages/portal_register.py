"""Registration at the portal: the wish, the letter, and the link in it."""

import secrets
from dataclasses import dataclass

from nicegui import ui

from store import BadValue, Invalid, invitations, portal, spawn
from store.portal import Registration
from ui.components.basics import button, text
from ui.pages.invited import EntranceForm, TicketUrl, enter, new_password
from ui.pages.sign_in import PORTAL, brand, entrance_card
from ui.reader import Reader, reader, reading
from ui.session import company_name
from ui.text import t


@dataclass(frozen=True, slots=True)
class Question:
    """A sum in words that keeps programs out which fill in every form they find.

    It needs no other service and no secure connection, and can be heard as well as read; who wants to get
    past it can. What protects the portal is the letter, the throttles and the approval."""

    first: int
    second: int

    @classmethod
    def fresh(cls) -> 'Question':
        """Another one."""
        return cls(2 + secrets.randbelow(8), 2 + secrets.randbelow(8))

    @property
    def words(self) -> str:
        """The question in the reader's language."""
        return t('How much is {first} plus {second}?', first=_word(self.first), second=_word(self.second))

    def is_answer(self, typed: str) -> bool:
        """Whether this is the sum, in digits or as a word."""
        given, total = typed.strip().casefold(), self.first + self.second
        return given in (str(total), _word(total).casefold())


def _word(number: int) -> str:
    words = (
        t('zero'), t('one'), t('two'), t('three'), t('four'), t('five'), t('six'), t('seven'), t('eight'),
        t('nine'), t('ten'), t('eleven'), t('twelve'), t('thirteen'), t('fourteen'), t('fifteen'),
        t('sixteen'), t('seventeen'), t('eighteen'),
    )  # fmt: skip
    return words[number]


def draw_register() -> None:
    """The form; its answer is the same whether or not the e-mail is known here."""
    ui.page_title(f'{t("Register")} · {company_name()}')
    asked = [Question.fresh()]
    with entrance_card() as card:
        brand(company_name())
        form = EntranceForm(t('Register'))
        with form.box:
            name = _box(t('Your name'), 'name', 'name').props('autofocus')
            email = _box(t('E-mail'), 'email', 'email')
            company = _box(t('Company'), 'company', 'organization')
            answer = _box(asked[0].words, 'answer', 'off')
            answer.props['hint'] = t('So that we know you are no program')
        form.finish()
        ui.link(t('I have a password already'), PORTAL.at('sign-in')).classes('a-link a-small')

    async def send() -> None:
        if not asked[0].is_answer(answer.value or ''):
            asked[0] = Question.fresh()
            answer.props['label'] = asked[0].words
            answer.value = ''
            raise Invalid({'answer': BadValue('wrong_answer')})
        made = await portal.register(
            name=name.value or '',
            email=email.value or '',
            company=company.value or '',
            language=reader().language,
            address=ui.context.client.ip or '',
        )
        spawn(write_asked(made), name='write to who registers')
        card.clear()
        with card:
            brand(company_name())
            sentence = t('A letter is on its way to {email}. The link in it leads on.', email=made.email)
            text(sentence, 'a-muted').props('role=status')

    form.answer(send, {'name': name, 'email': email, 'company': company, 'answer': answer})


def _box(caption: str, name: str, autocomplete: str) -> ui.input:
    return ui.input(caption).props(f'name={name} autocomplete={autocomplete} bottom-slots')


def draw_confirm(mine: Registration, token: str, ticket_url: TicketUrl) -> None:
    """Where the link in the letter leads: a password, and in, or to who approves."""
    ui.page_title(f'{t("Welcome")} · {company_name()}')
    with entrance_card() as card:
        brand(company_name())
        text(t('Your address is confirmed. Choose a password.'), 'a-muted')
        form = EntranceForm(t('Continue'))
        with form.box:
            ui.input(t('E-mail'), value=mine.email).props('name=login autocomplete=username readonly')
            password = new_password()
        form.finish()

    async def go_on() -> None:
        fresh = password.value or ''
        if await portal.confirm(token, fresh):
            await enter(card, mine.email, fresh, ticket_url, PORTAL)
            return
        card.clear()
        with card:
            brand(company_name())
            text(t('Thank you. Somebody looks at it now; we write to you then.'), 'a-muted').props(
                'role=status'
            )
            button(t('Back to the sign-in'), lambda: ui.navigate.to(PORTAL.at('sign-in'))).classes(
                'a-full a-tall'
            )

    form.answer(go_on, {'password': password})


# Letters


async def write_asked(made: Registration) -> None:
    """Write to who asked to come in; who is known here already is told so, and nobody else is."""
    base = invitations.base_url()
    with reading(Reader(made.language)):
        company = ' '.join(company_name().split())
        if made.is_known:
            said = (
                t('somebody, most likely you, wanted to register with this address, which is known here.'),
                t('Sign in, or choose a new password there:'),
                f'{base}/portal/sign-in',
            )
        else:
            said = (
                t('confirm your address here, and choose a password:'),
                f'{base}/portal/confirm/{made.token}',
                t('The link works once and for a day. You did not register? Then do nothing.'),
            )
        subject = t('Your registration at {company}', company=company)
        # Without the name: nobody's address is proven yet, and these would be a stranger's words.
        body = '\n\n'.join((t('Hello,'), *said))
    await portal.mail(made, portal.ASKED, subject, body)


async def write_decided(made: Registration, *, is_in: bool) -> None:
    """Write to somebody who waited."""
    with reading(Reader(made.language)):
        company = ' '.join(company_name().split())
        said = (
            (
                t('you may come in now. Sign in with your e-mail and the password you chose:'),
                f'{invitations.base_url()}/portal/sign-in',
            )
            if is_in
            else (t('we cannot let you into the portal. Call us if you think we should.'),)
        )
        subject = t('Your registration at {company}', company=company)
        body = '\n\n'.join((t('Hello {name},', name=made.name), *said))
    await portal.mail(made, portal.ACCEPTED if is_in else portal.REFUSED, subject, body)
