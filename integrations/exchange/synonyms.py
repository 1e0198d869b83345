"""Words that people put above the columns of their tables, in both languages; a group means the same."""

import re

GROUPS: tuple[frozenset[str], ...] = tuple(
    frozenset(word.strip() for word in line.split(','))
    for line in (
        'name, title, full name, subject, topic, имя, название, наименование, заголовок, тема, фио, ф и о,'
        ' имя и фамилия',
        'stage, deal stage, stage name, status, phase, step, стадия, стадия сделки, этап, этап сделки,'
        ' статус, фаза',
        'owner, responsible, assigned to, assignee, sales agent, sales rep, sales person, salesperson,'
        ' agent, rep,'
        ' account manager, ответственный, менеджер, продавец, исполнитель, сотрудник',
        'amount, value, deal value, close value, sum, total, budget, annual contract value, сумма,'
        ' сумма сделки,'
        ' стоимость, бюджет, итого, оборот сделки',
        'price, sales price, unit price, list price, cost, цена, стоимость, прайс, цена продажи',
        'closed on, close date, closed, closing date, actual close date, won time, дата закрытия,'
        ' закрыта, закрыто',
        'expected on, expected close, expected close date, forecast date, due date, ожидаемая дата,'
        ' план закрытия,'
        ' плановая дата, ожидаемое закрытие, ожидаемая дата закрытия',
        'engaged on, engage date, engaged, start date, first contact, дата начала, начало работы,'
        ' первый контакт,'
        ' дата первого контакта',
        'account, company, organization, organisation, customer, client, account name, company name,'
        ' контрагент,'
        ' компания, организация, клиент, заказчик, фирма',
        'contact, contact person, contact name, person, контакт, контактное лицо, клиент',
        'product, service, item, goods, product name, продукт, товар, услуга, продукт или услуга',
        'source, lead source, channel, origin, источник, канал, источник лида, откуда',
        'industry, sector, branch, field of business, отрасль, сфера, сфера деятельности, вид деятельности',
        'phone, telephone, tel, mobile, phone number, mobile phone, телефон, тел, мобильный,'
        ' номер телефона, сотовый',
        'email, e mail, mail, email address, электронная почта, почта, эл почта, адрес электронной почты,'
        ' имейл',
        'web, website, site, url, web address, homepage, сайт, веб сайт, адрес сайта, веб адрес',
        'office, office location, location, city, address, billing address, адрес, город, офис, расположение,'
        ' местонахождение',
        'employees, number of employees, numberofemployees, num emp, numemp, headcount, staff, сотрудники,'
        ' сотрудников, число сотрудников, количество сотрудников, численность',
        'revenue, annual revenue, annualrevenue, turnover, выручка, оборот, годовая выручка, годовой оборот',
        'founded, year established, established, year founded, foundation year, год основания, основана,'
        ' основан',
        'parent, subsidiary of, parent company, parent account, holding, головная компания,'
        ' материнская компания,'
        ' входит в, холдинг',
        'notes, note, comment, comments, description, remark, примечание, примечания, комментарий,'
        ' описание, заметки',
        'position, job title, role, post, должность, позиция',
        'birthday, birth date, date of birth, dob, день рождения, дата рождения, др',
        'category, kind, type, product type, категория, вид, тип, группа',
        'series, line, product line, серия, линейка',
        'active, is active, enabled, активен, активна, действует',
        'loss reason, lost reason, reason, причина отказа, причина проигрыша, причина',
        'login, user name, username, account id, логин, имя пользователя, учётная запись',
        'department, office, regional office, region, branch, team, unit, division, отдел, подразделение,'
        ' филиал,'
        ' департамент, офис, регион',
        'manager, manager id, boss, supervisor, head, reports to, руководитель, начальник, менеджер,'
        ' руководитель id',
        'roles, role, profile, access, роль, роли, профиль, права',
        'priority, urgency, importance, приоритет, важность, срочность',
        'due, due at, deadline, due date, срок, дедлайн, выполнить до',
        'request, lead, enquiry, inquiry, обращение, заявка, лид, запрос',
    )
)
PEOPLE_CAPTIONS = frozenset(
    {
        'sales agent',
        'agent',
        'employee',
        'user',
        'colleague',
        'сотрудник',
        'пользователь',
        'менеджер',
        'продавец',
    }
)
"""Captions of a person's name where the table is of people."""

_EDGES = re.compile(r'(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])|[^0-9A-Za-zА-Яа-яЁё]+')


def plain_words(caption: str) -> str:
    """The words of a caption or code in small letters: `CloseDate`, `close_date` and `Close date` are one.

    A suffix for own fields of other products (`__c`) counts for nothing."""
    words = _EDGES.split(re.sub(r'__c$', '', caption.strip(), flags=re.IGNORECASE))
    return ' '.join(word for word in words if word).casefold().replace('ё', 'е')


_PLAIN_GROUPS = tuple(frozenset(plain_words(word) for word in group) for group in GROUPS)


def mean_the_same(caption: str, names: frozenset[str]) -> bool:
    """Whether a caption and one of the names, all as `plain_words`, are in one group."""
    return any(caption in group and not names.isdisjoint(group) for group in _PLAIN_GROUPS)
