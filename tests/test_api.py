"""One noun means one thing, whichever of `sim.run`, `sim.sweep` and `sim.compare` answered."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiment.notebook import notebook_html
from tests.tiny import tiny_scenario

TROOPS = {"mandate.troops": "500:1000:500"}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def changed(number):
    return tiny_scenario({"mandate.troops": number})


STUDIES = {
    "run": lambda seed=1: sim.run(tiny_scenario(), 8, seed=seed),
    "sweep": lambda seed=1: sim.sweep(tiny_scenario(), TROOPS, 8, seed=seed, responses=["killed"]),
    "comparison": lambda seed=1: sim.compare(tiny_scenario(), changed(20), reps=8, seed=seed),
}


@pytest.fixture(scope="module", params=STUDIES)
def study(request):
    return STUDIES[request.param]()


def test_the_repr_is_a_line_and_a_notebook_shows_a_table(study):
    for shown in (study, study.summary()):
        assert len(repr(shown)) < 160
        assert "\n" not in repr(shown)
        html = shown._repr_html_()
        assert html.count("<table") == 1
        assert html.startswith(f"<p>{repr(shown).replace('<', '&lt;').replace('>', '&gt;')}</p>")
        assert len(html) < 20_000


def test_a_summary_has_a_table_and_plain_data(study):
    summary = study.summary()
    assert isinstance(summary.table, pd.DataFrame)
    assert isinstance(study.runs, pd.DataFrame)
    assert len(summary.table) > 5
    assert {"name", "low", "high"} <= set(summary.table.columns)
    assert json.loads(json.dumps(summary.as_dict(), allow_nan=False))["n"] == summary.n


def test_the_table_says_what_the_summary_says():
    summary = STUDIES["run"]().summary()
    row = summary.table.set_index("name").loc["killed"]
    assert (row["n"], row["median"]) == (summary.responses["killed"].n, summary.responses["killed"].median)
    sweep = STUDIES["sweep"]().summary()
    found = sweep.table.set_index(["point", "name"]).loc[(1, "killed")]
    assert (found["n"], found["mean"]) == (sweep.at(1, "killed").n, sweep.at(1, "killed").mean)
    comparison = STUDIES["comparison"]().summary()
    assert comparison.table["side"].unique().tolist() == ["B"]
    assert comparison.table["mean"].tolist() == pytest.approx(
        [d.mean for d in comparison.outcomes["B"]], nan_ok=True
    )
    assert comparison.differs == bool(comparison.table["differs"].any())


def test_what_a_text_says_is_escaped():
    from dataclasses import replace

    summary = STUDIES["run"]().summary()
    bad = {"x": summary.responses["killed"]._replace(label="<script>", n=3)}
    assert "<script>" not in replace(summary, responses=bad)._repr_html_()


@pytest.mark.parametrize("kind", STUDIES)
def test_charts_of_two_studies_lie_apart(kind):
    one, other = STUDIES[kind](1).plot(), STUDIES[kind](2).plot()
    assert {path.parent.parent.as_posix() for path in (*one, *other)} == {"charts"}
    assert one[0].parent != other[0].parent
    assert all(path.is_file() for path in (*one, *other))
    assert {path.suffix for path in one} == {".png", ".svg", ".csv"}
    again = STUDIES[kind](1).plot(to="mine")
    assert [path.name for path in again] == [path.name for path in one]
    assert {path.parent.as_posix() for path in again} == {"mine"}
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in one]


def test_a_notebook_shows_the_first_rows_and_says_how_many_there_are():
    html = notebook_html("many", pd.DataFrame({"name": [f"row{n}" for n in range(1, 1045)]}), ["name"])
    assert "row40<" in html
    assert "row41" not in html
    assert "and 1,004 more in" in html


def test_a_comparison_of_nothing_has_a_table():
    from dataclasses import replace

    summary = replace(STUDIES["comparison"]().summary(), outcomes={})
    assert len(summary.table) == 0
    assert "0 of 0 outcomes differ" in summary._repr_html_()


def test_an_empty_comparison_has_a_table_too():
    same = sim.compare(tiny_scenario(), tiny_scenario(), reps=4)
    assert not same.summary().table["differs"].any()
    assert "<table" in same._repr_html_()


def test_the_package_says_how_it_is_used():
    for noun in (".runs", ".summary()", ".plot()", ".table"):
        assert noun in sim.__doc__


WRONG = {
    "a negative seed": ({"seed": -1}, "seed must be a whole number, from 0 to 9007199254740991, not -1"),
    "a seed too great": ({"seed": 2**60}, "seed must be a whole number, from 0 to 9007199254740991, not 115"),
    "half a seed": ({"seed": 1.5}, "seed must be a whole number, from 0 to 9007199254740991, not 1.5"),
    "a seed in words": ({"seed": "1"}, "seed must be a whole number, from 0 to 9007199254740991, not '1'"),
    "half a replication": ({"reps": 2.5}, "reps must be a whole number, 1 or more, not 2.5"),
    "a truth value": ({"reps": True}, "reps must be a whole number, 1 or more, not True"),
    "a number in words": ({"reps": "3"}, "reps must be a whole number, 1 or more, not '3'"),
    "no replication": ({"reps": 0}, "reps must be a whole number, 1 or more, not 0"),
}
VERBS = {
    "run": lambda **given: sim.run(tiny_scenario(), **given),
    "sweep": lambda **given: sim.sweep(tiny_scenario(), TROOPS, **given),
    "comparison": lambda **given: sim.compare(tiny_scenario(), changed(20), **given),
}


@pytest.mark.parametrize(("given", "told"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("verb", VERBS)
def test_what_the_command_line_refuses_is_refused_in_one_sentence(verb, given, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told)}"):
        VERBS[verb](**{"reps": 2, **given})


def test_no_replication_is_not_taken_for_the_usual_number_with_a_precision():
    with pytest.raises(ValueError, match="reps must be a whole number, 1 or more, not 0"):
        sim.run(tiny_scenario(), 0, precision=0.2)


def test_whole_numbers_of_other_libraries_are_taken():
    assert sim.run(tiny_scenario(), np.int64(2), seed=np.int64(3)).seed == 3


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("overrides", lambda text: sim.load("tiny.yaml", text)),
        ("overrides", lambda text: sim.run("tiny.yaml", 2, overrides=text)),
        ("variants", lambda text: sim.run(tiny_scenario(), 2, variants=text)),
        ("responses", lambda text: sim.run(tiny_scenario(), 2, precision=0.5, responses=text)),
        ("vary", lambda text: sim.sweep(tiny_scenario(), text, 2)),
        ("responses", lambda text: sim.sweep(tiny_scenario(), TROOPS, 2, responses=text)),
    ],
)
def test_a_text_in_place_of_a_list_is_told_once(name, call):
    with pytest.raises(
        ValueError, match=f"^{name} must be a list of texts, not one text; write {name}=.'a=b'.$"
    ):
        call("a=b")


def test_a_run_that_is_not_there_is_told_in_a_sentence():
    study = sim.run(tiny_scenario(), 3)
    for read in (study.log_of, study.scenario_of):
        with pytest.raises(ValueError, match=r"^run must be a whole number, from 0 to 2, not 999$"):
            read(999)
        with pytest.raises(ValueError, match=r"^there is no variant 'nowhere'; known: no_answer$"):
            read(0, "nowhere")
