"""From classes to what a codebook records: coded answers and the council's step, by shares counted before.

All theories forecast classes; the same few shares, counted over the training cases, turn them into
forecasts of coded answers and of the council's decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.alliance.record_reading import decided_class, level_class
from sim.inference.decision_fit import Array, Scene
from sim.inference.situations import CodedCase
from sim.scenario.alliance import RANK
from sim.scenario.record_shapes import CODED_ANSWERS, RUNGS, CodedPosition

#: Share of every forecast spread evenly, so that no event is held impossible (assumed).
FLOOR = 0.01
#: The samples of coded positions that are scored.
SAMPLES = ("all", "own_acts", "weighted")


def weight_in(sample: str, coded: CodedCase, member: str) -> float:
    """Return what the coded position of *member* counts for in *sample*; 0 leaves it out."""
    position: CodedPosition = coded.case.coded(member)
    if position.position is None:
        return 0.0
    if sample == "weighted":
        return coded.observed[member].weight if member in coded.observed else 0.0
    return float(sample == "all" or position.basis == "own_statement_or_act")


def rung_of(coded: CodedCase) -> int:
    """Return the place of the council's decision among the seven rungs; a refusal is none."""
    decision = coded.case.council_decision
    return 0 if decision == "refused" else RUNGS.index(decision)


@dataclass(frozen=True)
class Shares:
    """What was counted over training cases in one sample."""

    #: Of members for help, the share that gave more than words, when more than words was asked and not.
    contribute: tuple[float, float]
    #: Of members not for it, the share that spoke against.
    oppose: float
    #: Share of chances to speak unasked in which there was something to speak for.
    occasion: float
    #: Answers over all training positions: the base rate of answers.
    answers: Array
    #: Decisions over all training cases in four classes: the base rate of levels.
    levels: Array
    #: The gate before the council: of cases without and with a request, the share in which it spoke or acted.
    spoke: tuple[float, float]
    #: Rungs within each class.
    rungs: Array


def shares_of(training: Sequence[CodedCase], sample: str) -> Shares:
    """Return the shares counted over *training* in *sample*, each with a little added to every count."""
    answers, more, occasion = np.full(4, 0.5), np.full((2, 2), 1.0), np.array([1.0, 1.0])
    for coded in training:
        high = int(coded.situation.asked and RANK[coded.situation.asked_level] > RANK["words"])
        acted = decided_class(coded.case) != "none"
        for member in coded.situation.members:
            weight = weight_in(sample, coded, member)
            answer = coded.case.coded(member).position
            if answer is None or weight == 0:
                continue
            place = CODED_ANSWERS.index(answer)
            answers[place] += weight
            if place < 2:
                more[high, place] += weight
            if not coded.situation.asked:
                occasion[0 if acted or place < 2 else 1] += weight
    levels, rungs, spoke = np.full(4, 0.5), np.full(len(RUNGS), 0.5), np.full((2, 2), 1.0)
    for coded in training:
        levels[RANK[decided_class(coded.case)]] += 1
        rungs[rung_of(coded)] += 1
        spoke[int(coded.situation.asked), int(decided_class(coded.case) != "none")] += 1
    return Shares(
        (float(more[1, 0] / more[1].sum()), float(more[0, 0] / more[0].sum())),
        float(answers[3] / answers[2:].sum()), float(occasion[0] / occasion.sum()),
        answers / answers.sum(), levels / levels.sum(),
        (float(spoke[0, 1] / spoke[0].sum()), float(spoke[1, 1] / spoke[1].sum())), _within(rungs),
    )  # fmt: skip


def _within(rungs: Array) -> Array:
    """Return rung counts as shares within the class each belongs to, classes by rungs."""
    table = np.zeros((4, len(RUNGS)))
    for place, rung in enumerate(RUNGS):
        table[RANK[level_class(rung)], place] = rungs[place]
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def answers(scene: Scene, coded: CodedCase, shares: Shares) -> dict[str, Array]:
    """Return for each ally the chances of the coded answers, from contributing to opposing.

    A member supports what is asked (unasked: words) if its class reaches it; unasked it can do so only on
    an occasion.
    """
    situation = coded.situation
    asked = RANK[situation.asked_level] if situation.asked else RANK["words"]
    marginal = np.einsum("s,smk->mk", scene.weights, scene.classes)
    more = shares.contribute[0 if situation.asked and asked > RANK["words"] else 1]
    found = {}
    for member, classes in zip(scene.members, marginal, strict=True):
        supports = float(classes[asked:].sum()) * (1.0 if situation.asked else shares.occasion)
        against = (1 - supports) * shares.oppose
        found[member] = floored(
            np.array([supports * more, supports * (1 - more), 1 - supports - against, against])
        )
    return found


def base_answers(coded: CodedCase, shares: Shares) -> dict[str, Array]:
    """Return the base rate of answers for every ally, blind to the case."""
    return {member: floored(shares.answers) for member in coded.situation.members}


def level(scene: Scene, coded: CodedCase, shares: Shares) -> Array:
    """Return the chances of the council's decision in four classes.

    By consensus: a level is adopted if nobody stands two classes or more below it and at least one ally
    reaches it; if it is lawful, and no party to the dispute sits in the council to object (words excepted).
    Unasked, the council speaks at most. A request is a motion of its own; a text that nobody asked for, or
    that is left when the request failed, must first come before the council: the gate.
    """
    situation = coded.situation
    blocked = any(coded.case.role_of(m) in ("adversary", "accused") for m in coded.case.seats)
    top = RANK[situation.asked_level] if situation.asked else RANK["words"]
    reached = np.zeros(5)
    reached[0] = 1.0
    for rank in range(1, top + 1):
        if rank > 1 and (blocked or situation.basis.get(_NAMES[rank], "unmet") == "unmet"):
            continue
        clear = scene.classes[..., max(0, rank - 1) :].sum(axis=-1).prod(axis=-1)
        idle = scene.classes[..., :rank].sum(axis=-1)
        idle = (idle - scene.classes[..., : max(0, rank - 1)].sum(axis=-1)).prod(axis=-1)
        reached[rank] = float(scene.weights @ (clear - idle)) if scene.members else 0.0
    reached = np.maximum.accumulate(reached[::-1])[::-1]
    reached[1] = reached[2] + (reached[1] - reached[2]) * shares.spoke[int(situation.asked)]
    return floored(reached[:-1] - reached[1:])


_NAMES = {rank: name for name, rank in RANK.items()}


def seven(levels: Array, shares: Shares) -> Array:
    """Return chances of the seven rungs: each class spread as the training cases were."""
    return np.asarray(levels @ shares.rungs)


def floored(chances: Array) -> Array:
    """Return *chances* mixed with an even spread of weight `FLOOR`, adding up to 1."""
    whole = np.maximum(chances, 0.0)
    return np.asarray((1 - FLOOR) * whole / whole.sum() + FLOOR / len(whole))
