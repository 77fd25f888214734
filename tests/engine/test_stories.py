"""Whole little stories in a world without luck: who did what, and when."""

from __future__ import annotations

from math import log as log_of

import pytest

from sim.engine.event_log import EventLog
from tests.engine.worlds import ALLY_AGAINST, POLITICS, UNWILLING, K, lived, told

#: From the first danger to the appeal, the same in every story: noticed after 1 h, answers in hand after 4 h,
#: public after 1 h.
ASKED = [(7.0, "danger noticed", "CCC"), (7.0, "sounding", "CCC"), (11.0, "sounded", "CCC")]


def council(log: EventLog) -> list[tuple[float, str, str]]:
    """Return what the council and its members did after the appeal."""
    kinds = (K.CONSULTATIONS, K.MOTION, K.POSITION, K.NO_MOTION, K.ADOPTED, K.REFUSED, K.MANDATE, K.BILATERAL)
    return told(log, *kinds)


# from the appeal to the mandate


def test_from_the_appeal_to_the_mandate():
    assert told(lived(), *POLITICS) == [
        *ASKED,
        (11.0, "private appeal", "CCC"),
        (11.0, "warning order", "AAA"),
        (11.0, "warning order", "BBB"),
        (12.0, "appeal", "CCC"),
        (12.5, "consultations", "BBB"),  # the chair, half an hour after the appeal
        (12.5, "lead line", "AAA"),
        (12.5, "motion", "CCC"),
        (13.0, "secretary general", "secretary general"),
        (13.5, "position", "AAA"),  # sounded out before: one hour
        (13.5, "position", "BBB"),
        (13.5, "adopted", "BBB"),
        (13.5, "mandate", "BBB"),
    ]


def test_one_objection_blocks_consensus_and_a_smaller_text_fares_no_better_until_only_words_are_left():
    log = lived({**ALLY_AGAINST, "decision.bilateral": False})
    round_of = [(1.0, "position", "AAA"), (1.0, "position", "BBB")]
    assert council(log) == [
        (12.5, "consultations", "BBB"),
        *[
            (start + after, kind, who)
            for start, end in ((12.5, "refused"), (16.5, "refused"), (20.5, "refused"), (24.5, "adopted"))
            for after, kind, who in [(0.0, "motion", "CCC"), *round_of, (1.0, end, "BBB")]
        ],  # an hour to answer, three to redraft
    ]
    texts = [(r.detail["level"], r.detail["scope"]) for r in log.of(K.MOTION)]
    assert texts == [("force", "full"), ("force", "limited"), ("measures", "full"), ("words", "full")]
    assert [r.detail["blockers"] for r in log.of(K.REFUSED)] == [("BBB",)] * 3
    assert [r.detail["answer"] for r in log.of(K.POSITION)[:2]] == ["support", "object"]
    assert not log.of(K.TAKEOFF)


def test_a_text_cut_in_scope_passes_where_the_full_one_did_not():
    # the ally's willingness lies between the two thresholds less the abstention band of 0.5
    log = lived(
        {**ALLY_AGAINST, "alliance.ties": {"AAA-CCC": 1.5, "BBB-CCC": -1.3}, "decision.bilateral": False}
    )
    (w,) = {r.detail["willingness"] for r in log.of(K.POSITION) if r.who == "BBB"}
    assert -0.3 - 0.5 <= w < -0.5
    assert council(log)[-5:] == [
        (16.5, "motion", "CCC"),
        (17.5, "position", "AAA"),
        (17.5, "position", "BBB"),
        (17.5, "adopted", "BBB"),
        (17.5, "mandate", "BBB"),
    ]
    assert log.first(K.MANDATE).detail["scope"] == "limited"
    assert log.first(K.MANDATE).detail["contributors"] == ("AAA",)
    assert {r.who for r in log.of(K.LANDED)} == {"AAA"}


def test_nobody_answers_when_both_channels_are_closed():
    log = lived({"decision.collective": False, "decision.bilateral": False})
    assert told(log, *POLITICS) == [
        *ASKED,
        (11.0, "private appeal", "CCC"),
        (12.0, "appeal", "CCC"),
        (12.0, "no motion", ""),
        (13.0, "secretary general", "secretary general"),  # words cost nothing
    ]
    assert not log.of(K.WARNING_ORDER)
    assert not log.of(K.ECHELON_READY)


