"""Colours, fonts and sizes that every chart shares; `sim.report.styles` puts those of a style in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: Six colours told apart under colour blindness; M. Petroff, "Accessible color sequences" (arXiv:2107.02270).
PETROFF = ("#5790fc", "#f89c20", "#e42536", "#964a8b", "#9c9ca1", "#7a21dd")
#: Okabe and Ito, "Color Universal Design" (2008).
OKABE_ITO = {
    "black": "#000000", "orange": "#E69F00", "sky": "#56B4E9", "green": "#009E73",
    "yellow": "#F0E442", "blue": "#0072B2", "vermilion": "#D55E00", "purple": "#CC79A7",
}  # fmt: skip

# Ink and dots to the inch of the screen style; a chart drawn in another style finds its own here.
TEXT = "#222222"
QUIET = "#666666"
GRID = "#dddddd"
DPI = 160
LINE = OKABE_ITO["blue"]
SECOND_LINE = OKABE_ITO["vermilion"]
#: Strength of the tints that fill the outer band and the middle half (0 white, 1 the full colour).
OUTER = 0.18
INNER = 0.45

# What the print style sets otherwise, so that nothing is told by colour alone.
#: Colour of the edges and hatches of filled bars.
EDGE = "#ffffff"
#: Dashes of the members' lines and hatches of their bars, in the alliance's order (repeated).
DASHES: tuple[Any, ...] = ("-",)
HATCHES: tuple[str, ...] = ("",)
#: Opacity of the bands that lie on each other in one panel, member by member; 0 leaves their ends alone.
FAN = 0.15
#: Strength of the answers' fills on a map, softened so that names stay readable.
SOFT = 0.45
#: Fill of the members and of the host on a map.
LAND_OF_MEMBERS, LAND_OF_HOST = "#ece8dc", "#e0d8c0"
#: Hatch of the exercises' days behind a curve, and of departures beside arrivals.
EXERCISE_HATCH, OUT_HATCH = "", ""

#: A member's answers, from most to least, with fill and hatch (the hatch carries them without colour).
ANSWERS: dict[str, tuple[str, str]] = {
    "contribute": (OKABE_ITO["green"], ""),
    "support": (OKABE_ITO["sky"], ""),
    "abstain": (OKABE_ITO["yellow"], "////"),
    "object": (OKABE_ITO["vermilion"], "xxx"),
    "no vote": ("#eeeeee", ""),
}

#: The states of a fight, by the number on its curve, with fill and hatch.
FIGHT: dict[str, tuple[str, str, str]] = {
    "0": ("not begun", "#ffffff", ""),
    "1": ("stand-off", OKABE_ITO["yellow"], "...."),
    "2": ("firing", OKABE_ITO["vermilion"], ""),
    "3": ("ceasefire", OKABE_ITO["sky"], "////"),
    "4": ("lasting ceasefire, or no shot", OKABE_ITO["green"], ""),
}

#: The parts of the hours between appeal and full deployment, in the order they pass, with fill and hatch.
PARTS: dict[str, tuple[str, str, str]] = {
    "decision": ("decision", OKABE_ITO["blue"], ""),
    "approval": ("national approval", OKABE_ITO["sky"], ""),
    "readiness": ("readiness and release", OKABE_ITO["green"], ""),
    "aircraft": ("waiting for aircraft", OKABE_ITO["orange"], "////"),
    "slots": ("waiting for slots", OKABE_ITO["yellow"], "...."),
    "weather": ("closed airfields", OKABE_ITO["purple"], "xxx"),
    "handling": ("loading, unloading", "#b0b0b0", ""),
    "flight": ("flight or road", OKABE_ITO["vermilion"], ""),
    "posting": ("landing to post", "#555555", ""),
}

FONT_SIZE = 8.0
SMALL = 7.0
TITLE = 10.0
#: Inches; the width of a page's text block in most journals, both columns.
WIDTH = 7.2


def member_colours(members: Iterable[str]) -> dict[str, str]:
    """Return a colour for each of *members*, in the alliance's order (repeated after six)."""
    return {member: PETROFF[place % len(PETROFF)] for place, member in enumerate(members)}


def member_dashes(members: Iterable[str]) -> dict[str, Any]:
    """Return the dashes of each of *members*' lines, as matplotlib takes them."""
    return {member: DASHES[place % len(DASHES)] for place, member in enumerate(members)}


def member_hatches(members: Iterable[str]) -> dict[str, str]:
    """Return the hatch of each of *members*' bars (empty: plain)."""
    return {member: HATCHES[place % len(HATCHES)] for place, member in enumerate(members)}


def tint(colour: str, strength: float) -> str:
    """Return *colour* (#rrggbb) mixed with white: *strength* 1 is the colour itself, 0 is white."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - strength * (255 - c)):02x}" for c in channels)


def ink_on(fill: str) -> str:
    """Return black or white, whichever is read more easily on *fill* (a #rrggbb colour).

    Source: relative luminance as in WCAG 2.1, with its contrast ratio.
    """
    channels = [int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#000000"
