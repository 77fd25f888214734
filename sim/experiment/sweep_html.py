"""A sweep as a notebook shows it: what was varied, and what it changed."""

from __future__ import annotations

from html import escape
from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.sweep import SweepStudy

#: No more effects than this are shown.
MOST = 40


def sweep_html(study: SweepStudy) -> str:
    """Return the sweep as a heading and the table of its main effects."""
    effects = [effect for effect in study.summary().effects if effect.response in study.shown]
    rows = [
        (e.response, e.factor, f"{e.first} → {e.level}", _number(e.mean),
         f"{_number(e.low)} … {_number(e.high)}", f"{e.n}")
        for e in effects[:MOST]
    ]  # fmt: skip
    head = ("response", "factor", "levels", "difference", "95 % interval", "pairs")
    more = f"<p>and {len(effects) - MOST} more in <code>.summary().effects</code></p>"
    body = "".join(_row(row, "td") for row in rows)
    table = f"<table><thead>{_row(head, 'th')}</thead><tbody>{body}</tbody></table>"
    return f"<p>{escape(repr(study))}</p>{table}{more if len(effects) > MOST else ''}"


def _row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _number(value: float) -> str:
    return "-" if isnan(value) else f"{value:.4g}"
