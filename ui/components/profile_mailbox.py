"""The part of the profile about the own mailbox: connecting it, how it goes, switching it off."""

from typing import Any

from nicegui import background_tasks, ui

from integrations import mail_in
from store import FieldSpec, Invalid, Problem, mail_values, mailboxes
from store.mail_values import Mailbox
from store.mailboxes import PRESETS, SECURITIES, USUAL
from ui import live, theme
from ui.components.basics import (
    button,
    col,
    confirm,
    icon,
    icon_button,
    menu_item,
    pill,
    row,
    tell,
    text,
    toast,
)
from ui.components.dialogs import answer_of
from ui.components.form import Form
from ui.components.settings import listing
from ui.formats import ago, date_long
from ui.session import session
from ui.text import field_errors, n, t, words, words_of

theme.add_style('components/mailbox.css')
_USUAL = {code: str(value) for code, value in USUAL.items()}


async def mailbox_block() -> None:
    """The mailbox of the person who looks, or the way to connect one."""
    if session().looker is not None:
        # Whoever looks through somebody's eyes learns nothing of their letters.
        text(t('Only they themselves see this.'), 'a-small a-muted')
        return
    await _Block().draw()


class _Block:
    """The list of one line, drawn anew when the state of the mailbox changes."""

    def __init__(self) -> None:
        self._show = live.Latest(self._fill)

    async def draw(self) -> None:
        with listing(t('Mailbox')):
            self._box = ui.element('div').mark('mailbox')
            person_id = session().person_id

            def told(whose: int) -> None:
                if whose == person_id and not self._box.is_deleted:
                    background_tasks.create(self._show(), name='show the mailbox', context=self._box)

            live.while_shown(mail_values.subscribe(told))
        await self._show()

    async def _fill(self) -> None:
        found = await mailboxes.mailbox(session().actor)
        if self._box.is_deleted:
            return
        self._box.clear()
        with self._box:
            if found is None:
                _draw_none()
            else:
                _draw_state(found)


def _draw_none() -> None:
    with row('a-item').style('cursor:default'):
        icon('mail')
        with col('a-grow a-gap-0'):
            text(t('Your letters beside your work'), 'a-small a-strong')
            sentence = t('What you write and get stands on the records of your contacts; only you see it.')
            text(sentence, 'a-meta')
        button(t('Connect'), lambda: _connect(None), small=True, primary=True)


def _draw_state(found: Mailbox) -> None:
    with row('a-item a-wrap').style('cursor:default'):
        icon('mail')
        with col('a-grow a-gap-0'):
            with row('a-gap-8'):
                text(found.address, 'a-small a-strong')
                _pill(found)
            said = text(_sentence(found), 'a-meta')
            if found.read_at is not None:
                said.tooltip(date_long(found.read_at))
        if found.is_on:
            button(t('Check now'), _read, small=True).mark('read-mailbox')
        button(t('Edit'), lambda: _connect(found), small=True)
        with icon_button('more_horiz', t('More actions'), small=True), ui.menu():
            if found.is_on:
                menu_item(t('Switch off'), lambda: _switch(False), icon_name='pause')
            else:
                menu_item(t('Switch on'), lambda: _switch(True), icon_name='play_arrow')
            menu_item(t('Remove'), lambda: _remove(found), icon_name='delete', danger=True)
    if found.is_on and found.state == 'trouble':
        with row('a-note mb-trouble').mark('mailbox-trouble'):
            icon('error')
            text(_trouble(found), 'a-grow')
            if found.problem in ('mail_login', 'wrong_key'):
                button(t('New password'), lambda: _connect(found), small=True)


def _pill(found: Mailbox) -> None:
    if not found.is_on:
        pill(t('Off'))
    elif found.state == 'ok':
        pill(t('On'), kind='success')
    elif found.state == 'trouble':
        pill(t('Trouble'), kind='danger')
    else:
        pill(t('Being read'))


