"""Campaigns: several crises on one clock and one alliance, each in a world of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind
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
        for key, episode in root.scenario.crises.items():
            if episode.enabled:
                root.soon(max(0.0, begins(root.scenario, episode)), partial(self._begin, key, episode))

    def _begin(self, key: str, episode: Episode, _: object) -> None:
        root = self.root
        if episode.crisis.host in root.left():
            return  # it has left: nobody is asked, and nobody answers
        horizon = min(root.horizon, root.now + float(episode.horizon))
        # Imported here: who only asks what an episode is needs no library that simulates.
        from sim.engine.world import World

        scenario = episode_scenario(root.scenario, key, frozenset(root.left()))
        world = World(scenario, root.seed, root.replication, horizon, root, key)
        self.worlds[key] = world, self.populate(world)

    def close(self) -> None:
        """Log what is still open in every episode."""
        for world, crisis in self.worlds.values():
            crisis.close(world.horizon)
            world.record(EventKind.HORIZON, time=world.horizon)


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
