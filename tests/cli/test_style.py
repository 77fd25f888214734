"""Every verb that draws takes a style, and a folder is made again in its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.inference.records import ALLIANCE, FOREIGN

#: Pixels across a page's width at 300 dots to the inch.
PRINT = 2160
SWEEP = ("sweep", "tiny.yaml", "--vary", "council.rule=consensus,unanimity", "--reps", 3, "--quiet")
BACKTEST = ("backtest", "foreign.yaml", "--quiet", "--alliance", ALLIANCE)


def widths(folder: Path) -> set[int]:
    """Return how wide the pictures of *folder* are."""
    found = set()
    for path in (folder / "charts").glob("*.png"):
        with Image.open(path) as picture:
            found.add(picture.width)
    return found


@pytest.mark.parametrize(
    "words",
    [SWEEP, BACKTEST, ("sensitivity", "tiny.yaml", "--quiet", "--reps", 30, "--response", "killed")],
    ids=lambda words: words[0],
)
def test_charts_are_drawn_for_print(call, words):
    Path("foreign.yaml").write_text(FOREIGN, encoding="utf-8")
    ended = call(*words, "--style", "print")
    assert ended.code == 0
    assert widths(ended.folder) == {PRINT}
    assert call(*words, "--style", "slides").code == 2


def test_a_large_sweep_is_drawn_for_print_by_another_process(call, monkeypatch):
    monkeypatch.setattr("sim.report.sweep_folder.APART_FROM", 1)
    assert widths(call(*SWEEP, "--style", "print").folder) == {PRINT}


def test_a_folder_is_made_again_in_its_style(call, fast_run):
    sweep = call(*SWEEP, "--style", "print").folder
    assert call("verify", sweep, "--quiet").code == 0
    sides = [fast_run("--no-variants", *more).folder for more in ((), ("--set", "horizon=12 days"))]
    compared = call("compare", *sides, "--quiet", "--style", "print").folder
    assert widths(compared) == {PRINT}
    assert call("verify", compared, "--quiet").code == 0


def test_report_draws_a_runs_charts_in_a_style_and_the_folder_says_so(call, fast_run):
    folder = fast_run("--no-variants").folder
    assert call("report", folder, "--quiet", "--charts", "main", "--style", "print").code == 0
    assert widths(folder) == {PRINT}
    assert json.loads((folder / "manifest.json").read_text())["charts_style"] == "print"
    assert call("verify", folder, "--quiet").code == 0


@pytest.mark.parametrize("words", [("tiny.yaml", "--reps", 6), SWEEP], ids=["run", "sweep"])
def test_what_shards_are_merged_into_is_drawn_in_a_style_and_made_again_in_it(call, words):
    shards = [call(*words, "--quiet", "--shard", f"{number}/2").folder for number in (1, 2)]
    merged = call("merge", *shards, "--quiet", "--style", "print")
    assert (merged.code, widths(merged.folder)) == (0, {PRINT})
    assert call("verify", merged.folder, "--quiet").code == 0
