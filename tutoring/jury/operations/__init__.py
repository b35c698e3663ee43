"""The verbs about a jury: compose a panel, give it notes, transmit, evaluate, deliberate, release."""

from tutoring.jury.operations.composing import PanelFacts, add_panel, compose
from tutoring.jury.operations.deliberating import publish, record_outcome, reopen
from tutoring.jury.operations.evaluating import lock_evaluation, save_evaluation
from tutoring.jury.operations.handing import give, recall, take_back, transmit

__all__ = [
    "PanelFacts",
    "add_panel",
    "compose",
    "give",
    "lock_evaluation",
    "publish",
    "recall",
    "record_outcome",
    "reopen",
    "save_evaluation",
    "take_back",
    "transmit",
]
