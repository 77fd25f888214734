"""Campaigns: several crises on one clock and one alliance, each in a world of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind, EventRecord
from sim.scenario.models import Scenario
from sim.scenario.quantities import Quantity

if TYPE_CHECKING:
    from sim.engine.crisis import CrisisState
    from sim.engine.world import World
    from sim.scenario.campaign import Episode

    #: Puts the agents of a crisis into its world.
    Populate = Callable[[World], CrisisState]


class Campaign:
    """Begins the episodes of a scenario on their days, in the alliance as it stands by then."""

    def __init__(self, root: World, populate: Populate) -> None:
        """Schedule every episode."""
        self.root, self.populate = root, populate
        self.worlds: dict[str, tuple[World, CrisisState]] = {}
        #: By episode that has begun: when (h), and who had left by then.
        self.began: dict[str, tuple[float, frozenset[str]]] = {}
        #: By episode that is to come: when (h).
        self._due: dict[str, float] = {}
        #: Crises, by key, whose host's government has fallen, in them or elsewhere.
        self.fell: set[str] = set()
        root.listen(EventKind.GOVERNMENT_FELL, partial(_reach, self))
        for key in root.scenario.crises:
            self._plan(key)

    def _plan(self, key: str) -> None:
        at = _planned(self.root.scenario, key)
        if at is not None:
            self._due[key] = at
            self.root.soon(at - self.root.now, partial(self._begin, key, at))

    def _begin(self, key: str, at: float, _: object) -> None:
        if self._due.get(key) == at:  # it has not been put off or called off since
            self.open(key)

    def open(self, key: str) -> None:
        """Begin an episode now, unless its host has left: then nobody is asked, and nobody answers."""
        root, left = self.root, frozenset(self.root.left())
        episode = root.scenario.crises[key]
        if episode.crisis.host in left:
            return
        horizon = min(root.horizon, root.now + float(episode.horizon))
        # Imported here: who only asks what an episode is needs no library that simulates.
        from sim.engine.world import World

        scenario = episode_scenario(root.scenario, key, left)
        world = World(scenario, root.seed, root.replication, horizon, root, key)
        self.began[key] = root.now, left
        self.worlds[key] = world, self.populate(world)
        world.listen(EventKind.GOVERNMENT_FELL, partial(_reach, self))

    def plan_anew(self, before: Scenario) -> list[str]:
        """Plan what is to come by the scenario as it is now; return the episodes for which it is too late.

        Args:
            before: the scenario that everything was planned by.
        """
        after, late = self.root.scenario, []
        for key in {**before.crises, **after.crises}:
            times = [_planned(scenario, key) for scenario in (before, after)]
            if times[0] == times[1]:
                continue
            if any(at is not None and at < self.root.now for at in times):
                late.append(key)
                continue
            self._due.pop(key, None)
            self._plan(key)
        return late

    def close(self) -> None:
        """Log what is still open in every episode."""
        for world, crisis in self.worlds.values():
            crisis.close(world.horizon)
            world.record(EventKind.HORIZON, time=world.horizon)


def _reach(campaign: Campaign, event: EventRecord) -> None:
    """Let the fall of a government reach the other crises of its country that have begun, once each.

    There it does what it does within a crisis. A crisis that begins later finds a new government (*assumed*).
    """
    if event.crisis in campaign.fell:  # it was told of one elsewhere
        return
    campaign.fell.add(event.crisis)
    for world in (campaign.root, *(world for world, _ in campaign.worlds.values())):
        if world.key not in campaign.fell and world.crisis.host == event.who:
            campaign.fell.add(world.key)
            world.record(EventKind.GOVERNMENT_FELL, event.who, detail={"elsewhere": event.crisis})


def _planned(campaign: Scenario, key: str) -> float | None:
    """Return when an episode is to begin (hours after the campaign's start); none if it is not to."""
    episode = campaign.crises.get(key)
    if episode is None or not episode.enabled:
        return None
    return max(0.0, begins(campaign, episode))


def begins(campaign: Scenario, episode: Episode) -> float:
    """Return when an episode begins (hours after the campaign's start)."""
    return (episode.start - campaign.start).total_seconds() / 3600


#: The last episodes made: campaign, key and who had left, to their scenario.
_made: dict[tuple[str, frozenset[str]], tuple[Scenario, Scenario]] = {}


def episode_scenario(campaign: Scenario, key: str, left: frozenset[str] = frozenset()) -> Scenario:
    """Return an episode as a scenario on the campaign's clock, without the members that have *left*."""
    known = _made.get((key, left))
    if known is not None and known[0] is campaign:
        return known[1]
    episode, alliance = campaign.crises[key], campaign.alliance
    if left:
        members = {
            m: state.model_copy(update={"participates": False}) if m in left else state
            for m, state in alliance.members.items()
        }
        alliance = alliance.model_copy(update={"members": members})
    if not any(known is campaign for known, _ in _made.values()):
        _made.clear()  # those of a campaign that is done with
    made = campaign.model_copy(
        update={
            "name": key, "title": episode.title, "horizon": episode.horizon, "alliance": alliance,
            "crisis": episode.crisis, "response": episode.response, "crises": {}, "record": {},
            "moved_by": Quantity(0.0),
        }
    )  # fmt: skip
    _made[key, left] = campaign, made
    return made
