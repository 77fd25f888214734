"""The shape of pressure short of armed attack: covert attacks, attribution, sanctions."""

from sim.scenario.places import Located


class Pressure(Located):
    """External or hybrid pressure on a member."""
