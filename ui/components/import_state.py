"""What the steps of an import share: the job, the plan, the target, and what things are called."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from integrations.exchange.dry_run import Forecast
from integrations.exchange.importer import Importer, sheets_of
from integrations.exchange.plan import CURRENCY, PEOPLE, Plan
from integrations.exchange.reading import SheetSummary
from integrations.exchange.targets import Target
from store import Catalog, FieldSpec
from store.imports import ImportJob, RefusedRow
from ui.session import records, session
from ui.text import label, t, words_of
from ui.values import field_label


@dataclass(slots=True)
class Wizard:
    """An import being planned; `redraw` shows another of its steps."""

    job: ImportJob
    plan: Plan
    target: Target
    redraw: Callable[[str], Awaitable[None]]
    forecast: Forecast | None = None

    @property
    def sheet(self) -> SheetSummary:
        """The chosen sheet of the file."""
        return sheets_of(self.job)[self.plan.sheet]

    @property
    def catalog(self) -> Catalog | None:
        """The catalogue rows go into; None for people."""
        return None if self.target.code == PEOPLE else records().catalog(self.target.code)

    def change(self, **values: Any) -> None:
        """Change the plan."""
        self.plan = replace(self.plan, **values)

    async def aim(self, code: str, sheet: int | None = None, *, anew: bool = False) -> None:
        """Aim at another target or sheet; columns are proposed anew, also without a look at the last time."""
        importer = Importer(records())
        self.target = await importer.target(code)
        sheet = self.plan.sheet if sheet is None else sheet
        self.plan = await importer.propose(
            self.job, code, sheet=sheet, language=session().language, anew=anew
        )

    def field_name(self, code: str) -> str:
        """What a field is called, also the currency of a money field."""
        spec = self.target.field(code.removesuffix(CURRENCY))
        if spec is None:
            return code
        named = field_label(spec)
        return t('{field}: currency', field=named) if code.endswith(CURRENCY) else named

    def spec(self, code: str) -> FieldSpec | None:
        """The field of this code."""
        return self.target.field(code)

    def reason(self, refused: RefusedRow) -> str:
        """Why a row is refused, with the field's name."""
        return reason_of(self, str(refused.facts.get('field', '')), refused.code, dict(refused.facts))


def reason_of(wizard: Wizard, code: str, problem: str, facts: dict[str, Any]) -> str:
    """A refusal as a sentence that begins with the field's name."""
    sentence, value = words_of(problem, facts), str(facts.get('value') or '')
    if value and value not in sentence:
        sentence = t('{reason} The file says “{value}”.', reason=sentence, value=value)
    return f'{wizard.field_name(code)}: {sentence}' if code else sentence


def target_name(code: str) -> str:
    """What a target is called."""
    return t('People') if code == PEOPLE else label(records().catalog(code))
