"""Times counted from the appeal, which two sides need not make at the same instant."""

from __future__ import annotations

from collections.abc import Sequence

from sim.experiment.responses import Response
from sim.experiment.samples import Row


def counts_from_appeal(response: Response) -> bool:
    """Return whether *response* is a time that is counted from the appeal."""
    return response.kind == "time" and response.clock == "appeal"


def clock_of(response: Response) -> str:
    """Return the column with the instant (hours after the start) of the appeal that *response* is of."""
    return f"{response.prefix}hours_to_appeal"


def on_start(response: Response) -> Response:
    """Return *response* as it reads rows that `since_start` made."""
    return response._replace(clock="start")


def since_start(response: Response, rows: Sequence[Row]) -> list[Row]:
    """Return *rows* with *response* counted from the start of the scenario."""
    clock = clock_of(response)
    return [{**row, response.name: row[response.name] + row[clock]} for row in rows]
