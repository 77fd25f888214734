import json
from pathlib import Path

import pytest


@pytest.fixture
def both(fast_run):
    """Two results folders of the small scenario, one under another rule."""
    return [
        fast_run("--reps", 12, "--no-variants", *more).folder
        for more in ((), ("--set", "council.rule=simple_majority"))
    ]


def test_folders_are_compared_in_inputs_outcomes_and_events(call, both):
    ended = call("compare", *both, "--quiet", "--charts", "none")
    assert (ended.code, ended.err) == (0, "")
    marks = (
        "12 pairs",
        "Inputs that differ",
        "alliance.organs.council.rule",
        "Outcomes that differ",
        "twins part",
    )
    places = [ended.out.index(mark) for mark in marks]
    assert places == sorted(places)
    assert max(map(len, ended.out.splitlines())) <= 110
    assert ended.folder.parent == Path("results/compare")
    assert {"comparison.csv", "inputs.csv"} <= {p.name for p in ended.folder.iterdir()}


def test_charts_are_drawn_of_what_differs(call, both):
    folder = call("compare", *both, "--quiet").folder
    drawn = {p.name for p in (folder / "charts").iterdir()}
    assert drawn == {
        f"{name}.{kind}"
        for name in ("differences", "distributions", "curves", "timelines")
        for kind in ("png", "svg", "csv")
    }


def test_files_are_run_with_the_luck_of_the_folder_beside_them(call, both):
    ended = call("compare", both[0], "tiny.yaml", "--quiet", "--charts", "none", "--exit-code")
    assert ended.code == 0
    assert "12 pairs" in ended.out
    assert "no pair of runs answers otherwise" in ended.out


def test_the_exit_code_tells_a_difference_when_asked(call, both):
    words = ("compare", *both, "--quiet", "--charts", "none")
    assert call(*words).code == 0
    assert call(*words, "--exit-code").code == 5


def test_another_seed_is_not_paired_but_compared_unpaired(call, both):
    words = ("compare", both[0], "tiny.yaml", "--seed", 2, "--quiet", "--charts", "none")
    refused = call(*words)
    assert (refused.code, refused.out) == (1, "")
    assert "must not be paired" in refused.err
    assert len(refused.err.splitlines()) == 1
    ended = call(*words, "--unpaired")
    assert ended.code == 0
    assert "separate samples" in ended.out
    assert "twins" not in ended.out


def test_different_crises_are_not_paired_and_nothing_is_run(call):
    text = Path("tiny.yaml").read_text()
    Path("other.yaml").write_text(text.replace("host: CCC", "host: BBB"))
    refused = call("compare", "tiny.yaml", "other.yaml", "--reps", 2)
    assert (refused.code, refused.out) == (1, "")
    (line,) = refused.err.splitlines()
    assert "different crises (CCC is host in tiny, BBB in other); --unpaired compares them" in line
    assert not Path("results").exists()


def test_with_json_the_output_is_one_document(call, both):
    document = json.loads(call("compare", *both, "--quiet", "--charts", "none", "--json").out)
    assert document["differs"]
    assert Path(document["results"]).is_dir()
    assert {d["path"] for d in document["inputs"] if d["bears"]} == {"alliance.organs.council.rule"}


@pytest.mark.parametrize("option", ["--reps", "--seed"])
def test_options_of_runs_are_refused_where_none_is_made(call, both, option):
    ended = call("compare", *both, option, 3)
    assert (ended.code, ended.out) == (2, "")
    assert f"{option} is for files that are run; all 2 are folders" in ended.err


def test_three_sides_have_a_table_each(call, both):
    ended = call("compare", *both, both[0], "--quiet", "--charts", "none")
    assert "B minus A" in ended.out
    assert "C minus A" in ended.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("tiny.yaml",), 2, "2 to 6"),
        (("tiny.yaml", "missing.yaml"), 3, "there is no such file"),
        ((".", "tiny.yaml"), 1, "no results folder"),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_sentence(call, words, code, said):
    ended = call("compare", *words, "--reps", 2, "--quiet")
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


def test_the_facade_compares_too(call):
    import sim

    found = sim.compare("tiny.yaml", "tiny.yaml", reps=3)
    assert not found.differs
    assert "3 pairs" in repr(found)
    assert found.runs.shape[0] == 6
    assert {path.suffix for path in found.plot(to="drawn")} == {".png", ".svg", ".csv"}
