"""How an epidemic is told: outbreaks, strain, help on its way and there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.engine.event_log import EventKind, EventRecord
from sim.report.dynamics import Telling
from sim.report.story_groups import Line, runs
from sim.report.telling import Teller, listing
from sim.scenario.units import count

K = EventKind
UNITS = {
    "kits": "test", "medics": "person", "laboratory": "laboratory", "equipment": "item", "doses": "dose",
    "production": "dose",
}  # fmt: skip
PLURALS = {"person": "persons", "laboratory": "laboratories"}
#: Turns of the epidemic in several states are told together while each follows the last within GAP, at most
#: over SPAN (hours); deliveries while they come on one day, in a campaign over months.
GAP, SPAN = 21 * 24.0, 60 * 24.0
ONE_DAY, MONTHS = (12.0, 24.0), (60 * 24.0, 150 * 24.0)


def _outbreaks(t: Teller) -> Iterator[Line]:
    """Yield one line for each wave that breaks out in several states about the same time."""
    for label in dict.fromkeys(str(r.detail["label"]) for r in t.log.of(K.ONSET)):
        records = [r for r in t.log.of(K.ONSET) if r.detail["label"] == label]
        yield from _together(t, records, label, lambda r: t.site(r.where))


def _strains(t: Teller) -> Iterator[Line]:
    """Yield one line for hospitals that come under strain about the same time."""
    yield from _together(t, t.log.of(K.STRAINED), "hospitals under strain",
                         lambda r: f"{t.site(r.where)} at {count(r.amount, 'case')} a day")  # fmt: skip


def _calms(t: Teller) -> Iterator[Line]:
    """Yield one line for waves that pass about the same time."""
    yield from _together(t, t.log.of(K.CALM), "the wave has passed", lambda r: t.site(r.where))


def _together(
    t: Teller, records: list[EventRecord], opening: str, where: Callable[[EventRecord], str]
) -> Iterator[Line]:
    for bunch in runs(records, GAP, SPAN):
        first, last = bunch[0], bunch[-1]
        until = f" (until {t.near(last.time, first.time)})" if last.time - first.time > 1 else ""
        yield Line(first.time, first.id, f"{opening}: {listing(map(where, bunch))}{until}")


def _asked(t: Teller) -> Iterator[Line]:
    """Yield what states ask for, agree on or wait for, all that begins at one hour in one line.

    A campaign tells it with its arrival alone.
    """
    if t.scenario.crises:
        return
    bunches: dict[tuple[float, str, str], list[EventRecord]] = {}
    for r in t.log.of(K.AID_ASKED):
        own = str(r.detail["by"]) == r.who
        kind = "made" if own else "awaited" if r.detail["what"] == "doses" else "agreed"
        bunches.setdefault((r.time, kind, str(r.detail["by"])), []).append(r)
    for (time, kind, giver), records in bunches.items():
        labels: dict[str, list[str]] = {}
        for r in records:
            labels.setdefault(str(r.detail["label"]), []).append(r.who)
        told = "; ".join(label if kind == "made" else f"{label}, for {t.members(who)}"
                         for label, who in labels.items())  # fmt: skip
        yield Line(time, records[0].id, f"{_opening(t, kind, giver)}: {told}")


def _opening(t: Teller, kind: str, giver: str) -> str:
    words = {
        "made": f"production under way in {t.member(giver)}", "awaited": f"awaited from {t.member(giver)}",
    }  # fmt: skip
    return words.get(kind, f"agreed with {t.member(giver)}, or asked of it")


def _arrivals(t: Teller) -> Iterator[Line]:
    """Yield what arrives: on one day from one giver in one line, in a campaign what arrives over months."""
    kinds = dict.fromkeys((str(r.detail["what"]), r.who) for r in t.log.of(K.AID))
    for what, giver in kinds:
        records = [r for r in t.log.of(K.AID) if r.who == giver and r.detail["what"] == what]
        for bunch in runs(records, *(MONTHS if t.scenario.crises else ONE_DAY)):
            first, sender = bunch[0], t.member(giver)
            told = "; ".join(_to(t, group, first) for group in _alike(bunch))
            opening = "ready" if first.detail["to"] == giver else f"arrives from {sender}"
            yield Line(first.time, first.id, f"{opening} in {told}")


def _alike(records: list[EventRecord]) -> list[list[EventRecord]]:
    """Return *records* in groups of one label and one instant."""
    groups: dict[tuple[str, float], list[EventRecord]] = {}
    for r in records:
        groups.setdefault((str(r.detail["label"]), r.time), []).append(r)
    return list(groups.values())


def _to(t: Teller, group: list[EventRecord], first: EventRecord) -> str:
    """Return what came to whom, how much of it, and how long after it was asked for or agreed."""
    r, receivers = group[0], t.members(str(g.detail["to"]) for g in group)
    days = float(r.detail["lead"]) / 24
    said = [_amount(r)] if r.amount else []
    said.append(f"{days:.0f} day{'' if round(days) == 1 else 's'} after it was {_since(r)}")
    if t.clock(r.time)[:-6] != t.clock(first.time)[:-6]:
        said.append(f"on {t.clock(r.time)[:-6]}")
    return f"{receivers}: {r.detail['label']} ({', '.join(said)})"


def _amount(r: EventRecord) -> str:
    unit = UNITS[str(r.detail["what"])]
    return count(r.amount, unit, PLURALS.get(unit, ""))


def _since(r: EventRecord) -> str:
    if r.detail["to"] == r.who:
        return "begun"
    return "offered" if r.detail["what"] == "doses" else "asked for or agreed"


def _ended(t: Teller) -> Iterator[Line]:
    """Yield when help that was for a time ends; a campaign leaves it out."""
    for r in () if t.scenario.crises else t.log.of(K.AID_ENDED):
        yield Line(r.time, r.id, f"{t.member(str(r.detail['to']))}: ended: {r.detail['label']}")


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
    {},
    (_outbreaks, _strains, _calms, _asked, _arrivals, _ended),
    _closing,
    {"epidemic": "dynamics.epidemic_charts:draw_epidemic", "aid": "dynamics.epidemic_charts:draw_aid"},
    labels={
        K.ONSET: "the epidemic breaks out", K.CALM: "a first wave has passed",
        K.ORDER_RESTORED: "the waves have passed",
    },
)  # fmt: skip
