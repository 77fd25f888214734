"""What was read and checked is kept for the next start, and used where nothing it follows from changed."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sim.experiment.study import settled
from sim.scenario import kept
from sim.scenario.errors import ScenarioError
from sim.scenario.kept import kept_or_made
from sim.scenario.load import load_scenario, made_variants
from sim.scenario.models import Scenario
from sim.scenario.paths import read_path
from sim.scenario.plain import hash_of, plain_data
from sim.scenario.resolve import resolve, write_yaml, yaml_parts
from sim.scenario.variants import variants_of
from sim.scenario.watch import NEVER, content_of, note_file, watched

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "scenarios"
#: One with variants, a campaign, one with a sweep of its own.
SOME = ("kazakhstan", "neighbours", "hybrid")


class Reader:
    """Asks for scenarios as a verb does and counts how often one had to be read."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self, path: Path, overrides: Sequence[str] = ()) -> Scenario:
        def made() -> Scenario:
            self.read += 1
            return load_scenario(path, overrides)

        return kept_or_made(str(path), overrides, made)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for compiled modules that nobody else uses."""
    folder = tmp_path / "compiled"
    monkeypatch.setattr(kept.__spec__, "cached", str(folder / "kept.pyc"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return folder


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the shipped scenarios."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "scenarios"))


@pytest.mark.parametrize("name", SOME)
def test_what_was_kept_is_what_was_read(name: str, place: Path) -> None:
    reader, path = Reader(), SHIPPED / f"{name}.yaml"
    first = reader(path)
    data, variants, text = plain_data(first), dict(variants_of(first)), resolve(first)
    second = reader(path)
    assert reader.read == 1
    assert second is not first
    assert second == first
    assert plain_data(second) == data
    assert variants_of(second) == variants
    assert all(plain_data(one) == plain_data(variants[key]) for key, one in variants_of(second).items())
    assert resolve(second) == text
    assert second.model_dump(mode="json", exclude_none=True) == data


def test_a_copy_from_elsewhere_has_the_names_that_the_program_looks_for() -> None:
    scenario = load_scenario(SHIPPED / "kazakhstan.yaml")
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario
    assert all(name is sys.intern(name) for part in (copy, copy.crisis) for name in vars(part))


@pytest.mark.parametrize("name", SOME)
def test_runs_written_into_what_was_kept_change_nothing_else(name: str, place: Path) -> None:
    reader, path = Reader(), SHIPPED / f"{name}.yaml"
    reader(path)
    scenario = reader(path)
    study = settled(scenario, 7, None, None)
    assert reader.read == 1
    whole = study.model_dump(mode="json", exclude_none=True)
    data, variants = plain_data(study), variants_of(study)
    assert data == whole
    assert list(data) == list(whole)
    assert data["experiment"]["replications"] != plain_data(load_scenario(path))["experiment"]["replications"]
    assert variants == made_variants(study)
    assert all(one.experiment is study.experiment for one in variants.values())
    digest, text = hash_of(data), write_yaml(data)
    yaml_parts.known = {}
    assert text == write_yaml(whole)
    assert digest == hash_of(whole)


def test_a_variant_of_how_runs_are_done_is_made_anew() -> None:
    more = ["variants.more={title: more runs, set: {experiment.band: 0.8}}"]
    scenario = load_scenario(SHIPPED / "kazakhstan.yaml", more)
    assert variants_of(scenario)["more"].experiment.band == 0.8
    study = settled(scenario, 7, None, None)
    assert variants_of(study)["more"].experiment.band == 0.8
    assert variants_of(study)["more"].experiment.replications == 7


@pytest.mark.parametrize(
    "changed",
    ["kazakhstan.yaml", "kazakhstan.fitted.yaml", "alliances/csto.yaml", "alliances/csto_decisions.yaml"],
)
def test_a_change_in_any_file_is_read(changed: str, place: Path, files: Path) -> None:
    reader, path = Reader(), files / "kazakhstan.yaml"
    reader(path)
    reader(path)
    assert reader.read == 1
    with (files / changed).open("a") as file:
        file.write("# more\n")
    reader(path)
    assert reader.read == 2
    reader(path)
    assert reader.read == 2


def test_a_file_that_comes_is_heeded(place: Path, files: Path) -> None:
    reader, path = Reader(), files / "ready_alliance.yaml"
    learnt = files / "alliances" / "csto_decisions.yaml"
    learnt.rename(files / "aside.yaml")
    reader(path)
    reader(path)
    assert reader.read == 1
    (files / "aside.yaml").rename(learnt)
    reader(path)
    assert reader.read == 2


def test_a_file_that_goes_is_missed(place: Path, files: Path) -> None:
    reader, path = Reader(), files / "kazakhstan.yaml"
    reader(path)
    (files / "kazakhstan.fitted.yaml").unlink()
    with pytest.raises(ScenarioError, match="there is no file"):
        reader(path)


def test_other_settings_are_kept_apart(place: Path) -> None:
    reader, path = Reader(), SHIPPED / "kazakhstan.yaml"
    rules = [reader(path, [f"council.rule={rule}"] if rule else []) for rule in ("", "unanimity", "")]
    assert [read_path(one, "council.rule") for one in rules] == ["consensus", "unanimity", "consensus"]
    assert reader.read == 2


def test_another_program_reads_anew(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, path = Reader(), SHIPPED / "kazakhstan.yaml"
    reader(path)
    monkeypatch.setattr("pydantic.VERSION", "0.0")
    reader(path)
    assert reader.read == 2
    monkeypatch.setattr(kept, "program", lambda: "another")
    reader(path)
    assert reader.read == 3
    reader(path)
    assert reader.read == 3


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "words"])
def test_what_is_damaged_is_read_anew(damage: str, place: Path) -> None:
    reader, path = Reader(), SHIPPED / "kazakhstan.yaml"
    first = reader(path)
    (one,) = place.glob("*.kept")
    raw = one.read_bytes()
    flipped = raw[:-1000] + bytes([raw[-1000] ^ 1]) + raw[-999:]
    one.write_bytes({"cut": raw[:-1], "bit": flipped, "empty": b"", "words": b"[1]\nnothing"}[damage])
    assert reader(path) == first
    assert reader.read == 2
    assert one.read_bytes() == raw


def test_a_way_past_a_link_is_the_systems_to_know(
    place: Path, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path(shutil.copytree(files, tmp_path / "other"))
    text = (other / "kazakhstan.yaml").read_text()
    (other / "kazakhstan.yaml").write_text(text.replace("title: ", "title: Another ", 1))
    (files / "link").symlink_to(other / "alliances")
    monkeypatch.chdir(files)
    reader = Reader()
    titles = [reader(Path(way)).title for way in ("kazakhstan.yaml", "link/../kazakhstan.yaml") * 2]
    assert titles[1].startswith("Another ")
    assert titles == titles[:2] * 2
    assert titles[0] != titles[1]
    assert reader.read == 2


def test_without_a_working_folder_files_are_read(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(ScenarioError, match="there is no such file"):
        Reader()(Path("kazakhstan.yaml"))


def test_letters_that_are_none_are_not_kept(place: Path) -> None:
    reader, odd = Reader(), ["title=x\udcff"]
    assert reader(SHIPPED / "kazakhstan.yaml", odd).title == "x\udcff"
    assert not list(place.glob("*"))


def test_a_file_that_is_none_any_more_is_not_waited_for(place: Path, files: Path) -> None:
    reader, path = Reader(), files / "kazakhstan.yaml"
    reader(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ScenarioError, match="not a regular file"):
        reader(path)


def test_a_file_that_changes_while_it_is_read_twice_is_read_again(tmp_path: Path) -> None:
    with watched() as files:
        note_file("x.yaml", b"one")
        note_file("x.yaml", b"one")
        assert set(files.values()) == {content_of(b"one")}
        note_file("x.yaml", b"two")
        note_file("x.yaml", b"one")
    assert set(files.values()) == {NEVER}


def test_what_is_wrong_is_told_every_time_and_never_kept(place: Path, files: Path) -> None:
    reader, path = Reader(), files / "kazakhstan.yaml"
    with path.open("a") as file:
        file.write("hoziron: 3 h\n")
    for _ in range(2):
        with pytest.raises(ScenarioError, match="hoziron"):
            reader(path)
    assert reader.read == 2
    assert not place.exists()


def test_little_files_are_not_kept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, path = Reader(), SHIPPED / "kazakhstan.yaml"
    monkeypatch.setattr(kept, "WORTH_KEEPING", 10_000_000)
    reader(path)
    reader(path)
    assert reader.read == 2
    assert not place.exists()


def test_the_oldest_go_when_there_are_too_many(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 2)
    reader, path = Reader(), SHIPPED / "kazakhstan.yaml"
    for number, rule in enumerate(("consensus", "unanimity", "simple_majority")):
        before = set(place.glob("*.kept"))
        reader(path, [f"council.rule={rule}"])
        (new,) = set(place.glob("*.kept")) - before
        os.utime(new, (number, number))
    assert len(list(place.iterdir())) == 2
    left = place / f"{new.name}.123"  # by a process killed before it was done
    left.write_bytes(b"")
    os.utime(left, (0, 0))
    reader(path, ["council.rule=simple_majority"])
    assert reader.read == 3
    reader(path, ["council.rule=consensus"])
    assert reader.read == 4
    assert not left.exists()


def test_a_place_that_cannot_be_written_does_no_harm(place: Path) -> None:
    place.write_text("no folder")
    reader, path = Reader(), SHIPPED / "kazakhstan.yaml"
    assert reader(path) == reader(path)
    assert reader.read == 2
    assert place.read_text() == "no folder"


def test_nothing_is_kept_or_used_where_python_keeps_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, path = Reader(), SHIPPED / "kazakhstan.yaml"
    reader(path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    reader(path)
    assert reader.read == 2
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(kept.__spec__, "cached", None)
    reader(path)
    assert reader.read == 3


@pytest.mark.parametrize("name", SOME)
def test_the_command_says_and_writes_the_same_with_and_without(name: str, tmp_path: Path) -> None:
    outputs = []
    for number, variables in enumerate(({"PYTHONDONTWRITEBYTECODE": "1"}, {}, {})):
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | variables
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(tmp_path / "compiled")}
        out = tmp_path / "out"
        words = ("-m", "sim", f"scenarios/{name}.yaml", "--reps", "2", "--charts", "none", "--out", str(out))
        ended = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
        written = {
            str(file.relative_to(out)): file.read_bytes()
            for file in sorted(out.rglob("*"))
            if file.is_file() and file.name not in ("manifest.json", "runs.sqlite")
        }
        assert bool(list((tmp_path / "compiled").rglob("*.kept"))) == (number > 0)
        outputs.append((ended.stdout, ended.stderr, written))
        out.rename(tmp_path / f"out{number}")
    assert outputs[0] == outputs[1] == outputs[2]
    assert any(file.endswith("scenario.resolved.yaml") for file in outputs[0][2])
