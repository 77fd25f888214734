"""What a map shows of one run: places, moves, troops by place, the state of each site, answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.engine.geometry import great_circle_km
from sim.report.map.projection import Point
from sim.scenario.places import Place

if TYPE_CHECKING:
    from sim.scenario.models import Scenario

#: Steps of a quantity or a state over time: (hour after the start, value from then on).
Steps = list[tuple[float, float]]
States = list[tuple[float, str]]

UNTOUCHED, AFFECTED, LOST, CALM = "quiet", "affected", "out of control", "calm again"
STATES = (UNTOUCHED, AFFECTED, LOST, CALM)
#: What an event at a site makes of it, by the kind's name.
TURNS: dict[str, str] = {
    "onset": AFFECTED,
    "exchange": AFFECTED,
    "overwhelmed": LOST,
    "far bank lost": LOST,
    "calm": CALM,
    "faded": CALM,
    "ceasefire": CALM,
    "lasting ceasefire": CALM,
    "dispersed": CALM,
}
#: Events at a site that say nothing of its state; any of a kind not named here or above is a sign of trouble.
SILENT = frozenset({
    "unrest", "incident", "clearing", "sweep", "reserves arrived", "on task", "freed", "takeoff", "landed",
    "road departed", "road arrived", "breakdown", "inject", "inject ended", "branch", "measure",
    "measure ended", "aid asked", "aid arrived", "aid ended", "exercise", "exercise ended", "interposed",
    "pulled back", "went home", "displaced", "epidemic", "cases", "deaths", "attribution",
})  # fmt: skip
#: Kinds that begin and end a move.
LEGS = (
    (EventKind.TAKEOFF, EventKind.LANDED, "air"),
    (EventKind.ROAD_DEPARTED, EventKind.ROAD_ARRIVED, "road"),
)


@dataclass(frozen=True)
class Spot:
    """A place on the map: its key, what it is (site, airfield, base, capital), name, point, member."""

    key: str
    kind: str
    name: str
    point: Point
    member: str = ""


@dataclass(frozen=True)
class Move:
    """One flight or road march of a member's troops, in hours after the start."""

    member: str
    mode: str
    direction: str
    start: str
    end: str
    departs: float
    arrives: float
    troops: float


@dataclass
class Scene:
    """Everything of one run that a map can show."""

    host: str
    members: tuple[str, ...]
    spots: dict[str, Spot]
    moves: list[Move] = field(default_factory=list)
    #: Troops in theatre by spot and member.
    troops: dict[tuple[str, str], Steps] = field(default_factory=dict)
    states: dict[str, States] = field(default_factory=dict)
    #: Each member's answer to the motion that was decided last.
    answers: dict[str, str] = field(default_factory=dict)

    def total(self, hour: float, member: str = "") -> float:
        """Return the troops in theatre at *hour*, of *member* or of all."""
        return sum(at(steps, hour) for (_, who), steps in self.troops.items() if member in ("", who))

    def peak(self) -> float:
        """Return the first hour at which most troops are in theatre; 0 if none ever is."""
        hours = sorted({hour for steps in self.troops.values() for hour, _ in steps})
        return max(hours, key=lambda hour: (self.total(hour), -hour), default=0.0)

    def span(self) -> tuple[float, float]:
        """Return the first and the last hour at which anything on the map changes (0, 24 if nothing does)."""
        hours = [hour for steps in self.troops.values() for hour, _ in steps]
        hours += [hour for states in self.states.values() for hour, _ in states]
        hours += [hour for move in self.moves for hour in (move.departs, move.arrives)]
        return (max(min(hours) - 6, 0.0), max(hours) + 6) if hours else (0.0, 24.0)

    def used(self) -> set[str]:
        """Return the keys of the spots that a move begins or ends at, or where troops stand."""
        return {key for move in self.moves for key in (move.start, move.end)} | {
            key for key, _ in self.troops
        }


def at(steps: Steps, hour: float) -> float:
    """Return the value that *steps* have at *hour* (0 before the first)."""
    value = 0.0
    for time, then in steps:
        if time > hour:
            break
        value = then
    return value


def state_at(states: States, hour: float) -> str:
    """Return the state that *states* give at *hour* (quiet before the first)."""
    return next((state for time, state in reversed(states) if time <= hour), UNTOUCHED)


def places_in(thing: Any, key: str = "") -> Iterator[tuple[str, Place]]:
    """Yield every place inside a scenario's object, with the key (or field name) it is found under.

    Walks models, mappings and sequences, so that a new kind of crisis is mapped without more code.
    """
    if isinstance(thing, Place):
        yield key, thing
    elif isinstance(thing, BaseModel):
        for name in type(thing).model_fields:
            yield from places_in(getattr(thing, name), name)
    elif isinstance(thing, Mapping):
        for name, inner in thing.items():
            yield from places_in(inner, str(name))
    elif isinstance(thing, (list, tuple)):
        for inner in thing:
            yield from places_in(inner, key)


