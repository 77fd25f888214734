"""Ordered choice: hand-checked answers, and the chance of consensus against quadrature and simulation."""

import itertools
from math import exp, pi, prod, sqrt
from random import Random

import pytest
from scipy.integrate import quad
from scipy.stats import norm

from sim.alliance.decision_rules import DECISION_RULES, Answer, Council, Position, consensus
from sim.alliance.ordered_choice import (
    answer,
    answer_chances,
    chance_of_adoption,
    chance_of_consensus,
    cost_of_help,
    line_of,
)

COUNCIL = Council(host="h", lead="a")
LIFT = Council(host="h", lead="a", lifters=frozenset({"a"}))


def test_the_abstention_band_lies_below_the_threshold():
    said = [answer(w, tau=1.0, abstention=0.5).position for w in (1.0, 0.99, 0.5, 0.49)]
    assert said == [Position.SUPPORT, Position.ABSTAIN, Position.ABSTAIN, Position.OBJECT]


def test_an_objector_two_bands_below_is_adamant():
    assert not answer(0.3, tau=1.0, abstention=0.5).adamant
    assert answer(-0.1, tau=1.0, abstention=0.5).adamant


def test_the_line_follows_the_leads_own_position():
    assert [line_of(w, 1.0, 0.5) for w in (1.2, 0.7, 0.0)] == [1.0, 0.0, -1.0]


def test_cost_adds_distance_unpopularity_and_strain():
    assert cost_of_help(3000, unrest=True, sent_share=0.05) == pytest.approx(2.5)


def test_chances_of_the_three_positions_are_normal_areas_and_add_up():
    chances = answer_chances(0.4, 1.3, tau=1.0, abstention=0.8)
    assert chances[Position.SUPPORT] == pytest.approx(norm.sf(1.0, 0.4, 1.3))
    assert chances[Position.OBJECT] == pytest.approx(norm.cdf(0.2, 0.4, 1.3))
    assert sum(chances.values()) == pytest.approx(1.0)


MEANS = {"a": 0.9, "b": 0.3, "c": -0.2, "d": 0.6}


@pytest.mark.parametrize("council", [COUNCIL, LIFT])
def test_the_closed_form_of_consensus_equals_the_sum_over_all_answers(council):
    chances = {m: answer_chances(w, 0.7, 0.8, 1.0) for m, w in MEANS.items()}
    assert chance_of_consensus(chances, council) == pytest.approx(
        chance_of_adoption(chances, "consensus", council), abs=1e-12
    )


@pytest.mark.parametrize("rule", DECISION_RULES)
@pytest.mark.parametrize("council", [COUNCIL, LIFT, Council("h", "b", 2, lifters=frozenset("ac"))])
def test_the_chance_of_adoption_is_the_sum_over_every_answer_of_every_member(rule, council):
    chances = {m: answer_chances(w, 0.7, 0.8, 1.0) for m, w in {**MEANS, "h": 1.2}.items()}
    summed = 0.0
    for said in itertools.product(Position, repeat=len(chances)):
        answers = {m: Answer(position) for m, position in zip(chances, said, strict=True)}
        if DECISION_RULES[rule](answers, council):
            summed += prod(chances[m][position] for m, position in zip(chances, said, strict=True))
    assert chance_of_adoption(chances, rule, council) == pytest.approx(summed, abs=1e-12)


def test_a_large_council_is_summed_over_in_no_time():
    certain = {Position.SUPPORT: 1.0, Position.ABSTAIN: 0.0, Position.OBJECT: 0.0}
    likely = {Position.SUPPORT: 0.9, Position.ABSTAIN: 0.06, Position.OBJECT: 0.04}
    chances = {"h": certain} | {f"m{i}": likely for i in range(40)}  # 3 ** 40 combinations of answers
    assert chance_of_adoption(chances, "unanimity", COUNCIL) == pytest.approx(0.9**40)


def consensus_given(u: float, line_weight: float, lead_noise: float) -> float:
    """Chance of consensus given the common shock and the lead's own shock (hence its line)."""
    tau, kappa, sigma = 0.8, 1.0, 0.7
    w_lead = MEANS["a"] + u + lead_noise
    line = line_of(w_lead, tau, kappa)
    if line < 0:
        return 0.0
    chances = {
        m: answer_chances(mean + u + line_weight * line, sigma, tau, kappa)
        for m, mean in MEANS.items()
        if m != "a"
    }
    chances["a"] = {p: float(p is answer(w_lead, tau, kappa).position) for p in Position}
    return chance_of_consensus(chances, COUNCIL)


def test_consensus_integrated_over_the_shock_and_the_line_agrees_with_simulation():
    sigma_u, sigma, weight = 1.0, 0.7, 0.5

    def density(x: float, sd: float) -> float:
        return exp(-0.5 * (x / sd) ** 2) / (sd * sqrt(2 * pi))

    # the lead's position changes at two values of its own shock: integrate piecewise between them
    def over_lead(u: float) -> float:
        cuts = sorted({max(-5.0, min(5.0, 0.8 - k - MEANS["a"] - u)) for k in (0.0, 1.0)} | {-5.0, 5.0})
        return sum(
            consensus_given(u, weight, (low + high) / 2) * (norm.cdf(high / sigma) - norm.cdf(low / sigma))
            for low, high in itertools.pairwise(cuts)
        )

    exact = quad(lambda u: over_lead(u) * density(u, sigma_u), -6, 6, limit=200)[0]
    luck, n, adopted = Random(7), 20_000, 0
    for _ in range(n):
        u = luck.gauss(0, sigma_u)
        lead = MEANS["a"] + u + luck.gauss(0, sigma)
        line = line_of(lead, 0.8, 1.0)
        said: dict[str, Answer] = {"h": Answer(Position.SUPPORT), "a": answer(lead, 0.8, 1.0)}
        for m in "bcd":
            said[m] = answer(MEANS[m] + u + weight * line + luck.gauss(0, sigma), 0.8, 1.0)
        adopted += consensus(said, COUNCIL)
    assert abs(adopted / n - exact) < 4 * sqrt(exact * (1 - exact) / n)
