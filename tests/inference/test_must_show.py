"""What a score board over this record must show, whatever else it shows."""

import json
from datetime import date

import pytest

from sim.alliance.treaty import read_treaty
from sim.inference.backtest import backtest
from sim.inference.backtest_text import backtest_text, document, ledger_lines
from sim.inference.situations import load_alliance
from sim.scenario.alliance import RANK
from tests.inference.records import ALLIANCE, shipped_cases

SHOWN = "ordered_choice"
MODES = ("left_out", "in_sample")
#: "With high probability" for the tests below.
HIGH = 0.8
#: Days on which the treaty's clauses came into force.
TREATY_DAY = date(1994, 4, 20)


def of(board, name, mode="left_out"):
    return board.forecasts[SHOWN][mode][name]


@pytest.mark.parametrize("mode", MODES)
def test_wars_with_a_state_and_clashes_between_members_stay_below_exercises(board, mode):
    against = [c for c in board.cases if c.situation.against_state]
    assert len(against) >= 10
    for coded in against:
        assert of(board, coded.id, mode).level[: RANK["measures"]].sum() > HIGH, coded.id


@pytest.mark.parametrize("mode", MODES)
def test_members_do_not_send_troops_to_syria(board, mode):
    """No clause carries force there; what single members do of their own accord is no decision."""
    assert of(board, "syria_2017", mode).level[RANK["measures"] :].sum() < 0.02


@pytest.mark.parametrize("mode", MODES)
def test_belarus_rarely_appeals_in_2020(board, mode):
    assert board.asking[mode]["belarus_2020"][0] < 1 / 3


def test_before_april_1994_no_clause_is_in_force(board):
    early = [c for c in board.cases if c.case.day < TREATY_DAY]
    assert len(early) >= 3
    for coded in early:
        assert not coded.ledger.entries
        assert coded.ledger.lawful == ("words",)
        assert ledger_lines(coded) == ["     ledger: no clause in force on that day"]


def test_the_table_of_structures_tells_what_flips_in_and_out_of_sample(board):
    first, *others = board.rivals
    assert {r.name for r in others} >= {"lead's line 0", "lead's line 1", "no gate", "inferred silence out"}
    assert all(0 < r.rps_out < 1 and 0 < r.level_out < 1 for r in board.rivals)
    assert first.rps_out == pytest.approx(board.scores[SHOWN]["own_acts"].rps)
    by_name = {r.name: r for r in others}
    assert by_name["no ties"].conclusions_out != first.conclusions_out
    for name in ("lead's line 0", "lead's line 1", "no gate", "inferred silence out"):
        assert by_name[name].conclusions_out == first.conclusions_out


def test_the_link_of_asking_and_answering_is_called_what_it_is(board):
    joint = board.joint
    assert not joint.identified
    assert joint.rho_sd > abs(joint.rho)
    assert "not identified by this record" in backtest_text(board)
    assert set(joint.scores) == {"all", "own_acts", "level", "asked"}
    assert document(board)["asking_joint"]["identified"] is False


@pytest.mark.slow
def test_the_same_record_gives_the_same_board_twice(board):
    again = backtest(shipped_cases())
    assert backtest_text(again) == backtest_text(board)
    assert json.dumps(document(again)) == json.dumps(document(board))


ATTACKED = {
    "host_is_member": "yes", "territory": "recognised", "adversary": "state", "external_hand": "proved",
    "adversary_is_member": "no", "type": "interstate_war", "request": "no", "un_mandate": "no",
}  # fmt: skip


def read_of(facts, day, article):
    """Return the verdicts of the clauses of *article* in force on *day* that permit force."""
    ledger = read_treaty(load_alliance(ALLIANCE).treaty, facts, day)
    return {
        e.verdict
        for e in ledger.entries
        if not e.fact and e.title.startswith(article) and "force" in e.permits
    }


def test_before_the_amendments_the_first_text_is_read_and_from_that_day_on_the_amended_one():
    before, after = date(2012, 12, 18), date(2012, 12, 19)
    # The text of 1992 makes no request a condition of Art. 4, and names states alone.
    assert read_of(ATTACKED, before, "Treaty Art. 4") == {"met"}
    assert read_of(ATTACKED, after, "Treaty Art. 4") == {"unmet"}
    asked = ATTACKED | {"request": "yes"}
    assert read_of(asked, after, "Treaty Art. 4") == {"met"}
    bands = asked | {"adversary": "non_state", "type": "cross_border_incursion"}
    assert read_of(bands, before, "Treaty Art. 4") == {"contested"}
    rebels = asked | {"adversary": "none", "type": "internal_unrest"}
    assert read_of(rebels, before, "Treaty Art. 4") == {"unmet"}


def test_the_first_art_6_refers_to_art_4_alone_and_knows_forces_abroad_by_the_un_charter():
    before, after = date(2012, 12, 18), date(2012, 12, 19)
    raid = ATTACKED | {"request": "yes", "type": "cross_border_incursion", "external_hand": "absent"}
    # Art. 2 opens the use of forces only in the amended text.
    assert read_of(raid, before, "Treaty Art. 6") == {"unmet"}
    assert "met" in read_of(raid, after, "Treaty Art. 6")
    abroad = ATTACKED | {"territory": "external", "un_mandate": "yes", "type": "out_of_area"}
    for day in (date(1994, 4, 20), before, after):
        assert "met" in read_of(abroad, day, "Treaty Art. 6")
        assert "met" not in read_of(abroad | {"un_mandate": "no"}, day, "Treaty Art. 6")
