"""Rival theories of who helps, as strategies behind one interface.

Each theory reads a `Situation` and returns, for every member asked, the chances that the highest level of
help it would support is none, words, measures or force. Chance and clock stay with whoever asks.
"""

from collections.abc import Callable

from sim.alliance.theories.always_none import AlwaysNone
from sim.alliance.theories.base_rate import BaseRate
from sim.alliance.theories.case_based import CaseBased, PastCase
from sim.alliance.theories.expected_utility import ExpectedUtility
from sim.alliance.theories.lead_nation import LeadNation
from sim.alliance.theories.learnt import cases_in, shares_in
from sim.alliance.theories.legalist import Legalist
from sim.alliance.theories.ordered import Ordered
from sim.alliance.theories.plain_logit import PlainLogit
from sim.alliance.theories.situation import ClassChances, Forecast, Situation, Theory
from sim.scenario.response import Decision

#: Every theory by the name it has in scenario files; what its constructor takes stands with each.
THEORIES: dict[str, Callable[..., Theory]] = {
    "ordered_choice": Ordered,
    "lead_nation": LeadNation,
    "legalist": Legalist,
    "expected_utility": ExpectedUtility,
    "case_based": CaseBased,
    "plain_logit": PlainLogit,
    "base_rate": BaseRate,
    "always_none": AlwaysNone,
}
#: Those that can be made without data.
WITHOUT_DATA = ("lead_nation", "legalist", "expected_utility", "base_rate", "always_none")


def make_theory(decision: Decision) -> Theory:
    """Return the theory that a scenario's *decision* block names, with what was learnt for it.

    Raises:
        TypeError: the theory needs past cases and the block holds none (the block's own check refuses that).
    """
    learnt = decision.learnt
    if decision.model == "ordered_choice":
        return Ordered(decision.choice)
    if learnt is None:
        return THEORIES[decision.model]()
    if decision.model == "base_rate":
        return BaseRate(shares_in(learnt))
    if decision.model == "case_based":
        return CaseBased(cases_in(learnt), shares_in(learnt))
    if decision.model == "plain_logit":
        return PlainLogit(learnt.plain_logit.coefficients, learnt.plain_logit.cuts)
    return THEORIES[decision.model]()


__all__ = [
    "THEORIES",
    "WITHOUT_DATA",
    "AlwaysNone",
    "BaseRate",
    "CaseBased",
    "ClassChances",
    "ExpectedUtility",
    "Forecast",
    "LeadNation",
    "Legalist",
    "Ordered",
    "PastCase",
    "PlainLogit",
    "Situation",
    "Theory",
    "make_theory",
]
