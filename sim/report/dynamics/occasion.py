"""How an occasion to ask is told: what became of the request."""

from __future__ import annotations

from sim.engine.event_log import EventKind
from sim.report.dynamics import Telling
from sim.report.telling import Teller
from sim.scenario.units import count

K = EventKind


def _closing(t: Teller) -> str:
    sent = [r for r in t.log.of(K.MEASURE) if r.who]
    if not any(measure.by for measure in t.scenario.response.measures.values()):
        return ""
    if not sent:
        return "nobody came of its own accord"
    givers = {r.who for r in sent}
    people = count(sum(r.amount for r in sent), "person", "people")
    return f"of their own accord came {t.members(givers)}, with {people}"


TELLING = Telling({}, (), _closing, {"answers": "dynamics.pressure_charts:draw_answers"},
                  labels={K.ORDER_RESTORED: "the occasion has passed"})  # fmt: skip
