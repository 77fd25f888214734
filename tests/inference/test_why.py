"""Explanations of hand-checked worlds without luck, and laws of the search."""

from __future__ import annotations

from math import ceil
from types import SimpleNamespace

import pytest

from sim.alliance.decision_rules import Answer, Position
from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.engine.replication import run_replication
from sim.engine.told import Order
from sim.experiment.design import Run
from sim.inference import why
from sim.inference.changes import RULE, Change, changed, moved, numbers
from sim.inference.explanation import Flip, Question, adopted_in, asked_in
from sim.inference.hearing import hear
from sim.inference.why import RUNS, choose_run, confirmed, explain
from sim.scenario.alliance import HELP_LEVELS
from tests.engine.worlds import ALLY_AGAINST, certain_world
from tests.tiny import tiny_scenario

FIXED = {"experiment.uncertain": "fixed"}
#: The host has nobody to ask but the alliance.
NO_OTHER_WAY = {"decision.bilateral": False, **FIXED}
TIES, LINE = ALLY_AGAINST, "response.decision.ordered_choice.weights.lead_line"


def words_of(found) -> set[tuple[str, str]]:
    """Return path and new value of every change of a word that flips the answer."""
    return {(c.path, c.after) for c in found.flips if c.group != "number"}


# an ally that is not willing


def test_an_unwilling_ally_is_the_blocker_and_its_answer_or_the_rule_flips():
    found = explain(certain_world({**TIES, **NO_OTHER_WAY}), number=0)
    assert (found.answer, found.heard, found.hearing.adopted) == (False, True, "words")
    attempt = found.hearing.attempt("force")
    assert (attempt.limited, attempt.passed, attempt.blockers) == (True, False, ("BBB",))
    assert found.hearing.turners(attempt) == ("BBB",)
    assert [(m, str(a.position)) for m, a in found.hearing.answers(attempt).items()] == [
        ("AAA", "support"), ("BBB", "object"), ("CCC", "support"),
    ]  # fmt: skip
    # BBB is adamant and its vote one of three, so that only rules that count objections out pass it over.
    assert words_of(found) == {
        ("BBB", "support"), ("BBB", "abstain"), (RULE, "simple_majority"), (RULE, "lead_decides"),
    }  # fmt: skip


def test_the_smallest_move_of_a_weight_is_the_one_computed_by_hand():
    found = explain(certain_world({**TIES, **NO_OTHER_WAY}), number=0)
    # The lead is for it (line 1, carry 1): BBB abstains on the limited scope from 0.3 + 0.5 below zero up.
    needed = 0.5 + (-0.8 - found.hearing.verdict("BBB", "force", limited=True).willingness)
    assert found.flip is not None
    assert (found.flip.change.path, found.flip.replicated) == (LINE, True)
    assert found.flip.change.after == pytest.approx(ceil(needed * 1000) / 1000)
    assert found.flip.change.size == pytest.approx((found.flip.change.after - 0.5) / 2)


def test_the_flip_is_real_and_no_smaller_move_flips():
    scenario = certain_world({**TIES, **NO_OTHER_WAY})
    found = explain(scenario, number=0)
    assert found.flip is not None
    for span in numbers(scenario):
        for sign in (-1, 1):
            for share in range(1, 50):
                value = span.value + sign * found.flip.change.size * share / 50 * 0.99 * span.span
                if span.low <= value <= span.high:
                    new, _ = changed(scenario, moved(span, value), "force")
                    assert hear(new, 1, 0).adopted != "force", (span.path, value)
    new, _ = changed(scenario, found.flip.change, "force")
    assert adopted_in(run_replication(new, 1, 0)) == "force"


def test_a_members_own_answer_is_flipped_without_its_being_told_otherwise():
    found = explain(certain_world({**TIES, **NO_OTHER_WAY}), number=0, level="measures", member="BBB")
    assert found.answer is False
    assert found.flip is not None
    assert ("BBB", "support") not in words_of(found)
    # 1 below zero is the threshold of measures.
    needed = 0.5 + (-1 - found.hearing.verdict("BBB", "measures").willingness)
    assert [c.after for c in found.flips if c.path == LINE] == [pytest.approx(ceil(needed * 1000) / 1000)]


# law


