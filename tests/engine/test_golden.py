"""One small history as text: whoever changes what happens sees it in the difference of a readable file.

After a change on purpose: `UPDATE_GOLDEN=1 python -m pytest tests/engine/test_golden.py`, then read the diff.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sim.engine.event_log import EventLog
from sim.engine.replication import run_replication
from tests.tiny import tiny_scenario

GOLDEN = Path(__file__).parent / "golden" / "tiny_log.txt"
#: A force small enough to be read; weather, repairs, contagion and shocks as they fall.
SMALL: dict[str, Any] = {
    "mandate.troops": 160,
    "mandate.vehicles": 8,
    "mandate.duration": "6 days",
    "offers.BBB.troops": 60,
    "offers.BBB.vehicles": 3,
    "airlift.weather": True,
    "airlift.breakdowns": True,
    "airlift.chalk_interval": "1 h",
    "crisis.host_choice.notice": {"lognormal": {"median": "1 h", "spread": 2}},
    "crisis.unrest.spread.chance": 1,
}
SEED, REPLICATION = 1, 7


def readable(value: Any) -> str:
    """Return a detail as short text, floats to three decimals (far above the rounding of any machine)."""
    if isinstance(value, float):
        return f"{round(value, 3) + 0.0:.3f}".rstrip("0").rstrip(".")  # the sum turns -0.0 into 0.0
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} {readable(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(readable, value)) + ")"
    return str(value)


def lines(log: EventLog) -> Iterator[str]:
    """Yield a line for each event: hours, what, who, where, how much, because of which line, details."""
    place = {record.id: number for number, record in enumerate(log, start=1)}
    for record in log:
        because = f"<- {place[record.cause]}" if record.cause >= 0 else ""
        about = "; ".join(f"{key} {readable(item)}" for key, item in record.detail.items())
        head = (
            f"{place[record.id]:4} {record.time:9.3f}  {record.kind:<18} {record.who:<18} {record.where:<10}"
        )
        yield f"{head} {readable(float(record.amount)):>8} {because:<7} {about}".rstrip()


def test_the_small_history_is_the_one_on_file():
    told = "\n".join(lines(run_replication(tiny_scenario(SMALL), SEED, REPLICATION))) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(told, encoding="utf-8", newline="\n")
        pytest.skip(f"{GOLDEN.name} written anew; read its difference before keeping it")
    assert told.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_the_small_history_tells_a_whole_story():
    kinds = {line[16:34].strip() for line in GOLDEN.read_text(encoding="utf-8").splitlines()}
    assert {"appeal", "mandate", "landed", "freed", "withdrawn", "contingent home", "horizon"} <= kinds


def test_texts_are_short_and_plain():
    assert readable(2.0) == "2"
    assert readable(("a", 0.12345, {"b": -0.0})) == "(a, 0.123, {b 0})"