def test_the_gate_keeps_a_hopeless_motion_off_the_table():
    log = lived(UNWILLING)
    assert council(log) == [(12.5, "consultations", "BBB"), *[(12.5, "no motion", "")] * 4]
    assert {r.detail["reason"] for r in log.of(K.NO_MOTION)} == {"the lead member would object"}


def test_without_the_gate_the_hopeless_motions_are_put_and_refused():
    log = lived({**UNWILLING, "decision.gate": False})
    assert [r.time for r in log.of(K.REFUSED)] == [13.5, 17.5, 21.5, 25.5]
    assert not log.of(K.NO_MOTION)


def test_a_treaty_that_is_silent_on_force_leaves_only_words():
    silent = {"treaty.mutual_help.tests": [{"fact": "territory", "met_by": ["disputed"]}]}
    log = lived({**silent, "crisis.host_choice.may_ask_lead_alone": False})
    assert [r.detail["reason"] for r in log.of(K.NO_MOTION)] == ["no clause carries it"] * 3
    assert [r.detail["level"] for r in log.of(K.ADOPTED)] == ["words"]
    assert log.first(K.LEDGER).detail["lawful"] == ("words",)


@pytest.mark.parametrize(
    ("setting", "opened"),
    [
        ({}, 12.5),
        ({"alliance.chairs": [{"member": "CCC", "start": "2020-01-01"}]}, 12.75),  # 0.5 h x 1.5
        ({"organs.secretary_general_vacant": True}, 13.0),  # 0.5 h x 2
        ({"council.session": "in_person"}, 36.5),  # 24 h to gather
        ({"instruments.hotline.factor": 0.5}, 12.25),
    ],
)
def test_who_chairs_where_and_by_what_line_sets_the_hour(setting, opened):
    log = lived(setting)
    assert [r.time for r in log.of(K.CONSULTATIONS)] == [opened]
    pace = 0.5 if "instruments.hotline.factor" in setting else 1
    assert [r.time for r in log.of(K.MANDATE)] == [opened + 1.0 * pace]


def test_allies_who_were_not_sounded_out_answer_cold():
    log = lived({"crisis.host_choice.private_sounding": False})
    assert not log.of(K.SOUNDING)
    assert council(log)[1:] == [
        (8.5, "motion", "CCC"),  # no sounding of four hours
        (14.5, "position", "AAA"),  # six hours instead of one
        (14.5, "position", "BBB"),
        (14.5, "adopted", "BBB"),
        (14.5, "mandate", "BBB"),
    ]


# other ways out for the host


def test_the_host_asks_the_lead_alone_when_an_ally_would_block():
    log = lived(ALLY_AGAINST)
    assert told(log, *POLITICS) == [
        *ASKED,
        (11.0, "private appeal", "CCC"),
        (11.0, "warning order", "AAA"),
        (12.0, "appeal", "CCC"),
        (12.0, "no motion", ""),
        (12.0, "bilateral", "AAA"),
    ]
    assert log.first(K.APPEAL).detail["to"] == "lead"
    assert log.first(K.DEPLOYED).amount == 200  # the lead fills the whole force


def test_an_ally_who_is_not_asked_warns_nobody():
    # the ally would have come along, but being seen to ask the alliance costs this host too much
    log = lived({"crisis.host_choice.value_of_asking": -1, "crisis.host_choice.value_of_help": 9})
    assert log.first(K.PRIVATE_APPEAL).detail["to"] == "lead"
    assert [r.who for r in log.of(K.WARNING_ORDER)] == ["AAA"]


def test_the_lead_goes_alone_when_the_council_refused():
    asks_all = {"crisis.host_choice.may_ask_lead_alone": False, "crisis.host_choice.value_of_asking": 1}
    log = lived({**ALLY_AGAINST, **asks_all})
    assert council(log)[-3:] == [
        (25.5, "position", "BBB"),
        (25.5, "adopted", "BBB"),
        (25.5, "bilateral", "AAA"),
    ]
    assert [r.detail["level"] for r in log.of(K.ADOPTED)] == ["words"]
    assert {r.who for r in log.of(K.LANDED)} == {"AAA"}


def test_after_the_last_refusal_nobody_waits_for_another_draft():
    weighty = {"decision.gate": False, "crisis.host_choice.value_of_asking": 2, "decision.bilateral": False}
    log = lived({**UNWILLING, **weighty})
    answered = log.first(K.ANSWERED)
    refused = [r.time for r in log.of(K.REFUSED)]
    assert refused == [13.5, 17.5, 21.5, 25.5]  # an hour to answer, three to redraft
    assert (answered.time, answered.detail["level"]) == (25.5, "none")


