"""The shape of incursions over a border: sectors, arrivals, detection, interdiction, refugees."""

from sim.scenario.places import Located


class Incursions(Located):
    """Armed groups and caravans that come to a border and cross it or are stopped."""
