"""How incursions are told: the far bank, who fled, clashes and crossings summed up, raids, exercises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind, EventRecord
from sim.report.dynamics import Telling
from sim.report.telling import Teller, listing
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.report.story_groups import Line
    from sim.scenario.incursions import Incursions
    from sim.scenario.models import Scenario

K = EventKind
#: Hours that one summing-up of clashes and crossings spans, and how many there may be before it spans more.
MONTH, MOST = 30 * 24.0, 12


def _incursions(scenario: Scenario) -> Incursions:
    found = scenario.crisis.incursions
    assert found is not None
    return found


def _model(t: Teller) -> Incursions:
    return _incursions(t.scenario)


def _far_bank(t: Teller, r: EventRecord) -> str:
    lost = sum(e.amount for e in t.log.of(K.FAR_BANK_LOST) if (e.time, e.id) <= (r.time, r.id))
    whole = sum(s.length for s in _model(t).sectors.values())
    where = t.site(r.where)
    return f"the far side of the border changes hands opposite {where}: {lost:,.0f} of {whole:,.0f} km so far"


def _fled(t: Teller, r: EventRecord) -> str:
    return f"{count(r.amount, str(r.detail['who'])[:-1])} flee over the border at {t.site(r.where)}"


def _home(t: Teller, r: EventRecord) -> str:
    return f"{count(r.amount, str(r.detail['who'])[:-1])} who had fled at {t.site(r.where)} go home"


def _raid(t: Teller, r: EventRecord) -> str:
    d = r.detail
    where = (
        "on the far side"
        if d["beyond"]
        else "stopped on the border"
        if d["stopped"]
        else "on the host's side"
    )
    return (
        f"{d['label']}: {count(r.amount, 'attacker')}, {where} ({t.site(r.where)}); killed {d['killed']} of "
        f"them and {d['lost']} defenders, {d['held']} held"
    )


def _exercise(t: Teller, r: EventRecord) -> str:
    troops = f", {count(r.amount, 'soldier')} where told" if r.amount else ""
    arrivals = r.detail["levers"].get("arrivals", 1.0)
    felt = f"; arrivals at the border x {arrivals:.3g} meanwhile" if arrivals != 1 else ""
    return f"exercise: {r.detail['label']}{troops}{felt}"


def _exercise_ended(t: Teller, r: EventRecord) -> str:
    return f"exercise ends: {r.detail['label']}"


def _called(t: Teller, r: EventRecord) -> str:
    return f"{t.member(r.who)}: {count(r.amount, 'reservist')} called to the border"


def _settled(t: Teller, r: EventRecord) -> str:
    return f"{t.member(r.who)}: holds its border to be under control again"


def reserve_lines(t: Teller) -> Iterator[Line]:
    """Yield one line when called-up reserves stand on the border."""
    from sim.report.story_groups import Line

    came = t.log.of(K.RESERVES_ARRIVED)
    if came:
        people = sum(r.amount for r in came)
        yield Line(came[0].time, came[0].id, f"about {people:,.0f} of the reservists stand on the border")


def month_lines(t: Teller) -> Iterator[Line]:
    """Yield a line for each month, or longer span, of clashes and crossings: where and at what cost."""
    from sim.report.story_groups import Line

    crossings = [(time, r) for r in t.log.of(K.CROSSED) for time in r.detail["times"]]
    end = t.log.records[-1].time if t.log.records else 0.0
    span = MONTH * max(1, ceil(end / (MOST * MONTH)))
    for place in range(int(end // span) + 1):
        since, until = place * span, min((place + 1) * span, end)
        clashes = [r for r in t.log.of(K.CLASH) if since < r.time <= until]
        crossed = Counter(r.detail["party"] for time, r in crossings if since < time <= until)
        if not clashes and not crossed:
            continue
        names = {key: party.name for key, party in _model(t).parties.items()}
        over = listing(f"{names[key]} ({number:,})" for key, number in crossed.most_common()) or "nobody"
        text = f"border since {t.clock(since)}: {_clashes(t, clashes)}; crossed unstopped: {over}"
        last = max([r.id for r in clashes], default=0)
        yield Line(until, last, text)


def _clashes(t: Teller, clashes: list[EventRecord]) -> str:
    if not clashes:
        return "no clash"
    where = Counter(r.where for r in clashes).most_common(1)[0][0]
    killed = sum(r.amount for r in clashes)
    held = sum(r.detail["held"] for r in clashes)
    kg = sum(r.detail["kg"] for r in clashes)
    most = f", most in {t.site(where)}" if len(clashes) > 2 else f" ({t.site(where)})"
    return (
        f"{count(len(clashes), 'clash', 'clashes')}{most}, {killed:.0f} killed, {held:.0f} held, {kg:.0f} kg"
    )


def closing(t: Teller) -> str:
    """Return what the border came to."""
    clashes = t.log.of(K.CLASH)
    crossed = sum(r.amount for r in t.log.of(K.CROSSED))
    ran = sum(r.amount for r in t.log.of(K.FLED))
    raids = len(t.log.of(K.RAID))
    parts = []
    if _model(t).parties:
        kg = sum(r.detail["kg"] for r in clashes)
        parts.append(
            f"{count(len(clashes), 'clash', 'clashes')} with {kg:,.0f} kg seized, "
            f"{crossed:,.0f} groups or caravans crossed"
        )
    if raids:
        parts.append(count(raids, "raid"))
    dead = sum(r.amount for r in t.log.of(K.DEATHS))
    if dead:
        parts.append(f"{dead:,.0f} killed on all sides")
    if ran:
        parts.append(f"{ran:,.0f} fled over the border")
    return ", ".join(parts)


TELLING = Telling(
    sentences={
        K.FAR_BANK_LOST: _far_bank, K.FLED: _fled, K.WENT_HOME: _home, K.RAID: _raid, K.EXERCISE: _exercise,
        K.EXERCISE_ENDED: _exercise_ended, K.RESERVES_ORDERED: _called, K.ORDER_RESTORED: _settled,
    },
    lines=(reserve_lines, month_lines),
    closing=closing,
    charts={
        "border": "dynamics.incursions_charts:draw_border",
        "border_time": "dynamics.incursions_charts:draw_border_time",
        "raids": "dynamics.raids_charts:draw_raids",
        "refugees": "dynamics.incursions_charts:draw_refugees",
    },
    needs={
        "border": lambda s: bool(_incursions(s).parties),
        "border_time": lambda s: bool(_incursions(s).parties),
        "raids": lambda s: bool(_incursions(s).raids),
        "refugees": lambda s: _incursions(s).moves_people(),
    },
    labels={
        K.ONSET: "the border comes under pressure", K.ORDER_RESTORED: "host holds its border to be calm",
        K.EXERCISE: "first exercise near the border",
    },
)  # fmt: skip
