"""The fast writer of YAML gives the text that libyaml gives, or leaves the data to it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from sim.scenario import resolve as writing
from sim.scenario.load import load_scenario
from sim.scenario.yaml_text import BeyondError

ROOT = Path(__file__).resolve().parents[2]
WORDS = "true no null Yes n y a b e 1 12 0x 0o7 12:30 2022-01-02"
SIGNS = "- -- --- ... . : # ' \" , [ ] { } ? ! | > % @ ` ~ = << & * / \\ + _ é 漢"
PIECES = (*WORDS.split(), *SIGNS.split(), " ", " ", " ", " ", "  ", "word " * 9)


def fast(data: dict[str, Any]) -> str:
    return writing.yaml_text(data, writing._is_text)


def a_text(chance: random.Random) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.choice((1, 1, 2, 3, 5, 9, 30, 90)))).strip()


def a_value(chance: random.Random, depth: int) -> Any:
    kind = chance.random()
    if depth and kind < 0.25:
        return {a_text(chance)[:90].strip(): a_value(chance, depth - 1) for _ in range(chance.randint(0, 4))}
    if depth and kind < 0.4:
        return [a_value(chance, depth - 1) for _ in range(chance.randint(0, 4))]
    if kind < 0.85:
        return a_text(chance)
    return chance.choice((1, -3, 0.5, 1e-7, 1e22, 1e16, 0.0, -0.0, 123456.75, 10**20, True, False))


def test_whatever_the_data_the_text_is_libyaml_s():
    chance = random.Random(1)
    for _ in range(600):
        data = {a_text(chance)[:90].strip(): a_value(chance, 4) for _ in range(3)}
        assert fast(data) == writing.libyaml_text(data)


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("[a-z]*[a-z].yaml")), ids=lambda p: p.stem)
def test_the_scenarios_are_written_fast_and_as_before(path):
    if "format:" not in path.read_text(encoding="utf-8"):
        pytest.skip("no scenario")
    data = writing.plain_data(load_scenario(path))
    assert fast(data) == writing.libyaml_text(data)


@pytest.mark.parametrize(
    "value",
    ["two\nlines", "a\ttab", " led", "trailed ", "\x85", "\ufeff", "\U0001f600", None, float("inf"), (1, 2)],
    ids=repr,
)
def test_what_it_does_not_know_is_left_to_libyaml(value):
    data = {"a": [{"b": value}], "c": 1}
    with pytest.raises(BeyondError):
        fast(data)
    assert writing.write_yaml(data) == writing.libyaml_text(data)


@pytest.mark.parametrize("data", [{}, {"k" * 200: 1}, {1: 2}], ids=str)
def test_keys_of_other_forms_are_left_to_libyaml(data):
    with pytest.raises(BeyondError):
        fast(data)
    assert writing.write_yaml(data) == writing.libyaml_text(data)