def _sentence(found: Mailbox) -> str:
    if not found.is_on:
        return t('Letters are neither read nor sent; those here stay.')
    if found.read_at is None:
        return t('Letters of the last 30 days are read first.')
    return t('last read {when}', when=ago(found.read_at))


def _trouble(found: Mailbox) -> str:
    said = words_of(found.problem, dict(found.facts))
    if found.problem in ('mail_login', 'wrong_key'):
        return said
    return f'{said} {t("It is tried again in a few minutes.")}'


async def _read() -> None:
    try:
        problem = await mail_in.present().read_own(session().actor)
    except Problem as refused:
        problem = refused
    if problem is None:
        toast(t('Read'))
    else:
        tell(problem)


async def _switch(is_on: bool) -> None:
    try:
        await mailboxes.switch(session().actor, is_on)
    except Problem as problem:
        tell(problem)


async def _remove(found: Mailbox) -> None:
    with ui.context.client.layout:
        question = t(
            'Remove the mailbox {address}? Its letters leave this system; on the mail server they stay.',
            address=found.address,
        )
        if not await confirm(question, t('Remove')):
            return
        try:
            await mailboxes.remove_mailbox(session().actor)
        except Problem as problem:
            tell(problem)


# Connecting


async def _connect(found: Mailbox | None) -> None:
    with ui.context.client.layout:
        await _Dialog(found).ask()


class _Dialog:
    """The dialog with the form: which service, who, and for an own server where it is."""

    def __init__(self, found: Mailbox | None) -> None:
        self._found = found
        self._preset = found.preset if found else 'yandex'
        self._values = _values_of(found)

    async def ask(self) -> None:
        """Show it until the mailbox is saved or the person gives up."""
        with ui.dialog().props('persistent') as self._dialog, ui.card().style('width:min(560px,100%)'):
            text(t('Mailbox'), 'a-title')
            with ui.element('div').classes('mb-presets').props('role=radiogroup') as chooser:
                chooser.props['aria-label'] = t('Mail service')
                self._tiles = {code: self._tile(code) for code in PRESETS}
            self._hint = text('', 'a-small a-muted')
            self._draw_fields()
            self._said = ui.element('div').classes('a-full')
            with row('a-full a-wrap'):
                self._try = button(t('Test connection'), self._test, icon='lan').mark('test-mailbox')
                ui.element('div').classes('a-grow')
                button(t('Cancel'), lambda: self._dialog.submit(False))
                self._keep = button(t('Save'), self._save, primary=True).mark('save-mailbox')
            self._choose(self._preset)
        await answer_of(self._dialog)

    def _tile(self, code: str) -> ui.element:
        with ui.element('button').classes('mb-preset').props('type=button role=radio') as made:
            icon('dns' if code == 'own' else 'mail')
            ui.label(_name(code))
        made.mark(f'preset-{code}')
        made.on('click', lambda: self._choose(code))
        return made

    def _choose(self, code: str) -> None:
        self._preset = code
        for other, tile in self._tiles.items():
            on = other == code
            tile.classes(add='is-on' if on else '', remove='' if on else 'is-on')
            tile.props['aria-checked'] = 'true' if on else 'false'
            tile.update()
        self._hint.set_text(_hint(code))
        self._hint.visible = bool(_hint(code))
        self._said.clear()
        # What is typed stays: nothing is drawn anew under quick hands.
        self._own.visible = code == 'own'

    def _draw_fields(self) -> None:
        self._who = Form(_who(has_password=self._found is not None), self._values)
        with ui.element('div').classes('a-full mb-own') as self._own:
            login = [FieldSpec(code='login', label='Login, if it is not the address', type='text')]
            self._where = [Form(login, self._values), Form(_where(), {**_USUAL, **self._values})]
            self._where[1].element.classes('mb-servers')

    @property
    def _forms(self) -> list[Form]:
        return [self._who, *(self._where if self._preset == 'own' else ())]

    def _typed(self) -> dict[str, Any]:
        return {code: value for form in self._forms for code, value in form.values.items()}

    async def _checked(self) -> Any:
        """The connection as the form says it; None when something in it is wrong."""
        wrong = [form for form in self._forms if not form.check()]
        if wrong:
            return None
        try:
            return await mailboxes.connection_for(session().actor, {**self._typed(), 'preset': self._preset})
        except Invalid as problem:
            errors = field_errors(problem)
            for form in self._forms:
                form.refuse(errors)
        except Problem as problem:
            self._say(words(problem))
        return None

    async def _test(self) -> bool:
        there = await self._checked()
        if there is None:
            return False
        self._said.clear()
        self._try.props('loading')
        try:
            count = await mail_in.present().test(session().actor, there)
        except Problem as problem:
            self._say(words(problem))
            return False
        else:
            self._say(
                n('It works: {count} letter in the inbox.', 'It works: {count} letters in the inbox.', count),
                good=True,
            )
            return True
        finally:
            if not self._try.is_deleted:
                self._try.props(remove='loading')

    def _say(self, sentence: str, *, good: bool = False) -> None:
        if self._said.is_deleted:
            # Whoever did not wait for the answer has closed the dialog.
            return
        self._said.clear()
        with self._said, row('a-note' if not good else 'a-note mb-good').mark('mailbox-said'):
            icon('check_circle' if good else 'error')
            text(sentence, 'a-grow')

    async def _save(self) -> None:
        there = await self._checked()
        if there is None:
            return
        try:
            await mailboxes.save_mailbox(session().actor, self._preset, there)
        except Problem as problem:
            self._say(words(problem))
            return
        self._dialog.submit(True)


