"""The reader of YAML: 1.2 scalars, exact places, refusals, and limits that hold against bombs."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.errors import ScenarioError
from sim.scenario.yaml_events import MAX_BYTES, parse_yaml, read_yaml


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("2022-01-05", "2022-01-05"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-7.", -7.0),
        ("+12", 12),
        ("~", None),
        ("Null", None),
        ("TRUE", True),
        ("false", False),
        ("'5'", "5"),
        ('"true"', "true"),
        ("36 h", "36 h"),
        ("-", "-"),
    ],
)
def test_scalars_follow_yaml_1_2(written: str, value: Any) -> None:
    if written == "-":
        assert parse_yaml("a: '-'", "x").data == {"a": "-"}
        return
    found = parse_yaml(f"a: {written}", "x").data["a"]
    assert (found, type(found)) == (value, type(value))


def test_keys_are_texts_whatever_they_look_like() -> None:
    assert parse_yaml("NO: 1\n12: 2\nnull: 3", "x").data == {"NO": 1, "12": 2, "null": 3}


def test_marks_say_where_keys_and_values_stood() -> None:
    marks = parse_yaml("a:\n  - {b: 1,  c: 2}\n", "x").marks
    entry = marks.children["a"].node.children[0].node.children["c"]
    assert (entry.line, entry.column) == (1, 12)
    assert (entry.node.line, entry.node.column) == (1, 15)


def test_an_alias_repeats_the_value() -> None:
    assert parse_yaml("a: &x {b: [1]}\nc: *x", "x").data == {"a": {"b": [1]}, "c": {"b": [1]}}


def bomb() -> str:
    levels = "".join(f"{c}: &{c} [{', '.join(['*' + chr(ord(c) - 1)] * 10)}]\n" for c in "bcdefghi")
    return "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + levels


REFUSED = {
    "nothing": ("", "x: the file is empty; a scenario starts with 'format: 1'"),
    "only a comment": ("# nothing\n", "x: the file is empty; a scenario starts with 'format: 1'"),
    "two documents": (
        "a: 1\n---\nb: 2\n",
        "x:2:1: a second document begins here; keep one document in a file",
    ),
    "recursion": ("a: &a [*a]", "x:1:8: a.0: alias '*a' stands inside what it names; write the values out"),
    "no anchor": ("a: *b", "x:1:4: a: alias '*b' names nothing above; define it with '&b'"),
    "a list as key": ("[1]: 2", "x:1:1: a key must be a single word or text, not a list or mapping; name it"),
    "an alias as key": ("a: &a 1\n*a : 2", "x:2:1: a key must be written out, not an alias; write the key"),
    "bad indentation": (
        "a: 1\n b: 2\n",
        "x:2:3: not YAML: mapping values are not allowed in this context; "
        "check indentation, quotes and brackets here",
    ),
    "a control character": (
        "a: \x07",
        "x:1:4: not readable as YAML: control characters are not allowed; remove the character",
    ),
    "brackets without end": ("[" * 100_000, "x:1:41: 0.0.0.0.0.0"),
    "braces without end": ("{a: " * 100_000, "x:1:161: a.a.a.a.a.a"),
    "dashes without end": ("- " * 100_000, "x:1:81: 0.0.0.0.0.0"),
    "an alias bomb": (bomb(), "x:6:8: more than 200,000 values once aliases are filled in; shorten the file"),
    "too many values": ("- a\n" * 900_000, "x:200001:3: more than 200,000 values"),
    "deep aliases": (
        "a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 20 + "*a" + "]" * 20,
        "x:2:24: b.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0: nested deeper than 40 levels",
    ),
}


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_placed_without_delay(text: str, told: str) -> None:
    begun = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        parse_yaml(text, "x")
    assert time.process_time() - begun < 5  # a hang or an explosion takes far longer
    assert str(caught.value).startswith(told)


NOTED = {
    "a duplicate key": (
        "a: 1\nb: 2\na: 3",
        "x:3:1: a: key 'a' was already given at line 1; keep one of them",
    ),
    "a tag": ("a: !!int 3", "x:1:4: a: tag 'tag:yaml.org,2002:int' is not read; remove it"),
    "code in a tag": (
        "a: !!python/object/apply:os.getcwd []",
        "x:1:4: a: tag 'tag:yaml.org,2002:python/object/apply:os.getcwd' is not read; remove it",
    ),
    "a merge key": (
        "a: &a {b: 1}\nc:\n  <<: *a",
        "x:3:3: c.<<: merge keys ('<<') are not read; use 'extends:' to build on a file",
    ),
    "infinity": ("a: [1, -.inf]", "x:1:8: a.1: '-.inf' is not a finite number; write a finite one"),
    "nan": ("a: .NaN", "x:1:4: a: '.NaN' is not a finite number; write a finite one"),
    "1e999": ("a: 1e999", "x:1:4: a: '1e999' is not a finite number; write a finite one"),
    "a long integer": ("a: " + "9" * 5000, "x:1:4: a: '999999"),
}


@pytest.mark.parametrize(("text", "told"), NOTED.values(), ids=NOTED)
def test_what_is_noted_does_not_stop_the_reading(text: str, told: str) -> None:
    document = parse_yaml(text + "\nlast: 1\n", "x")
    assert document.data["last"] == 1
    (problem,) = document.problems
    assert str(problem).startswith(told)


def test_the_first_of_two_equal_keys_stays() -> None:
    assert parse_yaml("a: 1\na: {b: 2}", "x").data == {"a": 1}


def test_a_text_with_a_byte_order_mark_is_read() -> None:
    assert parse_yaml("\ufeffa: 1", "x").data == {"a": 1}


def refusal(path: Path) -> str:
    begun = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        read_yaml(path)
    assert time.process_time() - begun < 5  # a hang or an explosion takes far longer
    return str(caught.value)


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "harbour.yaml").write_text("a: 1")
    missing = tmp_path / "harbor.yaml"
    assert refusal(missing) == f"{missing}: there is no such file; did you mean 'harbour.yaml'?"
    assert refusal(tmp_path / "no" / "x.yaml").endswith("there is no such file; check the path")


def test_a_directory_is_no_scenario(tmp_path: Path) -> None:
    (tmp_path / "harbour.yaml").write_text("a: 1")
    told = f"{tmp_path}: this is a directory; name a scenario file, such as 'harbour.yaml'"
    assert refusal(tmp_path) == told


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refusal(tmp_path / "pipe.yaml").endswith("this is not a regular file; name a scenario file")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert refusal(path) == f"{path}: this is a binary file, not text; name a scenario file"
    path.write_bytes(b"name: a\ntitle: caf\xe9\n")
    assert refusal(path) == f"{path}:2:11: byte 0xe9 is not UTF-8 text; save the file as UTF-8"


def test_characters_that_turn_the_writing_are_refused_where_they_stand(tmp_path):
    path = tmp_path / "turned.yaml"
    path.write_text("format: 1\ntitle: calm \u202emlac\n", encoding="utf-8")
    assert refusal(path).startswith(
        f"{path}:2:13: the invisible character U+202E turns the direction of writing"
    )
    path.write_text('title: "calm \\u202emlac"\n', encoding="utf-8")  # as an escape it can be seen
    assert read_yaml(path).data["title"] == "calm \u202emlac"


def test_a_file_too_large(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert refusal(path) == f"{path}: the file is larger than 4,000,000 bytes; split it with 'extends:'"


def test_a_name_no_system_takes(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / ("x" * 5000))
    assert "cannot be read" in refusal(tmp_path / "a\0b")