def test_a_lead_on_its_own_does_not_wait_for_the_joint_plan():
    asks_all = {"crisis.host_choice.may_ask_lead_alone": False, "crisis.host_choice.value_of_asking": 1}
    settings = {**ALLY_AGAINST, **asks_all}
    plain, late = lived(settings), lived({**settings, "organs.joint_staff_plan": "50 h"})
    assert late.first(K.CONSULTATIONS)
    assert late.first(K.BILATERAL)
    ready = [(r.time, r.detail["echelon"]) for r in late.of(K.ECHELON_READY)]
    assert ready == [(r.time, r.detail["echelon"]) for r in plain.of(K.ECHELON_READY)]
    assert ready[-1][0] < 12.5 + 50  # when the plan, of no use any more, is drawn up


def test_a_proud_host_withholds_its_appeal_and_asks_nobody():
    log = lived({"crisis.host_choice.cost_of_sovereignty": 5})
    assert told(log, *POLITICS) == [*ASKED, (11.0, "appeal withheld", "CCC")]


def test_a_second_city_makes_the_host_weigh_again():
    south = {"onset": {"earliest": "2022-01-03T00:00+06:00", "latest": "2022-01-03T00:00+06:00"}}
    site = {"lat": 43, "lon": 71, "name": "South City", "initial": "30 per day", "ceiling": "60 per day"}
    rest = {"forces": 500, "guard_share": 0.4, "lethality": 0, "priority": 2, "weight": 0.3}
    log = lived({"sites.south": {**site, **rest, **south}, "crisis.host_choice.cost_of_sovereignty": 5})
    assert told(log, K.OVERWHELMED, *POLITICS) == [
        (6.0, "overwhelmed", ""),
        *ASKED,
        (11.0, "appeal withheld", "CCC"),
        (24.0, "overwhelmed", ""),
        (25.0, "danger noticed", "CCC"),
        (25.0, "sounding", "CCC"),
        (29.0, "sounded", "CCC"),
        (29.0, "appeal withheld", "CCC"),
    ]
    assert [r.detail["out_of_control"] for r in log.of(K.DANGER_NOTICED)] == [0.7, 1.0]


def test_a_government_that_falls_before_its_appeal_makes_none():
    log = lived({"crisis.unrest.ends.fall": "50 per h"})
    assert told(log, *POLITICS) == []  # not even the danger is noticed
    assert log.first(K.GOVERNMENT_FELL).time < 7
    assert log.last(K.UNREST).detail["growth"] == 0


def test_a_settlement_ends_growth_and_the_city_calms_by_itself():
    log = lived({"crisis.unrest.ends.settle": "50 per h", "crisis.unrest.suppression": 0.625})
    after = [r for r in log.of(K.UNREST) if r.cause == log.first(K.SETTLED).id]
    assert [r.detail["growth"] for r in after] == [0]
    calm = log.first(K.CALM)
    # 0.625 x growth 0.08 per h = 0.05 per h, x 0.3 of the 0.6 who are free; calm at 0.05 of the ceiling
    assert calm.time - after[0].time == pytest.approx(
        log_of(after[0].detail["level"] / (0.05 * after[0].detail["ceiling"])) / 0.009
    )
    assert log.first(K.ORDER_RESTORED).time == calm.time
    assert not log.of(K.APPEAL)


# approval at home

CHAMBER = {
    "seats": 90, "votes_needed": 46, "attendance_first": 0.5, "attendance_later": 0.9,
    "attendance_spread": 0, "support_first": 0, "support_repeated": 1, "convene": "10 h",
    "postponed": "24 h", "ballot": "2 h", "decree": "1 h", "ballots_per_sitting": 2, "sittings": 2,
}  # fmt: skip
APPROVAL = (K.QUORUM_FAILED, K.BALLOT, K.APPROVED, K.APPROVAL_LAPSED)


def chamber(**changes: object) -> dict[str, object]:
    return {"members.BBB.approval": {"procedure": "parliament", "parliament": {**CHAMBER, **changes}}}