def test_what_no_clause_carries_is_flipped_by_the_fact_alone():
    found = explain(certain_world({"crisis.facts.territory": "external", **NO_OTHER_WAY}), number=0)
    assert found.hearing.attempt("force").reason == "no clause carries it"
    assert found.answer is False
    assert [c.after for c in found.flips] == ["recognised", "disputed"]  # met, and contested but accepted
    assert found.flip is not None
    assert found.flip.change == Change("fact", "crisis.facts.territory", "external", "recognised", 1.0)
    assert found.flip.replicated
    assert found.tried == {"fact": 9, "rule": 5, "answer": 4, "number": 2}


def test_an_ally_at_odds_with_the_host_does_not_accept_a_contested_basis():
    ties = {"alliance.ties": {"AAA-CCC": 1.5, "BBB-CCC": -0.5}, "crisis.facts.territory": "disputed"}
    hearing = hear(certain_world({**ties, **NO_OTHER_WAY}), 1, 0)
    found = {m: hearing.verdict(m, "force") for m in ("AAA", "BBB")}
    assert [str(v.answer.position) for v in found.values()] == ["support", "abstain"]
    assert found["BBB"].willingness > found["BBB"].threshold


# adopted


def test_the_only_member_able_to_lift_is_decisive_and_any_ally_may_object():
    found = explain(certain_world(NO_OTHER_WAY), number=0)
    attempt = found.hearing.attempt("force")
    assert found.answer
    assert attempt.passed
    assert found.hearing.stoppers(attempt, Answer(Position.ABSTAIN)) == ("AAA",)
    assert found.hearing.stoppers(attempt, Answer(Position.OBJECT, adamant=True)) == ("AAA", "BBB")
    told = {("AAA", "abstain"), ("AAA", "object"), ("BBB", "object")}
    assert {pair for pair in words_of(found) if pair[0] in ("AAA", "BBB")} == told


def test_what_is_adopted_reaches_every_lower_level():
    hearing, log = hear(certain_world(NO_OTHER_WAY), 1, 0), run_replication(certain_world(NO_OTHER_WAY), 1, 0)
    for level in HELP_LEVELS[1:]:
        assert Question(level).asked_of(hearing)
        assert Question(level).read_from(log)


def test_a_changed_answer_is_put_into_the_whole_replication():
    scenario, run = certain_world({**TIES, **NO_OTHER_WAY}), Run(0, None, 1, 0)
    willing = Change("answer", "BBB", "object", "support")
    flip, passed_over = confirmed(scenario, run, Question("force"), [willing], was=False, heard=True)
    assert (flip, passed_over) == (Flip(willing, True), ())
    useless = Change("answer", "AAA", "support", "support")
    flip, passed_over = confirmed(scenario, run, Question("force"), [useless, willing], was=False, heard=True)
    assert (flip, passed_over) == (Flip(willing, True), (useless,))


# the set


def test_shocks_are_not_moved_and_thresholds_stop_at_their_neighbours():
    wide = {"value": 0, "low": -3, "high": 2, "source": "assumption"}
    spread = {"value": 1, "low": 0.5, "high": 2, "source": "assumption"}
    choice = "response.decision.ordered_choice"
    scenario = tiny_scenario({f"{choice}.threshold_force": wide, f"{choice}.sigma_own": spread})
    found = {span.path: span[1:] for span in numbers(scenario)}
    assert found == {
        "alliance.ties.AAA-BBB": (1, 0, 2, 2),
        f"{choice}.weights.lead_line": (0.5, -0.5, 1.5, 2),
        f"{choice}.threshold_force": (0, -1, 2, 5),
    }


def test_numbers_found_are_short():
    wide = {"value": 0.111111, "low": -3, "high": 3, "source": "assumption"}
    scenario = tiny_scenario({"response.decision.ordered_choice.weights.ties_to_host": wide})
    found = [
        change.after
        for number in range(6)
        for change in explain(scenario, number=number).flips
        if change.group == "number"
    ]
    assert len(found) > 5
    assert [value for value in found if round(float(value), 3) != value] == []


def test_who_would_not_support_words_does_not_support_force():
    for position in (Position.OBJECT, Position.ABSTAIN, Position.SUPPORT):
        hearing = hear(certain_world(NO_OTHER_WAY), 1, 0, Order("BBB", "words", position))
        assert hearing.verdict("BBB", "words").answer.position is position
        assert hearing.verdict("BBB", "force").answer.position is position
    unwilling = hear(certain_world({**TIES, **NO_OTHER_WAY}), 1, 0, Order("BBB", "words", Position.SUPPORT))
    assert unwilling.verdict("BBB", "force").answer.position is Position.OBJECT


