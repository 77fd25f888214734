"""What each theory says of plain cases, worked by hand."""

from __future__ import annotations

from math import exp
from random import Random

import pytest

from sim.alliance.ordered_choice import line_of, threshold
from sim.alliance.theories import (
    AlwaysNone,
    BaseRate,
    CaseBased,
    ClassChances,
    ExpectedUtility,
    LeadNation,
    Legalist,
    Ordered,
    PastCase,
    PlainLogit,
    Situation,
)
from sim.alliance.theories.base_rate import PUBLISHED
from sim.alliance.theories.features import FEATURES, features
from sim.alliance.theories.situation import certain, graded, logistic
from sim.scenario.alliance import HELP_LEVELS
from tests.tiny import tiny_scenario

#: A close host in unrest asks a lead and two allies for force, and the law is on its side.
UNREST = Situation(
    host="h", lead="l", members=("l", "a", "b"),
    facts={"type": "internal_unrest", "adversary": "non_state", "territory": "recognised"},
    basis={"words": "met", "measures": "met", "force": "contested"},
    ties={"l": 0.5, "a": 0.25, "b": -0.5}, dependence={"l": 0.0, "a": 0.5, "b": 0.2},
    capabilities={"l": 100, "a": 10, "b": 10, "h": 20}, cost={"l": 0.5, "a": 1.0, "b": 1.0},
)  # fmt: skip
WAR = UNREST._replace(facts={"type": "interstate_war", "adversary": "state", "territory": "recognised"})
MODEL = tiny_scenario().response.decision.ordered_choice


def test_nobody_ever():
    assert set(AlwaysNone().chances(UNREST).values()) == {certain("none")}


def test_the_base_rate_is_blind_but_for_the_type():
    by_type = {"internal_unrest": ClassChances(0.4, 0.3, 0.2, 0.1)}
    assert set(BaseRate(by_type=by_type).chances(UNREST).values()) == {by_type["internal_unrest"]}
    assert set(BaseRate(by_type=by_type).chances(WAR).values()) == {PUBLISHED}
    with pytest.raises(ValueError, match="add up"):
        BaseRate(ClassChances(0.5, 0.5, 0.5, 0.5))


def test_the_legalist_reads_the_law_as_each_member_accepts_it():
    found = Legalist(0.7).chances(UNREST)
    assert found["a"] == pytest.approx((0.1, 0.1, 0.1, 0.7))
    assert found["b"] == pytest.approx((0.15, 0.15, 0.7, 0))  # at odds with the host: contested is no law
    assert Legalist(0.7).chances(UNREST._replace(asked_level="words"))["a"] == pytest.approx((0.3, 0.7, 0, 0))
    assert Legalist().chances(UNREST._replace(basis={}))["a"] == certain("none")
    assert Legalist().reasons(UNREST, "b")["law_on_force"] == -1
    with pytest.raises(ValueError, match="compliance"):
        Legalist(1.5)


def test_the_lead_decides_on_interest():
    lead = LeadNation()
    assert lead.chances(UNREST)["l"].force == pytest.approx(logistic(0.25 / 0.2))
    assert lead.chances(WAR)["l"].at_least("measures") == pytest.approx(logistic(-0.5 / 0.2))
    foe = UNREST._replace(ties_to_adversary={"l": 0.5})
    assert lead.chances(foe)["l"].force < lead.chances(UNREST)["l"].force


def test_allies_follow_the_line_as_far_as_they_depend():
    lead = LeadNation()
    yes, no = (lead.chances(UNREST._replace(line=line)) for line in ("force", "none"))
    assert yes["l"] == certain("force")
    assert (yes["a"].force, yes["b"].force) == pytest.approx((0.75, 0.6))
    assert yes["a"].measures == pytest.approx(0.25)  # an ally that stands aside abstains on force
    assert no["a"] == certain("none")
    marginal = lead.chances(UNREST)
    mixed = sum(p * lead.chances(UNREST._replace(line=x))["a"].force
                for x, p in zip(HELP_LEVELS, marginal["l"], strict=True))  # fmt: skip
    assert marginal["a"].force == pytest.approx(mixed)


def test_a_lead_in_need_is_its_own_line():
    own = UNREST._replace(host="l", members=("a", "b"), asked_level="measures")
    assert LeadNation().chances(own)["a"].measures == pytest.approx(0.75)
    assert LeadNation().chances(own)["a"].force == 0


def test_bargaining_pulls_members_towards_clout():
    theory = ExpectedUtility()
    warm, war = theory.chances(UNREST), theory.chances(WAR)
    assert war["l"].expected() < warm["l"].expected()
    assert theory.outcome(WAR) < theory.outcome(UNREST)
    strong = UNREST._replace(capabilities={**UNREST.capabilities, "h": 1e5})
    assert theory.outcome(strong) >= theory.outcome(UNREST)
    assert theory.actors(UNREST)["h"].position == 1
    assert theory.actors(UNREST)["l"].position == pytest.approx(0.75)


