import json
from pathlib import Path

import pytest

from tests.inference.records import ALLIANCE, FOREIGN

WORDS = ("backtest", "foreign.yaml", "--quiet", "--alliance", ALLIANCE)


@pytest.fixture
def foreign(tiny):
    Path("foreign.yaml").write_text(FOREIGN, encoding="utf-8")


@pytest.mark.usefixtures("foreign")
@pytest.mark.slow
def test_the_board_is_printed_charted_and_kept(call):
    ended = call(*WORDS)
    assert (ended.code, ended.err) == (0, "")
    assert "base_rate" in ended.out
    assert {p.name for p in (ended.folder / "charts").glob("*.png")} == {
        "scoreboard.png", "calibration.png", "matrix.png",
    }  # fmt: skip
    names = ("scores.json", "scoreboard.txt", "charts/matrix.png")
    first = [(ended.folder / name).read_bytes() for name in names]
    again = call(*WORDS)
    assert again == ended
    assert [(again.folder / name).read_bytes() for name in names] == first


@pytest.mark.usefixtures("foreign")
def test_with_json_the_scores_stand_by_theory_and_sample(call):
    document = json.loads(call(*WORDS, "--json").out)
    score = document["scores"]["ordered_choice"]["all"]
    assert {"rps", "log_score", "skill", "low", "high", "n"} <= set(score)
    assert Path(document["results"]).is_dir()


@pytest.mark.usefixtures("foreign")
def test_unknown_states_are_warned_of(call):
    ended = call(*WORDS[:2], *WORDS[3:])
    assert ended.code == 0
    assert "warning:" in ended.err
    assert "atlantis" in ended.err


@pytest.mark.usefixtures("foreign")
def test_fit_writes_its_file_and_then_finds_it_unchanged(call):
    first = call("fit", "foreign.yaml", "--quiet")
    assert first.code == 0
    written = Path(first.out.splitlines()[-1])
    assert written.name == "foreign_decisions.yaml"
    before = written.read_bytes()
    assert "unchanged" in call("fit", "foreign.yaml", "--quiet").out
    assert written.read_bytes() == before


def test_a_bad_record_is_answered_with_where_it_is_bad(call):
    Path("bad.yaml").write_text(FOREIGN.replace("council_decision: none", "council_decision: nothing"))
    ended = call("backtest", "bad.yaml")
    assert ended.code == 3
    assert "bad.yaml:8" in ended.err
    Path("empty.yaml").write_text("format: 1\ncases: {}\n")
    assert call("backtest", "empty.yaml").code == 3
