"""The alliance's standing told: what a crisis did to trust, cohesion and confidence, and who left."""

from __future__ import annotations

from collections.abc import Iterator

from sim.engine.event_log import EventKind, EventRecord
from sim.experiment.dynamics.standing import HOURS_A_YEAR, value_at
from sim.report.dynamics import Telling
from sim.report.story_groups import Line
from sim.report.telling import Teller, listing

K = EventKind
WORDS = {
    "trust": "trust in the alliance", "patron": "trust in the lead as a patron", "cohesion": "cohesion",
    "confidence": "share of the public that counts on help",
}  # fmt: skip


def _changes(t: Teller) -> Iterator[Line]:
    """Yield one line for all that one event changes."""
    bunches: dict[int, list[EventRecord]] = {}
    for record in t.log.of(K.STANDING):
        bunches.setdefault(record.cause, []).append(record)
    for records in bunches.values():
        first = records[0]
        owed = [r for r in records if r.where.startswith("owes ")]
        said = [_change(t, record) for record in records if record not in owed]
        if owed:
            to = t.members(r.where.removeprefix("owes ") for r in owed)
            said.append(f"{t.member(first.who)}'s debt to {to} {owed[0].detail['change']:+.2f} each")
        reason = "helped" if owed else first.detail["reason"]
        text = f"what it leaves behind (assumed; {reason}): {listing(said)}"
        yield Line(first.time, first.id, text)


def _change(t: Teller, r: EventRecord) -> str:
    who = f"{t.member(r.who)}'s " if r.who else ""
    return f"{who}{WORDS[r.where]} {r.detail['change']:+.2f} (now {r.amount:.2f})"


def _exit(t: Teller, r: EventRecord) -> str:
    shape = t.scenario.alliance.standing
    assert shape is not None
    trust = value_at(t.log, shape, "trust", r.who, r.time)
    why = f"by chance, at an assumed hazard of {r.amount * HOURS_A_YEAR:.2g} a year"
    return f"{t.member(r.who)} leaves the alliance ({why} with its trust at {trust:+.2f})"


TELLING = Telling({K.EXIT: _exit}, (_changes,))