def test_like_cases_decide_alike():
    seen = features(UNREST, "a")
    past = [PastCase(seen, "force", 1.0, "same"), PastCase({**seen, "asked": 0.0}, "none", 1.0, "unasked")]
    found = CaseBased(past, ClassChances(1, 0, 0, 0), prior_weight=1).chances(UNREST)["a"]
    assert found.force == pytest.approx(1 / (2 + exp(-1)))
    reasons = CaseBased(past).reasons(UNREST, "a")
    assert reasons == pytest.approx({"same": 1.0, "unasked": -exp(-1)})
    assert CaseBased([]).chances(UNREST)["a"] == pytest.approx(PUBLISHED)
    with pytest.raises(ValueError, match="no feature is called moon"):
        CaseBased([PastCase({"moon": 1.0}, "none")])
    with pytest.raises(ValueError, match="positive"):
        CaseBased([], bandwidth=0)


def test_the_plain_logit_is_an_ordered_logit():
    found = PlainLogit({"tie_to_host": 2.0, "asked": 1.0}, (-1, 0, 1)).chances(UNREST)["a"]
    assert found.force == pytest.approx(logistic(0.5 + 1 - 1))
    assert found.at_least("words") == pytest.approx(logistic(2.5))
    with pytest.raises(ValueError, match="no feature is called tie"):
        PlainLogit({"tie": 1.0}, (-1, 0, 1))
    with pytest.raises(ValueError, match="three cuts"):
        PlainLogit({}, (1, 0, -1))


def test_unknown_states_are_neutral():
    stranger = UNREST._replace(members=("x",), lead="y")
    seen = features(stranger, "x")
    assert tuple(seen) == FEATURES
    assert (seen["tie_to_host"], seen["dependence"], seen["cost"]) == (0, 0, 0)
    assert stranger.capability("x") == 1


def test_extreme_scores_are_certain():
    assert graded(1e6, (0, 1, 2)) == certain("force")
    assert graded(-1e6, (0, 1, 2)) == certain("none")


# the ordered choice, shocks integrated out


def simulated(situation: Situation, n: int = 20_000) -> dict[str, list[float]]:
    """Return shares of classes when the shocks are drawn and every motion is put in turn."""
    luck, theory = Random(7), Ordered(MODEL)
    counts = {m: [0.0] * 4 for m in situation.members}
    kappa = float(MODEL.abstention)
    for _ in range(n):
        u = luck.gauss(0, float(MODEL.sigma_common))
        own = {m: luck.gauss(0, float(MODEL.sigma_own)) for m in sorted(situation.members)}
        lead = sum(theory.reasons(situation, situation.lead).values()) + u + own[situation.lead]
        for m in situation.members:
            best = 0
            for rank, level in enumerate(HELP_LEVELS[1:], start=1):
                tau = threshold(MODEL, level)
                line = 0.0 if m == situation.lead else line_of(lead, tau, kappa)
                w = sum(theory.reasons(situation, m, line).values()) + u + own[m]
                best = rank if w >= tau else best
            counts[m][best] += 1 / n
    return counts


@pytest.mark.parametrize("situation", [UNREST, WAR], ids=["unrest", "war"])
def test_integrated_chances_are_those_of_drawn_shocks(situation):
    drawn, found = simulated(situation), Ordered(MODEL).chances(situation)
    for member in situation.members:
        assert found[member] == pytest.approx(drawn[member], abs=0.015)


def test_few_nodes_are_enough():
    few, many = Ordered(MODEL, 61).chances(UNREST), Ordered(MODEL, 961).chances(UNREST)
    assert all(few[m] == pytest.approx(many[m], abs=1e-6) for m in few)


def test_without_shocks_the_choice_is_certain():
    still = MODEL.model_copy(update={"sigma_common": 0.0, "sigma_own": 0.0})
    assert all(max(c) == 1 for c in Ordered(still).chances(UNREST).values())


def test_a_known_line_tells_about_the_shock_too():
    free, theory = Ordered(MODEL).chances(UNREST), Ordered(MODEL)
    given = {x: theory.chances(UNREST._replace(line=x))["a"] for x in HELP_LEVELS}
    mixed = [sum(p * given[x][k] for x, p in zip(HELP_LEVELS, free["l"], strict=True)) for k in range(4)]
    assert free["a"] == pytest.approx(mixed, abs=1e-9)
    assert given["force"].force > free["a"].force > given["none"].force


def test_a_host_that_leads_leaves_no_line():
    own = UNREST._replace(host="l", members=("a", "b"))
    w = sum(Ordered(MODEL).reasons(own, "a").values())
    sd = (float(MODEL.sigma_common) ** 2 + float(MODEL.sigma_own) ** 2) ** 0.5
    from statistics import NormalDist

    expected = NormalDist(w, sd)
    found = Ordered(MODEL).chances(own)["a"]
    assert found.force == pytest.approx(1 - expected.cdf(float(MODEL.threshold_force)), abs=1e-6)
