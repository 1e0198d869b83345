"""Rules that act: the names below are what the layers above may import."""

from automations.actions import ACTIONS, Action
from automations.clock import Clock, FakeClock
from automations.dispatch import Limits
from automations.engine import Engine
from automations.rulebook import RecordStory, Rules, RuleView, RunView
from automations.sentence import say_group, say_line, say_step, say_trigger, sentence
from automations.services import Delivery, Mail, Mailer, Poster, WebCall
from automations.spec import Rule
from automations.triggers import TRIGGERS, Trigger
from automations.words import Words

__all__ = [
    'ACTIONS', 'TRIGGERS', 'Action', 'Clock', 'Delivery', 'Engine', 'FakeClock', 'Limits', 'Mail', 'Mailer',
    'Poster', 'RecordStory', 'Rule', 'RuleView', 'Rules', 'RunView', 'Trigger', 'WebCall', 'Words',
    'say_group', 'say_line', 'say_step', 'say_trigger', 'sentence',
]  # fmt: skip
