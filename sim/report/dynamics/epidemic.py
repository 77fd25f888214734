"""How an epidemic is told: outbreaks, strain, help on its way and there."""

from __future__ import annotations

from collections.abc import Iterator

from sim.engine.event_log import EventKind, EventRecord
from sim.report.dynamics import Telling
from sim.report.story_groups import Line
from sim.report.telling import Teller, count, listing

K = EventKind
UNITS = {
    "kits": "test", "medics": "person", "laboratory": "laboratory", "equipment": "item", "doses": "dose",
    "production": "dose",
}  # fmt: skip
PLURALS = {"person": "persons", "laboratory": "laboratories"}


def _outbreaks(t: Teller) -> Iterator[Line]:
    """Yield one line for each day on which the epidemic breaks out somewhere."""
    for record in t.log.of(K.ONSET):
        yield Line(record.time, record.id, f"{t.site(record.where)}: {record.detail['label']}")


def _strained(t: Teller, r: EventRecord) -> str:
    return f"{t.site(r.where)}: hospitals under strain at {count(r.amount, 'case')} a day"


def _amount(r: EventRecord) -> str:
    unit = UNITS[str(r.detail["what"])]
    return f" ({count(r.amount, unit, PLURALS.get(unit, ''))})" if r.amount else ""


def _asked(t: Teller, r: EventRecord) -> str:
    giver = str(r.detail["by"])
    whose = "its own" if giver == r.who else f"from {t.member(giver)}"
    return f"{t.member(r.who)} sets its hopes on {r.detail['label']}, {whose}"


def _arrived(t: Teller, r: EventRecord) -> str:
    days = float(r.detail["lead"]) / 24
    giver, to = t.member(r.who), t.member(str(r.detail["to"]))
    way = f"{giver} to {to}" if giver != to else to
    after = f"{days:.0f} day{'' if round(days) == 1 else 's'}"
    return f"{way}: {r.detail['label']}{_amount(r)}, {after} after it was asked for or agreed"


def _ended(t: Teller, r: EventRecord) -> str:
    return f"{t.member(str(r.detail['to']))}: ended: {r.detail['label']}"


def _calm(t: Teller, r: EventRecord) -> str:
    return f"{t.site(r.where)}: the wave has passed"


def _closing(t: Teller) -> str:
    cases = sum(r.amount for r in t.log.of(K.CASES))
    died = sum(r.amount for r in t.log.of(K.DEATHS))
    reached = {str(r.detail["to"]) for r in t.log.of(K.AID) if r.detail["what"] == "doses"}
    asked = {r.who for r in t.log.of(K.AID_ASKED) if r.detail["what"] == "doses"}
    waiting = sorted(asked - reached)
    without = f", vaccine from outside still awaited by {t.members(waiting)}" if waiting else ""
    who = listing(t.member(key) for key in sorted(reached))
    vaccine = f"; vaccine had reached {who}" if reached else ""
    return f"{count(cases, 'confirmed case')} and {died:,.0f} deaths (assumed course){vaccine}{without}"


TELLING = Telling(
    {
        K.STRAINED: _strained, K.AID_ASKED: _asked, K.AID: _arrived, K.AID_ENDED: _ended, K.CALM: _calm,
    },
    (_outbreaks,),
    _closing,
    {"epidemic": "dynamics.epidemic_charts:draw_epidemic", "aid": "dynamics.epidemic_charts:draw_aid"},
    labels={
        K.ONSET: "the epidemic breaks out", K.CALM: "a first wave has passed",
        K.ORDER_RESTORED: "the waves have passed",
    },
)  # fmt: skip
