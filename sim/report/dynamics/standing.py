"""The alliance's standing told: what a crisis did to trust, cohesion and confidence, and who left."""

from __future__ import annotations

from sim.engine.event_log import EventKind, EventRecord
from sim.report.dynamics import Telling
from sim.report.telling import Teller

K = EventKind
WORDS = {
    "trust": "trust in the alliance", "patron": "trust in the lead as a patron", "cohesion": "cohesion",
    "confidence": "share of the public that counts on help",
}  # fmt: skip


def _standing(t: Teller, r: EventRecord) -> str:
    measure = f"what it owes {t.member(r.where[5:])}" if r.where.startswith("owes ") else WORDS[r.where]
    who = f"{t.member(r.who)}: " if r.who else "alliance: "
    return f"{who}{measure} {r.detail['change']:+.2f} to {r.amount:.2f} ({r.detail['reason']}; assumed)"


def _exit(t: Teller, r: EventRecord) -> str:
    return f"{t.member(r.who)} leaves the alliance"


TELLING = Telling(
    {K.STANDING: _standing, K.EXIT: _exit}, charts={"standing": "dynamics.standing_charts:draw_standing"}
)
