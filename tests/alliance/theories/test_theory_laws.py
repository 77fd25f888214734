"""What every theory must obey, whatever it believes."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.alliance.theories import (
    THEORIES,
    WITHOUT_DATA,
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
    Theory,
)
from sim.scenario.alliance import HELP_LEVELS
from tests.tiny import tiny_scenario

CASES = (
    PastCase({"asked": 1, "unrest": 1, "tie_to_host": 0.5}, "force", 1.0, "one"),
    PastCase({"asked": 1, "adversary_state": 1}, "words", 0.5, "two"),
    PastCase({}, "none", 1.0, "three"),
)
MADE: dict[str, Theory] = {
    "ordered_choice": Ordered(tiny_scenario().response.decision.ordered_choice, nodes=41),
    "lead_nation": LeadNation(),
    "legalist": Legalist(),
    "expected_utility": ExpectedUtility(),
    "case_based": CaseBased(CASES),
    "plain_logit": PlainLogit({"tie_to_host": 1.0, "adversary_state": -1.0, "asked": 0.5}, (-1, 0, 1)),
    "base_rate": BaseRate(by_type={"epidemic": ClassChances(0.1, 0.2, 0.7, 0.0)}),
    "always_none": AlwaysNone(),
}
#: Theories that claim that more tie to the host never lowers support.
RISE_WITH_TIES = ("ordered_choice", "lead_nation", "legalist", "plain_logit", "base_rate", "always_none")
MEMBERS = ("lead", "b", "c", "d")

unit, tie = st.floats(0, 1), st.floats(-1, 1)
verdicts = st.sampled_from(("met", "contested", "unmet"))
situations = st.builds(
    Situation,
    host=st.just("host"),
    lead=st.sampled_from(("lead", "host", "b")),
    members=st.sampled_from((MEMBERS, MEMBERS[:1], MEMBERS[1:])),
    facts=st.fixed_dictionaries(
        {
            "type": st.sampled_from(("internal_unrest", "interstate_war", "epidemic", "unheard_of")),
            "adversary": st.sampled_from(("none", "non_state", "state", "member")),
            "territory": st.sampled_from(("recognised", "disputed", "external")),
        }
    ),
    basis=st.fixed_dictionaries({"words": st.just("met"), "measures": verdicts, "force": verdicts}),
    ties=st.dictionaries(st.sampled_from(MEMBERS), tie),
    ties_to_adversary=st.dictionaries(st.sampled_from(MEMBERS), tie),
    dependence=st.dictionaries(st.sampled_from(MEMBERS), unit),
    capabilities=st.dictionaries(st.sampled_from((*MEMBERS, "host")), st.floats(1, 1e6)),
    cost=st.dictionaries(st.sampled_from(MEMBERS), st.floats(0, 3)),
    asked=st.booleans(),
    asked_level=st.sampled_from(HELP_LEVELS[1:]),
    line=st.sampled_from((None, *HELP_LEVELS)),
)


def test_every_theory_is_tried_and_those_without_data_can_be_made():
    assert set(MADE) == set(THEORIES)
    assert {type(MADE[name]) for name in WITHOUT_DATA} == {type(THEORIES[name]()) for name in WITHOUT_DATA}


@pytest.mark.parametrize("theory", MADE.values(), ids=MADE)
@settings(max_examples=60, deadline=None)
@given(situation=situations)
def test_chances_are_chances(theory, situation):
    found = theory.chances(situation)
    assert tuple(found) == situation.members
    for chances in found.values():
        assert sum(chances) == pytest.approx(1, abs=1e-9)
        assert all(-1e-12 <= p <= 1 + 1e-12 for p in chances)


@pytest.mark.parametrize("theory", MADE.values(), ids=MADE)
@settings(max_examples=60, deadline=None)
@given(situation=situations)
def test_unasked_nobody_goes_beyond_words(theory, situation):
    for chances in theory.chances(situation._replace(asked=False)).values():
        assert chances.measures == chances.force == 0


@pytest.mark.parametrize("theory", MADE.values(), ids=MADE)
@settings(max_examples=25, deadline=None)
@given(situation=situations)
def test_the_order_of_members_does_not_matter(theory, situation):
    found = theory.chances(situation)
    for order in list(permutations(situation.members))[:6]:
        again = theory.chances(situation._replace(members=order))
        assert all(again[m] == pytest.approx(found[m], abs=1e-12) for m in found)


@pytest.mark.parametrize("name", RISE_WITH_TIES)
@settings(max_examples=60, deadline=None)
@given(situation=situations, warmer=unit)
def test_warmer_ties_never_lower_support(name, situation, warmer):
    if name == "ordered_choice":  # a warm lead that held back tells of a worse shock, so no line is known
        situation = situation._replace(line=None)
    before = MADE[name].chances(situation)
    ties = {m: min(1.0, situation.tie(m) + warmer) for m in {*situation.ties, *situation.members}}
    after = MADE[name].chances(situation._replace(ties=ties))
    for member, chances in before.items():
        for level in HELP_LEVELS[1:]:
            assert after[member].at_least(level) >= chances.at_least(level) - 1e-9


@pytest.mark.parametrize("theory", MADE.values(), ids=MADE)
@settings(max_examples=40, deadline=None)
@given(situation=situations)
def test_every_answer_has_reasons(theory, situation):
    for member in situation.members:
        reasons = theory.reasons(situation, member)
        assert reasons
        assert all(isinstance(value, float) for value in reasons.values())


@given(st.lists(st.floats(0.001, 1), min_size=4, max_size=4), st.floats(0, 1, exclude_max=True))
def test_a_class_is_drawn_by_its_chance(weights, u):
    chances = ClassChances(*(w / sum(weights) for w in weights))
    rank = HELP_LEVELS.index(chances.drawn(u))
    assert sum(chances[:rank]) <= u + 1e-12
    assert rank == 3 or u < sum(chances[: rank + 1])


def test_rounding_never_draws_an_impossible_class():
    assert ClassChances(0.1, 0.9 - 1e-12, 0.0, 0.0).drawn(1 - 1e-15) == "words"
