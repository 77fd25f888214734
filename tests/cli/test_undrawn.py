"""What a chart that cannot be drawn does to a command: a sentence, a code, and every table as it would be."""

from __future__ import annotations

import json

import pytest

from sim.report import ladder, sweep_charts, sweep_folder


def broken(*_):
    raise ValueError("no such\nthing")


def digest(call, folder):
    ended = call("digest", folder)
    assert (ended.code, ended.err) == (0, "")
    return ended.out


@pytest.mark.slow
def test_a_run_keeps_its_tables_and_says_which_chart_is_missing(call, monkeypatch):
    words = ("tiny.yaml", "--reps", 6, "--charts", "all", "--quiet")
    whole = call(*words, "--out", "whole").folder
    monkeypatch.setattr(ladder, "draw_ladder", broken)
    ended = call(*words, "--out", "short")
    assert ended.code == 1
    (line,) = ended.err.splitlines()
    assert line.startswith("the chart 'ladder' could not be drawn (ValueError: no such; ")
    assert (ended.folder / "runs.csv").read_bytes() == (whole / "runs.csv").read_bytes()
    listed = json.loads((ended.folder / "manifest.json").read_text())["files"]
    assert {"charts/ladder.png", "charts/timeline.svg", "report.html"} <= set(listed)
    assert digest(call, ended.folder) != digest(call, whole)
    again = call("verify", ended.folder, "--quiet")
    assert (again.code, again.out[:4]) == (0, "all ")  # the same note comes out again


SWEEP = ("sweep", "tiny.yaml", "--reps", 3, "--quiet", "--vary")


def test_a_sweep_keeps_its_tables_too(call, monkeypatch):
    monkeypatch.setattr(sweep_charts, "draw_factor", broken)
    ended = call(*SWEEP, "council.rule=consensus,unanimity")
    assert ended.code == 1
    assert "the chart 'sweep-levels' could not be drawn (ValueError: no such; " in ended.err
    assert (ended.folder / "summary.csv").is_file()
    assert (ended.folder / "charts" / "sweep-levels.svg").is_file()
    digest(call, ended.folder)


@pytest.mark.parametrize("apart_from", [5_000, 1])
def test_letters_are_told_of_a_sweep_whichever_process_draws(call, monkeypatch, apart_from):
    monkeypatch.setattr(sweep_folder, "APART_FROM", apart_from)
    ended = call(*SWEEP, "title=\u6587,\u4e2d")
    assert ended.code == 0
    (line,) = ended.err.splitlines()
    assert line.endswith("cannot write: \u4e2d \u6587")


def test_a_comparison_keeps_its_tables_too(call, monkeypatch):
    from sim.report import compare_charts

    def draw_distributions(found):
        raise IndexError("none left")

    monkeypatch.setattr(compare_charts, "draw_distributions", draw_distributions)
    ended = call("compare", "tiny.yaml", "tiny.yaml", "--reps", 4, "--quiet")
    assert ended.code == 1
    assert "the chart 'distributions' could not be drawn (IndexError: none left; " in ended.err
    assert {"differences.png", "distributions.png"} <= {p.name for p in (ended.folder / "charts").iterdir()}
    digest(call, ended.folder)
