"""Who guards what: the order in which soldiers take the tasks of a mission, by where they land."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.engine.geometry import great_circle_km
from sim.engine.prepared import prepared_by_scenario
from sim.scenario.models import Scenario


class Post(NamedTuple):
    """A task as soldiers of one member see it from one airfield."""

    task: str
    site: str
    #: Hours of road to the site beside the posting; 0 for a local drive.
    road: float
    #: Others that it is reserved for: while some of those are to come, it is not open.
    reserved: tuple[str, ...]
    #: What a record says of soldiers who take it, made once: no reader changes a detail.
    detail: Mapping[str, str]


class Orders(dict[tuple[str, str], tuple[Post, ...]]):
    """For soldiers of a member landing at an airfield: the tasks that they can take, the first one first.

    The nearest site comes first; at the same site what is reserved for the member, then what is reserved for
    nobody, then the rest; ties in the order of the scenario. Nobody drives far to a site near which others
    land (*assumed*): who finds no task there stays in reserve.
    """

    def __init__(self, scenario: Scenario) -> None:
        """Begin with none; each is worked out when first asked for."""
        assert scenario.response.mission is not None
        self.tasks = scenario.response.mission.tasks
        #: Within this (km) a site is reached inside the posting.
        self.local = float(scenario.response.mission.local_drive)
        self.alliance = scenario.alliance
        self.places = scenario.crisis.places()
        landings = scenario.response.mission.arrival_airfields
        self.fields = {field for field, share in landings.items() if share > 0}
        self.fields |= {f for offer in scenario.response.offers.values() for f in offer.destination.values()}
        self._details = {task: {"task": task} for task in self.tasks}
        #: Distances (km) between airfields and sites, which are the same for all members.
        self._distances: dict[tuple[str, str], float] = {}

    def __missing__(self, way: tuple[str, str]) -> tuple[Post, ...]:
        member, airfield = way
        found = []
        for place, (key, task) in enumerate(self.tasks.items()):
            km, mine = self._km(airfield, task.site), member in task.by
            road = 0.0
            if km > self.local:
                if any(self._km(field, task.site) <= self.local for field in self.fields):
                    continue
                road = km * float(self.alliance.roads.detour) / float(self.alliance.roads.speed)
            rank, others = 0 if mine else 2 if task.by else 1, () if mine else task.by
            found.append((km, rank, place, Post(key, task.site, road, others, self._details[key])))
        found.sort(key=lambda item: item[:3])
        self[way] = order = tuple(item[3] for item in found)
        return order

    def _km(self, airfield: str, site: str) -> float:
        """Return the great-circle distance of *site* from *airfield*; 0 where a site has no place."""
        km = self._distances.get((airfield, site))
        if km is None:
            field, place = self.alliance.airfields[airfield], self.places.get(site)
            km = 0.0 if place is None else great_circle_km(field.lat, field.lon, place.lat, place.lon)
            self._distances[airfield, site] = km
        return km


#: The orders of a scenario.
orders = prepared_by_scenario(Orders)
