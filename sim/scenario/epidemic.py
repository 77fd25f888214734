"""The shape of an epidemic in each member: growth, measures, medics, vaccine."""

from sim.scenario.places import Located


class Epidemic(Located):
    """An epidemic in several members."""
