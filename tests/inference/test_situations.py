from datetime import date

import pytest

from sim.inference.backtest import backtest
from sim.inference.situations import (
    TIES_FROM,
    coded_cases,
    council_notices,
    load_alliance,
    unknown_states,
)
from sim.scenario.errors import ScenarioError
from sim.scenario.record import load_record
from tests.inference.records import ALLIANCE, FOREIGN, RECORD, foreign_cases, shipped_cases


def test_ties_apply_from_their_date_and_are_zero_before():
    for coded in shipped_cases():
        ties = coded.situation.ties
        if coded.case.day < TIES_FROM:
            assert not any(ties.values())
        assert all(-1 <= tie <= 1 for tie in ties.values())
    assert any(any(c.situation.ties.values()) for c in shipped_cases())
    assert not any(c.situation.ties for c in shipped_cases(use_ties=False))


def test_hosts_and_parties_are_not_asked_as_allies():
    for coded in shipped_cases():
        roles = {coded.case.positions[m].role for m in coded.situation.members}
        assert roles <= {"third"}


def test_before_the_treaty_no_clause_is_found():
    early = [c for c in shipped_cases() if c.case.day < date(1994, 4, 20)]
    assert early
    for coded in early:
        assert not coded.ledger.entries
        assert coded.situation.basis["force"] == "unmet"


def test_a_state_among_the_members_is_a_member_for_the_treaty():
    clashes = [c for c in shipped_cases() if c.case.type == "intra_member_clash"]
    assert clashes
    assert {c.situation.facts["adversary"] for c in clashes} == {"member"}
    assert all("force" in c.ledger.barred for c in clashes)


def test_unknown_states_are_neutral_and_told(tmp_path):
    cases = foreign_cases(tmp_path)
    unknown = unknown_states(cases, load_alliance(ALLIANCE))
    assert {"GEO", "TUR", "POL", "atlantis", "northern_front"} <= set(unknown)
    war = cases[0].situation
    assert war.tie("UKR") == war.tie_to_adversary("UKR") == 0
    assert 0 < war.dependence["UKR"] < 1
    assert war.capabilities["UKR"] > 1


def test_a_case_without_members_takes_the_alliances_and_an_outsider_has_no_seat(tmp_path):
    text = FOREIGN.replace("  members_at_date: [Armenia, Ukraine, Russia]\n", "").replace(
        "members_at_date: [Armenia, Poland]", "members_at_date: [Armenia, Russia]"
    )
    (tmp_path / "foreign.yaml").write_text(text, encoding="utf-8")
    record, alliance = load_record(tmp_path / "foreign.yaml"), load_alliance(ALLIANCE)
    war, raid = coded_cases(record, alliance)
    assert set(war.situation.members) == set(alliance.members)
    assert raid.situation.members == ("ARM", "RUS")
    told = council_notices(record, alliance)
    assert [notice.partition(";")[0] for notice in told] == [
        "case war_a: no 'members_at_date'",
        "case war_a: 'UKR' was no member at that date",
        "case raid_b: 'POL' was no member at that date",
    ]
    assert council_notices(load_record(RECORD), alliance) == []


def test_the_forecast_of_the_council_does_not_hang_on_who_is_coded(tmp_path):
    text = FOREIGN[: FOREIGN.index("- id: raid_b")].replace(
        "[Armenia, Ukraine, Russia]", "[ARM, BLR, KAZ, RUS]"
    )
    forecasts = []
    for positions in ("{Russia: opposes}", "{Russia: opposes, KAZ: null, BLR: null, ARM: null}", "{}"):
        head, _, _ = text.partition("  positions:")
        (tmp_path / "one.yaml").write_text(f"{head}  positions: {positions}\n", encoding="utf-8")
        cases = coded_cases(load_record(tmp_path / "one.yaml"), load_alliance(ALLIANCE))
        result = backtest(cases, shipped_cases()[:6], structures=False)
        forecasts.append(result.forecasts["legalist"]["left_out"]["war_a"].level.tolist())
    assert forecasts[0] == pytest.approx(forecasts[1])
    assert forecasts[0] == pytest.approx(forecasts[2])


def test_an_alliance_that_is_none_gets_a_located_error(tmp_path):
    (tmp_path / "a.yaml").write_text("format: 1\nnaem: x\n")
    with pytest.raises(ScenarioError, match=r"a\.yaml:2"):
        load_alliance(tmp_path / "a.yaml")
