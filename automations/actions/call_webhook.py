"""Call a web address with the record's values, through the outbox."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from automations.actions import Action, Doing, Options, Outcome, filled, filled_value, plain_values
from automations.words import Words
from store import outbox
from store.schema import Catalog, FieldSpec


class CallWebhook(Action):
    """POSTs JSON to an address; it leaves after the step is safe and is tried again when the other side is
    away."""

    key = 'call_webhook'
    label = 'Call a webhook'
    options = (
        FieldSpec(code='url', label='Web address', type='text', required=True, hint='https://…'),
        FieldSpec(code='values', label='Values', type='field_values', hint='Empty: the whole record'),
        FieldSpec(code='secret', label='Secret to sign with', type='text'),
    )

    async def run(self, doing: Doing, options: Options) -> Outcome:
        """Put the call into the outbox."""
        scope = await doing.scope(options)
        body: dict[str, Any] = {
            'event': doing.event.get('trigger'),
            'catalog': doing.catalog.code,
            'id': doing.record_id,
        }
        if options.get('values'):
            body['values'] = plain_values(filled(options['values'], scope), None)
        elif doing.record_id is not None:
            view = await doing.records.get(doing.catalog.code, doing.record_id)
            body['values'] = plain_values(view.values, doing.catalog)
        url = str(filled_value(options['url'], scope))
        call = outbox.Parcel(
            key=f'{doing.key}:0', run_id=doing.run_id, step=doing.step, channel='web', recipient=url,
            payload={'url': url, 'body': body, 'secret': options.get('secret') or ''},
        )  # fmt: skip
        await outbox.put(call, doing.now)
        return Outcome({'url': url})

    def target(self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]) -> Catalog | None:
        """Free names."""
        return None

    def faults(
        self, options: Options, catalog: Catalog, catalogs: Mapping[str, Catalog]
    ) -> Mapping[str, str]:
        """An address that is none."""
        parts = urlsplit(options['url'])
        return {} if parts.scheme in ('http', 'https') and parts.hostname else {'url': 'not_a_web_address'}

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """Call the webhook “example.com”."""
        return words.t('call the webhook {host}', host=words.quoted(urlsplit(options['url']).hostname or ''))
