"""What a comparison says, as an object: its table, its parts, and plain data for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import TYPE_CHECKING, Any

from sim.experiment.compare_inputs import InputDifference
from sim.experiment.notebook import notebook_html
from sim.experiment.pairing import Difference
from sim.scenario.units import count

if TYPE_CHECKING:
    import pandas as pd

#: What a notebook shows, and under which names.
SHOWN = {
    "side": "side", "label": "response", "unit": "unit", "first": "first", "second": "second",
    "mean": "difference", "low": "95 % from", "high": "to", "effect": "effect (sd)", "both": "pairs",
}  # fmt: skip


@dataclass(frozen=True)
class SideSummary:
    """One side: what it is called, and its runs."""

    #: Its letter.
    side: str
    name: str
    seed: int
    #: Of the program that made the runs.
    version: str
    runs: int


@dataclass(frozen=True, repr=False)
class ComparisonSummary:
    """Sides, what differs in their inputs, and what differs in their outcomes."""

    sides: tuple[SideSummary, ...]
    #: Whether equal runs were compared with each other.
    paired: bool
    #: Pairs (unpaired: runs of the smaller side) that did not fail.
    n: int
    #: Whether any outcome differs.
    differs: bool
    inputs: tuple[InputDifference, ...]
    #: For the letter of every side but the first: its differences from the first, by size of effect.
    outcomes: dict[str, tuple[Difference, ...]]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        every = [found for differences in self.outcomes.values() for found in differences]
        how = count(self.n, "pair") if self.paired else f"{count(self.n, 'run')} each, unpaired"
        differing = sum(found.differs for found in every)
        return f"<Summary of a comparison: {how}, {differing} of {len(every)} outcomes differ>"

    def _repr_html_(self) -> str:
        table = self.table
        return notebook_html(repr(self), table[table["differs"]], SHOWN)

    @property
    def table(self) -> pd.DataFrame:
        """Every outcome of every side but the first, a row each, by size of effect."""
        import pandas as pd

        columns = ["side", *(field.name for field in fields(Difference)), "differs"]
        rows = [
            {"side": letter, **asdict(found), "differs": found.differs}
            for letter, differences in self.outcomes.items()
            for found in differences
        ]
        return pd.DataFrame(rows, columns=columns).astype({"differs": bool})

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; what is not finite becomes none."""
        return {
            "sides": [asdict(side) for side in self.sides],
            "paired": self.paired,
            "n": self.n,
            "differs": self.differs,
            "inputs": [asdict(difference) for difference in self.inputs],
            "outcomes": {
                letter: [_plain(asdict(found)) for found in differences]
                for letter, differences in self.outcomes.items()
            },
            "notes": list(self.notes),
        }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: None if isinstance(v, float) and not isfinite(v) else v for key, v in values.items()}
