"""Decision rules: what each says of small councils, and laws that hold for all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.alliance.decision_rules import DECISION_RULES, Answer, Council, Position, blockers

YES, PASS, NO = Position.SUPPORT, Position.ABSTAIN, Position.OBJECT
COUNCIL = Council(host="h", lead="a")
LIFT = Council(host="h", lead="a", lifters=frozenset({"a"}))


def answers(**positions: Position) -> dict[str, Answer]:
    return {member: Answer(position) for member, position in positions.items()}


@pytest.mark.parametrize(
    ("rule", "said", "adopted"),
    [
        ("consensus", answers(h=YES, a=YES, b=PASS), True),
        ("consensus", answers(h=YES, a=YES, b=NO), False),
        ("consensus", answers(h=YES, a=PASS, b=PASS), False),
        ("unanimity", answers(h=YES, a=YES, b=PASS), False),
        ("unanimity", answers(h=YES, a=YES, b=YES), True),
        ("simple_majority", answers(h=YES, a=YES, b=NO), True),
        ("simple_majority", answers(h=YES, a=YES, b=NO, c=NO), False),
        ("qualified_majority", answers(h=YES, a=YES, b=NO), True),
        ("qualified_majority", answers(h=YES, a=YES, b=NO, c=PASS), False),
        ("limited_format", answers(h=YES, a=YES, b=NO), True),
        ("limited_format", {**answers(h=YES, a=YES), "b": Answer(NO, adamant=True)}, False),
        ("lead_decides", answers(h=YES, a=YES, b=NO, c=NO), True),
        ("lead_decides", answers(h=YES, a=PASS, b=YES, c=YES), False),
    ],
)
def test_each_rule_on_a_small_council(rule, said, adopted):
    assert DECISION_RULES[rule](said, COUNCIL) is adopted


@pytest.mark.parametrize("rule", DECISION_RULES)
def test_force_needs_a_supporter_who_can_lift_it(rule):
    willing = answers(h=YES, a=PASS, b=YES, c=YES, d=YES, e=YES)
    assert not DECISION_RULES[rule](willing, LIFT)
    assert DECISION_RULES[rule]({**willing, "a": Answer(YES)}, LIFT)


@pytest.mark.parametrize("rule", DECISION_RULES)
def test_where_nobody_can_lift_a_force_none_is_sent(rule):
    stranded = Council(host="h", lead="a", lifters=frozenset())
    assert not DECISION_RULES[rule](answers(h=YES, a=YES, b=YES), stranded)


@pytest.mark.parametrize("rule", DECISION_RULES)
def test_the_host_alone_carries_nothing(rule):
    assert not DECISION_RULES[rule](answers(h=YES), COUNCIL)


SAID = st.dictionaries(
    st.sampled_from("ahbcdef"), st.builds(Answer, st.sampled_from(Position), st.booleans()), min_size=1
)


@pytest.mark.parametrize("rule", DECISION_RULES)
@given(said=SAID, member=st.sampled_from("ahbcdef"))
def test_a_more_willing_member_never_turns_a_yes_into_a_no(rule, said, member):
    decide = DECISION_RULES[rule]
    steps = [Answer(NO, adamant=True), Answer(NO), Answer(PASS), Answer(YES)]
    outcomes = [decide({**said, member: step}, COUNCIL) for step in steps]
    assert outcomes == sorted(outcomes)


@pytest.mark.parametrize("rule", DECISION_RULES)
@given(said=SAID)
def test_more_support_never_overturns_a_mandate(rule, said):
    decide = DECISION_RULES[rule]
    assert not decide(said, COUNCIL) or decide({**said, "newcomer": Answer(YES)}, COUNCIL)


@pytest.mark.parametrize("rule", DECISION_RULES)
@given(said=SAID)
def test_a_blocker_is_somebody_whose_support_would_have_carried_the_motion(rule, said):
    decide = DECISION_RULES[rule]
    named = blockers(rule, said, COUNCIL)
    assert not (decide(said, COUNCIL) and named)
    turned = [m for m in named if decide({**said, m: Answer(YES)}, COUNCIL)]
    assert turned == list(named) or all(said[m].position is NO for m in named)
