"""How a fight between two sides is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind, EventRecord
from sim.report.dynamics import Telling
from sim.report.telling import Teller, listing
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.report.story_groups import Line
    from sim.scenario.fighting import Fighting
    from sim.scenario.models import Scenario

K = EventKind
#: Rounds told one by one; later ones are summed up.
TOLD = 8
DAY = 24.0


def _model(t: Teller) -> Fighting:
    fighting = t.scenario.crisis.fighting
    assert fighting is not None
    return fighting


def _side(t: Teller, key: str) -> str:
    side = _model(t).sides.get(key)
    return side.name if side else t.member(key)


def span(hours: float) -> str:
    """Return a length of time in the unit a reader would use."""
    if hours < 1:
        return f"{60 * hours:.0f} min"
    return f"{hours:.0f} h" if hours < 2 * DAY else f"{hours / DAY:.1f} days"


def _standoff(t: Teller, r: EventRecord) -> str:
    people = f", about {r.amount:,.0f} people a side" if r.amount else ""
    return f"{t.site(r.where)}: {r.detail['label']}{people}; no shot so far"


def _dispersed(t: Teller, r: EventRecord) -> str:
    return f"the stand-off ends without a shot after {span(r.amount)}"


def _lasting(t: Teller, r: EventRecord) -> str:
    rounds = int(r.detail.get("rounds", 1))
    return (
        f"a ceasefire that lasts, {span(r.amount)} after the first shot and after "
        f"{count(rounds, 'round')} of firing"
    )


def _prevailed(t: Teller, r: EventRecord) -> str:
    others = listing(_side(t, key) for key in _model(t).sides if key != r.who)
    return (
        f"the {_side(t, r.who)} side prevails after {span(r.amount)}; the {others} side accepts a ceasefire "
        "on its terms"
    )


def _pulled_back(t: Teller, r: EventRecord) -> str:
    return "both sides have taken their reinforcements back to base"


def _over(t: Teller, r: EventRecord) -> str:
    return "no firing any more, for the time being"


def round_lines(t: Teller) -> Iterator[Line]:
    """Yield a line for each round of firing: where, how long, at what cost, and what ended it."""
    from sim.report.story_groups import Line

    begun = t.log.of(K.EXCHANGE)
    told = begun if len(begun) <= TOLD else [*begun[: TOLD - 1], begun[-1]]
    for record in told:
        yield Line(record.time, record.id, _round(t, record))
    if len(begun) > TOLD:
        first, rest = begun[TOLD - 1], begun[TOLD - 1 : -1]
        text = f"{count(len(rest), 'more round')} of firing up to {t.clock(rest[-1].time)}, not told here"
        yield Line(first.time, first.id, text)


def _round(t: Teller, r: EventRecord) -> str:
    number = int(r.amount)
    opening = "firing begins" if number == 1 else "the ceasefire breaks: firing again"
    end = _end_of(t, r)
    until = end.time if end else t.log.records[-1].time
    lasted = f"stops after {span(until - r.time)}" if end else "not over when the simulated time ends"
    return f"{opening} at {t.site(r.where)}; {lasted}{_toll(t, r.time, until)}"


def _end_of(t: Teller, r: EventRecord) -> EventRecord | None:
    """Return what ended the round that began with *r*."""
    ends = t.log.of(K.CEASEFIRE) + t.log.of(K.PREVAILED)
    return min((e for e in ends if e.time >= r.time), key=lambda e: e.time, default=None)


def _toll(t: Teller, since: float, until: float) -> str:
    parts = []
    for key in _model(t).sides:
        dead = sum(d.amount for d in t.log.of(K.DEATHS) if d.who == key and since < d.time <= until)
        if dead:
            parts.append(f"{dead:,.0f} {_side(t, key)}")
    return f"; killed: {listing(parts)}" if parts else ""


def flight_lines(t: Teller) -> Iterator[Line]:
    """Yield a line for each side when its people have left, and one when they begin to come home."""
    from sim.report.story_groups import Line

    for key in _model(t).sides:
        mine = [r for r in t.log.of(K.DISPLACED) if r.who == key]
        stopped = [r for r in mine if not r.detail["rate"]]
        if stopped and (most := max(stopped, key=lambda r: r.amount)).amount >= 1:
            yield Line(most.time, most.id, f"{most.amount:,.0f} people of the {_side(t, key)} side have left")
        for r in mine:
            if r.detail["rate"] and r.detail["toward"] < r.amount:
                yield Line(r.time, r.id, f"people of the {_side(t, key)} side begin to come home")


def post_lines(t: Teller) -> Iterator[Line]:
    """Yield one line for peacekeepers who have taken post between the sides."""
    from sim.report.story_groups import Line

    posted = [r for r in t.log.of(K.INTERPOSED) if r.amount]
    if posted:
        last = max(posted, key=lambda r: r.amount)
        text = f"{last.amount:,.0f} peacekeepers stand between the sides"
        if last.detail["factor"] != 1:
            text += f" (chance of a relapse x {last.detail['factor']:.2g})"
        yield Line(last.time, last.id, text)


def closing(t: Teller) -> str:
    """Return what the fight came to."""
    if not t.log.of(K.EXCHANGE):
        return "no shot was fired"
    parts = [count(len(t.log.of(K.EXCHANGE)), "round of firing", "rounds of firing")]
    for key in _model(t).sides:
        dead = sum(r.amount for r in t.log.of(K.DEATHS) if r.who == key)
        hurt = sum(r.detail.get("wounded", 0) for r in t.log.of(K.DEATHS) if r.who == key)
        parts.append(f"{_side(t, key)} {dead:,.0f} killed and {hurt:,.0f} wounded")
        away = [r.amount for r in t.log.of(K.DISPLACED) if r.who == key]
        if away and max(away) >= 1:
            parts.append(f"{max(away):,.0f} displaced")
    return ", ".join(parts)


def _somebody_leaves(scenario: Scenario) -> bool:
    fighting = scenario.crisis.fighting
    return fighting is not None and any(side.displaced is not None for side in fighting.sides.values())


TELLING = Telling(
    {
        K.STANDOFF: _standoff, K.DISPERSED: _dispersed, K.LASTING_CEASEFIRE: _lasting,
        K.PREVAILED: _prevailed, K.PULLED_BACK: _pulled_back, K.ORDER_RESTORED: _over,
    },
    (round_lines, flight_lines, post_lines),
    closing,
    {
        "clash": "dynamics.fighting_charts:draw_clash",
        "displaced": "dynamics.fighting_charts:draw_displaced",
        "ceasefires": "dynamics.fighting_ladder:draw_ladder",
    },
    needs={"displaced": _somebody_leaves},
    labels={K.ONSET: "firing begins", K.ORDER_RESTORED: "no firing any more"},
)  # fmt: skip
