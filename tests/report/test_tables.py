"""Tables say what the summary says, in lines that fit a terminal."""

from __future__ import annotations

import math
import textwrap
from dataclasses import replace
from types import SimpleNamespace

import pytest

from sim.experiment.study import run_study
from sim.report.dossier.answer import _cards, answer, outcomes
from sim.report.dossier.many import difference
from sim.report.dossier.recorded import recorded
from sim.report.medians import medians_of
from sim.report.outcomes import _outcome_notes, outcome_table
from sim.report.record_marks import fit_words, kind_words, place_words, record_words
from sim.report.tables import (
    all_tables,
    effects_table,
    ledger_table,
    parts_table,
    positions_table,
)
from sim.report.words import (
    band,
    change,
    fits,
    justified,
    level_told,
    number,
    percent,
    rows_of,
    signed,
    verdict,
)
from sim.scenario.study import RecordEntry, Variant
from tests.report.studies import STUDIES, a_study, no_answer, with_record
from tests.tiny import tiny_scenario


@pytest.mark.parametrize("study", STUDIES)
def test_tables_fit_the_screen_and_never_change(study):
    lines = all_tables(STUDIES[study]())
    assert max(map(len, lines)) <= 110
    assert lines == all_tables(STUDIES[study]())
    assert not any("nan" in line.split() for line in lines)


@pytest.mark.parametrize("study", STUDIES)
def test_the_outcomes_take_no_more_than_a_hundred_columns(study):
    assert max(map(len, outcome_table(STUDIES[study]()))) <= 100


def test_a_median_has_its_interval_as_it_is_and_not_mirrored():
    study = a_study()
    lines = "\n".join(outcome_table(study))
    page = str(outcomes(study))
    assert "±" not in lines + page
    skew = 0
    for name, r in study.summary().responses.items():
        values = sorted(row[name] for row in study.rows if row[name] == row[name])
        whole = r.unit == "h" and r.n == len(values) == 40 and name != "hours_simulated"
        if whole and values[19] == r.median:
            # Order statistics on both sides of the middle, 0.5 -/+ 1.96 sqrt(0.25 / 40) of 40 runs.
            low, high = values[13], values[26]
            assert medians_of(study)[name] == f"{number(r.median, 'h')} ({band(low, high)})"
            assert f"({band(low, high)})" in lines
            assert f"{number(r.median, 'h')} ({band(low, high)})" in page
            skew = max(skew, abs((high - r.median) - (r.median - low)))
    assert skew > 0.1


def test_a_median_beyond_the_simulated_time_is_called_later():
    study = run_study(tiny_scenario(), 20, jobs=1, until=40.0)
    name = "hours_to_order"
    assert math.isnan(study.summary().responses[name].median)
    assert medians_of(study)[name] == "later"
    assert " later " in line_of(outcome_table(study), "Appeal to calm")


def line_of(lines, start):
    return next(line for line in lines if line.strip().startswith(start))


def test_an_outcome_stands_beside_its_record():
    study = a_study()
    found, line = (
        study.summary().responses["hours_to_decision"],
        line_of(outcome_table(study), "Appeal to mandate"),
    )
    assert percent(found.chance) in line
    assert number(found.median, "h") in line
    assert "3 (2–5)" in line
    assert "instant*" in line


def test_every_record_entry_is_somewhere():
    lines = "\n".join(outcome_table(a_study()))
    for words in ("≤ 20", "5–30", "≥ 10", "1,000", "(900–1,200)", "detained reported", "flights out between"):
        assert words in lines


def test_parts_sum_to_the_whole():
    study = a_study()
    line = line_of(parts_table(study), "sum")
    assert f"{study.summary().parts_total:.1f}" in line
    assert "no run completed" in parts_table(no_answer())[-1]


def test_a_long_range_on_record_stands_on_a_line_of_its_own():
    entry = RecordEntry(response="killed", label="Killed", kind="instant", unit="people", value=157_000,
                        low=110_000, high=157_000)  # fmt: skip
    scenario = tiny_scenario().model_copy(update={"record": {"killed": entry}})
    lines = outcome_table(run_study(scenario, 2, jobs=1))
    place = next(number for number, line in enumerate(lines) if "157,000   instant" in line)
    assert lines[place + 1].split() == ["(110,000–157,000)"]
    assert max(map(len, lines)) <= 110


def test_positions_name_the_host_and_the_recorded_answer():
    lines = positions_table(a_study())
    assert "the host" in line_of(lines, "Host")
    assert "contribute" in line_of(lines, "Ally")


def test_the_ledger_puts_each_clause_before_its_tests():
    lines = ledger_table(a_study())
    assert lines[3].startswith("Treaty: Help on request")
    assert "permits" in lines[3]
    assert "territory" in lines[5]
    assert ledger_table(no_answer()) == []


def test_effects_list_what_did_not_change():
    assert any(line.startswith("No answer") for line in effects_table(a_study()))
    same = Variant(title="As it is", set={"response.mission.handover": "48 h"})
    scenario = tiny_scenario().model_copy(update={"variants": {"same": same}})
    lines = effects_table(run_study(scenario, 4, jobs=1))
    assert any("no change:" in line for line in lines)


