"""Each rule reads as one sentence, in both languages."""

from collections.abc import Mapping
from typing import Any

import pytest

from automations import Rule, Rules, Words
from automations.spec import rule_from_plain
from store import Designer, Records
from ui.locales import translations


def russian() -> Words:
    """What the pages hand over to a Russian reader."""
    found = translations('ru')

    def t(text: str, /, **blanks: Any) -> str:
        return found.gettext(text).format(**blanks) if blanks else found.gettext(text)

    def n(one: str, many: str, count: int, /, **blanks: Any) -> str:
        return found.ngettext(one, many, count).format(count=count, **blanks)

    def p(context: str, text: str, /, **blanks: Any) -> str:
        return found.pgettext(context, text).format(**blanks)

    return Words('ru', t, n, p)


def rule(
    catalog: str, kind: str, options: Mapping[str, Any], *steps: tuple[str, Mapping[str, Any]], **more: Any
) -> Rule:
    return rule_from_plain(
        {
            'name': 'x',
            'catalog': catalog,
            'triggers': [{'kind': kind, 'options': options}],
            'steps': [{'action': action, 'options': chosen} for action, chosen in steps],
            **more,
        }
    )


WAIT = ('wait', {'amount': 1, 'unit': 'hours'})
TASK = ('create_task', {'title': 'Call {{ title }}', 'due_amount': 2, 'due_unit': 'working_days'})
TELL = ('notify', {'to': ['field:owner', 'role:accounting'], 'text': 'Won'})
BIRTHDAY = {
    'field': 'birthday',
    'amount': 2,
    'unit': 'working_days',
    'when': 'before',
    'at': '09:00',
    'yearly': True,
}
CONDITIONS = {
    'all': [
        {'path': 'amount', 'op': 'greater', 'value': '100000 RUB'},
        {'path': 'account.industry', 'op': 'is_not', 'value': 'Retail'},
        {'any': [{'path': 'source', 'op': 'in', 'value': ['site', 'call']}, {'path': 'note', 'op': 'empty'}]},
        {'path': 'closes_on', 'op': 'older_than_days', 'value': 21},
        {'path': 'old.stage', 'op': 'is', 'value': 'new'},
    ]
}
SENTENCES: list[tuple[Rule, str, str]] = [
    (
        rule('deals', 'stage_entered', {'kind': 'won'}, TASK, TELL),
        'Deals: when a record enters a won stage, create the task “Call [Name]” (assignee: the'
        ' responsible person,'
        ' due in 2 working days), then notify the responsible person and the role “Accounting”: “Won”.',
        'Сделки: когда запись попадает на успешную стадию — создать задачу «Call [Название]» (исполнитель —'
        ' ответственный, срок — через 2 рабочих дня), затем уведомить ответственного и роль'
        ' «Бухгалтерия»: «Won».',
    ),
    (
        rule(
            'deals',
            'field_changed',
            {'field': 'source', 'to': 'site'},
            ('move_stage', {'stage': 'offer'}),
            conditions=CONDITIONS,
        ),
        'Deals: when “Source” becomes “Site”, if “Amount” is above RUB\xa0100,000 and “Account →'
        ' Industry” is not “Retail”'
        ' and (“Source” is one of “Site” or “Call” or “Note” is empty) and “Closes on” is more than'
        ' 21 days ago'
        ' and “Stage” before the change is “New”, move to the stage “Offer”.',
        'Сделки: когда поле «Источник» становится равно «Сайт», если поле «Сумма» больше'
        ' 100\xa0000\xa0₽ и поле'
        ' «Контрагент → Отрасль» не равно «Retail» и (поле «Источник» равно «Сайт» или «Звонок» или'
        ' поле «Заметка»'
        ' пусто) и поле «Дата закрытия» — больше 21 дня назад и поле «Стадия» до изменения равно «Новая», —'
        ' перевести на стадию «Предложение».',
    ),
    (
        rule(
            'contacts', 'date_reached', BIRTHDAY, ('notify', {'to': ['field:owner'], 'text': '{{ title }}'})
        ),
        'Contacts: 2 working days before “Birthday” every year at 09:00, notify the responsible'
        ' person: “[Name]”.',
        'Контакты: за 2 рабочих дня до даты в поле «День рождения» каждый год в 09:00 — уведомить'
        ' ответственного:'
        ' «[Название]».',
    ),
    (
        rule(
            'deals',
            'stage_stale',
            {'amount': 21, 'unit': 'days'},
            ('set_fields', {'values': {'note': 'old', 'source': 'call'}}),
        ),
        'Deals: when an open record has not changed its stage for 21 days, set “Note” to “old” and'
        ' “Source” to “Call”.',
        'Сделки: когда открытая запись не меняет стадию 21 день — записать «old» в поле «Заметка» и'
        ' «Звонок» в поле'
        ' «Источник».',
    ),
    (
        rule(
            'deals',
            'schedule',
            {'every': 'week', 'weekday': 'wed', 'at': '10:00', 'scope': 'each'},
            WAIT,
            ('call_webhook', {'url': 'https://example.com/x'}),
        ),
        'Deals: every Wednesday at 10:00 for every record, wait 1 hour, then call the webhook “example.com”.',
        'Сделки: каждую среду в 10:00 для каждой записи — подождать 1 час, затем вызвать вебхук'
        ' «example.com».',
    ),
    (
        rule(
            'deals',
            'manual',
            {'button': 'Call back'},
            ('send_email', {'to': ['field:email', 'person:1'], 'subject': 'Hi', 'body': 'x'}),
            ('assign', {'how': 'round_robin', 'people': ['role:accounting', 'person:1']}),
        ),
        'Deals: when the button “Call back” is pressed, send the e-mail “Hi” (to: the address in'
        ' “E-mail” and Ada Admin),'
        ' then make responsible by turns: the role “Accounting” and Ada Admin.',
        'Сделки: по кнопке «Call back» — отправить письмо «Hi» (кому: адрес из поля «Почта» и Ada'
        ' Admin), затем назначить'
        ' ответственного по очереди: роль «Бухгалтерия» и Ada Admin.',
    ),
    (
        rule(
            'deals',
            'stage_left',
            {'stages': ['new', 'offer']},
            ('create_record', {'catalog': 'contacts', 'values': {'title': 'C'}}),
        ),
        'Deals: when a record leaves a stage of “New” or “Offer”, create “C” in “Contacts”.',
        'Сделки: когда запись уходит со стадии «Новая» или «Предложение» — создать «C» в разделе «Контакты».',
    ),
]


@pytest.mark.parametrize(('said', 'english', 'foreign'), SENTENCES)
async def test_a_rule_reads_as_one_sentence(
    house: Designer, as_admin: Records, accountant: Records, said: Rule, english: str, foreign: str
) -> None:
    rules = Rules(as_admin.actor)
    assert rules.check(said.to_plain()) == {}
    assert await rules.sentences([said], Words()) == [english]
    assert [text.replace('\u202f', '\xa0') for text in await rules.sentences([said], russian())] == [foreign]