def test_the_lead_takes_its_line_along():
    against = hear(certain_world(NO_OTHER_WAY), 1, 0, Order("AAA", "force", Position.OBJECT))
    freely = hear(certain_world(NO_OTHER_WAY), 1, 0)
    moved_by = against.verdict("BBB", "force").willingness - freely.verdict("BBB", "force").willingness
    assert moved_by == pytest.approx(-1.0)  # weight 0.5, from line 1 to -1
    assert against.attempts[0].reason == "the lead member would object"


# the council alone and the whole replication


@pytest.mark.parametrize("model", ["ordered_choice", "lead_nation", "expected_utility"])
def test_the_council_alone_decides_as_in_the_whole_replication(model):
    scenario = tiny_scenario({"decision.model": model, "decision.ordered_choice.sigma_own": 1.5})
    adopted = []
    for replication in range(40):
        log = run_replication(scenario, 1, replication)
        if any(r.detail["to"] == "alliance" for r in log.of(EventKind.APPEAL)):
            adopted.append((adopted_in(log), hear(scenario, 1, replication).adopted))
    assert len({level for level, _ in adopted}) > 1
    assert [a for a, _ in adopted] == [b for _, b in adopted]


def test_without_an_appeal_only_the_council_is_tried_again():
    settings = {"host_choice.value_of_asking": -2, "host_choice.value_of_help": 0}
    scenario = certain_world({f"crisis.{path}": value for path, value in settings.items()} | NO_OTHER_WAY)
    found = explain(scenario, number=0)
    assert (found.heard, found.answer) == (False, True)
    assert found.flip is not None
    assert not found.flip.replicated


def test_where_nothing_flips_none_is_named():
    found = explain(certain_world({"decision.model": "always_none", **TIES, **NO_OTHER_WAY}), number=0)
    assert (found.answer, found.flip, found.flips) == (False, None, ())


def test_a_closed_channel_has_no_motions():
    found = explain(certain_world({"decision.collective": False, **NO_OTHER_WAY}), number=0)
    assert (found.hearing.attempts, found.flip) == ((), None)


def test_the_lead_helps_alone_only_where_that_way_is_open():
    for bilateral in (True, False):
        hearing = hear(certain_world({**TIES, "decision.bilateral": bilateral}), 1, 0)
        assert (hearing.adopted, hearing.alone) == ("words", bilateral)


# the run


def test_a_run_asked_for_has_the_address_that_it_has_in_a_study():
    run, chosen = choose_run(tiny_scenario(), 7, 3)
    assert (run.run, run.draw, run.seed, run.replication) == (3, 1, 7, 3)
    assert chosen == "the run asked for"


def test_the_run_chosen_has_an_appeal_where_any_has():
    run, chosen = choose_run(certain_world(FIXED), 1)
    assert run_replication(certain_world(FIXED), 1, run.replication).of(EventKind.APPEAL)
    assert chosen == f"the typical one of {RUNS}"
    calm = certain_world(
        {"sites.north.initial": "0.001 per day", "sites.north.ceiling": "0.01 per day", **FIXED}
    )
    assert choose_run(calm, 1)[1].endswith("none of which has an appeal")


def test_where_the_typical_run_has_no_appeal_the_first_with_one_is_taken(monkeypatch):
    rows = [{"appealed": 0.0}, {"appealed": 1.0}, {"appealed": 1.0}]
    study = SimpleNamespace(rows=rows, typical=0, design=("none", "first", "second"))
    monkeypatch.setattr(why, "run_study", lambda *_, **__: study)
    run, chosen = choose_run(tiny_scenario(), 1)
    assert run == "first"
    assert chosen == f"the first of {RUNS} with an appeal; the typical one has none"


def test_only_an_ally_can_be_asked_about():
    with pytest.raises(ValueError, match="'CCC' is no ally with a vote; those are AAA, BBB"):
        explain(certain_world(NO_OTHER_WAY), number=0, member="CCC")


def test_of_a_campaign_the_first_crisis_is_read():
    detail = {"to": "alliance"}
    elsewhere = EventLog(
        [
            EventRecord(1, 1.0, EventKind.APPEAL, "AAA", detail=detail, crisis="second"),
            EventRecord(2, 2.0, EventKind.ADOPTED, "AAA", detail={"level": "force"}, crisis="second"),
        ]
    )
    assert (asked_in(elsewhere), adopted_in(elsewhere)) == (False, "none")
    here = EventLog([record._replace(crisis="") for record in elsewhere.records])
    assert (asked_in(here), adopted_in(here)) == (True, "force")
