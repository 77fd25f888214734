"""One page that asks the network for nothing: sections, their list, one style sheet, one script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sim
from sim.report.dossier.markup import Child, Html, join, raw_element, tag
from sim.report.map.svg import MAP_SCRIPT, MAP_STYLE

DATA = Path(__file__).resolve().parents[1] / "data"
#: What a browser is told to refuse: everything but what the file itself holds.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
#: No dossier is larger (bytes).
LARGEST = 3_000_000


@dataclass(frozen=True)
class Section:
    """A part of the page under a heading of its own."""

    name: str
    title: str
    content: Html


@cache
def data_text(name: str) -> str:
    """Return a text that comes with the program."""
    return (DATA / name).read_text(encoding="utf-8")


def page(title: str, lead: Child, sections: Sequence[Section], *, explorer: bool = False) -> bytes:
    """Return the page as bytes: *lead* under the title, then the sections with a list of them in front."""
    items = [tag("li", tag("a", part.title, href=f"#{part.name}")) for part in sections]
    style = f"{data_text('dossier.css')}\n{MAP_STYLE}"
    scripts = [MAP_SCRIPT, data_text("dossier.js"), *([data_text("explorer.js")] if explorer else [])]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content=f"csto-sim {sim.__version__}"),
        tag("title", title),
        tag("link", rel="icon", href="data:,"),
        raw_element("style", style),
    )
    body = tag(
        "body",
        tag("a", "Skip to the content", class_="skip", href="#main"),
        tag("header", tag("h1", title, dir="auto"), lead),
        tag("nav", tag("h2", "Contents", id="contents"), tag("ol", items), aria_labelledby="contents"),
        tag("main", join(map(_section, sections)), id="main", tabindex="-1"),
        tag("footer", tag("p", _FOOT)),
        raw_element("script", "\n".join(scripts)),
    )
    text = f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"
    return text.encode()


_FOOT = (
    "A simulation for comparing assumptions and rules. It forecasts no particular crisis and judges nobody's "
    "conduct; words such as order, attack or terrorist are the parties' own."
)


def _section(part: Section) -> Html:
    heading = tag("h2", part.title, id=f"{part.name}-title")
    return tag("section", heading, part.content, id=part.name, aria_labelledby=f"{part.name}-title")
