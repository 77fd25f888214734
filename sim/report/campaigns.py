"""What a campaign's reports call its first crisis, which charts of one crisis show alone."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario.models import Scenario

#: Most characters of a chart's title: as many as the sheet is wide.
LONGEST = 78


def one_of_several(scenario: Scenario) -> str:
    """Return a sentence, with a space behind it, that a chart shows the first crisis alone; else nothing."""
    if not scenario.crises:
        return ""
    n = 1 + len(scenario.crises)
    return f"A campaign of {n} crises: shown is the first alone, '{scenario.crisis.title}'. "


def titled(scenario: Scenario, title: str) -> str:
    """Return a chart's *title*, in a campaign with the name of the one crisis that it shows."""
    if not scenario.crises:
        return title
    return textwrap.shorten(f"{title}: {scenario.crisis.title} alone", LONGEST, placeholder=" …")
