"""The shape of fighting between two sides: exchanges, ceasefires, relapse, displacement."""

from sim.scenario.places import Located


class Fighting(Located):
    """A clash or war between two sides."""