def spots_of(scenario: Scenario) -> dict[str, Spot]:
    """Return every place of *scenario*, keyed kind:key, because a site and an airfield may share a key."""
    found: dict[str, Spot] = {}

    def add(kind: str, key: str, place: Place, member: str) -> None:
        found[f"{kind}:{key}"] = Spot(f"{kind}:{key}", kind, place.name, (place.lon, place.lat), member)

    # Nobody starts from a base that is not open.
    shut = {(b.owner, unit) for b in scenario.alliance.bases.values() if not b.enabled for unit in b.units}
    for key, place in places_in(scenario.crisis):
        add("site", key, place, scenario.crisis.host)
    for key, airfield in scenario.alliance.airfields.items():
        add("airfield", key, airfield, airfield.country)
    for code, member in scenario.alliance.members.items():
        add("capital", code, member.capital, code)
        for key, unit in member.units.items():
            if (code, key) not in shut:
                add("base", key, unit.base, code)
    return found


def scene_of(scenario: Scenario, log: EventLog) -> Scene:
    """Return what a map shows of the run in *log*."""
    scene = Scene(scenario.crisis.host, tuple(scenario.alliance.members), spots_of(scenario))
    for begins, ends, mode in LEGS:
        left = {record.id: record for record in log.of(begins)}
        for record in log.of(ends):
            if record.cause in left:
                _add_move(scene, left[record.cause], record, mode)
    _follow_troops(scene, log)
    for record in log:
        _follow_site(scene, record)
        if record.kind is EventKind.MOTION:
            scene.answers.clear()
        elif record.kind is EventKind.POSITION:
            scene.answers[record.who] = _answer(record)
    return scene


def _answer(record: EventRecord) -> str:
    answer = str(record.detail.get("answer", "no vote"))
    return "contribute" if answer == "support" and record.detail.get("contribute") else answer


def find(scene: Scene, record: EventRecord, kinds: tuple[str, ...]) -> str | None:
    """Return the key of the spot where *record* happened, looking among *kinds* in turn."""
    keys = [f"{kind}:{record.where}" for kind in kinds]
    if kinds is MOVING:
        keys.append(f"base:{record.detail.get('unit', '')}")
    return next((key for key in keys if key in scene.spots), None)


#: Where to look for the place of a move, and of a post.
MOVING = ("airfield", "site", "base", "capital")
POSTED = ("site", "airfield", "base", "capital")


def _add_move(scene: Scene, left: EventRecord, came: EventRecord, mode: str) -> None:
    start, end = find(scene, left, MOVING), find(scene, came, MOVING)
    if start is None or end is None or start == end:
        return
    way = str(came.detail.get("direction", "in"))
    scene.moves.append(Move(came.who, mode, way, start, end, left.time, came.time, float(came.amount)))


def _follow_troops(scene: Scene, log: EventLog) -> None:
    """Keep count of each member's troops by place: in by air and road, on to their posts, and out."""
    held: defaultdict[tuple[str, str], float] = defaultdict(float)
    for record in log:
        way = record.detail.get("direction") if record.detail else None
        came = record.kind in (EventKind.LANDED, EventKind.ROAD_ARRIVED) and way == "in"
        went = record.kind in (EventKind.TAKEOFF, EventKind.ROAD_DEPARTED) and way == "out"
        posted = record.kind is EventKind.ON_TASK
        if not (came or went or posted) or record.amount <= 0:
            continue
        here = find(scene, record, POSTED if posted else MOVING)
        if here is None:
            continue
        taken = record.amount
        if not came:
            first = _arrived_at(scene, log, record) if posted else here
            taken = _take(scene, held, record, first or here, None if posted else "")
        if not went:
            _note(scene, held, record, here, taken)


def _arrived_at(scene: Scene, log: EventLog, record: EventRecord) -> str | None:
    cause = log.cause_of(record)
    return None if cause is None else find(scene, cause, MOVING)


def _note(scene: Scene, held: Any, record: EventRecord, spot: str, change: float) -> None:
    key = (spot, record.who)
    held[key] += change
    scene.troops.setdefault(key, []).append((record.time, held[key]))


def _take(scene: Scene, held: Any, record: EventRecord, first: str, others: str | None) -> float:
    """Take troops from *first*, then (unless *others* is none) from the nearest places; return how many."""
    left, origin = float(record.amount), scene.spots[first].point
    own = [spot for spot, who in held if who == record.who and held[spot, who] > 0 and spot != first]
    own.sort(key=lambda spot: (great_circle_km(*origin[::-1], *scene.spots[spot].point[::-1]), spot))
    for spot in [first, *(own if others is not None else [])]:
        part = min(left, held[spot, record.who])
        if part > 0:
            _note(scene, held, record, spot, -part)
            left -= part
    return float(record.amount) - left


def _follow_site(scene: Scene, record: EventRecord) -> None:
    key = f"site:{record.where}"
    if key not in scene.spots or record.kind in SILENT:
        return
    state = TURNS.get(record.kind, AFFECTED)
    states = scene.states.setdefault(key, [])
    if not states or (states[-1][1] != state and record.kind in TURNS):
        states.append((record.time, state))