def _values_of(found: Mailbox | None) -> dict[str, Any]:
    if found is None:
        return {'address': session().person.email or None}
    sides = {
        f'{side}_{name}': str(getattr(getattr(found, side), name))
        for side in ('imap', 'smtp')
        for name in ('host', 'port', 'security')
    }
    return {**sides, 'address': found.address, 'login': None if found.login == found.address else found.login}


def _name(code: str) -> str:
    return {'yandex': t('Yandex'), 'mailru': 'Mail.ru', 'gmail': 'Gmail'}.get(code, t('Own server'))


def _hint(code: str) -> str:
    """What has to be done at the service first."""
    return {
        'yandex': t(
            'Allow mail programs in the settings of Yandex Mail, then make a password for the app “Mail” at'
            ' id.yandex.ru, Security. The usual password does not do.'
        ),
        'mailru': t(
            'Make a password for external applications at id.mail.ru, Security. The usual password does not'
            ' do.'
        ),
        'gmail': t(
            'Turn on two-step verification of your Google account, then make an app password at'
            ' myaccount.google.com/apppasswords. The usual password does not do.'
        ),
    }.get(code, '')


def _who(*, has_password: bool) -> list[FieldSpec]:
    hint = (
        t('Leave it empty to keep the present one')
        if has_password
        else t('Kept encrypted and never shown again')
    )
    return [
        FieldSpec(code='address', label='E-mail', type='email', required=True),
        FieldSpec(
            code='password', label='App password', type='text', hint=hint, required=not has_password,
            options={'secret': True},
        ),
    ]  # fmt: skip


def _where() -> list[FieldSpec]:
    names = {'tls': 'TLS', 'starttls': 'STARTTLS', 'none': t('None')}
    choices = [{'key': code, 'label': names[code]} for code in SECURITIES]
    specs: list[FieldSpec] = []
    captions = {'imap': t('Incoming mail, IMAP server'), 'smtp': t('Outgoing mail, SMTP server')}
    for side, caption in captions.items():
        specs += [
            FieldSpec(code=f'{side}_host', label=caption, type='text', required=True),
            FieldSpec(code=f'{side}_port', label='Port', type='text', required=True),
            FieldSpec(
                code=f'{side}_security', label='Encryption', type='choice', required=True,
                options={'choices': choices},
            ),
        ]  # fmt: skip
    return specs
