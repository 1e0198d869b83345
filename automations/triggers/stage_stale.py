"""A record has not left its stage for some time."""

from collections.abc import Sequence
from datetime import timedelta

from automations.moments import shift_local
from automations.triggers import STAGE_OPTIONS, Due, Options, Span, Trigger, chosen_stages, say_stages
from automations.words import Words
from store import rule_windows
from store.schema import Catalog, FieldSpec


class StageStale(Trigger):
    """Starts once for each stay in a stage, when it has lasted so long. Closed stages count only when
    named."""

    key = 'stage_stale'
    label = 'When a record stays in a stage too long'
    options = (
        FieldSpec(code='amount', label='How long', type='number', required=True, default=14),
        FieldSpec(
            code='unit', label='Time unit', type='choice', default='days',
            options={'choices': [
                {'key': 'days', 'label': 'Days', 'labels': {'ru': 'Дни'}},
                {'key': 'hours', 'label': 'Hours', 'labels': {'ru': 'Часы'}},
            ]},
        ),
        *STAGE_OPTIONS,
    )  # fmt: skip
    timed = True

    async def due(self, options: Options, catalog: Catalog, span: Span) -> Sequence[Due]:
        """Records whose stay reached the length in the span."""
        amount = int(options['amount'])
        hours = options.get('unit') == 'hours'

        if hours:
            since, until = span.since - timedelta(hours=amount), span.until - timedelta(hours=amount)
        else:
            since, until = (shift_local(moment, -amount, span.zone) for moment in (span.since, span.until))
        stages = [stage.id for stage in chosen_stages(catalog, _asked(options))]
        found = await rule_windows.entered_stage(catalog, stages, since, until)
        return [
            Due(id, at + timedelta(hours=amount) if hours else shift_local(at, amount, span.zone))
            for id, at in found
        ]

    def say(self, options: Options, catalog: Catalog, words: Words) -> str:
        """When a record stays in the stage “New” for 14 days."""
        span = words.span(options['amount'], options.get('unit') or 'days')
        if options.get('stages'):
            stages = say_stages(catalog, options, words)
            return words.t('when a record stays in the stage {stage} for {span}', stage=stages, span=span)
        if options.get('kind') in ('won', 'lost'):
            return words.t('when a closed record has not changed its stage for {span}', span=span)
        return words.t('when an open record has not changed its stage for {span}', span=span)


def _asked(options: Options) -> Options:
    named = options.get('stages') or options.get('kind')
    return options if named else {**options, 'kind': 'open'}
