"""Effects of variants on times counted from the appeal warn where a variant moves the appeal itself."""

from __future__ import annotations

import csv
import io
import re
from functools import cache
from html import unescape
from math import isnan

import pytest

from sim.experiment.study import run_study
from sim.experiment.tables import effects_table as effects_csv
from sim.report.appeal_clock import clock_words, moved_clock
from sim.report.dossier.courses import courses, other_course
from sim.report.effects import draw_effects
from sim.report.tables import effects_table
from sim.report.words import signed
from sim.scenario.study import Variant
from tests.report.studies import a_study
from tests.tiny import tiny_scenario


def words(markup: str) -> str:
    """Return what markup says, its tags left out."""
    return " ".join(unescape(re.sub(r"<wbr>", "", re.sub(r"<(?!wbr)[^>]*>", " ", markup))).split())


@cache
def sounding_variant():
    """A study with a variant that sounds allies for longer, so that its appeals come later, and one alike."""
    long = Variant(title="Allies are sounded slowly", set={"crisis.host_choice.sounding": "20 h"})
    alike = Variant(title="As it is", set={"response.mission.handover": "48 h"})
    scenario = tiny_scenario({"crisis.host_choice.sounding": "2 h"})
    return run_study(scenario.model_copy(update={"variants": {"long": long, "alike": alike}}), 20, jobs=1)


def test_a_difference_from_the_start_adds_what_the_appeal_is_moved_by():
    study = sounding_variant()
    variant, name = study.summary().variants["long"], "hours_to_order"
    pairs = [
        (a, b)
        for a, b in zip(study.rows, study.variant_rows["long"], strict=True)
        if a["appealed"] == b["appealed"] == 1 and (a["mandate"] == 1 or not variant.given)
    ]
    assert not any(isnan(row[name]) for pair in pairs for row in pair)
    whole = [sum(b[n] - a[n] for n in (name, "hours_to_appeal")) for a, b in pairs]
    assert variant.from_start[name].n == variant.differences[name].n == len(whole)
    assert variant.from_start[name].mean == pytest.approx(sum(whole) / len(whole))
    assert "killed" not in variant.from_start
    rows = {
        (row["name"], row["response"]): row
        for row in csv.DictReader(io.StringIO(effects_csv(study.summary()).decode()))
    }
    assert float(rows["long", name]["from_start"]) == variant.from_start[name].mean
    assert rows["alike", name]["from_start"] == rows["alike", name]["mean"] == "0"
    assert rows["long", "killed"]["from_start"] == ""


def test_effects_of_variants_warn_where_a_variant_moves_the_appeal():
    study = sounding_variant()
    variant = study.summary().variants["long"]
    found, fixed = variant.differences["hours_to_order"], variant.from_start["hours_to_order"]
    assert fixed.mean > found.mean + 5
    assert moved_clock(variant)["hours_to_order"] == fixed
    assert moved_clock(study.summary().variants["alike"]) == {}
    label = study.summary().responses["hours_to_order"].label
    warning = clock_words([(label, found, fixed)]).partition(f"{label[1:]} ")[2].rstrip(".")
    assert f"({signed(fixed.low)} to {signed(fixed.high)})" in warning
    table = " ".join(" ".join(effects_table(study)).split())
    dossier = words(str(courses(study.scenario, study.summary())))
    first = "".join(other_course(study.summary()))
    for said in (table, dossier, first):
        assert "The appeal itself does not come at the same instant on both sides" in said
        assert warning in said
    assert table.index("appeal itself") < table.index("As it is")
    assert table.count("appeal itself") == dossier.count("appeal itself") == 1


def test_the_chart_of_effects_marks_what_the_appeal_moves_and_no_more():
    chart = draw_effects(sounding_variant())
    fixed = sounding_variant().summary().variants["long"].from_start["hours_to_order"]
    rows = {row[:2]: row[-3:] for row in chart.rows}
    assert rows["long", "hours_to_order"] == (fixed.mean, fixed.low, fixed.high)
    squares = [line for axes in chart.figure.axes for line in axes.lines if line.get_marker() == "s"]
    assert [line.get_xdata()[0] for line in squares if line.get_xdata()[0] == fixed.mean]
    assert len(squares) == sum(start[0] is not None for start in rows.values())
    assert "Squares: the same" in " ".join(" ".join(text.get_text() for text in chart.figure.texts).split())
    plain = draw_effects(a_study())
    assert "Squares" not in " ".join(" ".join(text.get_text() for text in plain.figure.texts).split())
