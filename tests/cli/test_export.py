import csv
import io
import json
import sys
from hashlib import sha256
from math import inf, nan
from pathlib import Path

import pandas as pd
import pytest

from sim.experiment.export import stata_names


@pytest.fixture
def folder(fast_run):
    return fast_run("--reps", 5).folder


def frame(folder, name="runs"):
    rows = csv.DictReader(io.StringIO((folder / f"{name}.csv").read_text()))
    return pd.DataFrame([{key: float(text) if text else nan for key, text in row.items()} for row in rows])


def test_stata_gets_every_value_with_labels(call, folder):
    ended = call("export", folder, "--to", "runs.dta")
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "runs.dta")
    with pd.io.stata.StataReader("runs.dta") as reader:
        labels, found = reader.variable_labels(), reader.read()
    before = frame(folder)
    assert found.to_numpy() == pytest.approx(before.to_numpy(), nan_ok=True, abs=0)
    assert labels["killed"] == "Killed (people)"
    assert max(map(len, found.columns)) <= 32
    assert "position.AAA" in ended.out  # renamed, and told


def test_a_spreadsheet_gets_runs_and_codebook(call, folder):
    pytest.importorskip("openpyxl")
    assert call("export", folder, "--to", "runs.xlsx").code == 0
    found = pd.read_excel("runs.xlsx", sheet_name=None)
    assert list(found) == ["runs", "codebook"]
    before = frame(folder)
    assert list(found["runs"].columns) == list(before.columns)
    assert found["runs"].to_numpy(float) == pytest.approx(before.to_numpy(float), nan_ok=True, rel=1e-14)


def test_parquet_keeps_every_value_and_the_labels(call, folder):
    pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    assert call("export", folder, "--to", "runs.parquet").code == 0
    pd.testing.assert_frame_equal(pd.read_parquet("runs.parquet"), frame(folder), check_dtype=False)
    assert pq.read_schema("runs.parquet").field("killed").metadata == {b"label": b"Killed (people)"}


def test_json_holds_rows_and_codebook(call, folder):
    assert call("export", folder, "--to", "runs.json").code == 0
    found = json.loads(Path("runs.json").read_text(encoding="utf-8"))
    before = frame(folder)
    assert [row["killed"] for row in found["rows"]] == before["killed"].tolist()
    assert {entry["column"] for entry in found["codebook"]} >= {"killed", "run"}


def test_other_tables_can_be_had_and_text_stays_text(call, folder):
    assert call("export", folder, "--to", "v.dta", "--table", "variants").code == 0
    assert set(pd.read_stata("v.dta")["variant"]) == {"no_answer"}


@pytest.fixture
def compared(call):
    """Return the folder of a comparison some of whose pairs all differ by the same: an infinite reduction."""
    ended = call("compare", "tiny.yaml", "tiny.yaml", "--reps", 5, "--charts", "none", "--quiet")
    table = ended.folder / "comparison.csv"
    head, *rows = list(csv.reader(io.StringIO(table.read_text())))
    for row, value in zip(rows, ("inf", "-inf", "0.5"), strict=False):
        row[head.index("variance_reduction")] = value
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    table.write_text(text.getvalue())
    manifest = json.loads((ended.folder / "manifest.json").read_text())
    manifest["files"]["comparison.csv"]["sha256"] = sha256(table.read_bytes()).hexdigest()
    (ended.folder / "manifest.json").write_text(json.dumps(manifest))
    return ended.folder


def read_json(path):
    return pd.DataFrame(json.loads(Path(path).read_text())["rows"])


@pytest.mark.parametrize(
    ("file", "read"), [("c.dta", pd.read_stata), ("c.xlsx", pd.read_excel), ("c.json", read_json)]
)
def test_an_infinite_number_is_missing_and_told(call, compared, file, read):
    if file.endswith("xlsx"):
        pytest.importorskip("openpyxl")
    ended = call("export", compared, "--to", file, "--table", "comparison")
    assert ended.code == 0
    assert "variance_reduction: 2 infinite values are missing there" in ended.out.splitlines()
    first = read(file)["variance_reduction"].tolist()[:3]
    assert first == pytest.approx([nan, nan, 0.5], nan_ok=True)


def test_an_infinite_number_stays_where_it_is_known(call, compared):
    pytest.importorskip("pyarrow")
    ended = call("export", compared, "--to", "c.parquet", "--table", "comparison")
    assert "infinite" not in ended.out
    assert pd.read_parquet("c.parquet")["variance_reduction"].tolist()[:3] == [inf, -inf, 0.5]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "runs.sav"), "names no known format"),
        (("--to", "tiny.yaml"), "exists"),
        (("--to", "x.dta", "--table", "nothing"), "has no table 'nothing'; it has"),
    ],
)
def test_what_cannot_be_exported_is_told(call, folder, words, said):
    ended = call("export", folder, *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


@pytest.mark.parametrize(("kind", "package"), [("parquet", "pyarrow"), ("xlsx", "openpyxl")])
def test_a_missing_extra_is_named(call, folder, monkeypatch, kind, package):
    monkeypatch.setitem(sys.modules, package, None)
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    ended = call("export", folder, "--to", f"x.{kind}")
    assert ended.code == 2
    assert f"needs the package {package}" in ended.err
    assert "pip install 'csto-sim[" in ended.err


def test_a_damaged_table_is_not_exported(call, folder):
    (folder / "runs.csv").write_text("run\n1\n")
    ended = call("export", folder, "--to", "x.dta")
    assert ended.code == 1
    assert "damaged" in ended.err


def test_names_for_stata_are_short_lawful_and_told_apart():
    long = "record.the_longest_name_of_them_all_by_far"
    columns = ["a.b", "a_b", "A.B", "9lives", "using", long, long + "x", "fine"]
    found = stata_names(columns)
    assert len({name.lower() for name in found.values()}) == len(columns)
    assert all(len(name) <= 32 and name.isidentifier() for name in found.values())
    assert found["fine"] == "fine"
    assert found["a_b"] == "a_b"
    assert found == stata_names(columns[::-1])