def test_a_mean_that_few_runs_carry_is_said_to_be():
    summary = a_study().summary()
    assert "few runs carry" not in " ".join(effects_table(a_study()))
    name, moved = "hours_to_order", summary.responses["hours_to_order"]
    assert any(abs(variant.differences[name].mean) > 0 for variant in summary.variants.values())
    tail = replace(summary, responses={**summary.responses, name: moved._replace(median=0.001)})
    text = " ".join(" ".join(effects_table(SimpleNamespace(summary=lambda: tail))).split())
    assert "few runs carry" in text


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(math.nan, "", "-"), (2.94, "h", "2.9"), (1234.5, "h", "1,234"), (0.5, "share", "0.50"),
     (12.0, "h", "12"),
     (0.037, "", "0.037"), (181.7, "h", "182")],
)  # fmt: skip
def test_numbers_are_short(value, unit, words):
    assert number(value, unit) == words


def test_bands_and_signs():
    assert band(2.0, math.nan) == "2–later"
    assert band(math.nan, math.nan) == "-"
    assert [signed(v) for v in (0.0, 1e-15, 0.0331, -4.26, 137.2, math.nan)] == [
        "0", "0", "+0.033", "-4.3", "+137", "-",
    ]  # fmt: skip
    assert [percent(v) for v in (0.0, 0.004, 0.5, 0.996, 1.0)] == ["0 %", "0.4 %", "50 %", "99.6 %", "100 %"]


def a_record(kind, inside_band=None, inside_half=None, reached=True, **rest):
    entry = RecordEntry(response="killed", label="killed", unit="people", kind=kind, **rest)
    return SimpleNamespace(entry=entry, inside_band=inside_band, inside_half=inside_half, reached=reached)


def test_a_record_is_said_as_it_is_known():
    assert record_words(a_record("bound", high=9.9).entry) == "≤ 9.9"
    assert record_words(a_record("bound", low=108).entry) == "≥ 108"
    assert record_words(a_record("bound", low=2.6, high=9.9).entry) == "2.6–9.9"
    assert record_words(a_record("instant", value=131.4, low=119.4, high=143.4).entry) == "131 (119–143)"
    assert record_words(a_record("instant", value=4).entry) == "4"


def test_a_bound_is_judged_by_the_runs_that_keep_it():
    def kept(share, **rest):
        found = a_record("bound", True, True, high=9.9, **rest)
        found.agree, found.percentile = share, 0.2
        return found

    told = {0: "contradicted", 0.049: "contradicted", 0.05: "mostly broken", 0.094: "mostly broken",
            0.49: "mostly broken", 0.5: "mostly met", 0.94: "mostly met", 0.95: "met", 1: "met"}  # fmt: skip
    assert {share: verdict(kept(share)) for share in told} == told
    assert verdict(kept(math.nan)) == "-"
    assert place_words(kept(0.094)) == "9"


def fitting(**fitted):
    """The small study's summary with entries of its record as fitted, or not, as told."""
    summary = run_study(with_record(), 8, jobs=1).summary()
    record = {
        key: found._replace(entry=found.entry.model_copy(update={"fitted": fitted.get(key, False)}))
        for key, found in summary.record.items()
    }
    return replace(summary, record=record)


def test_what_was_fitted_is_told_and_what_was_not_is_a_prediction():
    summary = fitting(decision=True, complete=True, task=True)
    marks = {key: kind_words(found, summary.record) for key, found in summary.record.items()}
    assert marks["decision"] == "instant*f"
    assert marks["task"] == "bound f"
    assert marks["out"] == "instant p"
    assert marks["troops"] == "input"
    assert fit_words(summary).startswith("All 2 were fitted")
    half = fitting(decision=True)
    assert kind_words(half.record["complete"], half.record) == "instant*p"
    assert fit_words(half).startswith("1 of them was fitted (f); what is scored but not fitted is a pred")
    none = fitting()
    assert kind_words(none.record["complete"], none.record) == "instant*"
    assert fit_words(none).startswith("None was fitted; what is scored")


def test_the_table_says_how_a_bound_fares_and_what_was_fitted():
    lines = outcome_table(a_study())
    place = next(n for n, line in enumerate(lines) if line.strip().startswith("Appeal to first unit"))
    found = a_study().summary().record["task"]
    assert lines[place].endswith(f"bound {100 * found.agree:5.0f}")
    assert verdict(found).split()[0] in lines[place + 1]
    assert "None was fitted; what is scored but not fitted" in " ".join(" ".join(lines).split())


def test_the_dossier_says_the_same_of_bounds_and_of_the_fit():
    study = a_study()
    page = str(recorded(study))
    assert verdict(study.summary().record["task"]) in page
    assert fit_words(study.summary()) in page
    assert fit_words(study.summary()) in str(answer(study))