def test_a_parliament_without_quorum_is_put_off_then_fails_once_and_passes():
    log = lived(chamber())
    assert told(log, *APPROVAL) == [
        (15.5, "approved", "AAA"),
        (23.5, "quorum failed", "BBB"),  # mandate at 13.5, ten hours to convene
        (49.5, "ballot", "BBB"),  # a day later, after two hours
        (51.5, "ballot", "BBB"),
        (52.5, "approved", "BBB"),
    ]
    assert log.first(K.QUORUM_FAILED).detail == {"present": 45, "needed": 46, "sitting": 1}
    assert [r.detail for r in log.of(K.BALLOT)] == [
        {"yes": 0, "no": 81, "needed": 46, "passed": False},
        {"yes": 81, "no": 0, "needed": 46, "passed": True},
    ]
    assert [r.time for r in log.of(K.ECHELON_READY) if r.who == "BBB"] == [52.5]


def test_an_approval_lapses_after_its_sittings_and_the_others_go_without():
    log = lived(chamber(support_repeated=0))
    assert told(log, *APPROVAL) == [
        (15.5, "approved", "AAA"),
        (23.5, "quorum failed", "BBB"),
        (49.5, "ballot", "BBB"),
        (51.5, "ballot", "BBB"),
        (51.5, "approval lapsed", "BBB"),
    ]
    assert {r.who for r in log.of(K.LANDED)} == {"AAA"}
    assert [(r.time, r.amount) for r in log.of(K.DEPLOYED)] == [(51.5, 100)]


def test_nobody_goes_when_every_approval_lapses():
    log = lived({**chamber(support_repeated=0), "decision.ordered_choice.contribution_margin": 1.2})
    assert log.first(K.MANDATE).detail["contributors"] == ("BBB",)  # willingness 1.32; the lead's is 1.06
    assert log.of(K.APPROVAL_LAPSED)
    assert not log.of(K.DEPLOYED)
    assert not log.of(K.END_ANNOUNCED)


# readiness and movement


MOVES = (K.WARNING_ORDER, K.ECHELON_READY, K.TAKEOFF, K.LANDED, K.ON_TASK)


def moves(log: EventLog, who: str) -> list[tuple[float, str, str]]:
    """Return (time, kind, echelon) of what a member's units did."""
    mine = [r for r in log if r.kind in MOVES and r.who == who]
    return [(round(r.time, 3), str(r.kind), r.detail.get("echelon", "")) for r in mine]


def test_the_leads_two_echelons_fly_in():
    # flight 1.966 h and 1 h to unload; on post three hours later
    assert moves(lived(), "AAA") == [
        (11.0, "warning order", ""),
        (15.5, "echelon ready", "advance"),  # ready since 15 h, approved at 15.5 h
        (17.0, "takeoff", "advance"),  # two hours to load, half an hour of it done before the approval
        (18.966, "landed", "advance"),
        (21.0, "echelon ready", "main"),
        (22.966, "on task", ""),
        (23.0, "takeoff", "main"),
        (24.966, "landed", "main"),
        (28.966, "on task", ""),
    ]


def test_a_vanguard_that_does_not_load_on_warning_leaves_half_an_hour_later():
    log = lived({"response.vanguard_loads_on_warning": False})
    assert moves(log, "AAA")[2] == (17.5, "takeoff", "advance")
    assert (23.0, "takeoff", "main") in moves(log, "AAA")


def test_without_an_early_warning_the_units_start_from_the_mandate():
    log = lived({"response.warning_before_mandate": False})
    ready = [(r.time, r.who, r.detail["echelon"]) for r in log.of(K.ECHELON_READY)]
    assert {(r.time, r.who) for r in log.of(K.WARNING_ORDER)} == {(13.5, "AAA"), (13.5, "BBB")}
    assert ready == [(17.5, "AAA", "advance"), (23.5, "AAA", "main"), (25.5, "BBB", "main")]


def test_the_vanguard_goes_before_the_joint_plan_and_the_rest_waits_for_it():
    log = lived({"organs.joint_staff_plan": "50 h"})  # from the consultations at 12.5 h
    ready = [(r.time, r.who, r.detail["echelon"]) for r in log.of(K.ECHELON_READY)]
    assert ready == [(15.5, "AAA", "advance"), (62.5, "AAA", "main"), (62.5, "BBB", "main")]


def test_a_badly_coordinated_force_takes_longer_to_make_ready():
    log = lived({"alliance.coordination": 0.5})
    ready = [(r.time, r.who, r.detail["echelon"]) for r in log.of(K.ECHELON_READY)]
    assert ready == [(19.0, "AAA", "advance"), (31.0, "AAA", "main"), (35.0, "BBB", "main")]


def test_an_ally_without_the_leads_aircraft_waits_for_them_to_come():
    # 23 h ready + 1.405 h positioning from the lead's field + 2 h loading
    assert moves(lived(), "BBB")[2:4] == [(26.405, "takeoff", "main"), (27.475, "landed", "main")]


