"""The story says who did what, when and why, in the words of the log."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from sim.engine.event_log import EventKind as K
from sim.engine.event_log import EventLog, EventRecord, SortieParts
from sim.report.compare_twins import event_words
from sim.report.story import _chosen as story_header
from sim.report.story import story, tell
from sim.report.telling import Teller, listing
from sim.scenario.units import count
from tests.report.studies import STUDIES
from tests.tiny import tiny_scenario


def record(number, time, kind, who="", where="", amount=0.0, cause=-1, **detail):
    return EventRecord(number, time, kind, who, where, amount, cause, detail)


def told(*records):
    return tell(EventLog(records), tiny_scenario())


def sentences(lines):
    """Undo the wrapping: one text a dated line, without date and hours."""
    joined: list[str] = []
    for line in lines[1:]:
        if line.startswith(" "):
            joined[-1] += " " + line.strip()
        else:
            joined.append(re.sub(r"^\w{3} \d\d \w{3} \d\d:\d\d +[-+][\d.]+ h  ", "", line))
    return joined


APPEAL = record(1, 30.0, K.APPEAL, "CCC", to="alliance")


@pytest.mark.parametrize("study", STUDIES)
def test_every_study_has_a_story_that_fits_the_screen(study):
    lines = story(STUDIES[study]())
    assert lines
    assert max(map(len, lines)) <= 110
    assert lines == story(STUDIES[study]())


def test_the_header_says_which_run_and_why():
    lines = story(STUDIES["study"]())
    assert re.match(r"A typical replication: run \d+ of 40", lines[0])
    assert "nearest the medians" in " ".join(lines[:3])
    assert "hours count from the public appeal" in " ".join(lines[:4])


def test_dates_are_local_and_hours_count_from_the_appeal():
    lines = told(APPEAL, record(2, 32.0, K.SECRETARY_GENERAL, cause=1))
    assert lines[1].startswith("Mon 03 Jan 06:00    +0.0 h  Host: appeals in public to the alliance")
    assert lines[2].startswith("Mon 03 Jan 08:00    +2.0 h  the Secretary General speaks")


def test_without_an_appeal_hours_count_from_the_start():
    lines = told(record(0, 6.0, K.ONSET, where="north"))
    assert "nobody appealed" in lines[0]
    assert lines[1] == "Sun 02 Jan 06:00    +6.0 h  unrest begins in North City"
    assert "Not reached" in " ".join(lines)


def test_a_council_gives_its_tally_its_ground_and_the_reasons_of_those_who_held_back():
    lines = told(
        APPEAL,
        record(2, 31.0, K.LEAD_LINE, "AAA", cause=1, line=1),
        record(3, 31.0, K.MOTION, "CCC", cause=2, level="force", scope="full"),
        record(4, 32.0, K.POSITION, "AAA", cause=3, answer="support", contribute=True),
        record(5, 33.0, K.POSITION, "BBB", cause=3, answer="abstain", contribute=False, willingness=-0.4,
               threshold=0.0, terms={"cost": -0.7, "ties_to_host": 0.3}),
        record(6, 33.0, K.ADOPTED, "AAA", cause=3, level="force", scope="full", rule="consensus", support=2,
               abstain=1, object=0, provisions=("mutual_help",)),
        record(7, 33.0, K.MANDATE, "AAA", amount=1500, cause=6, tasks=("guard facilities",), duration=720.0),
    )  # fmt: skip
    assert sentences(lines)[1:5] == [
        "Host: asks the council for force, full scope; Lead, the lead member, favours it",
        "answers: Lead will contribute; Ally abstains (0.4 short of support, chiefly cost -0.7) (the last "
        "1.0 h after the first)",
        "consensus: 2 support, 1 abstain, 0 object: force (full scope) adopted on the ground of Treaty: "
        "Help on request",
        "mandate: up to 1,500 troops for 30 days: guard facilities",
    ]


def test_a_refusal_names_who_blocked_it():
    lines = told(
        APPEAL,
        record(2, 33.0, K.REFUSED, "AAA", cause=1, level="force", scope="full", rule="consensus", support=1,
               abstain=0, object=1, blockers=("BBB",)),
    )  # fmt: skip
    assert "refused, blocked by Ally" in " ".join(sentences(lines))


def test_a_refusal_says_when_the_clause_has_gone_with_the_host():
    lines = told(record(1, 1, K.REFUSED, "BBB", level="force", support=2, provisions=()))
    assert sentences(lines)[:1] == ["vote: 2 support, 0 abstain, 0 object: force (full scope) refused, "
                                "as no clause carries it any more"]  # fmt: skip


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({}, "Ally: the appeal is not made, calm or collapse came first"),
        ({"made": True}, "Ally: the appeal lapses with the government that made it"),
        ({"left": True}, "Ally: the appeal is not made, as it has left the alliance"),
        ({"made": True, "left": True}, "Ally: the appeal lapses, as it has left the alliance"),
    ],
)
def test_an_appeal_that_comes_to_nothing_says_why(detail, words):
    assert sentences(told(record(1, 1, K.APPEAL_CANCELLED, "BBB", **detail)))[0] == words


def test_a_government_that_fell_in_another_crisis_is_told_as_such():
    fell = [told(record(1, 1, K.GOVERNMENT_FELL, "CCC", **d)) for d in ({}, {"elsewhere": "a"})]
    here, elsewhere = (sentences(lines)[0] for lines in fell)
    assert here == "Host: the government falls"
    assert elsewhere == "Host: the government falls, in another crisis"


def test_a_parliament_is_told_step_by_step():
    lines = told(
        APPEAL,
        record(2, 33.0, K.MANDATE, amount=1500, cause=1),
        record(3, 40.0, K.QUORUM_FAILED, "BBB", cause=2, present=39, needed=61),
        record(4, 60.0, K.BALLOT, "BBB", cause=3, yes=55, no=11, needed=61, passed=False),
        record(5, 61.0, K.BALLOT, "BBB", cause=4, yes=69, no=7, needed=61, passed=True),
        record(6, 62.0, K.APPROVED, "BBB", cause=5),
    )
    assert sentences(lines)[2:6] == [
        "Ally: parliament lacks a quorum (39 of 61 needed), vote put off",
        "Ally: parliament votes 55 to 11, 61 needed: falls short",
        "Ally: parliament votes 69 to 7, 61 needed: passes",
        "Ally: troops authorised after the vote, 29.0 h after the mandate",
    ]


def test_flights_of_an_echelon_are_one_line_with_its_waits():
    flight = {"unit": "guards", "echelon": "main", "direction": "in", "vehicles": 3}
    records = [
        APPEAL,
        record(2, 35.0, K.APPROVED, "AAA", cause=1),
        record(3, 38.1, K.ECHELON_READY, "AAA", cause=2),
        record(
            4,
            45.0,
            K.LANDED,
            "AAA",
            "host_field",
            100,
            3,
            parts=SortieParts(38.1, 0.2, 0, 0, 3.0, 3.5),
            **flight,
        ),
        record(
            5,
            49.0,
            K.LANDED,
            "AAA",
            "host_field",
            60,
            3,
            parts=SortieParts(38.6, 2.0, 1.0, 0, 3.0, 3.5),
            **flight,
        ),
    ]
    assert sentences(told(*records))[2] == (
        "Lead: main body of Guards Division: first of 2 flights lands at Host Field, the last Tue 04 Jan "
        "01:00 "
        "(160 soldiers, 6 vehicles); waited 3.1 h for its units to be released and 0.2 h for aircraft, 3.5 "
        "h in "
        "the air; the others waited 3.0 h on average"
    )


def test_only_breakdowns_of_the_way_in_are_told_of_a_deployment():
    records = [
        APPEAL,
        record(2, 35.0, K.BREAKDOWN, "AAA", "base", 6.0),
        record(3, 40.0, K.WITHDRAWAL_BEGAN),
        record(4, 41.0, K.BREAKDOWN, "AAA", "host_field", 20.0, cause=3),  # of a force that goes home
        record(5, 90.0, K.DEPLOYED, amount=160),
        record(6, 200.0, K.BREAKDOWN, "AAA", "host_field", 9.0),  # later
    ]
    assert "deployment complete: 160 troops in theatre; 1 breakdown cost 6 aircraft-hours" in sentences(
        told(*records)
    )


def test_calm_says_what_turned_it_and_what_it_cost():
    lines = told(
        record(0, 6.0, K.ONSET, where="north"),
        record(1, 20.0, K.INCIDENT, where="north", amount=2, wounded=5),
        record(2, 25.0, K.RESERVES_ARRIVED, where="north", amount=500),
        record(3, 25.0, K.UNREST, where="north", cause=2),
        record(4, 40.0, K.CALM, where="north", amount=34.0, cause=3),
        record(5, 40.0, K.CLEARING, where="north", amount=1, cause=4),
        record(6, 40.0, K.ORDER_RESTORED, cause=4),
    )
    assert "calm again: North City after 34 h (1 incident, 3 killed; national reserves arrived)" in sentences(
        lines
    )
    assert "In all: 1 serious incident, 3 killed, 5 wounded, 0 detained." in " ".join(lines)


def calm_after(*changes):
    """Tell a calm after *changes*: kind of the cause, then growth and suppression from there on."""
    records, number = [record(0, 6.0, K.ONSET, where="north")], 0
    for hour, (kind, growth, suppression) in enumerate(changes, start=10):
        number += 2
        cause = 0 if kind is None else number - 1
        where = "south" if kind is K.OVERWHELMED else "north"
        if kind is not None:
            records.append(record(number - 1, hour, kind, where=where))
        change = {"growth": growth, "suppression": suppression}
        records.append(record(number, hour, K.UNREST, where="north", cause=cause, **change))
    records.append(record(number + 1, 40.0, K.CALM, where="north", amount=34.0, cause=number))
    return next(line for line in sentences(told(*records)) if "calm again" in line)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        # Reserves outdid it; the signal came when it was falling already.
        ([(None, 0.1, 0.06), (K.RESERVES_ARRIVED, 0.1, 0.3), (K.MANDATE, 0.1, 0.4)],
         "national reserves arrived, then the decision's signal"),
        # The signal was too weak to turn it.
        ([(None, 0.1, 0.06), (K.MANDATE, 0.1, 0.08), (K.RESERVES_ARRIVED, 0.1, 0.3)],
         "national reserves arrived"),
        # Another site stirred it again, and it fell on.
        ([(None, 0.1, 0.06), (K.RESERVES_ARRIVED, 0.1, 0.3), (K.OVERWHELMED, 0.1, 0.3)],
         "national reserves arrived"),
        ([(None, 0.1, 0.2), (K.FREED, 0.1, 0.3)], "local forces, then freed local forces"),
    ],
)  # fmt: skip
def test_what_turned_unrest_gets_the_credit_and_not_what_came_last(changes, words):
    assert calm_after(*changes).endswith(f"(no incident; {words})")


def test_a_host_that_weighs_again_and_again_is_told_twice():
    weighing = [
        record(n, 10.0 + n, K.APPEAL_WITHHELD, "CCC", gain=-0.1, chance_of_help=0.2) for n in range(9)
    ]
    found = [line for line in sentences(told(*weighing)) if "does not appeal" in line]
    assert len(found) == 2
    assert found[1].endswith("(after 7 like events not told here)")


def test_a_comparison_tells_an_event_in_the_words_of_the_story():
    onset = record(0, 6.0, K.ONSET, where="north", amount=1.25)
    inject = record(
        1, 7.0, K.INJECT, where="price_of_fuel", label="the price of fuel doubles", levers={}, facts={}
    )
    teller = Teller(EventLog((onset, inject)), tiny_scenario())
    assert event_words(teller, onset) == "unrest begins in North City (1.2 incidents a day)"
    assert event_words(teller, inject) == "the price of fuel doubles"


def test_numbers_take_their_nouns_and_lists_their_and():
    assert (count(1, "flight"), count(1400, "soldier")) == ("1 flight", "1,400 soldiers")
    assert (listing([]), listing(["a"]), listing("abc")) == ("", "a", "a, b and c")


def test_a_run_typical_in_its_timings_says_where_its_deaths_lie():
    rows = [{"help_level": 3.0, "mandate": 1.0, "failed": 0.0, "killed": float(k)} for k in (5, 7, 90, 7, 91)]
    header = story_header(SimpleNamespace(rows=rows), rows[2])
    assert "nearest the medians (its deaths need not: 60 % of them have fewer killed, 20 % more)." in header
    unhurt = [row | {"killed": 0.0} for row in rows]
    assert "killed" not in story_header(SimpleNamespace(rows=unhurt), unhurt[2])


def test_the_only_run_of_its_kind_is_nearest_to_nothing():
    rows = [{"help_level": level, "mandate": 0.0, "failed": 0.0, "killed": 3.0} for level in (1.0, 0.0)]
    header = story_header(SimpleNamespace(rows=rows), rows[0])
    assert header.startswith("It is the only run with the commonest help level (words). Help adopted")


def test_a_share_near_one_is_not_rounded_to_it():
    rows = [{"help_level": float(k == 0), "mandate": 0.0, "failed": 0.0} for k in range(200)]
    assert "none 99.5 %, words 0.5 %" in story_header(SimpleNamespace(rows=rows), rows[-1])


@pytest.mark.parametrize(
    ("levers", "harm"),
    [
        ({"ceasefire": 0.8}, True),
        ({"ceasefire": 1.3}, False),
        ({"relapse": 1.2}, True),
        ({"relapse": 0.9}, False),
        ({"ceasefire": 1.3, "intensity": 1.1}, False),
        ({"ceasefire": 1.0}, False),
    ],
)
def test_help_that_does_harm_is_not_told_as_help(levers, harm):
    offer = record(1, 5.0, K.MEASURE, "AAA", label="offers to mediate", levers=levers)
    assert ("in this run it does harm" in " ".join(sentences(told(offer)))) is harm