def test_verdicts():
    assert verdict(a_record("input", value=1)) == "input"
    assert verdict(a_record("instant", True, True, value=1)) == "middle half"
    assert verdict(a_record("instant", True, False, value=1)) == "in band"
    assert verdict(a_record("instant", False, False, value=1)) == "outside"
    assert verdict(a_record("instant", reached=False, value=1)) == "not reached"


def test_long_labels_wrap_and_numbers_stay_on_the_first_line():
    assert rows_of([("a long label here", "12")], (10, 4)) == ["a long       12", "  label", "  here"]


@pytest.mark.parametrize(
    "text", ["a word", "  led", "a  gap–", "trailed ", "a\ttab", "two\nlines", "no\xa0break", " ", ""]
)
@pytest.mark.parametrize("width", [4, 6, 7, 40])
def test_only_what_wrapping_would_leave_as_it_is_fits(text, width):
    wrapped = textwrap.wrap(text, width, subsequent_indent="  ")
    assert not fits(text, width) or wrapped == [text]
    assert fits("a word", 6)


def test_it_is_told_how_few_runs_the_ends_of_bands_rest_on():
    study = a_study()
    summary = study.summary()
    fewest = min(r.n for r in summary.responses.values() if r.n)
    told = f"of {fewest}, the 2 lowest and the 2 highest lie there or beyond"
    assert told in " ".join(" ".join(outcome_table(study)).split())
    for r in summary.responses.values():
        values = sorted(row[r.name] for row in study.rows if row[r.name] == row[r.name])
        if r.n == len(values) == fewest:
            assert values[1] <= r.low <= values[2]
            assert values[-3] <= r.high <= values[-2]
    many = replace(summary, responses={key: r._replace(n=120) for key, r in summary.responses.items()})
    assert "rest on few runs" not in " ".join(_outcome_notes(study, many))
    assert "rest on few runs" in " ".join(_outcome_notes(study, summary))


@pytest.mark.parametrize(
    ("value", "low", "high", "told"),
    [
        (10_399_626.0, 9_812_001.0, 11_203_456.0, "10,400,000"),
        (10_399_626.0, 10_399_600.0, 10_399_650.0, "10,399,626"),  # the runs hardly differ
        (2_030.0, 2_030.0, 2_030.0, "2,030"),
        (2_034.0, 2_029.0, 2_040.0, "2,030"),
        (2_034.0, 2_030.0, 2_038.0, "2,034"),  # its interval is narrower than the step of 10
        (1_246.0, 1_173.0, math.nan, "1,250"),
        (999.4, 1.0, 5_000.0, "999"),
        (-25_996.0, -30_000.0, 1_000.0, "-26,000"),
        (math.nan, math.nan, math.nan, "-"),
    ],
)
def test_no_number_has_more_figures_than_its_runs_bear(value, low, high, told):
    assert number(justified(value, low, high)) == told


def test_intervals_and_differences_have_no_more_figures_than_they_bear():
    assert band(5_359.0, 23_825.0) == "5,360–23,800"
    assert band(1_239.0, math.nan) == "1,240–later"
    assert band(1_800.0, 1_800.0) == "1,800–1,800"
    assert change(52_489.0, 1_521.0, 103_457.0) == "+52,500 (+1,520 to +103,000)"
    assert change(11_109.0, 11_109.0, 11_109.0) == "+11,109 (+11,109 to +11,109)"
    assert level_told(753_191.0, -152.0, 256.0) == 753_191.0  # under common luck the difference is well known
    assert level_told(6_586_538.0, 1_521.0, 103_457.0) == 6_590_000.0
    assert level_told(12_345.0, math.nan, math.nan) == 12_345.0  # one pair: nothing was estimated
    assert difference(52_489.0, 1_521.0, 103_457.0) == "+52,000 (95 %: +2,000 to +103,000)"


def test_cards_and_tables_round_what_files_keep_whole():
    study = a_study()
    found = study.summary().responses["killed"]
    big = found._replace(median=10_399_626.0, median_low=9_812_001.0, median_high=11_203_456.0,
                         low=5_000_001.0, high=20_000_002.0)  # fmt: skip
    told = replace(study.summary(), responses={**study.summary().responses, "killed": big})
    fake = SimpleNamespace(scenario=study.scenario, summary=lambda: told)
    assert medians_of(fake)["killed"] == "10,400,000 (9,810,000–11,200,000)"
    card = next(c for c in map(str, _cards(fake, told)) if "Killed" in c)
    assert "<b>10,400,000 people</b>" in card
    assert "5,000,000–20,000,000" in card
    assert told.as_dict()["responses"]["killed"]["median"] == 10_399_626.0


def test_where_every_run_failed_nothing_is_said_of_scores():
    study = STUDIES["failed"]()
    assert any(entry.scored for entry in study.scenario.record.values())
    assert study.summary().score.n_instants == 0
    told = " ".join(" ".join(outcome_table(study)).split())
    assert "4 failed" in told
    assert "scored instant" not in told
    assert "CRPS" not in told
    assert "fall in the" not in str(answer(study))