def test_a_contingent_that_marches_in_marches_out():
    roads = {"offers.BBB.mode_in": "road", "offers.BBB.mode_out": "road", "mandate.duration": "5 days"}
    log = lived(roads)
    there = log.first(K.ROAD_ARRIVED).time - log.first(K.ROAD_DEPARTED).time
    km = log.first(K.ROAD_DEPARTED).detail["km"]
    assert 1.3 * 375 < km < 1.3 * 385  # two degrees north and four west at 45 degrees, with the detour
    assert there == pytest.approx(km / 40)
    assert log.first(K.ROAD_DEPARTED).time == 23.0
    back = [r for r in log if r.kind in (K.ROAD_DEPARTED, K.ROAD_ARRIVED) and r.detail["direction"] == "out"]
    assert [(r.kind, r.who, r.amount) for r in back] == [
        (K.ROAD_DEPARTED, "BBB", 100), (K.ROAD_ARRIVED, "BBB", 100),
    ]  # fmt: skip
    assert back[1].time - back[0].time == pytest.approx(there)
    assert {r.who for r in log.of(K.TAKEOFF)} == {"AAA"}


# the end

CALMED = {"crisis.unrest.suppression": 0.625, "effects.local_mobilisation.enabled": True}
FINALE = (
    K.ORDER_RESTORED, K.DEPLOYED, K.END_ANNOUNCED, K.END_REQUESTED, K.WITHDRAWAL_ORDERED, K.WITHDRAWAL_BEGAN,
)  # fmt: skip


def test_the_end_is_announced_once_calm_has_held_for_a_day():
    log = lived(CALMED)
    over = log.first(K.ORDER_RESTORED).time
    assert log.first(K.DEPLOYED).time < over + 24
    assert [(r.time - over, r.kind) for r in log if r.kind in FINALE[2:]] == [
        (pytest.approx(24), K.END_ANNOUNCED),
        (pytest.approx(24 + 12), K.END_REQUESTED),
        (pytest.approx(24 + 12 + 24), K.WITHDRAWAL_ORDERED),
        (pytest.approx(24 + 48), K.WITHDRAWAL_BEGAN),  # the handover runs from the announcement
    ]
    assert log.first(K.END_ANNOUNCED).detail["reason"] == "order held"


@pytest.mark.parametrize("late", [{"members.BBB.approval.delay": "200 h"}, {"mission.posting": "110 h"}])
def test_a_force_that_is_still_coming_or_on_its_way_to_post_is_awaited(late):
    log = lived({**CALMED, **late})
    assert log.first(K.ORDER_RESTORED).time + 24 < log.first(K.DEPLOYED).time
    assert log.first(K.END_ANNOUNCED).time == log.first(K.DEPLOYED).time


def test_a_mandate_expires_on_its_day_with_the_city_still_in_unrest():
    log = lived({"mandate.duration": "5 days"})
    assert told(log, *FINALE) == [
        (31.475, "deployed", ""),
        (133.5, "end announced", "CCC"),  # 13.5 h + 5 days
        (145.5, "end requested", "CCC"),
        (169.5, "withdrawal ordered", "defence ministers"),
        (181.5, "withdrawal began", ""),
    ]
    assert log.first(K.END_ANNOUNCED).detail["reason"] == "mandate expired"


def test_a_mandate_that_expires_during_the_deployment_leaves_nobody_behind():
    log = lived({"mandate.duration": "10 h", "members.BBB.approval.delay": "100 h"})
    assert log.first(K.END_ANNOUNCED).time == log.first(K.DEPLOYED).time > 113.5  # mandate at 13.5 h + 100 h
    assert log.first(K.END_ANNOUNCED).detail["reason"] == "mandate expired"
    assert {r.who: r.amount for r in log.of(K.CONTINGENT_HOME)} == {"AAA": 100, "BBB": 100}


def test_new_unrest_while_the_force_is_awaited_puts_off_the_end():
    onset = {"earliest": "2022-01-10T12:00+06:00", "latest": "2022-01-10T12:00+06:00"}
    south = {"lat": 43, "lon": 71, "name": "South City", "initial": "30 per day", "ceiling": "60 per day"}
    rest = {"forces": 500, "guard_share": 0.4, "lethality": 0, "priority": 2, "weight": 0.3, "onset": onset}
    log = lived({**CALMED, "members.BBB.approval.delay": "200 h"})
    again = lived({**CALMED, "members.BBB.approval.delay": "200 h", "sites.south": {**south, **rest}})
    restored = [r.time for r in again.of(K.ORDER_RESTORED)]
    assert restored[0] + 24 < 204 < again.first(K.DEPLOYED).time < restored[1] + 24  # anew at 204 h
    assert log.first(K.END_ANNOUNCED).time == log.first(K.DEPLOYED).time
    assert again.first(K.END_ANNOUNCED).time == pytest.approx(restored[1] + 24)


