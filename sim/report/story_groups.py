"""Lines of the story that sum up many like events: sites, positions, movements, posts, homecomings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sim.engine.event_log import EventKind, EventRecord, SortieParts
from sim.report.telling import STIRRED, Teller, listing
from sim.scenario.units import count

K = EventKind
#: Like events at sites are told together while each follows the last within GAP, at most over SPAN (hours).
GAP, SPAN = 6.0, 18.0


class Line(NamedTuple):
    """A line of the story at its place in time."""

    time: float
    id: int
    text: str


def runs(records: Iterable[EventRecord], gap: float = GAP, span: float = SPAN) -> Iterator[list[EventRecord]]:
    """Yield records in bunches that follow each other closely (*gap* and *span* in hours)."""
    bunch: list[EventRecord] = []
    for record in records:
        if bunch and (record.time - bunch[-1].time > gap or record.time - bunch[0].time > span):
            yield bunch
            bunch = []
        bunch.append(record)
    if bunch:
        yield bunch


def site_lines(t: Teller) -> Iterator[Line]:
    """Yield onsets, overwhelmed sites, arrivals of reserves and returns of calm, bunched."""
    told: tuple[tuple[EventKind, str, float, Callable[[Teller, EventRecord], str]], ...] = (
        (K.ONSET, "unrest begins in", 12.0, _onset),
        (K.OVERWHELMED, "local forces overwhelmed in", GAP, _overwhelmed),
        (K.RESERVES_ARRIVED, "national reserves reach", 12.0, lambda t, r: t.site(r.where)),
        (K.CALM, "calm again:", GAP, _calm),
    )
    for kind, opening, gap, words in told:
        for bunch in runs(t.log.of(kind), gap, max(SPAN, 2 * gap)):
            until = bunch[-1].time
            end = f" (until {t.near(until, bunch[0].time)})" if until - bunch[0].time > 0.5 else ""
            text = f"{opening} {listing(words(t, record) for record in bunch)}{end}"
            yield Line(bunch[0].time, bunch[0].id, text)


def _onset(t: Teller, r: EventRecord) -> str:
    why = t.reason(r)
    return t.site(r.where) + (f" ({why})" if why else "")


def _overwhelmed(t: Teller, r: EventRecord) -> str:
    why = t.reason(r)
    return t.site(r.where) + (f" ({why})" if why.startswith(STIRRED) else "")


def _calm(t: Teller, r: EventRecord) -> str:
    seen = [e for e in t.log.of(K.INCIDENT) if e.where == r.where and e.time <= r.time]
    killed = sum(e.amount for e in seen) + sum(e.amount for e in t.log.of(K.CLEARING) if e.where == r.where)
    facts = [
        (count(len(seen), "incident") if seen else "no incident")
        + (f", {killed:.0f} killed" if killed else "")
    ]
    why = t.calmed(r)
    if why:
        facts.append(why)
    return f"{t.site(r.where)} after {r.amount:.0f} h ({'; '.join(facts)})"


def position_lines(t: Teller) -> Iterator[Line]:
    """Yield one line for the answers to each motion, with the weightiest reason of those who held back."""
    by_motion: dict[int, list[EventRecord]] = {}
    for record in t.log.of(K.POSITION):
        by_motion.setdefault(record.cause, []).append(record)
    for records in by_motion.values():
        gives = [r.who for r in records if r.detail.get("contribute")]
        supports = [r.who for r in records if r.detail.get("answer") == "support" and r.who not in gives]
        parts = [f"{t.members(gives)} will contribute"] if gives else []
        parts += (
            [f"{t.members(supports)} {'supports' if len(supports) == 1 else 'support'}"] if supports else []
        )
        for r in records:
            if r.detail.get("answer") in ("abstain", "object"):
                parts.append(f"{t.member(r.who)} {r.detail['answer']}s{_against(r)}")
        first, last = records[0], records[-1]
        hours = f" (the last {last.time - first.time:.1f} h after the first)" if len(records) > 1 else ""
        yield Line(last.time, last.id, f"answers: {'; '.join(parts)}{hours}")


def _against(r: EventRecord) -> str:
    short, worst = _short(r), chief_reason(r)
    heavy = f", chiefly {worst.replace('_', ' ')} {float(r.detail['terms'][worst]):+.1f}" if worst else ""
    return f" ({short:.1f} short of support{heavy})" if short > 0 else " (rejects the legal basis)"


def _short(r: EventRecord) -> float:
    return float(r.detail.get("threshold", 0.0)) - float(r.detail.get("willingness", 0.0))


def chief_reason(r: EventRecord) -> str:
    """Return the term told to weigh most against help in an answer that holds it back; "" where none is."""
    if r.detail.get("answer") not in ("abstain", "object") or _short(r) <= 0:
        return ""
    weights = {name: float(v) for name, v in r.detail.get("terms", {}).items()}
    worst = min(weights, key=lambda name: (weights[name], name), default="")
    return worst if worst and weights[worst] < 0 else ""


def warning_lines(t: Teller) -> Iterator[Line]:
    """Yield warning orders, bunched."""
    for bunch in runs(t.log.of(K.WARNING_ORDER), gap=0.5, span=2.0):
        before = t.log.cause_of(bunch[0])
        on = " on the private appeal" if before is not None and before.kind is K.PRIVATE_APPEAL else ""
        yield Line(bunch[0].time, bunch[0].id, f"units warned{on}: {t.members(r.who for r in bunch)}")


def arrival_lines(t: Teller) -> Iterator[Line]:
    """Yield the first arrival of each member's echelons, with how many follow and where the time went."""
    groups: dict[tuple[str, str], list[EventRecord]] = {}
    for r in t.log:
        if r.kind in (K.LANDED, K.ROAD_ARRIVED) and r.detail.get("direction") == "in":
            key = (r.who, str(r.detail.get("echelon", "")))
            groups.setdefault(key, []).append(r)
    for (who, echelon), group in groups.items():
        first, last = group[0], group[-1]
        verb, noun = ("arrives", "column") if first.kind is K.ROAD_ARRIVED else ("lands", "flight")
        many = f"first of {len(group)} {noun}s" if len(group) > 1 else f"its one {noun}"
        end = f", the last {t.near(last.time, first.time)}" if len(group) > 1 else ""
        text = (
            f"{t.member(who)}: {_echelon(t, who, echelon, group)}: {many} {verb} at "
            f"{t.airfield(first.where)}{end} "
            f"({_load(group)}); {_waits(t, first, group)}"
        )
        yield Line(first.time, first.id, text)


