"""Why the fitted choice foresees a recorded case as it does, and the smallest single change that flips it.

The case's own conflict is kept from view. A forecast is a chance, so the answer is whether it is more likely
than not, and a change flips it if it brings the chance to the other side of one half.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, get_args, get_origin

import numpy as np

from sim.alliance.ordered_choice import COST_OF_UNREST_MISSION
from sim.alliance.treaty import read_treaty
from sim.inference.decision_fit import Array, DecisionFit, Scene, fit_decisions, scenes, thresholds
from sim.inference.decisions_file import raw_weights
from sim.inference.reading_out import Shares, level, shares_of
from sim.inference.situations import CodedCase, akin
from sim.scenario.alliance import HELP_LEVELS, RANK, Alliance, HelpLevel
from sim.scenario.crisis import Facts
from sim.scenario.record_shapes import CaseType

#: Draws of the weights behind every forecast of this question.
DRAWS = 32
#: Halvings of the way to the first end of a tie that flips, and the decimals it is rounded to.
HALVINGS = 10
EVEN = 0.5
#: What is searched, and the order of changes of the same size.
GROUPS = {
    "fact": "a fact of the case (the ledger is read again)",
    "answer": "one ally's class (the lead's with its line)",
    "tie": "one ally's tie to the host or to the adversary, from -1 to 1",
}


class CaseChange(NamedTuple):
    """One thing otherwise: of what kind, what, from and to what, its size, and the chance it leads to."""

    group: str
    what: str
    before: str
    after: str
    size: float
    chance: float


@dataclass(frozen=True)
class CaseWhy:
    """Everything that is told of one case."""

    coded: CodedCase
    level: HelpLevel
    member: str
    learnt_from: int
    #: Chance that the council adopts the level or more (of a member: that its class reaches it).
    chance: float
    #: By ally: chance of reaching the level, threshold, and terms of willingness (mode, neutral lead).
    allies: dict[str, tuple[float, float, dict[str, float]]]
    #: Changes that flip, smallest first; and without any, the one that moves the chance most.
    flips: tuple[CaseChange, ...]
    nearest: CaseChange | None
    tried: dict[str, int]


@dataclass(frozen=True)
class _Forecaster:
    fit: DecisionFit
    shares: Shares
    level: HelpLevel
    member: str

    def scene(self, coded: CodedCase) -> Scene:
        return scenes(self.fit, [coded], DRAWS)[0]

    def chance(self, coded: CodedCase, told: tuple[str, HelpLevel] | None = None) -> float:
        scene = self.scene(coded)
        if told is not None:
            scene = _told(scene, coded.situation.lead, *told)
        rank = RANK[self.level]
        if self.member:
            return float(
                scene.weights @ scene.classes[:, scene.members.index(self.member), rank:].sum(axis=-1)
            )
        return float(level(scene, coded, self.shares)[rank:].sum())


def _told(scene: Scene, lead: str, member: str, held: HelpLevel) -> Scene:
    """Return *scene* with one ally's class known; a lead's keeps only the states in which it holds it."""
    place, rank = scene.members.index(member), RANK[held]
    if member == lead:
        weights: Array = scene.weights * scene.classes[:, place, rank]
        return replace(scene, weights=weights / weights.sum()) if weights.sum() > 0 else scene
    classes = scene.classes.copy()
    classes[:, place, :] = np.eye(4)[rank]
    return replace(scene, classes=classes)


def explain_case(
    coded: CodedCase,
    others: Sequence[CodedCase],
    alliance: Alliance,
    wanted: HelpLevel | None = None,
    member: str = "",
) -> CaseWhy:
    """Return why the fitted choice foresees *coded* as it does.

    Args:
        coded: the case.
        others: cases to learn from; those of the same conflict are left out.
        alliance: whose treaty is read again when a fact changes.
        wanted: level asked about; by default the level asked for, words where nobody asked.
        member: an ally whose own class is asked about; "" for the council.

    Raises:
        ValueError: *member* is no ally in the case.
    """
    if member and member not in coded.situation.members:
        raise ValueError(
            f"'{member}' is no ally in this case; those are {', '.join(coded.situation.members)}"
        )
    asked = coded.situation.asked_level if coded.situation.asked else "words"
    at = wanted or asked
    training = [c for c in others if not akin(c, coded)]
    fit = fit_decisions(training)
    ask = _Forecaster(fit, shares_of(training, "all"), at, member)
    chance = ask.chance(coded)
    tried = dict.fromkeys(GROUPS, 0)
    found = []
    for change in _changes(ask, coded, alliance, chance, member):
        tried[change.group] += 1
        found.append(change)
    order = list(GROUPS)
    flips = sorted(
        (c for c in found if (c.chance > EVEN) is not (chance > EVEN)),
        key=lambda c: (round(c.size, 9), order.index(c.group), -abs(c.chance - chance)),
    )
    nearest = max(found, key=lambda c: c.chance if chance <= EVEN else -c.chance, default=None)
    return CaseWhy(
        coded, at, member, len(training), chance, _allies(ask, coded), tuple(flips),
        None if flips else nearest, tried,
    )  # fmt: skip


def _allies(ask: _Forecaster, coded: CodedCase) -> dict[str, tuple[float, float, dict[str, float]]]:
    """Return what is told of each ally."""
    weights = raw_weights(ask.fit, ask.fit.mode)
    tau = float(thresholds(ask.fit.mode)[max(RANK[ask.level], 1) - 1])
    s, found = coded.situation, {}
    scene = ask.scene(coded)
    for place, m in enumerate(scene.members):
        factors = {
            "adversary_state": float(s.against_state),
            "ties_to_adversary": s.tie_to_adversary(m),
            "ties_to_host": s.tie(m),
            "formal_request": float(s.asked),
            "cost": s.cost.get(m, 0.0),
        }
        terms = {name: weights[name] * x for name, x in factors.items()}
        reach = float(scene.weights @ scene.classes[:, place, RANK[ask.level] :].sum(axis=-1))
        found[m] = (reach, tau, terms)
    return found


def _changes(
    ask: _Forecaster, coded: CodedCase, alliance: Alliance, chance: float, member: str
) -> Iterator[CaseChange]:
    """Yield every change of the set with the chance it leads to."""
    s = coded.situation
    for name, values in _words().items():
        now = s.facts[name]
        for value in values:
            if value != now:
                new = with_fact(coded, alliance, name, value)
                yield CaseChange("fact", name, now, value, 1.0, ask.chance(new))
    for m in s.members:
        for held in (HELP_LEVELS[0], HELP_LEVELS[-1]):
            if m != member:
                yield CaseChange("answer", m, "as foreseen", held, 1.0, ask.chance(coded, (m, held)))
    for m in s.members:
        for side in ("ties", "ties_to_adversary"):
            if side == "ties" or coded.case.adversary.parties:
                yield from _tie_changes(ask, coded, m, side, chance)


def _tie_changes(
    ask: _Forecaster, coded: CodedCase, m: str, side: str, chance: float
) -> Iterator[CaseChange]:
    """Yield for one tie the smallest move towards either end that flips, or the move to the end."""
    now = float(getattr(coded.situation, side).get(m, 0.0))

    def at(value: float) -> float:
        ties = {**getattr(coded.situation, side), m: value}
        changes: dict[str, Any] = {side: ties}
        return ask.chance(replace(coded, situation=coded.situation._replace(**changes)))

    what = f"{m}'s tie to the {'host' if side == 'ties' else 'adversary'}"
    for end in (-1.0, 1.0):
        if end == now:
            continue
        far, found = end, at(end)
        if (found > EVEN) is not (chance > EVEN):
            near = now
            for _ in range(HALVINGS):
                middle = (near + far) / 2
                there = at(middle)
                if (there > EVEN) is not (chance > EVEN):
                    far, found = middle, there
                else:
                    near = middle
        yield CaseChange("tie", what, f"{now:.2f}", f"{far:.2f}", abs(far - now) / 2, found)


def _words() -> dict[str, tuple[str, ...]]:
    """Return the facts that may be otherwise, and their values."""
    found: dict[str, tuple[str, ...]] = {"type": get_args(CaseType), "request": ("yes", "no")}
    for name, info in Facts.model_fields.items():
        if get_origin(info.annotation) is Literal:
            found[name] = get_args(info.annotation)
    return {n: v for n, v in found.items() if n not in ("source", "confidence", "note")}


def with_fact(coded: CodedCase, alliance: Alliance, name: str, value: str) -> CodedCase:
    """Return *coded* with one fact otherwise: ledger, request and cost follow it."""
    s = coded.situation
    facts = {**s.facts, name: value}
    facts["adversary_is_member"] = "yes" if facts["adversary"] == "member" else "no"
    ledger = read_treaty(alliance.treaty, facts, coded.case.day)
    unrest = [f["type"] == "internal_unrest" for f in (s.facts, facts)]
    shift = COST_OF_UNREST_MISSION * (unrest[1] - unrest[0])
    asked = facts["request"] == "yes"
    fresh = asked and not s.asked
    situation = s._replace(
        facts=facts, basis=ledger.basis, cost={m: c + shift for m, c in s.cost.items()}, asked=asked,
        asked_level="force" if fresh else s.asked_level,
    )  # fmt: skip
    return replace(coded, situation=situation, ledger=ledger)
