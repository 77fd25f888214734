from datetime import date

import pytest

from sim.inference.situations import TIES_FROM, load_alliance, unknown_states
from sim.scenario.errors import ScenarioError
from tests.inference.records import ALLIANCE, foreign_cases, shipped_cases


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
    assert {"GEO", "TUR", "UKR", "POL", "atlantis", "northern_front"} <= set(unknown)
    war = cases[0].situation
    assert war.tie("UKR") == war.tie_to_adversary("UKR") == 0
    assert 0 < war.dependence["UKR"] < 1
    assert war.capabilities["UKR"] > 1


def test_an_alliance_that_is_none_gets_a_located_error(tmp_path):
    (tmp_path / "a.yaml").write_text("format: 1\nnaem: x\n")
    with pytest.raises(ScenarioError, match=r"a\.yaml:2"):
        load_alliance(tmp_path / "a.yaml")
