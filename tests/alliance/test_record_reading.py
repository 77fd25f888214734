"""What coded positions say about the members' classes, worked by hand for cases of the record."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.alliance.record_reading import Observation, level_class, observed_answers, question_class
from sim.scenario.alliance import HELP_LEVELS
from sim.scenario.record import RUNGS, load_record
from sim.scenario.record_shapes import Case

RECORD = Path(__file__).resolve().parents[2] / "scenarios" / "record" / "csto.yaml"
NONE, WORDS, MEASURES, FORCE = range(4)


@pytest.fixture(scope="module")
def cases():
    return load_record(RECORD).cases


def a_case(coded: dict[str, object], **other: object) -> Case:
    """Return a case in which one ally, B, is coded as given."""
    own = {"position": "supports", "basis": "own_statement_or_act"}
    base = {
        "id": "a",
        "start": "2001-01-01",
        "type": "hybrid",
        "host": "A",
        "council_decision": "none",
        "positions": {"A": {**own, "role": "host"}, "B": {**own, **coded}},
    }
    return Case.model_validate(base | other)


def test_the_seven_rungs_fall_into_four_classes():
    expected = ["none", "words", "words", "measures", "measures", "measures", "force"]
    assert [level_class(rung) for rung in RUNGS] == expected
    assert level_class("refused") == "none"


def test_contributors_of_troops_would_support_force(cases):
    # Asked for force, force adopted, all five allies sent troops.
    found = observed_answers(cases["kazakhstan_jan_2022"])
    assert found == dict.fromkeys(("ARM", "BLR", "KGZ", "RUS", "TJK"), Observation(FORCE, FORCE, 1.0))


def test_an_appeal_answered_with_a_mission_is_read_at_the_level_asked(cases):
    # Asked for force: two objected, so at most words; one stood aside, so at most measures; two joined
    # the common text and share one observation.
    assert observed_answers(cases["armenia_sept_2022"]) == {
        "BLR": Observation(NONE, WORDS, 1.0),
        "KAZ": Observation(NONE, WORDS, 1.0),
        "KGZ": Observation(NONE, MEASURES, 0.5),
        "RUS": Observation(NONE, MEASURES, 1.0),
        "TJK": Observation(NONE, MEASURES, 0.5),
    }


def test_silence_without_a_motion_is_missing(cases):
    # Nobody asked; four allies are coded silent because nothing happened, one pledged help in words.
    assert observed_answers(cases["belarus_2020"]) == {"RUS": Observation(WORDS, FORCE, 1.0)}
    # The secretariat spoke alone, which is no motion; the lead member's own words stay below measures.
    assert observed_answers(cases["kyrgyzstan_oct_2020"]) == {"RUS": Observation(NONE, WORDS, 1.0)}
    assert observed_answers(cases["russian_border_raids_2022_23"]) == {}


def test_silence_on_a_motion_hardly_counts(cases):
    silent = Observation(NONE, MEASURES, 0.1)
    assert observed_answers(cases["artsvashen_1992"]) == dict.fromkeys(
        ("KAZ", "KGZ", "RUS", "TJK", "UZB"), silent
    )
    assert observed_answers(cases["artsvashen_1992"], inferred=0.0) == {}


def test_one_text_is_one_observation(cases):
    found = observed_answers(cases["covid_2020"])
    assert len(found) == 6
    assert sum(observation.weight for observation in found.values()) == pytest.approx(1.0)


def test_who_declined_troops_might_have_given_less(cases):
    # Question: troops. One refused, one put it off, one sent people of its own later; two not established.
    assert observed_answers(cases["syria_2017"]) == {
        "ARM": Observation(WORDS, MEASURES, 1.0),
        "KAZ": Observation(NONE, WORDS, 1.0),
        "KGZ": Observation(NONE, MEASURES, 1.0),
    }


def test_help_of_ones_own_is_not_collective(cases):
    assert "BLR" not in observed_answers(cases["ukraine_2022"])  # nothing was adopted
    # A text was adopted: who helped on its own account is a party to it, no more.
    assert observed_answers(cases["batken_1999"])["ARM"] == Observation(WORDS, FORCE, 0.5)


@pytest.mark.parametrize("role", ["host", "requester", "adversary", "accused"])
def test_parties_to_a_case_are_left_out(role):
    assert observed_answers(a_case({"role": role}, asked_level="force")) == {}


def test_measures_adopted_when_measures_were_asked_leave_the_top_open():
    case = a_case({}, asked_level="measures", council_decision="exercises")
    assert observed_answers(case)["B"] == Observation(MEASURES, FORCE, 1.0)


def test_unchecked_knowledge_counts_little_and_no_evidence_not_at_all():
    unchecked = a_case({"basis": "background_knowledge_not_checked"}, asked_level="words")
    assert observed_answers(unchecked)["B"].weight == 0.25
    assert observed_answers(a_case({"basis": "no_evidence_found"}, asked_level="words")) == {}


def test_without_a_coded_level_a_request_is_read_as_one_for_words():
    case = a_case({"position": "abstains_or_silent"}, formally_requested={"value": True})
    assert question_class(case) == "words"
    assert observed_answers(case)["B"] == Observation(NONE, NONE, 1.0)


def test_bounds_are_classes_in_order_in_every_case(cases):
    for case in cases.values():
        for name, (lower, upper, weight) in observed_answers(case).items():
            assert 0 <= lower <= upper < len(HELP_LEVELS), (case.id, name)
            assert 0 < weight <= 1, (case.id, name)
            assert case.positions[name].role == "third"
