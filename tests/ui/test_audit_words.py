"""Lines of the audit log as people read them."""

from collections.abc import Mapping
from typing import Any

import pytest

from store.audit import AuditEntry
from store.clock import EPOCH
from ui.components.audit_words import sentence
from ui.reader import Reader, reading


@pytest.mark.parametrize(
    ('facts', 'said'),
    [
        ({'setting': 'workplace service_desk'}, '— изменено рабочее место «service_desk»'),
        ({'setting': 'workplace old', 'removed': True}, '— удалено рабочее место «old»'),
        (
            {'setting': 'portal_registration', 'after': 'approval'},
            '— настройка «Кто может зарегистрироваться на портале»: Все, после одобрения',
        ),
        ({'setting': 'own_company', 'after': 41}, '— настройка «Наша компания»'),
        ({'setting': 'company', 'after': ''}, '— настройка «Название компании»: —'),
    ],
)
def test_a_change_of_a_setting_is_said_without_codes(facts: Mapping[str, Any], said: str) -> None:
    line = AuditEntry(id=1, at=EPOCH, kind='setting_changed', facts=facts)
    with reading(Reader('ru')):
        assert sentence(line, '') == said
