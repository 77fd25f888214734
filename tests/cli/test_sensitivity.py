import csv
import json

import pytest

WORDS = ("sensitivity", "tiny.yaml", "--quiet", "--reps", 30, "--response", "killed")


def test_assumptions_are_ranked_charted_and_kept(call):
    ended = call(*WORDS)
    assert (ended.code, ended.err) == (0, "")
    assert "crisis.sites.north.forces" in ended.out
    assert ended.folder.parent.name == "tiny"
    assert (ended.folder / "charts" / "tornado-killed.png").is_file()
    rows = list(csv.DictReader((ended.folder / "sensitivity.csv").open()))
    assert {row["response"] for row in rows} == {"killed"}
    assert "crisis.sites.north.forces" in {row["assumption"] for row in rows}


def test_the_same_analysis_gives_the_same_bytes(call):
    names = ("sensitivity.csv", "charts/tornado-killed.png", "scenario.resolved.yaml")
    folders = [call(*WORDS, "--jobs", jobs).folder for jobs in (1, 2)]
    assert folders[0] == folders[1]
    first = [(folders[0] / name).read_bytes() for name in names]
    call(*WORDS)
    assert [(folders[0] / name).read_bytes() for name in names] == first


def test_with_json_the_output_is_one_document(call):
    document = json.loads(call(*WORDS, "--json").out)
    assert document["replications"] == 30
    assert document["rows"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--reps", 29), 2, "--reps"),
        (("--response", "kiled"), 3, "did you mean 'killed'?"),
        (("--set", "sites.north.force=3"), 3, "--set #1"),
    ],
)
def test_what_cannot_be_done_is_said(call, words, code, said):
    ended = call(*WORDS, *words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


def test_without_a_choice_the_responses_are_those_that_the_scenario_has(call):
    """Few crises can bring a force: what it would do is no response of theirs."""
    document = json.loads(call("sensitivity", "tiny.yaml", "--quiet", "--reps", 30, "--set",
                               "response.offers={}", "--json").out)  # fmt: skip
    assert {"killed", "hours_to_order"} <= {row["response"] for row in document["rows"]}
