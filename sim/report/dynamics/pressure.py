"""How outside pressure is told: attacks, who did it, what the law makes of it, sanctions."""

from __future__ import annotations

from collections.abc import Iterator

from sim.engine.event_log import EventKind, EventRecord
from sim.report.dynamics import Telling
from sim.report.story_groups import Line
from sim.report.telling import Teller, percent
from sim.scenario.units import count

K = EventKind
#: Attacks told one by one before the rest is summed up.
MOST = 3


def _onset(t: Teller) -> Iterator[Line]:
    for r in t.log.of(K.ONSET):
        yield Line(r.time, r.id, f"it begins: {r.detail.get('label', '')}")


def _attacks(t: Teller) -> Iterator[Line]:
    """Yield the first attacks one by one, and the others in one line at the last."""
    records = t.log.of(K.ATTACK)
    for r in records[:MOST]:
        yield Line(r.time, r.id, f"attack on {r.detail['label']}; nobody owns up to it")
    if len(records) > MOST:
        last = records[-1]
        rest = count(len(records) - MOST, "further attack")
        yield Line(last.time, last.id, f"{rest} up to now, the last on {last.detail['label']}")


def _attribution(t: Teller, r: EventRecord) -> str:
    hand, sure = r.detail["external_hand"], percent(float(r.detail["certainty"]))
    return f"inquiries are {sure} certain of the author: a hand from outside is {hand}"


def _sanctioned(t: Teller, r: EventRecord) -> str:
    pressure = t.scenario.crisis.pressure
    own = pressure is not None and pressure.sanctions is not None and pressure.sanctions.party == r.who
    why = "as the state held responsible" if own else "for standing close to it"
    return f"{t.member(r.who)} comes under sanctions {why}"


def _closing(t: Teller) -> str:
    said = []
    attacks, hit = t.log.of(K.ATTACK), {r.who for r in t.log.of(K.SANCTIONED)}
    if attacks:
        began = attacks[0].time
        lawful = next((r for r in t.log.of(K.LEDGER) if r.detail["basis"]["force"] != "unmet"), None)
        helped = [r.time for kind in (K.MEASURE, K.ON_TASK) for r in t.log.of(kind)[:1]]
        posted, over = t.log.first(K.ON_TASK), t.log.last(K.ORDER_RESTORED)
        said.append(count(len(attacks), "attack"))
        said.append(
            f"force lawful or arguable {(lawful.time - began) / 24:.0f} days after the first" if lawful
            else "force never found lawful"
        )  # fmt: skip
        said.append(
            f"help beyond words after {(min(helped) - began) / 24:.0f} days" if helped
            else "no help beyond words"
        )  # fmt: skip
        if t.scenario.response.mandate is not None:
            late = over is not None and posted is not None and posted.time > over.time
            said.append(
                f"soldiers on post after {(posted.time - began) / 24:.0f} days"
                + (", when it was over" if late else "") if posted else "soldiers never on post"
            )  # fmt: skip
    if t.scenario.crisis.pressure is not None and t.scenario.crisis.pressure.sanctions is not None:
        said.append(f"under sanctions: {t.members(hit)}" if hit else "nobody under sanctions")
    return ", ".join(said)


def _charts(*names: str) -> dict[str, str]:
    return {name: f"dynamics.pressure_charts:draw_{name}" for name in names}


TELLING = Telling(
    {K.ATTRIBUTION: _attribution, K.SANCTIONED: _sanctioned},
    (_onset, _attacks),
    _closing,
    _charts("attribution", "sanctions", "answers"),
    labels={K.ONSET: "pressure begins", K.ORDER_RESTORED: "the pressure is over"},
)
