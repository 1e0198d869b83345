"""Send a letter, through the outbox."""

from collections.abc import Mapping
from typing import Any

from automations.actions import Action, Doing, Options, Outcome, filled_value
from automations.discretion import scope_for
from automations.expr import evaluate, parse
from automations.values import Scope
from automations.words import Words
from store import outbox, rules
from store.people import actor_of_person
from store.problems import Refused
from store.schema import Catalog, FieldSpec


class SendEmail(Action):
    """Writes one letter to each recipient; it leaves after the step is safe and is tried again when the
    server is away."""

    key = 'send_email'
    label = 'Send an e-mail'
    options = (
        FieldSpec(
            code='to', label='Recipients', type='choices', required=True, options={'from': 'addresses'}
        ),
        FieldSpec(code='subject', label='Subject', type='text', required=True, options={'template': True}),
        FieldSpec(code='body', label='Text', type='long_text', required=True, options={'template': True}),
    )

    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Put the letters into the outbox."""
        scope = await doing.scope(options)
        addresses = await self._addresses(doing, options['to'], scope)
        if not addresses:
            raise Refused('rule_no_address')
        for number, (address, person_id) in enumerate(addresses.items()):
            reader = await actor_of_person(person_id) if person_id is not None else None
            known = scope_for(reader, doing.catalog, scope) if reader else scope
            subject, text = _subject(options, known), str(filled_value(options['body'], known))
            letter = outbox.Parcel(
                key=f'{doing.key}:{number}', run_id=doing.run_id, step=doing.step, channel='mail',
                recipient=address,
                payload={'to': [address], 'subject': subject, 'text': text},
            )  # fmt: skip
            await outbox.put(letter, doing.now)
        return Outcome({'to': list(addresses), 'subject': _subject(options, scope)})

    @staticmethod
    async def _addresses(doing: Doing, to: list[str], scope: Scope) -> dict[str, int | None]:
        """Addresses in order, with the colleague whose it is: they are told only what they may see."""
        found: dict[str, int | None] = {}
        for one in to:
            value: Any = (
                evaluate(parse(one.removeprefix('field:')), scope) if one.startswith('field:') else None
            )
            if isinstance(value, str) and '@' in value:
                found.setdefault(value, None)
            elif one.startswith(('field:', 'role:', 'person:')):
                for person_id in await doing.people([one], scope):
                    for address in await rules.addresses_of([person_id]):
                        found[address] = person_id
            elif '@' in one:
                found.setdefault(str(filled_value(one, scope)), None)
        return found

    def faults(
        self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]
    ) -> Mapping[str, str]:
        """A recipient that is no address and no person."""
        wrong = [
            one
            for one in options['to']
            if '@' not in one and not one.startswith(('field:', 'role:', 'person:'))
        ]
        return {'to': 'not_an_email'} if wrong else {}

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Send the e-mail “Welcome” to: field “E-mail”."""
        subject, to = words.text(options['subject'], catalog), words.who(catalog, options['to'])
        return words.t('send the e-mail {subject} (to: {who})', subject=subject, who=to)


def _subject(options: Options, scope: Scope) -> str:
    """A line break in a subject would be a header of somebody else's making."""
    return ' '.join(str(filled_value(options['subject'], scope)).split())