def homeward(log: EventLog) -> list[tuple[float, str]]:
    left = [r for r in log.of(K.TAKEOFF) if r.detail["direction"] == "out"]
    return [(round(r.time, 3), r.who) for r in left]


def test_the_lead_begins_to_leave_and_allies_follow_when_their_turn_comes():
    log = lived({"mandate.duration": "5 days"})
    assert [who for _, who in homeward(log)] == ["AAA", "AAA", "BBB"]
    assert round(log.first(K.WITHDRAWN).time, 3) == homeward(log)[-1][0]
    assert [(r.who, r.amount) for r in log.of(K.CONTINGENT_HOME)] == [("AAA", 100), ("BBB", 100)]


def test_allies_go_first_when_it_is_their_turn_at_once():
    log = lived({"mandate.duration": "5 days", "mission.allies_leave_after": "0 h"})
    assert [who for _, who in homeward(log)][:1] == ["BBB"]
    assert log.first(K.WITHDRAWN).time == log.of(K.TAKEOFF)[-1].time


# the rival mechanisms of help, in the segments of unrest


def suppression(log: EventLog, kind: K) -> list[float]:
    """Return the suppression of the segments that an event of *kind* began."""
    return [
        round(r.detail["suppression"], 6)
        for r in log.of(K.UNREST)
        if (cause := log.cause_of(r)) is not None and cause.kind is kind
    ]


MECHANISMS = {"crisis.unrest.suppression": 0.5, "sites.north.initial": "20 per day"}
FREE = 0.6 * 1000 * 0.3  # local personnel who are free, and stay in an overwhelmed city


def test_the_signal_stiffens_local_forces_from_the_decision_on():
    log = lived({**MECHANISMS, "effects.freed_forces.enabled": False})
    assert suppression(log, K.OVERWHELMED) == [0.04 * FREE / 1000]
    assert suppression(log, K.MANDATE) == [pytest.approx(0.04 * FREE / 1000 * 1.2)]
    assert log.last(K.UNREST).time == log.first(K.MANDATE).time


def test_posted_guards_free_local_ones_up_to_those_there_are():
    log = lived({**MECHANISMS, "effects.decision_signal.enabled": False})
    freed = [r.amount for r in log.of(K.FREED)]
    assert sum(freed) == 0.8 * 200  # 200 soldiers guard the plant
    assert suppression(log, K.FREED)[-1] == pytest.approx(0.04 * (FREE + 160) / 1000)
    many = lived({**MECHANISMS, "effects.freed_forces.ratio": 5})
    assert sum(r.amount for r in many.of(K.FREED)) == 400  # the guards that stand there


def test_reserves_reach_the_cities_by_priority():
    off = {"effects.decision_signal.enabled": False, "effects.freed_forces.enabled": False}
    log = lived({**MECHANISMS, **off, "effects.local_mobilisation.enabled": True})
    assert [(r.time, r.where, r.amount) for r in log.of(K.RESERVES_ARRIVED)] == [
        (24.0, "north", 2000),  # overwhelmed at 6 h, ordered at 12 h, twelve hours on the way
        (30.0, "south", 1000),
    ]
    assert suppression(log, K.RESERVES_ARRIVED)[0] == pytest.approx(0.04 * (FREE + 2000) / 1000)


def test_with_every_mechanism_off_help_changes_nothing_on_the_ground():
    off = {"effects.decision_signal.enabled": False, "effects.freed_forces.enabled": False}
    closed = {"decision.collective": False, "decision.bilateral": False}
    streets = (K.ONSET, K.UNREST, K.INCIDENT, K.OVERWHELMED, K.CALM)
    helped, alone = lived({**MECHANISMS, **off}), lived({**MECHANISMS, **off, **closed})
    assert helped.of(K.DEPLOYED)
    assert not alone.of(K.DEPLOYED)
    assert [r.time for k in streets for r in helped.of(k)] == [r.time for k in streets for r in alone.of(k)]
    assert not helped.of(K.FREED)
