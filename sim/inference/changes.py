"""Single changes of a crisis and its alliance, with a size: the set searched for what flips an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from sim.alliance.decision_rules import DECISION_RULES, Position
from sim.engine.told import Order
from sim.inference.hearing import Hearing
from sim.scenario.alliance import HelpLevel
from sim.scenario.crisis import Facts
from sim.scenario.learnt import ASSUMED, LEARNT, in_force
from sim.scenario.models import Scenario
from sim.scenario.paths import quantities, with_values

FACTS = "crisis.facts"
RULE = "alliance.organs.council.rule"
#: Kinds of change; of two of the same size the one that stands first here is called the smaller.
GROUPS: dict[str, str] = {
    "fact": "a fact of the crisis",
    "rule": "the decision rule",
    "answer": "one member's answer (the lead's with its line)",
    "number": "a tie, weight or threshold",
}
#: Size of a change from one word to another; a number's is the share of its range that it moves (up to 1).
WHOLE = 1.0


class Change(NamedTuple):
    """One thing otherwise: a word or a number at a path, or a member's answer (then *path* is the member)."""

    group: str
    path: str
    before: str | float
    after: str | float
    size: float = WHOLE


class Range(NamedTuple):
    """A number that may be moved: *low* and *high* bound the move, *span* is the width its size refers to."""

    path: str
    value: float
    low: float
    high: float
    span: float


def words(hearing: Hearing, level: HelpLevel, without: str = "") -> Iterator[Change]:
    """Yield every change of a fact, of the rule, and of a member's answer to motions on *level*.

    Args:
        hearing: the decision as it is.
        level: of the motions that a changed answer is an answer to.
        without: a member whose answer is left as it is, being the one asked about.
    """
    facts = hearing.scenario.crisis.facts
    for name, info in Facts.model_fields.items():
        if get_origin(info.annotation) is not None and all(isinstance(v, str) for v in _values(info)):
            now = str(getattr(facts, name))
            yield from (Change("fact", f"{FACTS}.{name}", now, v) for v in _values(info) if v != now)
    yield from (Change("rule", RULE, hearing.rule, rule) for rule in DECISION_RULES if rule != hearing.rule)
    scopes = {a.limited for a in hearing.attempts if a.level == level and not a.reason} or {False}
    for member in hearing.members.allies:
        own = [hearing.verdict(member, level, limited).answer.position.value for limited in sorted(scopes)]
        before = ", then ".join(dict.fromkeys(own))
        others = (p.value for p in Position if p.value != before and member != without)
        yield from (Change("answer", member, before, position) for position in others)


def _values(info: Any) -> tuple[Any, ...]:
    return get_args(info.annotation)


def numbers(scenario: Scenario) -> list[Range]:
    """Return every tie, weight, threshold and band of the choice that has a range, in the file's order.

    The sizes of the shocks are left out: they are luck, not reasons. A threshold stops at its neighbours,
    since thresholds rise.
    """
    found = []
    decision = scenario.response.decision
    model, fitted = decision.choice, decision.weights == "fitted"
    rising = (float(model.threshold_words), float(model.threshold_measures), float(model.threshold_force))
    for path, number in quantities(scenario):
        if not _movable(path, fitted) or number.low is None or number.high is None:
            continue
        if number.low >= number.high:
            continue
        low, high = float(number.low), float(number.high)
        span = high - low
        for place, level in enumerate(("words", "measures", "force")):
            if path == f"{LEARNT if fitted else ASSUMED}threshold_{level}":
                low = max(low, rising[place - 1]) if place else low
                high = min(high, rising[place + 1]) if place < 2 else high
        found.append(Range(path, float(number), low, high, span))
    return found


def _movable(path: str, fitted: bool) -> bool:
    if path.startswith((ASSUMED, LEARNT)):
        name = path.removeprefix(ASSUMED).removeprefix(LEARNT)
        return in_force(path, fitted) and not name.startswith("sigma_")
    return path.startswith("alliance.ties.") or path in (
        "alliance.tie_default",
        "alliance.organs.council.qualified_share",
    )


def moved(span: Range, value: float) -> Change:
    """Return the change that puts a number at *value*."""
    return Change("number", span.path, span.value, value, abs(value - span.value) / span.span)


def changed(scenario: Scenario, change: Change, level: HelpLevel) -> tuple[Scenario, Order | None]:
    """Return *scenario* after *change*, and the answer to put in place of a member's own, if it is that."""
    if change.group == "answer":
        return scenario, Order(change.path, level, Position(str(change.after)))
    if isinstance(change.after, str):
        return _with_word(scenario, change.path.split("."), change.after), None
    return with_values(scenario, {change.path: change.after}), None


def _with_word(model: Scenario, parts: list[str], value: str) -> Scenario:
    """Return a copy of *model* with a word at a path that leads through blocks only."""

    def below(block: BaseModel, rest: list[str]) -> BaseModel:
        new: Any = value if len(rest) == 1 else below(getattr(block, rest[0]), rest[1:])
        return block.model_copy(update={rest[0]: new})

    found = below(model, parts)
    assert isinstance(found, Scenario)
    return found