def _echelon(t: Teller, who: str, echelon: str, group: list[EventRecord]) -> str:
    """Return what an echelon is called, with its unit or how many units it is made of."""
    units = list(dict.fromkeys(str(r.detail.get("unit", "")) for r in group))
    words = {"advance": "advance party", "main": "main body", "rest": "remainder"}.get(echelon, echelon)
    return f"{words} of {t.unit(who, units[0]) if len(units) == 1 else f'{len(units)} units'}"


def _load(group: list[EventRecord]) -> str:
    vehicles = sum(float(r.detail.get("vehicles", 0)) for r in group)
    troops = count(sum(r.amount for r in group), "soldier")
    return f"{troops}, {count(vehicles, 'vehicle')}" if vehicles >= 1 else troops


def _waits(t: Teller, first: EventRecord, group: list[EventRecord]) -> str:
    parts = first.detail.get("parts")
    if not isinstance(parts, SortieParts):
        return ""
    said = []
    approved = next((step for step in t.causes(first) if step.kind is K.APPROVED), None)
    if approved is not None and parts.released - approved.time > 0.05:
        said.append(f"{parts.released - approved.time:.1f} h for its units to be released")
    for name, words in (("aircraft", "for aircraft"), ("slots", "for slots"), ("weather", "for weather")):
        hours = getattr(parts, name)
        if hours >= 0.05:
            said.append(f"{hours:.1f} h {words}")
    waited = f"waited {listing(said)}, " if said else ""
    way = "on the road" if first.kind is K.ROAD_ARRIVED else "in the air"
    later = [r.detail["parts"] for r in group[1:] if isinstance(r.detail.get("parts"), SortieParts)]
    mean = sum(p.aircraft + p.slots + p.weather for p in later) / len(later) if later else 0.0
    tail = f"; the others waited {mean:.1f} h on average" if mean >= 0.1 else ""
    return f"{waited}{parts.flight:.1f} h {way}{tail}"


def post_lines(t: Teller) -> Iterator[Line]:
    """Yield when soldiers first take post, how many of whom in the end, and when local forces are freed."""
    posted = t.log.of(K.ON_TASK)
    if posted:
        first, last = posted[0], posted[-1]
        where = (
            f"{t.task(str(first.detail.get('task', '')))}, {t.site(first.where)}"
            if first.where
            else "in reserve"
        )
        shares = [
            f"{t.member(who)} {sum(r.amount for r in posted if r.who == who):,.0f}"
            for who in t.scenario.alliance.members
            if any(r.who == who for r in posted)
        ]
        text = f"{t.member(first.who)}: soldiers take their first post ({where})"
        yield Line(first.time, first.id, f"{text}; by {t.near(last.time, first.time)} {listing(shares)}")
    freed = t.log.of(K.FREED)
    if freed:
        people, last = sum(r.amount for r in freed), freed[-1]
        text = f"first local forces freed from guard duty, {t.site(freed[0].where)}: {freed[0].amount:,.0f}"
        more = f"; {people:,.0f} in all by {t.near(last.time, freed[0].time)}" if len(freed) > 1 else ""
        yield Line(freed[0].time, freed[0].id, text + more)


def home_lines(t: Teller) -> Iterator[Line]:
    """Yield the contingents' returns, bunched, with their flights or columns."""
    for bunch in runs(t.log.of(K.CONTINGENT_HOME), 24.0, 48.0):
        until = bunch[-1].time
        end = f" (until {t.near(until, bunch[0].time)})" if len(bunch) > 1 else ""
        noun = "contingents" if len(bunch) > 1 else "contingent"
        yield Line(bunch[0].time, bunch[0].id, f"{noun} home: {listing(_home(t, r) for r in bunch)}{end}")


def _home(t: Teller, r: EventRecord) -> str:
    moves = [m for kind in (K.TAKEOFF, K.ROAD_DEPARTED) for m in t.log.of(kind)]
    mine = [m for m in moves if m.who == r.who and m.detail.get("direction") == "out"]
    by = f" in {count(len(mine), 'flight' if mine[0].kind is K.TAKEOFF else 'column')}" if mine else ""
    return f"{t.member(r.who)} ({count(r.amount, 'soldier')}{by})"
